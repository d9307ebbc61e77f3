//! Sets of classes that hold the true one with a chosen probability: what conformal prediction was calibrated to,
//! and the set that follows for one object.
//!
//! A class belongs into the set of an object where the model gives it no less than to all but a few of the
//! objects of that class that it was calibrated with (Vovk, Gammerman & Shafer 2005, section 4.5). That holds
//! for each class by itself, so it holds whatever the class shares of a set are.

use serde::{Deserialize, Serialize};

/// What sets of classes follow from: quantiles of the probability of the true class, for each class and number of
/// epochs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetCalibration {
    /// The version of the model that it holds for.
    pub model: String,
    /// What it was calibrated with, in words.
    pub data: String,
    /// Levels that there are quantiles for, rising, between 0 and 1: the share of objects of each class whose set
    /// holds it.
    pub levels: Vec<f64>,
    /// By the number of epochs from which on it holds, rising.
    pub from: Vec<SetsFrom>,
}

/// Quantiles from one number of epochs on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetsFrom {
    /// Epochs that were scored.
    pub epochs: u32,
    /// For each class its objects, and the least probability with which it belongs into the set at each level. With
    /// too few objects for a level that is 0: the class is in every set.
    pub classes: Vec<ClassQuantiles>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassQuantiles {
    pub objects: u32,
    /// In the order of the levels, falling.
    pub least: Vec<f32>,
}

impl SetCalibration {
    /// True where it is of so many classes, and whole.
    pub fn fits(&self, classes: usize) -> bool {
        let is_level = |level: &f64| *level > 0.0 && *level < 1.0;
        let is_whole = |from: &SetsFrom| {
            let all = from.classes.iter();
            from.classes.len() == classes
                && all
                    .into_iter()
                    .all(|one| one.least.len() == self.levels.len())
        };
        !self.levels.is_empty()
            && self.levels.iter().all(is_level)
            && self.levels.is_sorted_by(|a, b| a < b)
            && self.from.is_sorted_by(|a, b| a.epochs < b.epochs)
            && self.from.iter().all(is_whole)
    }

    /// The least probability of each class after so many epochs at a level, interpolated between those that are
    /// known: 0 above them, that of the lowest below. None before the first number of epochs.
    pub fn least(&self, epochs: u32, level: f64) -> Option<Vec<f32>> {
        let from = self.from.iter().rfind(|from| from.epochs <= epochs)?;
        let at = self.levels.partition_point(|known| *known < level - 1e-9);
        let of = |one: &ClassQuantiles| {
            let Some(above) = one.least.get(at) else {
                return 0.0;
            };
            let Some(below) = at.checked_sub(1) else {
                return *above;
            };
            let span = self.levels[at] - self.levels[below];
            let share = ((level - self.levels[below]) / span) as f32;
            one.least[below] * (1.0 - share) + above * share
        };
        Some(from.classes.iter().map(of).collect())
    }

    /// The same with the quantiles of another one for classes of which that has at least so many objects: labels in
    /// the place of simulation.
    #[must_use]
    pub fn with(&self, other: &Self, fewest: u32) -> Self {
        let mut both = self.clone();
        for from in &mut both.from {
            let same = other.from.iter().find(|of| of.epochs == from.epochs);
            let Some(same) = same.filter(|_| other.levels == self.levels) else {
                continue;
            };
            for (own, theirs) in from.classes.iter_mut().zip(&same.classes) {
                if theirs.objects >= fewest {
                    own.clone_from(theirs);
                }
            }
        }
        both
    }
}
