//! The first stage of fine-tuning: a bias for each class and a temperature, learned from labels of the set
//! beside its class shares.
//!
//! What ten labels of a class can say is how much the model prefers one class to another on this set. Found on
//! simulation under other surveys: the biases must be held near zero, or they cost more than they gain, and
//! they belong to what is known in the end: after few epochs they count little.

use crate::{
    domain::log_pool::{LogPool, log_of},
    learn::pool_fit::{PoolExample, Ridge, fit},
};

/// What holds biases near zero: a normal prior of standard deviation 0.3, found on simulation.
const RIDGE: Ridge = Ridge {
    weights: 10.0,
    biases: 10.0,
};
/// Parts into which labels are divided to see what is gained.
const PARTS: usize = 5;
/// Epochs after which biases count fully.
const FULL_AFTER: f64 = 20.0;

/// Biases and temperature from labels, and whether they gain anything on labels that they were not learned
/// from.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelBiases {
    pub pool: LogPool,
    /// Nats of cross-entropy that each object gains, classes counting equally: mean over objects that were
    /// held out in turn.
    pub gain: f64,
    /// Its standard error.
    pub error: f64,
}

impl LabelBiases {
    /// Learns from rows after the correction for class shares, one for each labelled object, of its latest
    /// epoch, with their classes.
    pub fn learned(labelled: &[(&[f32], usize)], classes: usize) -> Self {
        let start = LogPool::identity(classes);
        let held_out = (0..PARTS).flat_map(|part| {
            let is_held_out = |at: &usize| places_in_class(labelled, *at) % PARTS == part;
            let all = 0..labelled.len();
            let (held_out, learned): (Vec<usize>, Vec<usize>) = all.partition(is_held_out);
            let pool = fit(&examples(labelled, &learned, classes), &start, RIDGE);
            let start = &start;
            held_out.into_iter().map(move |at| {
                let (row, class) = labelled[at];
                let [before, after] = [start, &pool].map(|pool| log_of(pool.apply(&[row])[class]));
                (after - before, class)
            })
        });
        let gains: Vec<(f64, usize)> = held_out.collect();
        let (gain, error) = balanced_mean(&gains, classes);
        let all: Vec<usize> = (0..labelled.len()).collect();
        Self {
            pool: fit(&examples(labelled, &all, classes), &start, RIDGE),
            gain,
            error,
        }
    }

    /// True where held-out labels gain by more than the standard error.
    pub fn is_kept(&self) -> bool {
        self.gain > self.error && self.error > 0.0
    }

    /// A row with them, after so many epochs. Classes that have probability 0 keep it.
    pub fn apply(&self, row: &[f32], epochs: usize) -> Vec<f32> {
        let share = (epochs as f64 / FULL_AFTER).min(1.0);
        let pool = LogPool {
            weights: vec![1.0 + share * (self.pool.weights[0] - 1.0)],
            biases: self.pool.biases.iter().map(|bias| share * bias).collect(),
        };
        let mut pooled = pool.apply(&[row]);
        for (pooled, p) in pooled.iter_mut().zip(row) {
            *pooled *= f32::from(u8::from(*p > 0.0));
        }
        let sum: f32 = pooled.iter().sum();
        if sum > 0.0 {
            for p in &mut pooled {
                *p /= sum;
            }
        }
        pooled
    }
}

/// How many of the same class come before it.
fn places_in_class(labelled: &[(&[f32], usize)], at: usize) -> usize {
    let before = labelled[..at].iter();
    before.filter(|(_, class)| *class == labelled[at].1).count()
}

/// Examples of which all classes count equally.
fn examples<'a>(
    labelled: &[(&'a [f32], usize)],
    chosen: &[usize],
    classes: usize,
) -> Vec<PoolExample<'a>> {
    let mut counts = vec![0.0; classes];
    for at in chosen {
        if let Some(count) = counts.get_mut(labelled[*at].1) {
            *count += 1.0;
        }
    }
    let there = counts.iter().filter(|count| **count > 0.0).count();
    let share = chosen.len() as f64 / there.max(1) as f64;
    let known = chosen.iter().filter(|at| labelled[**at].1 < classes);
    known
        .map(|at| {
            let (row, class) = labelled[*at];
            PoolExample {
                rows: vec![row],
                class,
                weight: share / counts[class],
            }
        })
        .collect()
}

/// The mean over classes of the means of their members, and its standard error.
fn balanced_mean(all: &[(f64, usize)], classes: usize) -> (f64, f64) {
    let (mut sum, mut variance, mut there) = (0.0, 0.0, 0.0);
    for class in 0..classes {
        let of_class: Vec<f64> = all
            .iter()
            .filter(|(_, of)| *of == class)
            .map(|(x, _)| *x)
            .collect();
        let count = of_class.len() as f64;
        if of_class.len() < 2 {
            continue;
        }
        let mean = of_class.iter().sum::<f64>() / count;
        let squares: f64 = of_class.iter().map(|x| (x - mean).powi(2)).sum();
        sum += mean;
        variance += squares / (count - 1.0) / count;
        there += 1.0;
    }
    if there == 0.0 {
        return (0.0, 0.0);
    }
    (sum / there, f64::sqrt(variance) / there)
}

#[cfg(test)]
mod tests {
    use super::{super::estimate::tests::rows, *};

    /// The same rows of a model that shuns its first class.
    fn shunning(counts: [usize; 4]) -> Vec<(Vec<f32>, usize)> {
        let shy = LogPool {
            weights: vec![1.0],
            biases: vec![-2.0, 0.0, 0.0, 0.0],
        };
        let rows = rows(counts, 2.0).into_iter();
        rows.map(|(row, class)| (shy.apply(&[&row]), class))
            .collect()
    }

    fn borrowed(rows: &[(Vec<f32>, usize)]) -> Vec<(&[f32], usize)> {
        rows.iter().map(|(row, class)| (&row[..], *class)).collect()
    }

    #[test]
    fn a_shunned_class_is_found_again_and_held_out_labels_say_so() {
        let rows = shunning([40; 4]);
        let found = LabelBiases::learned(&borrowed(&rows), 4);
        assert!(found.is_kept(), "{found:?}");
        let biases = &found.pool.biases;
        assert!(biases[0] - biases[1] > 0.7, "{biases:?}");
        // Fully in the end, little in the beginning.
        let row = [0.3, 0.6, 0.1, 0.0];
        let [early, late] = [2, 30].map(|epochs| found.apply(&row, epochs)[0]);
        assert!(late > early && early > 0.3, "{early} {late}");
        assert!(found.apply(&row, 30)[3].abs() < f32::MIN_POSITIVE);
    }

    #[test]
    fn nothing_is_kept_where_there_is_nothing_to_gain() {
        let rows = rows([10; 4], 3.0);
        let found = LabelBiases::learned(&borrowed(&rows), 4);
        assert!(!found.is_kept(), "{found:?}");
        assert!(!LabelBiases::learned(&[], 4).is_kept());
    }
}
