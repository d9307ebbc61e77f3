//! Class shares of a set without labels, by expectation maximisation.

use super::{
    class_shares::{ClassShares, ShareSource, Shrunk, normalised},
    uncertainty::{errors, mixed},
};

/// Objects from which an estimate stands alone; of fewer, the trained shares count as the missing ones.
pub const FEW_OBJECTS: usize = 50;

/// The part of each object's likelihood that is common to all classes: an object unlike anything that was
/// trained can then not prove a class by itself. Chosen on simulation, as are the next two.
const UNLIKE_ANY: f64 = 0.03;
/// Twice the fall of the log-likelihood without a class, below which its share is compatible with zero.
const COMPATIBLE: f64 = 2.7;
/// Shares below this are taken for errors of the model.
const LEAST_SHARE: f64 = 0.02;
/// Probabilities below this are rounding.
const LEAST_PROBABILITY: f64 = 1e-6;
/// Rounds at most, and the change of a share at which it ends.
const ROUNDS: usize = 500;
const SETTLED: f64 = 1e-7;

/// The class shares of a set from its predictions: one calibrated row an object, its latest epoch
/// (Saerens et al. 2002, section 2.2). Classes whose share is compatible with zero are left out, the least
/// needed first. `trained` are the shares that the model was trained with. Rows that are no
/// probabilities are passed over; without any row the trained shares come back.
pub fn estimate<R: AsRef<[f32]>>(predictions: &[R], trained: &[f64]) -> ClassShares {
    let trained = normalised(trained);
    let ratios: Vec<Vec<f64>> = predictions
        .iter()
        .filter_map(|row| ratios(row.as_ref(), &trained))
        .collect();
    let objects = ratios.len();
    let mut found = ClassShares {
        source: ShareSource::Estimated,
        shares: trained.clone(),
        errors: vec![0.0; trained.len()],
        occurs: trained.iter().map(|share| *share > 0.0).collect(),
        objects,
        shrunk: Some(Shrunk::FewObjects),
    };
    if objects == 0 || trained.len() < 2 {
        return found;
    }
    let missing = FEW_OBJECTS.saturating_sub(objects);
    let set = Set {
        ratios,
        prior: trained.iter().map(|share| share * missing as f64).collect(),
    };
    if missing > 0 {
        found.shares = set.shares(&found.occurs);
        found.errors = errors(&set.ratios, &set.prior, &found.shares);
        return found;
    }
    let (occurs, shares) = set.without_absent(&found.occurs);
    found.errors = errors(&set.ratios, &set.prior, &shares);
    if occurs.iter().filter(|occurs| **occurs).count() == 1 {
        // All classes stay possible: of one class alone nothing speaks against a model that is blind.
        let weight = objects as f64 / (objects + FEW_OBJECTS) as f64;
        let both = shares.iter().zip(&trained);
        found.shares = both
            .map(|(share, trained)| weight * share + (1.0 - weight) * trained)
            .collect();
        found.shrunk = Some(Shrunk::OneClass);
        return found;
    }
    found.shrunk = None;
    found.occurs = occurs;
    found.shares = shares;
    found
}

/// The likelihoods of a row's classes up to a common factor; none where it is no row of probabilities.
fn ratios(row: &[f32], trained: &[f64]) -> Option<Vec<f64>> {
    if row.len() != trained.len() || row.iter().any(|p| !p.is_finite()) {
        return None;
    }
    let ratio = |(p, trained): (&f32, &f64)| {
        if *trained > 0.0 {
            f64::from(*p).max(LEAST_PROBABILITY) / trained
        } else {
            0.0
        }
    };
    let ratios: Vec<f64> = row.iter().zip(trained).map(ratio).collect();
    let mean = mixed(&ratios, trained);
    let common = |ratio: f64| (1.0 - UNLIKE_ANY) * ratio / mean + UNLIKE_ANY;
    Some(ratios.into_iter().map(common).collect())
}

struct Set {
    ratios: Vec<Vec<f64>>,
    /// Objects of each class that the trained shares count as.
    prior: Vec<f64>,
}

impl Set {
    /// The likeliest shares of the classes that may occur.
    fn shares(&self, occurs: &[bool]) -> Vec<f64> {
        let start = occurs.iter().map(|occurs| f64::from(u8::from(*occurs)));
        let mut shares = normalised(&start.collect::<Vec<_>>());
        for _ in 0..ROUNDS {
            let mut sums: Vec<f64> = self.prior.clone();
            for row in &self.ratios {
                let all = mixed(row, &shares);
                for (sum, (ratio, share)) in sums.iter_mut().zip(row.iter().zip(&shares)) {
                    *sum += ratio * share / all;
                }
            }
            let new = normalised(&sums);
            let change = new.iter().zip(&shares).map(|(new, old)| (new - old).abs());
            let change = change.fold(0.0, f64::max);
            shares = new;
            if change < SETTLED {
                break;
            }
        }
        shares
    }

    fn log_likelihood(&self, shares: &[f64]) -> f64 {
        self.ratios.iter().map(|row| mixed(row, shares).ln()).sum()
    }

    /// Leaves out one class after the other whose share is compatible with zero; what occurs then, and the
    /// shares.
    fn without_absent(&self, may_occur: &[bool]) -> (Vec<bool>, Vec<f64>) {
        let mut occurs = may_occur.to_vec();
        let mut shares = self.shares(&occurs);
        loop {
            let whole = self.log_likelihood(&shares);
            let left: Vec<usize> = (0..occurs.len()).filter(|at| occurs[*at]).collect();
            if left.len() < 2 {
                return (occurs, shares);
            }
            let without = left.into_iter().map(|class| {
                let mut fewer = occurs.clone();
                fewer[class] = false;
                let shares_then = self.shares(&fewer);
                let fall = 2.0 * (whole - self.log_likelihood(&shares_then));
                let fall = if shares[class] < LEAST_SHARE {
                    fall.min(0.0)
                } else {
                    fall
                };
                (fall, fewer, shares_then)
            });
            let Some((fall, fewer, shares_then)) = without.min_by(|a, b| a.0.total_cmp(&b.0))
            else {
                return (occurs, shares);
            };
            if fall > COMPATIBLE {
                return (occurs, shares);
            }
            (occurs, shares) = (fewer, shares_then);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{
        super::{class_shares::Decision, correct::correct},
        *,
    };
    use crate::learn::chance::Chance;

    /// Rows of a calibrated model of four classes in equal shares that sees one number, normal about the
    /// class' own: objects of these numbers, with their classes.
    pub(in super::super) fn rows(counts: [usize; 4], apart: f64) -> Vec<(Vec<f32>, usize)> {
        let mut chance = Chance::new(7);
        let mut rows = Vec::new();
        for (class, count) in counts.into_iter().enumerate() {
            for _ in 0..count {
                // Twelve even numbers make a normal one.
                let normal: f64 = (0..12).map(|_| chance.share()).sum::<f64>() - 6.0;
                let seen = class as f64 * apart + normal;
                let likelihood = |of: usize| (-0.5 * (seen - of as f64 * apart).powi(2)).exp();
                let all: Vec<f64> = (0..4).map(likelihood).collect();
                let sum: f64 = all.iter().sum();
                rows.push((all.iter().map(|l| (l / sum) as f32).collect(), class));
            }
        }
        rows
    }

    fn estimated(counts: [usize; 4], apart: f64) -> ClassShares {
        let rows: Vec<Vec<f32>> = rows(counts, apart)
            .into_iter()
            .map(|(row, _)| row)
            .collect();
        estimate(&rows, &[0.25; 4])
    }

    #[test]
    fn shares_are_found_within_their_errors_and_absent_classes_left_out() {
        let counts = [320, 60, 0, 20];
        let found = estimated(counts, 2.5);
        assert_eq!(found.occurs, [true, true, false, true]);
        for (at, count) in counts.into_iter().enumerate() {
            let off = (found.shares[at] - count as f64 / 400.0).abs();
            assert!(off < 0.05 && off <= 3.0 * found.errors[at], "{found:?}");
        }
        assert_eq!((found.objects, found.shrunk), (400, None));
        assert!(
            found
                .errors
                .iter()
                .all(|error| *error > 0.0 && *error < 0.05)
        );
    }

    #[test]
    fn corrected_predictions_recognise_more() {
        let rows = rows([300, 100, 0, 0], 1.5);
        let plain: Vec<&[f32]> = rows.iter().map(|(row, _)| &row[..]).collect();
        let trained = [0.25; 4];
        let found = estimate(&plain, &trained);
        let target = found.target(Decision::MostRight);
        let right = |row: &[f32], class: usize| crate::domain::likeliest(row) == Some(class);
        let before = rows
            .iter()
            .filter(|(row, class)| right(row, *class))
            .count();
        let after = rows
            .iter()
            .filter(|(row, class)| right(&correct(row, &trained, &target), *class));
        let after = after.count();
        assert!(after > before + 20, "{before} {after}");
    }

    #[test]
    fn few_objects_and_one_class_are_drawn_towards_the_trained_shares() {
        let few = estimated([10, 0, 0, 0], 4.0);
        assert_eq!(few.shrunk, Some(Shrunk::FewObjects));
        assert!((few.shares[0] - 20.0 / 50.0).abs() < 0.02, "{few:?}");
        assert_eq!(few.occurs, [true; 4]);
        let one = estimated([0, 100, 0, 0], 4.0);
        assert_eq!(one.shrunk, Some(Shrunk::OneClass));
        assert!(
            (one.shares[1] - (100.0 + 12.5) / 150.0).abs() < 0.01,
            "{one:?}"
        );
        assert_eq!(one.occurs, [true; 4]);
        let none = estimate(&[[f32::NAN, 0.5]], &[0.3, 0.7]);
        assert_eq!((none.objects, &none.shares[..]), (0, &[0.3, 0.7][..]));
    }

    #[test]
    fn one_odd_object_proves_no_class() {
        let mut rows: Vec<Vec<f32>> = (0..200)
            .map(|at| {
                if at % 2 == 0 {
                    vec![0.98, 0.01, 0.01]
                } else {
                    vec![0.01, 0.98, 0.01]
                }
            })
            .collect();
        rows.push(vec![0.0, 0.0, 1.0]);
        let found = estimate(&rows, &[1.0 / 3.0; 3]);
        assert_eq!(found.occurs, [true, true, false]);
        assert!((found.shares[0] - 0.5).abs() < 0.02);
    }
}
