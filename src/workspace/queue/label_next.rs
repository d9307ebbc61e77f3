//! What to label next: candidates that teach most come first, mixed by reason, and a share of random
//! ones as a control, so that what the models are sure of is looked at too.

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use super::label_far::{far, of_components};
use crate::{
    domain::{CandidateIx, class_of, fnv},
    text,
    workspace::{queue::facts::Facts, scores::shown::Reading},
};

/// Why a candidate stands where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The active model is hardly sure.
    Unsure,
    /// The shown models disagree.
    Disagreement,
    /// It may be of a class with few labels.
    RareClass(Arc<str>),
    /// It lies far from everything labelled in latent space.
    Far,
    /// It belongs to this component of the latent space, from 0, which has few labels.
    Component(usize),
    /// By chance.
    Control,
}

impl Reason {
    /// The reason, as a sentence without full stop.
    pub fn in_words(&self) -> String {
        match self {
            Self::Unsure => text!("the model is least certain").into(),
            Self::Disagreement => text!("the models disagree on it").into(),
            Self::RareClass(class) => text!("it may be {class}, which has few labels", class),
            Self::Far => text!("it lies far from everything labelled in latent space").into(),
            Self::Component(at) => {
                text!(
                    "component {number} of the latent space has few labels",
                    number = at + 1
                )
            }
            Self::Control => text!("by chance, as a control").into(),
        }
    }
}

/// The turns that reasons take: four of ten for the unsure, two for disagreement, one each for rare
/// classes, for what lies far from labels, for components with few labels, and for chance. Where a list
/// is at its end the next one takes its turn.
const TURNS: [usize; 10] = [4, 0, 1, 4, 2, 4, 0, 3, 4, 5];

/// Candidates without a label in the order of their worth, then the others; and the reasons.
pub fn ranked(
    order: &[CandidateIx],
    facts: Facts<'_>,
) -> (Vec<CandidateIx>, HashMap<CandidateIx, Reason>) {
    let is_labelled = |ix: &CandidateIx| {
        let candidate = facts.catalogue.get(*ix);
        candidate.is_some_and(|candidate| facts.book.state(&candidate.id).is_seen())
    };
    let (labelled, open): (Vec<_>, Vec<_>) = order.iter().copied().partition(is_labelled);
    let lists = [
        disagreed(&open, facts),
        rare(&open, &labelled, facts),
        far(&open, &labelled, facts),
        of_components(&open, &labelled, facts),
        unsure(&open, facts),
        by_chance(&open, facts),
    ];
    let mut rest = lists.map(|list| list.into_iter().peekable());
    let mut reasons: HashMap<CandidateIx, Reason> = HashMap::with_capacity(open.len());
    let mut mixed = Vec::with_capacity(order.len());
    let mut turns = TURNS.iter().cycle();
    while mixed.len() < open.len() {
        let Some(turn) = turns.next() else { break };
        // From the list whose turn it is on; the last one has all.
        let next = (*turn..rest.len())
            .find_map(|list| rest[list].find(|(ix, _)| !reasons.contains_key(ix)));
        let Some((ix, reason)) = next else { break };
        reasons.insert(ix, reason);
        mixed.push(ix);
    }
    mixed.extend(labelled);
    (mixed, reasons)
}

pub(crate) type Listed = Vec<(CandidateIx, Reason)>;

fn sorted(mut all: Vec<(f32, CandidateIx)>, reason: &Reason) -> Listed {
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    all.into_iter()
        .map(|(_, ix)| (ix, reason.clone()))
        .collect()
}

/// Those nearest to the threshold, or between two classes: the half that is least sure.
fn unsure(open: &[CandidateIx], facts: Facts<'_>) -> Listed {
    let margins = open
        .iter()
        .filter_map(|ix| Some((facts.scores.margin(*ix)?, *ix)));
    let mut listed = sorted(margins.collect(), &Reason::Unsure);
    listed.truncate(listed.len().div_ceil(2));
    listed
}

/// Those on which two shown models decide differently, the largest differences first.
fn disagreed(open: &[CandidateIx], facts: Facts<'_>) -> Listed {
    let scores = facts.scores;
    let all = open.iter().filter(|ix| scores.disagrees(**ix));
    let all = all.map(|ix| (-scores.disagreement(*ix).unwrap_or_default(), *ix));
    sorted(all.collect(), &Reason::Disagreement)
}

/// Those that the active model puts into the class with the fewest labels, then the next class; within
/// one the surest first. Classes that have more than their share of labels are left out.
fn rare(open: &[CandidateIx], labelled: &[CandidateIx], facts: Facts<'_>) -> Listed {
    let mut counts: HashMap<Arc<str>, usize> = HashMap::new();
    let mut predicted: Vec<(Arc<str>, f32, CandidateIx)> = Vec::new();
    let model = facts.scores.active();
    for ix in open {
        let (class, sureness) = match facts.scores.of_candidate(model, *ix) {
            Reading::Score { value, is_real, .. } => {
                let (name, sureness) = if is_real {
                    ("real", value)
                } else {
                    ("bogus", 1.0 - value)
                };
                (name, sureness)
            }
            Reading::Class {
                class, probability, ..
            } => (class, probability),
            Reading::Refused(_) | Reading::Pending => continue,
        };
        let class: Arc<str> = class.into();
        counts.entry(class.clone()).or_default();
        predicted.push((class, sureness, *ix));
    }
    let names: Vec<Arc<str>> = counts.keys().cloned().collect();
    for ix in labelled {
        let Some(candidate) = facts.catalogue.get(*ix) else {
            continue;
        };
        for class in &facts.book.state(&candidate.id).classes {
            if let Some(at) = class_of(class, &names)
                && let Some(count) = counts.get_mut(&names[at])
            {
                *count += 1;
            }
        }
    }
    let share = counts.values().sum::<usize>() as f32 / counts.len().max(1) as f32;
    let is_rare = |class: &Arc<str>| {
        counts.len() > 1 && (counts[class] == 0 || (counts[class] as f32) < share)
    };
    predicted.retain(|(class, ..)| is_rare(class));
    predicted.sort_by(|a, b| {
        let key = |(class, ..): &(Arc<str>, f32, CandidateIx)| (counts[class], class.clone());
        let surest = Reverse(a.1.to_bits()).cmp(&Reverse(b.1.to_bits()));
        key(a).cmp(&key(b)).then(surest).then(a.2.cmp(&b.2))
    });
    let named = predicted.into_iter();
    named
        .map(|(class, _, ix)| (ix, Reason::RareClass(class)))
        .collect()
}

/// All, in an order that only the identifiers decide.
pub(crate) fn by_chance(open: &[CandidateIx], facts: Facts<'_>) -> Listed {
    let drawn = |ix: &CandidateIx| {
        let candidate = facts.catalogue.get(*ix);
        let bytes = candidate.map_or(&b""[..], |candidate| candidate.id.as_bytes());
        fnv::drawn(bytes.iter().copied())
    };
    let mut all: Vec<_> = open.iter().map(|ix| (drawn(ix), *ix)).collect();
    all.sort_unstable();
    all.into_iter()
        .map(|(_, ix)| (ix, Reason::Control))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::repeat_check::RepeatCheck;
    use crate::{
        domain::{Candidate, Catalogue, LabelBook, ModelId, Prediction},
        workspace::{
            models,
            scores::shown::{ReadyModel, Scores},
        },
    };

    /// Scores of one model, one epoch each.
    fn scored(values: &[f32]) -> Scores {
        let card = models::shipped().remove(0);
        let id = ModelId::new("compact", 7 << 32);
        let mut scores = Scores::default();
        scores.shown[0].ready = Some(ReadyModel::new(id, Arc::new(card)));
        let predicted = values.iter().enumerate().map(|(at, value)| {
            let prediction = Prediction::Probabilities([1.0 - value, *value].into());
            (CandidateIx(at as u32), [prediction].into())
        });
        scores.take(models::DEFAULT, predicted.collect());
        assert_eq!(scores.active().tally.scored(), values.len());
        scores
    }

    #[test]
    fn the_least_sure_come_first_and_chance_has_its_share() {
        let mut catalogue = Catalogue::default();
        for at in 0..40 {
            catalogue.absorb(Candidate {
                id: format!("c{at}").into(),
                epochs: vec![crate::domain::Epoch::default()],
                ..Candidate::default()
            });
        }
        let values: Vec<f32> = (0..40).map(|at| at as f32 / 40.0).collect();
        let scores = scored(&values);
        let book = LabelBook::default();
        let facts = Facts {
            catalogue: &catalogue,
            book: &book,
            scores: &scores,
            repeat_check: &RepeatCheck::default(),
            latent: None,
        };
        let order: Vec<_> = (0..40).map(CandidateIx).collect();
        let (next, reasons) = ranked(&order, facts);
        let mut all = next.clone();
        all.sort_unstable();
        assert_eq!(all, order, "each candidate once");
        assert_eq!(
            (next[0], &reasons[&next[0]]),
            (CandidateIx(20), &Reason::Unsure)
        );
        let ten: Vec<_> = next[..10].iter().map(|ix| &reasons[ix]).collect();
        let controls = ten.iter().filter(|reason| ***reason == Reason::Control);
        assert_eq!(controls.count(), 1, "{ten:?}");
        let rare = ten
            .iter()
            .filter(|reason| matches!(reason, Reason::RareClass(_)));
        // With one model nobody disagrees: those turns go to rare classes. Without a latent space
        // nothing is far: those go to the unsure.
        assert_eq!(rare.count(), 3, "{ten:?}");
    }
}
