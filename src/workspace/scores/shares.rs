//! Class shares of the opened set: what the user chose, what was found of each shown model's predictions, and
//! the predictions that are shown in their place.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    shown::{ReadyModel, Scores, ShownModel},
    tally::Tally,
};
use crate::{
    domain::{CandidateIx, ScoreBook, SetCalibration},
    learn::shares::{ClassShares, Decision, ShareSource},
};

/// What predictions are corrected for, as chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChosenShares {
    /// Where shares are taken from.
    pub source: ShareSource,
    /// What the correction is for.
    pub decision: Decision,
    /// Shares that were set by hand, by class, 0 to 1; those that are not named are 0.
    pub by_hand: BTreeMap<String, f64>,
}

impl Default for ChosenShares {
    fn default() -> Self {
        Self {
            source: ShareSource::Trained,
            decision: Decision::default(),
            by_hand: BTreeMap::new(),
        }
    }
}

/// The same for models of each kind: a set has shares of its classes, and a share of bogus.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SharesOfSet {
    classes: ChosenShares,
    real_or_bogus: ChosenShares,
}

impl SharesOfSet {
    /// What was chosen for models of that kind.
    pub const fn of(&self, is_real_or_bogus: bool) -> &ChosenShares {
        if is_real_or_bogus {
            &self.real_or_bogus
        } else {
            &self.classes
        }
    }

    pub(super) const fn of_mut(&mut self, is_real_or_bogus: bool) -> &mut ChosenShares {
        if is_real_or_bogus {
            &mut self.real_or_bogus
        } else {
            &mut self.classes
        }
    }
}

/// What shares were found from: where this has changed, they are found anew.
#[derive(Clone, Debug, PartialEq)]
pub struct SharesKey {
    pub chosen: ChosenShares,
    /// Candidates that the model had scored.
    pub scored: usize,
    /// Revision of the labels, where shares come from them.
    pub labels: Option<u64>,
    /// How many tens of labels there are, which sets of classes are calibrated with.
    pub tens_of_labels: usize,
}

/// What was found of a model's predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundShares {
    pub key: SharesKey,
    /// Shares that the model was trained with, in the order of its classes.
    pub trained: Vec<f64>,
    /// Those that the predictions speak for.
    pub estimated: ClassShares,
    /// Those that were chosen; where that is as trained, the estimated ones, to show what they would change.
    pub used: ClassShares,
    /// Classes before and after, by candidate that is called otherwise at its latest epoch.
    pub changed: BTreeMap<CandidateIx, [usize; 2]>,
    /// The threshold that follows, of a model that tells real from bogus.
    pub threshold: Option<f32>,
    /// What sets of classes follow from by the labels of this set; none where there are too few.
    pub sets: Option<Arc<SetCalibration>>,
}

impl FoundShares {
    /// True where predictions are corrected.
    pub fn is_in_force(&self) -> bool {
        self.key.chosen.source != ShareSource::Trained
    }

    /// How many candidates changed from which class to which, the most first.
    pub fn changes(&self) -> Vec<([usize; 2], usize)> {
        let mut counts: BTreeMap<[usize; 2], usize> = BTreeMap::new();
        for change in self.changed.values() {
            *counts.entry(*change).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }
}

/// Predictions that are shown in the place of a model's own.
#[derive(Clone, Debug)]
pub(crate) struct Corrected {
    /// Of that model alone; empty where only its threshold follows.
    book: ScoreBook,
    /// The numbers that its own predictions gave.
    own: Tally,
}

/// What a task found of one model.
#[derive(Debug)]
pub struct SharesResult {
    pub found: FoundShares,
    /// Predictions after the correction and their numbers, where they are to be shown.
    pub corrected: Option<(ScoreBook, Tally)>,
}

impl ShownModel {
    /// What was found of the class shares.
    pub fn shares(&self) -> Option<&FoundShares> {
        self.shares.as_deref()
    }

    /// What was found of the class shares, where predictions are corrected for them.
    pub fn shares_in_force(&self) -> Option<&FoundShares> {
        self.shares().filter(|found| found.is_in_force())
    }

    /// The threshold that follows from the share of bogus, where it is to.
    pub(crate) fn followed_threshold(&self) -> Option<f32> {
        let found = self.shares_in_force()?;
        let is_followed = found.key.chosen.decision == Decision::MostRight;
        found.threshold.filter(|_| is_followed)
    }

    /// Shows what the model itself predicts.
    pub(crate) fn uncorrect(&mut self) {
        self.shares = None;
        if let Some(corrected) = self.corrected.take() {
            self.tally = corrected.own;
        }
    }

    /// The predictions that are shown in the place of its own.
    pub(crate) fn corrected_book(&self) -> Option<&ScoreBook> {
        self.corrected.as_ref().map(|corrected| &corrected.book)
    }
}

impl Scores {
    pub const fn chosen_shares(&self, ready: &ReadyModel) -> &ChosenShares {
        self.chosen_shares.of(ready.real.is_some())
    }

    /// Takes in what was found of a model.
    pub fn take_shares(&mut self, source: &str, result: SharesResult) {
        let Some(model) = self.find(source) else {
            return;
        };
        model.uncorrect();
        if let Some((book, tally)) = result.corrected {
            let own = std::mem::replace(&mut model.tally, tally);
            model.corrected = Some(Corrected { book, own });
        }
        model.shares = Some(Arc::new(result.found));
        self.touch();
    }

    /// All predictions as they are shown.
    pub fn shown_book(&self) -> ScoreBook {
        let mut book = self.book.clone();
        for corrected in self.shown.iter().filter_map(ShownModel::corrected_book) {
            book.overlay(corrected);
        }
        book
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: ShareSource) -> FoundShares {
        let estimated = ClassShares::trained(&[0.5, 0.5]);
        FoundShares {
            key: SharesKey {
                chosen: ChosenShares {
                    source,
                    ..ChosenShares::default()
                },
                scored: 3,
                labels: None,
                tens_of_labels: 0,
            },
            trained: vec![0.5, 0.5],
            used: estimated.clone(),
            estimated,
            changed: [
                (CandidateIx(0), [1, 0]),
                (CandidateIx(2), [1, 0]),
                (CandidateIx(3), [0, 1]),
            ]
            .into(),
            threshold: Some(0.8),
            sets: None,
        }
    }

    #[test]
    fn changes_are_counted_the_most_first() {
        let found = found(ShareSource::Estimated);
        assert_eq!(found.changes(), [([1, 0], 2), ([0, 1], 1)]);
        assert!(found.is_in_force());
    }

    #[test]
    fn a_threshold_follows_where_most_objects_are_to_be_right() {
        let mut model = ShownModel::new("m".into());
        for (source, decision, expected) in [
            (ShareSource::Estimated, Decision::MostRight, Some(0.8)),
            (ShareSource::Estimated, Decision::EveryClass, None),
            (ShareSource::Trained, Decision::MostRight, None),
        ] {
            let mut found = found(source);
            found.key.chosen.decision = decision;
            model.shares = Some(Arc::new(found));
            assert_eq!(model.followed_threshold(), expected);
        }
        model.uncorrect();
        assert!(model.shares().is_none());
    }
}
