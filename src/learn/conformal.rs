//! Sets of classes that hold the true one with a chosen probability: conformal prediction, calibrated class by
//! class (Vovk, Gammerman & Shafer 2005, section 4.5), so that rare classes are covered as often as frequent
//! ones.

use serde::{Deserialize, Serialize};

use crate::domain::likeliest;

/// The least probability of each class with which it belongs into the set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassSets {
    /// The share of objects of each class whose set holds it.
    pub level: f64,
    /// In the order of the classes. A class with too few objects to calibrate has 0: it is in every set.
    pub least: Vec<f32>,
}

impl ClassSets {
    /// Calibrates with objects that the model has not learned from: rows of probabilities and true classes.
    /// `level` is the wanted coverage, above 0 and below 1.
    pub fn calibrated(rows: &[(&[f32], usize)], classes: usize, level: f64) -> Self {
        let least = (0..classes).map(|class| {
            let of_class = rows.iter().filter(|(_, of)| *of == class);
            let mut own: Vec<f32> = of_class
                .filter_map(|(row, _)| row.get(class).copied())
                .collect();
            own.sort_by(f32::total_cmp);
            // So many may be missed: one object more stands for the next one.
            let missed = ((1.0 - level) * (own.len() as f64 + 1.0) + 1e-9).floor() as usize;
            missed
                .checked_sub(1)
                .and_then(|at| own.get(at))
                .copied()
                .unwrap_or(0.0)
        });
        Self {
            level,
            least: least.collect(),
        }
    }

    /// The classes that an object may be, the likeliest first; never empty for a row with classes: where none
    /// is likely enough, the likeliest alone.
    pub fn of(&self, row: &[f32]) -> Vec<usize> {
        let both = row.iter().zip(&self.least).enumerate();
        let held = both.filter(|(_, (p, least))| p >= least);
        let mut set: Vec<usize> = held.map(|(class, _)| class).collect();
        if set.is_empty() {
            set.extend(likeliest(row));
        }
        set.sort_by(|a, b| row[*b].total_cmp(&row[*a]).then(a.cmp(b)));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::chance::Chance;

    /// Objects of three classes, the third of which is hard to tell from the second and rare.
    fn rows(count: usize, seed: u64) -> Vec<(Vec<f32>, usize)> {
        let mut chance = Chance::new(seed);
        let one = |at: usize| {
            let class = if at.is_multiple_of(10) { 2 } else { at % 2 };
            let sure = chance.share() as f32;
            let row = match class {
                0 => vec![0.5 + 0.5 * sure, 0.3 * (1.0 - sure), 0.2 * (1.0 - sure)],
                1 => vec![0.1 * (1.0 - sure), 0.4 + 0.6 * sure, 0.5 * (1.0 - sure)],
                _ => vec![0.1, 0.9 * sure, 0.9 * (1.0 - sure)],
            };
            (row, class)
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn every_class_is_covered_as_often_as_was_asked() {
        let (known, new) = (rows(2_000, 1), rows(2_000, 2));
        let known: Vec<(&[f32], usize)> = known
            .iter()
            .map(|(row, class)| (&row[..], *class))
            .collect();
        let sets = ClassSets::calibrated(&known, 3, 0.9);
        for class in 0..3 {
            let of_class: Vec<_> = new.iter().filter(|(_, of)| *of == class).collect();
            let covered = of_class
                .iter()
                .filter(|(row, _)| sets.of(row).contains(&class))
                .count();
            let coverage = covered as f64 / of_class.len() as f64;
            assert!((0.82..0.98).contains(&coverage), "{class}: {coverage}");
        }
        // What is clear has one class, what is not has two, the likelier first.
        assert_eq!(sets.of(&[0.98, 0.01, 0.01]), [0]);
        assert_eq!(sets.of(&[0.02, 0.6, 0.38]), [1, 2]);
    }

    #[test]
    fn too_few_objects_exclude_nothing() {
        let row: &[f32] = &[0.99, 0.01];
        let few = ClassSets::calibrated(&[(row, 0); 30], 2, 0.9);
        assert_eq!(few.least, [0.99, 0.0]);
        assert_eq!(few.of(&[0.995, 0.005]), [0, 1]);
        assert_eq!(ClassSets::calibrated(&[], 2, 0.9).of(&[0.4, 0.6]), [1, 0]);
    }
}
