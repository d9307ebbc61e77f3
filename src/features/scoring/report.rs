//! What a run of scoring found: the table, and what could not be scored, by reason.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use super::table::{ModelScores, columns};
use crate::{
    domain::{Candidate, Detections, Prediction, Problem, set_figures::in_percent},
    io::export::FilledColumn,
    workspace::scores::tally::Counts,
};

/// Epochs that a model could not score for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals {
    /// The model's name.
    pub model: String,
    pub why: Arc<str>,
    pub epochs: usize,
    /// The first candidate with such an epoch.
    pub first: Arc<str>,
}

#[derive(Debug)]
pub struct ScoreReport {
    /// The table: a row for each epoch.
    pub columns: Vec<FilledColumn>,
    pub candidates: usize,
    pub epochs: usize,
    /// Scores by where they came from.
    pub counts: Counts,
    /// What could not be scored, the most frequent reason first.
    pub refusals: Vec<Refusals>,
    /// What could not be opened.
    pub problems: Vec<Problem>,
    /// Which class shares each model was corrected for, and what that changed; empty as trained.
    pub shares: Vec<String>,
    /// What the sets of classes of each model are after the last epoch, and of how many nothing is seen yet.
    pub sets: Vec<String>,
    /// How many epochs were scored from all orientations, where one came first.
    pub in_full: Vec<String>,
}

impl ScoreReport {
    /// Of all candidates and what each model predicts for them, in the same order.
    pub(crate) fn of(
        candidates: &[&Candidate],
        models: &[ModelScores<'_>],
        sets: (Option<&Detections>, f64),
        counts: Counts,
        problems: Vec<Problem>,
    ) -> Self {
        Self {
            columns: columns(candidates, models, sets),
            candidates: candidates.len(),
            epochs: candidates.iter().map(|c| c.epochs.len()).sum(),
            counts,
            refusals: refusals(candidates, models),
            problems,
            shares: Vec::new(),
            sets: sets_in_words(candidates, models, sets),
            in_full: in_full(models),
        }
    }
}

/// "recurrent: of 275 candidates 240 may be one class, 35 several (sets of classes at 90 %)", "nothing is seen yet of
/// 6 candidates".
fn sets_in_words(
    candidates: &[&Candidate],
    models: &[ModelScores<'_>],
    (detections, level): (Option<&Detections>, f64),
) -> Vec<String> {
    let of_model = |model: &ModelScores<'_>| {
        let last = model.sets?.iter();
        let last = last.filter_map(|sets| sets.iter().rev().flatten().next());
        let sizes: Vec<usize> = last.map(Vec::len).collect();
        let one = sizes.iter().filter(|size| **size == 1).count();
        let (name, all, percent) = (&model.card.name, sizes.len(), in_percent(level));
        let several = all - one;
        Some(format!(
            "{name}: of {all} candidates {one} may be one class after their last epoch, {several} several (sets of \
             classes at {percent} %)"
        ))
    };
    let mut lines: Vec<String> = models.iter().filter_map(of_model).collect();
    let all = candidates.len();
    lines.extend(detections.map(|known| {
        format!(
            "nothing is seen yet of {} of {all} candidates",
            known.unseen()
        )
    }));
    lines
}

/// "compact: 6.1 % of 10,000 scores are of all orientations, the rest of one".
fn in_full(models: &[ModelScores<'_>]) -> Vec<String> {
    let of_model = |model: &ModelScores<'_>| {
        let one_view = model.one_view?.len();
        let all = model.predictions.iter().flat_map(|all| all.iter());
        let all = all.filter(|one| matches!(one, Prediction::Probabilities(_)));
        let all = all.count();
        let share = 100.0 * (all - one_view) as f64 / all.max(1) as f64;
        let name = &model.card.name;
        Some(format!(
            "{name}: {share:.1} % of {all} scores are of all orientations, the rest of one"
        ))
    };
    models.iter().filter_map(of_model).collect()
}

/// What could not be scored, the most frequent reason first.
fn refusals(candidates: &[&Candidate], models: &[ModelScores<'_>]) -> Vec<Refusals> {
    let mut all = Vec::new();
    for model in models {
        let mut reasons: BTreeMap<&Arc<str>, (usize, &Arc<str>)> = BTreeMap::new();
        for (candidate, predictions) in candidates.iter().zip(model.predictions) {
            for prediction in predictions.iter() {
                if let Prediction::Refused(why) = prediction {
                    reasons.entry(why).or_insert((0, &candidate.id)).0 += 1;
                }
            }
        }
        all.extend(reasons.into_iter().map(|(why, (epochs, first))| Refusals {
            model: model.card.name.clone(),
            why: why.clone(),
            epochs,
            first: first.clone(),
        }));
    }
    all.sort_by_key(|refusals| Reverse(refusals.epochs));
    all
}
