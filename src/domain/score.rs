//! What models predict for candidates: class probabilities at every epoch.

use std::{collections::HashMap, sync::Arc};

use super::{Candidate, Epoch, ModelInput};

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

/// What a score was computed from. Where the files are as they were then, so are the pixels; where they are not,
/// the pixels decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScoredFrom {
    /// Sizes and times of change of the files that the epoch's stamps lie in, and what they say of the epoch, as
    /// one number. None of what was kept before this was noted, or where a file could not be looked at.
    pub files: Option<u64>,
    /// A hash of the pixels; none of models that look back, which are computed anew in no time once stamps are
    /// decoded.
    pub pixels: Option<u64>,
}

/// What one model says of one epoch, as it is kept in a project.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreRow {
    /// Identifier of the candidate.
    pub candidate: Arc<str>,
    /// Which of its epochs: a text of [`ModelInput::epoch_keys`].
    pub epoch: Arc<str>,
    /// What the model says.
    pub prediction: Prediction,
    /// What it was computed from.
    pub scored_from: ScoredFrom,
}

impl ScoreRow {
    /// A row for every epoch of a candidate; `predictions` and what they were computed from are in their order, of a model that
    /// takes that in.
    pub fn of(
        candidate: &Candidate,
        input: &ModelInput,
        predictions: &[Prediction],
        scored_from: impl Fn(usize, &Epoch) -> ScoredFrom,
    ) -> Vec<Self> {
        let keys = input.epoch_keys(candidate).into_iter().enumerate();
        let rows = keys.zip(predictions).zip(&candidate.epochs);
        rows.map(|(((at, key), prediction), epoch)| Self {
            candidate: candidate.id.clone(),
            epoch: key,
            prediction: prediction.clone(),
            scored_from: scored_from(at, epoch),
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

/// A score of a project.
#[derive(Clone, Debug)]
struct Kept {
    probabilities: Arc<[f32]>,
    scored_from: ScoredFrom,
}

/// Scores by an epoch's key.
type ByEpoch = HashMap<Arc<str>, Kept>;

/// The scores of one model that a project holds, found by candidate.
///
/// Refusals count for nothing but that they need not be written again: what was missing may have come.
#[derive(Clone, Debug, Default)]
pub struct KeptScores {
    by_candidate: HashMap<Arc<str>, ByEpoch>,
    /// The reason, by candidate and an epoch's key.
    refused: HashMap<Arc<str>, HashMap<Arc<str>, Arc<str>>>,
    /// Those whose files have changed: they count where the pixels are the same.
    doubted: HashMap<Arc<str>, ByEpoch>,
}

impl KeptScores {
    /// The scores among rows of a project.
    pub fn of(rows: &[ScoreRow]) -> Self {
        let mut kept = Self::default();
        for row in rows {
            let (candidate, epoch) = (row.candidate.clone(), row.epoch.clone());
            match &row.prediction {
                Prediction::Probabilities(predicted) => {
                    let score = Kept {
                        probabilities: predicted.clone(),
                        scored_from: row.scored_from,
                    };
                    let epochs = kept.by_candidate.entry(candidate).or_default();
                    epochs.insert(epoch, score);
                }
                Prediction::Refused(why) => {
                    let epochs = kept.refused.entry(candidate).or_default();
                    epochs.insert(epoch, why.clone());
                }
            }
        }
        kept
    }

    /// Compares the files of a candidate with those that its scores were computed from. Scores of other files
    /// are known no longer; nor, of a model that looks back, are those after them. What nothing is known of (it
    /// was kept by an earlier program, or the file is gone) stays.
    pub fn check(
        &mut self,
        candidate: &Candidate,
        input: &ModelInput,
        files: impl Fn(&Epoch) -> Option<u64>,
    ) {
        let Some(epochs) = self.by_candidate.get_mut(&candidate.id) else {
            return;
        };
        let mut is_changed = false;
        for (key, epoch) in input.epoch_keys(candidate).iter().zip(&candidate.epochs) {
            let Some(kept) = epochs.get(key) else {
                continue;
            };
            let before = kept.scored_from.files;
            let is_other = before.is_some() && files(epoch).is_some_and(|now| before != Some(now));
            is_changed = is_other || is_changed && input.looks_back();
            if !is_changed {
                continue;
            }
            if let Some(kept) = epochs.remove(key)
                && !input.looks_back()
            {
                let doubted = self.doubted.entry(candidate.id.clone()).or_default();
                doubted.insert(key.clone(), kept);
            }
        }
    }

    fn find(&self, row: &ScoreRow) -> Option<&Kept> {
        let mut all = [&self.by_candidate, &self.doubted].into_iter();
        let kept = all.find_map(|all| all.get(&row.candidate)?.get(&row.epoch))?;
        let is_it =
            matches!(&row.prediction, Prediction::Probabilities(row) if *row == kept.probabilities);
        is_it.then_some(kept)
    }

    /// True where that epoch has this very score.
    pub fn holds(&self, row: &ScoreRow) -> bool {
        self.find(row).is_some()
    }

    /// True where that epoch has this very score of these very files, or was refused for this very reason; else the
    /// row is given the hash of the pixels that the score was kept with, where it has none.
    pub fn is_up_to_date(&self, row: &mut ScoreRow) -> bool {
        if let Prediction::Refused(why) = &row.prediction {
            let epochs = self.refused.get(&row.candidate);
            return epochs.and_then(|epochs| epochs.get(&row.epoch)) == Some(why);
        }
        let Some(kept) = self.find(row).map(|kept| kept.scored_from) else {
            return false;
        };
        row.scored_from.pixels = row.scored_from.pixels.or(kept.pixels);
        row.scored_from.files.is_none() || row.scored_from == kept
    }

    /// Forgets rows of another number of numbers than the model gives: a project that was damaged has them.
    pub fn keep_rows_of(&mut self, numbers: usize) {
        for all in [&mut self.by_candidate, &mut self.doubted] {
            all.retain(|_, epochs| {
                epochs.retain(|_, kept| kept.probabilities.len() == numbers);
                !epochs.is_empty()
            });
        }
    }

    /// How many of a candidate's epochs were refused when they were looked at last.
    pub fn refused(&self, candidate: &Candidate, input: &ModelInput) -> usize {
        let Some(refused) = self.refused.get(&candidate.id) else {
            return 0;
        };
        let keys = input.epoch_keys(candidate).into_iter();
        keys.filter(|key| refused.contains_key(key)).count()
    }

    /// True where a score does not say which files it was computed from.
    pub fn lacks_sources(&self) -> bool {
        let mut all = self.by_candidate.values().flat_map(HashMap::values);
        all.any(|kept| kept.scored_from.files.is_none())
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
        let kept = in_order(&self.by_candidate, candidate, input).into_iter();
        let known = |kept: &Kept| Prediction::Probabilities(kept.probabilities.clone());
        kept.map(|kept| kept.map(known)).collect()
    }

    /// Scores of files that have changed since, in the order of the epochs, with the hashes of the pixels for
    /// which they hold.
    pub fn doubted(
        &self,
        candidate: &Candidate,
        input: &ModelInput,
    ) -> Vec<Option<(Prediction, u64)>> {
        let kept = in_order(&self.doubted, candidate, input).into_iter();
        let doubted = |kept: &Kept| {
            let prediction = Prediction::Probabilities(kept.probabilities.clone());
            Some((prediction, kept.scored_from.pixels?))
        };
        kept.map(|kept| kept.and_then(doubted)).collect()
    }

    /// All predictions for a candidate; none unless every epoch has its score.
    pub fn complete(&self, candidate: &Candidate, input: &ModelInput) -> Option<Predictions> {
        self.known(candidate, input).into_iter().collect()
    }
}

fn in_order<'a>(
    kept: &'a HashMap<Arc<str>, ByEpoch>,
    candidate: &Candidate,
    input: &ModelInput,
) -> Vec<Option<&'a Kept>> {
    let Some(epochs) = kept.get(&candidate.id) else {
        return vec![None; candidate.epochs.len()];
    };
    let keys = input.epoch_keys(candidate).into_iter();
    keys.map(|key| epochs.get(&key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FeaturePlan, InputPlan, Mjd, Role, Scaling};

    fn nowhere(_: usize, _: &Epoch) -> ScoredFrom {
        ScoredFrom::default()
    }

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
        let kept = KeptScores::of(&ScoreRow::of(&candidate, &input, &predicted, nowhere));
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
        let rows = ScoreRow::of(
            &candidate,
            &single(),
            &[real.clone(), bogus.clone()],
            nowhere,
        );
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
        let rows = ScoreRow::of(&candidate, &single(), &refused, nowhere);
        let kept = KeptScores::of(&rows);
        assert_eq!(kept.known(&candidate, &single()), [None, None, None]);
        let mut again = rows[0].clone();
        assert!(kept.is_up_to_date(&mut again), "it is written only once");
        again.prediction = Prediction::Refused("is blank".into());
        assert!(!kept.is_up_to_date(&mut again));
        again.prediction = Prediction::Probabilities([0.1, 0.9].into());
        assert!(!kept.is_up_to_date(&mut again));
        assert_eq!(kept.refused(&candidate, &single()), 3);
        candidate.epochs.push(epoch(3.0));
        assert_eq!(kept.refused(&candidate, &single()), 3);
    }

    #[test]
    fn rows_of_another_length_are_no_rows_of_the_model() {
        let candidate = Candidate {
            id: "a".into(),
            epochs: [1.0, 2.0]
                .map(|mjd| Epoch {
                    mjd: Mjd::new(mjd),
                    ..Epoch::default()
                })
                .into(),
            ..Candidate::default()
        };
        let rows = [&[0.5_f32, 0.25, 0.25][..], &[0.5]];
        let rows = rows.map(|numbers| Prediction::Probabilities(numbers.into()));
        let mut kept = KeptScores::of(&ScoreRow::of(&candidate, &single(), &rows, nowhere));
        kept.keep_rows_of(3);
        let known = kept.known(&candidate, &single());
        assert_eq!(known, [Some(rows[0].clone()), None]);
        kept.keep_rows_of(4);
        assert!(kept.is_empty());
    }
}
