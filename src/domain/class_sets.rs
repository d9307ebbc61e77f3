//! Sets of classes that hold the true one with a chosen probability: what conformal prediction was calibrated to,
//! and the set that follows for one object.
//!
//! A class belongs into the set of an object where the model gives it no less than to all but a few of the
//! objects of that class that it was calibrated with (Vovk, Gammerman & Shafer 2005, section 4.5). That holds
//! for each class by itself, so it holds whatever the class shares of a set are.

use serde::{Deserialize, Serialize};

use super::{Prediction, likeliest};

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

/// Quantiles of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassQuantiles {
    /// Objects of the class.
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

    /// The classes that an object may be after one of its epochs, the likeliest first: none before an epoch was
    /// scored, or where nothing is calibrated for so few.
    ///
    /// `own` is what the model itself predicts after each epoch, which it was calibrated by; `shown` the same as it
    /// is shown: classes that class shares leave out of it are in no set, and the likeliest of it is in each.
    pub fn set(
        &self,
        [own, shown]: [&[Prediction]; 2],
        epoch: usize,
        level: f64,
    ) -> Option<Vec<usize>> {
        let rows = own.iter().take(epoch + 1).enumerate();
        let mut rows = rows.filter_map(|(at, one)| Some((at, row(one)?)));
        let count = rows.clone().count();
        let (at, own) = rows.next_back()?;
        let shown = shown.get(at).and_then(row).unwrap_or(own);
        let least = self.least(u32::try_from(count).ok()?, level)?;
        let held = |class: &usize| own[*class] >= least[*class] && shown[*class] > 0.0;
        let classes = own.len().min(least.len()).min(shown.len());
        let mut set: Vec<usize> = (0..classes).filter(held).collect();
        if let Some(most) = likeliest(shown).filter(|most| !set.contains(most)) {
            set.push(most);
        }
        set.sort_by(|a, b| shown[*b].total_cmp(&shown[*a]).then(a.cmp(b)));
        Some(set)
    }
}

fn row(prediction: &Prediction) -> Option<&[f32]> {
    match prediction {
        Prediction::Probabilities(row) if row.iter().all(|p| p.is_finite()) => Some(row),
        Prediction::Probabilities(_) | Prediction::Refused(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantiles(objects: u32, least: [f32; 2]) -> ClassQuantiles {
        ClassQuantiles {
            objects,
            least: least.into(),
        }
    }

    fn calibration() -> SetCalibration {
        let from = |epochs, all: [[f32; 2]; 3]| SetsFrom {
            epochs,
            classes: all.map(|least| quantiles(100, least)).into(),
        };
        SetCalibration {
            model: "m@00000000".into(),
            data: "made".into(),
            levels: vec![0.8, 0.9],
            from: vec![
                from(1, [[0.1, 0.05], [0.1, 0.05], [0.3, 0.2]]),
                from(3, [[0.5, 0.3], [0.4, 0.2], [0.6, 0.4]]),
            ],
        }
    }

    fn predicted(row: [f32; 3]) -> Prediction {
        Prediction::Probabilities(row.into())
    }

    #[test]
    fn a_set_has_what_is_likely_enough_after_so_many_epochs() {
        let known = calibration();
        assert!(known.fits(3) && !known.fits(2));
        let all = [
            predicted([0.6, 0.25, 0.15]),
            Prediction::Refused("no zero point".into()),
            predicted([0.6, 0.25, 0.15]),
            predicted([0.6, 0.25, 0.15]),
        ];
        let set = |epoch, level| known.set([&all, &all], epoch, level).unwrap();
        assert_eq!(set(0, 0.9), [0, 1]);
        // A refused epoch leaves what was known, and two scored epochs are no three.
        assert_eq!(set(1, 0.9), [0, 1]);
        assert_eq!(set(2, 0.8), [0, 1]);
        assert_eq!(set(3, 0.9), [0, 1]);
        assert_eq!(set(3, 0.8), [0]);
        // Half way between the levels the least of the second class is .3.
        assert_eq!(set(3, 0.85), [0]);
        // Surer than was calibrated: nothing is left out.
        assert_eq!(set(3, 0.95), [0, 1, 2]);
        let refused = [Prediction::Refused("no zero point".into())];
        assert_eq!(known.set([&refused, &refused], 0, 0.9), None);
    }

    #[test]
    fn class_shares_leave_classes_out_and_the_named_class_is_in() {
        let known = calibration();
        let own = [predicted([0.45, 0.05, 0.5])];
        let shown = [predicted([0.9, 0.1, 0.0])];
        assert_eq!(known.set([&own, &own], 0, 0.9).unwrap(), [2, 0, 1]);
        assert_eq!(known.set([&own, &shown], 0, 0.9).unwrap(), [0, 1]);
        let other = [predicted([0.01, 0.98, 0.01])];
        let unlike = [predicted([0.6, 0.4, 0.0])];
        assert_eq!(known.set([&other, &unlike], 0, 0.9).unwrap(), [0, 1]);
    }

    #[test]
    fn labels_stand_in_for_simulation_where_there_are_enough() {
        let known = calibration();
        let mut labels = calibration();
        for from in &mut labels.from {
            from.classes = vec![
                quantiles(40, [0.9, 0.8]),
                quantiles(3, [0.9, 0.0]),
                quantiles(0, [0.0; 2]),
            ];
        }
        let both = known.with(&labels, 20);
        let least: Vec<f32> = both.least(1, 0.9).unwrap();
        assert_eq!(least, [0.8, 0.05, 0.2]);
    }
}
