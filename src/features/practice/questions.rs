//! Which candidates are asked about: those whose truth is known, as many of each class, in an order by chance.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    domain::{Candidate, CandidateIx, class_of, fnv},
    text,
    workspace::{scores::shown::Reading, shared::Shared},
};

/// Candidates of one practice at most.
pub const MOST: usize = 40;
/// Candidates with a known truth below which there is nothing to practise on.
pub const FEWEST: usize = 10;

/// A candidate that is asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub candidate: CandidateIx,
    /// Its class, by position in the vocabulary.
    pub truth: usize,
    /// The kind that the data name.
    pub kind: Option<Arc<str>>,
    /// Whose word the truth is: "labelled by ana", "by the file".
    pub source: Arc<str>,
}

/// Draws candidates of the opened set; other ones by another `seed`.
///
/// # Errors
/// What is missing, as a sentence.
pub fn draw(shared: &Shared, seed: u64) -> Result<Vec<Question>, String> {
    if shared.vocabulary().is_tagging {
        return Err(
            text!("A practice needs a vocabulary of one class each (V changes it).").into(),
        );
    }
    let names = class_names(shared);
    let mut of_class: BTreeMap<usize, Vec<(u64, Question)>> = BTreeMap::new();
    let mut known = 0;
    for (ix, candidate) in shared.catalogue.iter() {
        let Some((label, source)) = truth_of(shared, candidate) else {
            continue;
        };
        let Some(truth) = class_of(&label, &names) else {
            continue;
        };
        known += 1;
        let by_chance = fnv::drawn(candidate.id.bytes().chain(seed.to_le_bytes()));
        let question = Question {
            candidate: ix,
            truth,
            kind: kind_of(candidate),
            source,
        };
        of_class
            .entry(truth)
            .or_default()
            .push((by_chance, question));
    }
    if known < FEWEST || of_class.len() < 2 {
        return Err(text!(
            "Of {known} candidates of this set it is known which class of “{vocabulary}” they are, of {classes} classes; \
             a practice needs {fewest} of two. Label more, import labels, or practise on simulated ones.",
            known,
            vocabulary = shared.vocabulary().title,
            classes = of_class.len(),
            fewest = FEWEST
        ));
    }
    Ok(balanced(of_class))
}

/// As many of each class as there are, by turns, then all in an order by chance.
fn balanced(mut of_class: BTreeMap<usize, Vec<(u64, Question)>>) -> Vec<Question> {
    for questions in of_class.values_mut() {
        // The last is taken first.
        questions.sort_by_key(|(by_chance, _)| std::cmp::Reverse(*by_chance));
    }
    let mut drawn = Vec::new();
    while drawn.len() < MOST && of_class.values().any(|questions| !questions.is_empty()) {
        for questions in of_class.values_mut() {
            if drawn.len() < MOST {
                drawn.extend(questions.pop());
            }
        }
    }
    // Turned about, so that the lowest numbers of each class do not come first.
    drawn.sort_by_key(|(by_chance, _)| by_chance.rotate_left(32));
    drawn.into_iter().map(|(_, question)| question).collect()
}

/// What a candidate is: as a person labelled it, else as the data have it.
fn truth_of(shared: &Shared, candidate: &Candidate) -> Option<(Arc<str>, Arc<str>)> {
    let state = shared.book.state(&candidate.id);
    if let [class] = &state.classes[..] {
        let decision = shared.book.decision(&candidate.id)?;
        let source = text!("labelled by {person}", person = decision.annotator);
        return Some((class.clone(), source.into()));
    }
    let truth = candidate.truth.clone()?;
    Some((truth, text!("by the file").into()))
}

fn kind_of(candidate: &Candidate) -> Option<Arc<str>> {
    let kind = candidate.fields.text("KIND")?;
    (!kind.is_empty()).then(|| kind.clone())
}

/// The classes of the vocabulary in use, by their own names.
fn class_names(shared: &Shared) -> Vec<Arc<str>> {
    let classes = shared.vocabulary().classes.iter();
    classes.map(|class| class.name.clone()).collect()
}

/// What the active model calls a candidate, by position in the vocabulary; none where it has no score of it, or
/// knows other classes.
pub fn by_model(shared: &Shared, candidate: CandidateIx) -> Option<usize> {
    let names = class_names(shared);
    match shared
        .scores
        .of_candidate(shared.scores.active(), candidate)
    {
        Reading::Score { is_real, .. } => class_of(if is_real { "real" } else { "bogus" }, &names),
        Reading::Class { class, .. } => class_of(class, &names),
        _ => None,
    }
}
