//! The bootstrap (Efron 1979) by object: how much a figure would change with other objects.
//!
//! Epochs of one object are alike: they are drawn together, else the uncertainty comes out too small.

use std::collections::HashMap;
use std::hash::Hash;

use crate::learn::chance::Chance;

/// Which judged things belong together.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    of: Vec<u32>,
    count: usize,
}

impl Groups {
    /// One name for each thing; equal names are one group.
    pub fn by<T: Hash + Eq>(names: impl IntoIterator<Item = T>) -> Self {
        let mut known = HashMap::new();
        let of = names
            .into_iter()
            .map(|name| {
                let next = known.len() as u32;
                *known.entry(name).or_insert(next)
            })
            .collect();
        Self {
            of,
            count: known.len(),
        }
    }

    /// Number of groups.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// True where there is nothing.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Draws as many groups as there are, with replacement, and says how often each thing came.
    fn draw(&self, chance: &mut Chance, times: &mut [u32], weights: &mut Vec<u32>) {
        times.fill(0);
        for _ in 0..self.count {
            times[below(chance, self.count)] += 1;
        }
        weights.clear();
        weights.extend(self.of.iter().map(|group| times[*group as usize]));
    }
}

/// The standard deviation of each figure over `replicates` drawn sets; none where fewer than two
/// of them have the figure. `figures` gets the weight of each thing.
pub fn bootstrap<const N: usize>(
    groups: &Groups,
    replicates: usize,
    seed: u64,
    mut figures: impl FnMut(&[u32]) -> [Option<f64>; N],
) -> [Option<f64>; N] {
    let mut chance = Chance::new(seed);
    let mut times = vec![0; groups.count];
    let mut weights = Vec::with_capacity(groups.of.len());
    let mut moments = [Moments::default(); N];
    // One object alone tells nothing of others.
    let replicates = if groups.count < 2 { 0 } else { replicates };
    for _ in 0..replicates {
        groups.draw(&mut chance, &mut times, &mut weights);
        for (moments, figure) in moments.iter_mut().zip(figures(&weights)) {
            moments.add(figure);
        }
    }
    moments.map(Moments::deviation)
}

/// Mean and sum of squares, one value after the other (Welford 1962).
#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: Option<f64>) {
        let Some(value) = value else { return };
        self.count += 1.0;
        let off = value - self.mean;
        self.mean += off / self.count;
        self.squares += off * (value - self.mean);
    }

    fn deviation(self) -> Option<f64> {
        (self.count > 1.0).then(|| (self.squares / (self.count - 1.0)).sqrt())
    }
}

/// The mean and the standard deviation of values, such as those of several seeds; the second is none
/// for a single value.
pub fn mean_and_deviation(values: impl IntoIterator<Item = f64>) -> Option<(f64, Option<f64>)> {
    let mut moments = Moments::default();
    values
        .into_iter()
        .for_each(|value| moments.add(Some(value)));
    (moments.count > 0.0).then(|| (moments.mean, moments.deviation()))
}

/// A number below `end`; the upper half of the product, whose bias is below 2^-32 here.
const fn below(chance: &mut Chance, end: usize) -> usize {
    ((chance.bits() as u128 * end as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(weights: &[u32]) -> [Option<f64>; 1] {
        let of = |range: std::ops::Range<usize>| -> u32 { weights[range].iter().sum() };
        [Some(f64::from(of(0..300)) / f64::from(of(0..1000)))]
    }

    #[test]
    fn a_share_varies_as_the_binomial_law_says() {
        let [found] = bootstrap(&Groups::by(0..1000), 2000, 1, share);
        let expected = (0.3_f64 * 0.7 / 1000.0).sqrt();
        let found = found.unwrap();
        assert!((found / expected - 1.0).abs() < 0.05, "{found} {expected}");
        let [again] = bootstrap(&Groups::by(0..1000), 2000, 1, share);
        assert_eq!(again, Some(found));
    }

    #[test]
    fn epochs_of_one_object_stay_together() {
        // A hundred objects with ten equal epochs each vary as a hundred, not as a thousand.
        let [found] = bootstrap(&Groups::by((0..1000).map(|at| at / 10)), 2000, 1, share);
        let expected = (0.3_f64 * 0.7 / 100.0).sqrt();
        assert!((found.unwrap() / expected - 1.0).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn one_object_tells_nothing_of_others() {
        let one = Groups::by([7, 7, 7]);
        assert_eq!(one.len(), 1);
        assert_eq!(bootstrap(&one, 50, 1, |_| [Some(1.0), None]), [None, None]);
        assert!(Groups::by([0; 0]).is_empty());
    }

    #[test]
    fn several_seeds_have_a_mean_and_a_spread() {
        let (mean, deviation) = mean_and_deviation([1.0, 2.0, 4.0]).unwrap();
        assert!((mean - 7.0 / 3.0).abs() < 1e-12);
        assert!((deviation.unwrap() - 1.527_525_231_651_946_7).abs() < 1e-12);
        assert_eq!(mean_and_deviation([3.0]), Some((3.0, None)));
        assert_eq!(mean_and_deviation([]), None);
    }
}
