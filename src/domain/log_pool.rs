//! A logarithmic pool: probabilities of one or several models, weighted in their logarithms, with a bias for
//! each class.
//!
//! With one model it is calibration by biases and a temperature (one over the weight), as Alexandari,
//! Kundaje & Shrikumar (2020) found best before class shares are estimated; with several it is their
//! fusion (Genest & Zidek 1986).

use serde::{Deserialize, Serialize};

/// Probabilities below this count as this: no model is surer than its training set is large.
const LEAST_PROBABILITY: f64 = 1e-4;

/// Weights and biases of a pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPool {
    /// The weight of each model's log-probabilities.
    pub weights: Vec<f64>,
    /// What is added for each class.
    pub biases: Vec<f64>,
}

impl LogPool {
    /// One that leaves the probabilities of one model as they are.
    pub fn identity(classes: usize) -> Self {
        Self {
            weights: vec![1.0],
            biases: vec![0.0; classes],
        }
    }

    /// The pooled probabilities of one object: `rows` has one row of each model, in the order of the weights.
    /// They sum to 1.
    pub fn apply(&self, rows: &[&[f32]]) -> Vec<f32> {
        let mut logs = self.biases.clone();
        for (row, weight) in rows.iter().zip(&self.weights) {
            for (log, p) in logs.iter_mut().zip(*row) {
                *log += weight * log_of(*p);
            }
        }
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let all = logs.iter().map(|log| (log - largest).exp());
        let all: Vec<f64> = all.collect();
        let sum: f64 = all.iter().sum();
        all.iter().map(|one| (one / sum) as f32).collect()
    }

    /// True where it fits so many models and classes, and all its numbers are finite.
    pub fn fits(&self, models: usize, classes: usize) -> bool {
        let mut numbers = self.weights.iter().chain(&self.biases);
        self.weights.len() == models
            && self.biases.len() == classes
            && numbers.all(|number| number.is_finite())
    }
}

/// The logarithm of a probability as pools take it.
pub fn log_of(probability: f32) -> f64 {
    f64::from(probability).max(LEAST_PROBABILITY).ln()
}

/// A pool from a number of epochs on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolFrom {
    /// Fewest epochs that it is for.
    pub epochs: u32,
    pub pool: LogPool,
}

/// The pool for so many epochs: the last of those, in the order of their epochs, that are for as many or
/// fewer.
pub fn pool_after(pools: &[PoolFrom], epochs: u32) -> Option<&LogPool> {
    let fitting = pools.partition_point(|from| from.epochs <= epochs);
    Some(&pools.get(fitting.checked_sub(1)?)?.pool)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_weighs_logarithms() {
        let row = [0.7, 0.2, 0.1];
        for (found, expected) in LogPool::identity(3).apply(&[&row]).iter().zip(row) {
            assert!((found - expected).abs() < 1e-6);
        }
        let pool = LogPool {
            weights: vec![0.5, 2.0],
            biases: vec![0.0, 3f64.ln()],
        };
        // .64^.5 * .5^2 = .2 and 3 * .36^.5 * .5^2 = .45
        let pooled = pool.apply(&[&[0.64, 0.36], &[0.5, 0.5]]);
        assert!((pooled[0] - 0.2 / 0.65).abs() < 1e-6, "{pooled:?}");
        assert!(pool.fits(2, 2) && !pool.fits(1, 2));
        let sure = LogPool::identity(2).apply(&[&[1.0, 0.0]]);
        assert!((sure[1] - 1e-4).abs() < 1e-6, "{sure:?}");
    }

    #[test]
    fn the_pool_of_an_epoch_is_the_last_that_has_begun() {
        let from = |epochs: u32| PoolFrom {
            epochs,
            pool: LogPool::identity(epochs as usize),
        };
        let pools = [from(3), from(5), from(10)];
        let classes = |epochs: u32| pool_after(&pools, epochs).map(|pool| pool.biases.len());
        assert_eq!(
            [2, 3, 4, 5, 9, 10, 99].map(classes),
            [None, Some(3), Some(3), Some(5), Some(5), Some(10), Some(10)]
        );
    }
}
