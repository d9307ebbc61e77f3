//! What models say of candidates: class probabilities at every epoch.

use std::{collections::HashMap, sync::Arc};

use super::{Candidate, ModelInput};

/// What one model says of one epoch.
#[derive(Clone, Debug, PartialEq)]
pub enum Prediction {
    /// A probability for every class, in the order of the model's card; they sum to 1.
    Probabilities(Arc<[f32]>),
    /// Why it cannot be scored: "has no reference".
    Refused(Arc<str>),
}

impl Prediction {
    /// The probability of a class; none where the epoch was refused.
    pub fn probability(&self, class: usize) -> Option<f32> {
        match self {
            Self::Probabilities(all) => all.get(class).copied(),
            Self::Refused(_) => None,
        }
    }
}

/// The position of the largest number of a row, the first among equals: everywhere in the program, so that a tie
/// is called alike wherever it is shown. None of an empty row.
pub fn likeliest(row: &[f32]) -> Option<usize> {
    let all = row.iter().enumerate();
    all.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))
        .map(|(at, _)| at)
}

/// What one model says of one candidate, epoch by epoch in time order.
pub type Predictions = Arc<[Prediction]>;

/// What one model says of one epoch, as it is kept in a project.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreRow {
    /// Identifier of the candidate.
    pub candidate: Arc<str>,
    /// Which of its epochs: a text of [`ModelInput::epoch_keys`].
    pub epoch: Arc<str>,
    /// What the model says.
    pub prediction: Prediction,
}

impl ScoreRow {
    /// A row for every epoch of a candidate; `predictions` are in their order, of a model that takes
    /// that in.
    pub fn of(candidate: &Candidate, input: &ModelInput, predictions: &[Prediction]) -> Vec<Self> {
        let keys = input.epoch_keys(candidate);
        let rows = keys.into_iter().zip(predictions);
        rows.map(|(epoch, prediction)| Self {
            candidate: candidate.id.clone(),
            epoch,
            prediction: prediction.clone(),
        })
        .collect()
    }
}

/// What a model that looks back remembers of one candidate, as it is kept in a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Identifier of the candidate.
    pub candidate: Arc<str>,
    /// The last epoch that the model has seen: a text of [`Candidate::history_keys`].
    pub epoch: Arc<str>,
    /// What it remembers, in the model's own writing.
    pub memory: Arc<[u8]>,
}

/// What a model said, to be kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewScores {
    /// Its verdicts.
    pub rows: Vec<ScoreRow>,
    /// What it remembers, for its next word.
    pub memories: Vec<Remembered>,
}

impl NewScores {
    /// True where there is nothing to keep.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.memories.is_empty()
    }
}

impl From<Vec<ScoreRow>> for NewScores {
    fn from(rows: Vec<ScoreRow>) -> Self {
        Self {
            rows,
            memories: Vec::new(),
        }
    }
}

/// Class probabilities by an epoch's key.
type ByEpoch = HashMap<Arc<str>, Arc<[f32]>>;

/// The scores of one model that a project holds, found by candidate.
///
/// Refusals are left out: they cost little to find again, and what was missing may have come.
#[derive(Clone, Debug, Default)]
pub struct KeptScores {
    by_candidate: HashMap<Arc<str>, ByEpoch>,
}

impl KeptScores {
    /// The scores among rows of a project.
    pub fn of(rows: &[ScoreRow]) -> Self {
        let mut kept = Self::default();
        for row in rows {
            if let Prediction::Probabilities(predicted) = &row.prediction {
                let epochs = kept.by_candidate.entry(row.candidate.clone()).or_default();
                epochs.insert(row.epoch.clone(), predicted.clone());
            }
        }
        kept
    }

    /// True where that epoch has this very score.
    pub fn holds(&self, row: &ScoreRow) -> bool {
        let epochs = self.by_candidate.get(&row.candidate);
        let kept = epochs.and_then(|epochs| epochs.get(&row.epoch));
        kept.is_some_and(
            |kept| matches!(&row.prediction, Prediction::Probabilities(predicted) if predicted == kept),
        )
    }

    /// Epochs with a score.
    pub fn len(&self) -> usize {
        self.by_candidate.values().map(HashMap::len).sum()
    }

    /// True where nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.by_candidate.is_empty()
    }

    /// What is known of a candidate's epochs, in their order, of a model that takes that in.
    pub fn known(&self, candidate: &Candidate, input: &ModelInput) -> Vec<Option<Prediction>> {
        let Some(epochs) = self.by_candidate.get(&candidate.id) else {
            return vec![None; candidate.epochs.len()];
        };
        let keys = input.epoch_keys(candidate);
        let known = |key: Arc<str>| epochs.get(&key).cloned().map(Prediction::Probabilities);
        keys.into_iter().map(known).collect()
    }

    /// All verdicts of a candidate; none unless every epoch has its score.
    pub fn complete(&self, candidate: &Candidate, input: &ModelInput) -> Option<Predictions> {
        self.known(candidate, input).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Epoch, FeaturePlan, InputPlan, Mjd, Role, Scaling};

    fn single() -> ModelInput {
        ModelInput::Stamps(InputPlan {
            channels: vec![Role::Science],
            side_px: 21,
            pixel_scale_arcsec: None,
            scaling: Scaling::MinMax,
            is_in_detection_polarity: false,
            context_px: None,
        })
    }

    #[test]
    fn of_equal_probabilities_the_first_is_called() {
        assert_eq!(likeliest(&[0.1, 0.45, 0.45]), Some(1));
        assert_eq!(likeliest(&[0.5, 0.5]), Some(0));
        assert_eq!(likeliest(&[]), None);
    }

    #[test]
    fn a_score_after_other_epochs_is_no_score_of_a_model_that_looks_back() {
        let epoch = |mjd: f64| Epoch {
            mjd: Mjd::new(mjd),
            ..Epoch::default()
        };
        let mut candidate = Candidate {
            id: "a".into(),
            epochs: vec![epoch(1.0), epoch(2.0), epoch(3.0)],
            ..Candidate::default()
        };
        let input = ModelInput::Features(FeaturePlan {
            features: vec!["Mean".into()],
            fewest_epochs: 1,
        });
        let predicted = [0.1, 0.2, 0.3].map(|p| Prediction::Probabilities([p, 1.0 - p].into()));
        let kept = KeptScores::of(&ScoreRow::of(&candidate, &input, &predicted));
        assert_eq!(
            kept.complete(&candidate, &input).as_deref(),
            Some(&predicted[..])
        );
        candidate.epochs.push(epoch(4.0));
        assert_eq!(
            kept.known(&candidate, &input)[2..],
            [Some(predicted[2].clone()), None]
        );
        candidate.epochs.remove(1);
        assert_eq!(
            kept.known(&candidate, &input),
            [Some(predicted[0].clone()), None, None]
        );
    }

    #[test]
    fn kept_scores_find_their_epochs_again_and_refusals_are_asked_anew() {
        let epoch = |mjd: f64| Epoch {
            mjd: Mjd::new(mjd),
            ..Epoch::default()
        };
        let mut candidate = Candidate {
            id: "a".into(),
            epochs: vec![epoch(1.0), epoch(2.0)],
            ..Candidate::default()
        };
        let real = Prediction::Probabilities([0.1, 0.9].into());
        let bogus = Prediction::Probabilities([0.8, 0.2].into());
        let rows = ScoreRow::of(&candidate, &single(), &[real.clone(), bogus.clone()]);
        assert_eq!(&*rows[1].epoch, "mjd 2");
        let kept = KeptScores::of(&rows);
        let all = kept.complete(&candidate, &single()).unwrap();
        assert_eq!(&all[..], &[real.clone(), bogus]);
        // A new epoch came between them.
        candidate.epochs.insert(1, epoch(1.5));
        assert_eq!(kept.complete(&candidate, &single()), None);
        assert_eq!(kept.known(&candidate, &single())[..2], [Some(real), None]);
        let refused = [
            Prediction::Refused("has no reference stamp".into()),
            Prediction::Refused("has no reference stamp".into()),
            Prediction::Refused("has no reference stamp".into()),
        ];
        let kept = KeptScores::of(&ScoreRow::of(&candidate, &single(), &refused));
        assert_eq!(kept.known(&candidate, &single()), [None, None, None]);
    }
}
