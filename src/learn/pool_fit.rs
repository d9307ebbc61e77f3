//! Weights and biases of a logarithmic pool from objects whose class is known: the cross-entropy has one
//! minimum, which Newton's method finds.

use super::small_matrix::solve;
use crate::domain::log_pool::{LogPool, log_of};

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolExample<'a> {
    /// A row of probabilities of each model.
    pub rows: Vec<&'a [f32]>,
    pub class: usize,
    /// How much it counts.
    pub weight: f64,
}

/// What holds a pool near its start, as the inverse variance of a normal prior, in units of one object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ridge {
    pub weights: f64,
    pub biases: f64,
}

/// Rounds at most, and the length of a step at which it ends.
const ROUNDS: usize = 60;
const SETTLED: f64 = 1e-7;

/// The pool that makes right classes likeliest, given that `start` is likely. Weights are not negative.
/// Without examples it is `start`.
pub fn fit(examples: &[PoolExample<'_>], start: &LogPool, ridge: Ridge) -> LogPool {
    let inputs = start.weights.len();
    let prepared: Vec<Prepared> = examples
        .iter()
        .filter(|example| {
            let is_whole = |row: &&[f32]| row.len() == start.biases.len();
            example.class < start.biases.len()
                && example.rows.len() == inputs
                && example.rows.iter().all(is_whole)
        })
        .map(|example| Prepared {
            logs: example
                .rows
                .iter()
                .map(|row| row.iter().map(|p| log_of(*p)).collect())
                .collect(),
            class: example.class,
            weight: example.weight,
        })
        .collect();
    let start: Vec<f64> = [&start.weights[..], &start.biases[..]].concat();
    let ridges: Vec<f64> = (0..start.len())
        .map(|at| {
            if at < inputs {
                ridge.weights
            } else {
                ridge.biases
            }
        })
        .collect();
    let problem = Problem {
        examples: &prepared,
        start: &start,
        ridges: &ridges,
        inputs,
    };
    let mut numbers = start.clone();
    let mut loss = problem.loss(&numbers);
    for _ in 0..ROUNDS {
        let Some(step) = problem.step(&numbers) else {
            break;
        };
        // Half as far while that is no better.
        let shorter = (0..20)
            .map(|halvings| 0.5f64.powi(halvings))
            .find_map(|share| {
                let next: Vec<f64> = numbers
                    .iter()
                    .zip(&step)
                    .map(|(x, dx)| x - share * dx)
                    .collect();
                let next_loss = problem.loss(&next);
                (next_loss < loss).then_some((next, next_loss))
            });
        let Some((next, next_loss)) = shorter else {
            break;
        };
        (numbers, loss) = (next, next_loss);
        if step.iter().all(|dx| dx.abs() < SETTLED) {
            break;
        }
    }
    let biases = numbers.split_off(inputs);
    LogPool {
        weights: numbers.into_iter().map(|weight| weight.max(0.0)).collect(),
        biases,
    }
}

struct Prepared {
    /// Logarithms of each model.
    logs: Vec<Vec<f64>>,
    class: usize,
    weight: f64,
}

struct Problem<'a> {
    examples: &'a [Prepared],
    start: &'a [f64],
    ridges: &'a [f64],
    inputs: usize,
}

impl Problem<'_> {
    /// Log-probabilities of an object's classes.
    fn log_probabilities(&self, example: &Prepared, numbers: &[f64]) -> Vec<f64> {
        let (weights, biases) = numbers.split_at(self.inputs);
        let mut logs = biases.to_vec();
        for (row, weight) in example.logs.iter().zip(weights) {
            for (log, of_row) in logs.iter_mut().zip(row) {
                *log += weight * of_row;
            }
        }
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
        let all = largest + sum.ln();
        logs.iter().map(|log| log - all).collect()
    }

    fn loss(&self, numbers: &[f64]) -> f64 {
        let of = |example: &Prepared| {
            -example.weight * self.log_probabilities(example, numbers)[example.class]
        };
        let apart = numbers.iter().zip(self.start).zip(self.ridges);
        let held = apart.map(|((x, start), ridge)| 0.5 * ridge * (x - start).powi(2));
        self.examples.iter().map(of).sum::<f64>() + held.sum::<f64>()
    }

    /// The step of Newton's method, to be taken away.
    fn step(&self, numbers: &[f64]) -> Option<Vec<f64>> {
        let count = numbers.len();
        let mut slope = vec![0.0; count];
        let mut curvature = vec![vec![0.0; count]; count];
        for example in self.examples {
            let logs = self.log_probabilities(example, numbers);
            let ps: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
            // What each number does to the logarithm of each class.
            let effect = |at: usize, class: usize| {
                if at < self.inputs {
                    example.logs[at][class]
                } else {
                    f64::from(u8::from(at - self.inputs == class))
                }
            };
            let mean: Vec<f64> = (0..count)
                .map(|at| {
                    ps.iter()
                        .enumerate()
                        .map(|(class, p)| p * effect(at, class))
                        .sum()
                })
                .collect();
            for (a, mean_a) in mean.iter().enumerate() {
                slope[a] += example.weight * (mean_a - effect(a, example.class));
                for (b, mean_b) in mean.iter().enumerate().take(a + 1) {
                    let both: f64 = ps
                        .iter()
                        .enumerate()
                        .map(|(class, p)| p * effect(a, class) * effect(b, class))
                        .sum();
                    curvature[a][b] += example.weight * (both - mean_a * mean_b);
                }
            }
        }
        for at in 0..count {
            // One bias can always be taken from all: the least ridge settles it.
            let ridge = self.ridges[at].max(1e-6);
            slope[at] += self.ridges[at] * (numbers[at] - self.start[at]);
            curvature[at][at] += ridge;
            let below = curvature[at].clone();
            for (row, number) in curvature.iter_mut().zip(below).take(at) {
                row[at] = number;
            }
        }
        solve(curvature, slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Ridge = Ridge {
        weights: 1e-3,
        biases: 1e-3,
    };

    fn examples<'a>(rows: &'a [(Vec<f32>, usize)]) -> Vec<PoolExample<'a>> {
        let one = |(row, class): &'a (Vec<f32>, usize)| PoolExample {
            rows: vec![&row[..]],
            class: *class,
            weight: 1.0,
        };
        rows.iter().map(one).collect()
    }

    /// Two rows, each `n` times, of which so many are of the first class.
    fn rows(n: usize, first: [usize; 2]) -> Vec<(Vec<f32>, usize)> {
        let all = [vec![0.9, 0.1], vec![0.2, 0.8]].into_iter().zip(first);
        let each = |(row, first): (Vec<f32>, usize)| {
            (0..n).map(move |at| (row.clone(), usize::from(at >= first)))
        };
        all.flat_map(each).collect()
    }

    #[test]
    fn what_was_promised_comes_true_afterwards() {
        // 90 % sure and right in 70 of 100, 20 % sure and right in 10 of 100.
        let rows = rows(100, [70, 10]);
        let pool = fit(&examples(&rows), &LogPool::identity(2), FREE);
        let calibrated = |row: &[f32]| pool.apply(&[row])[0];
        assert!((calibrated(&[0.9, 0.1]) - 0.7).abs() < 0.005, "{pool:?}");
        assert!((calibrated(&[0.2, 0.8]) - 0.1).abs() < 0.005, "{pool:?}");
    }

    #[test]
    fn few_objects_move_little_where_the_start_is_held() {
        let rows = rows(2, [0, 0]);
        let held = Ridge {
            weights: 100.0,
            biases: 100.0,
        };
        let start = LogPool::identity(2);
        let pool = fit(&examples(&rows), &start, held);
        assert!((pool.weights[0] - 1.0).abs() < 0.1 && pool.biases[0] < 0.0);
        assert!(pool.biases[0] > -0.1, "{pool:?}");
        assert_eq!(fit(&[], &start, FREE), start);
    }

    #[test]
    fn a_model_that_knows_nothing_gets_no_weight() {
        let known = rows(200, [180, 40]);
        let blind: Vec<Vec<f32>> = (0..known.len())
            .map(|at| {
                if at % 2 == 0 {
                    vec![0.7, 0.3]
                } else {
                    vec![0.3, 0.7]
                }
            })
            .collect();
        let both: Vec<PoolExample<'_>> = known
            .iter()
            .zip(&blind)
            .map(|((row, class), blind)| PoolExample {
                rows: vec![row, blind],
                class: *class,
                weight: 1.0,
            })
            .collect();
        let start = LogPool {
            weights: vec![0.5, 0.5],
            biases: vec![0.0, 0.0],
        };
        let pool = fit(&both, &start, FREE);
        assert!(
            (pool.weights[0] - 1.0).abs() < 0.1 && pool.weights[1] < 0.02,
            "{pool:?}"
        );
    }
}
