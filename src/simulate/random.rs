//! Random numbers of a candidate: the same for the same seed and number, on any thread.

use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution as _, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The random numbers of one candidate.
#[derive(Clone, Debug)]
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// Those of candidate `index` in the simulation `seed`; `stream` keeps uses apart.
    pub fn of(seed: u64, stream: u64, index: u64) -> Self {
        // SplitMix64's finaliser (Steele, Lea & Flood 2014): near seeds give unlike states.
        let mix = |mut z: u64| {
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        let golden = 0x9e37_79b9_7f4a_7c15_u64;
        let state = mix(seed.wrapping_add(golden))
            ^ mix(stream.wrapping_mul(golden).wrapping_add(1)).rotate_left(17);
        Self(Xoshiro256PlusPlus::seed_from_u64(mix(
            state.wrapping_add(index.wrapping_mul(golden))
        )))
    }

    /// Uniform in 0 to 1 (1 excluded).
    pub fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// Uniform between two values.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in the logarithm between two positive values.
    pub fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        self.uniform(low.ln(), high.ln()).exp()
    }

    pub fn normal(&mut self, mean: f64, sigma: f64) -> f64 {
        mean + sigma * self.standard_normal()
    }

    /// Normal, clamped to an interval.
    pub fn normal_within(&mut self, mean: f64, sigma: f64, [low, high]: [f64; 2]) -> f64 {
        self.normal(mean, sigma).clamp(low, high)
    }

    /// Normal of mean 0 and standard deviation 1.
    pub fn standard_normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// The same in single precision, for pixels.
    pub fn standard_normal_f32(&mut self) -> f32 {
        StandardNormal.sample(&mut self.0)
    }

    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `count`; 0 where that is 0.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// One of these.
    ///
    /// # Panics
    /// Where there is none.
    pub fn choose<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A position with these relative weights.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        let at = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        at.unwrap_or(weights.len().saturating_sub(1))
    }

    /// A place below `count` for candidate `index`: each block of `count` candidates has every place
    /// once, in an order of its own, so that shares are equal and numbers tell nothing.
    pub fn place_in_block(seed: u64, stream: u64, index: u64, count: usize) -> usize {
        let block = count.max(1) as u64;
        let mut random = Self::of(seed, stream, index / block);
        let mut places: Vec<usize> = (0..block as usize).collect();
        // Fisher and Yates (1938).
        for last in (1..places.len()).rev() {
            places.swap(last, random.below(last + 1));
        }
        places[(index % block) as usize]
    }

    /// The generator itself, for distributions of `rand_distr`.
    pub fn generator(&mut self) -> &mut impl Rng {
        &mut self.0
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use super::Random;

    #[test]
    fn candidates_and_streams_are_independent_and_repeat() {
        let first = |seed, stream, index| Random::of(seed, stream, index).unit();
        assert_eq!(first(1, 0, 5), first(1, 0, 5));
        let mut all = Vec::new();
        for seed in 0..10 {
            for stream in 0..3 {
                for index in 0..10 {
                    all.push(first(seed, stream, index));
                }
            }
        }
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        all.sort_by(f64::total_cmp);
        all.dedup();
        assert_eq!(all.len(), 300);
        // The mean of 300 uniform numbers has a standard deviation of 0.0167.
        assert!((mean - 0.5).abs() < 0.07, "{mean}");
    }

    #[test]
    fn every_block_has_every_place_in_an_order_of_its_own() {
        let block = |at: u64| -> Vec<_> {
            let indices = at * 7..(at + 1) * 7;
            indices
                .map(|index| Random::place_in_block(4, 1, index, 7))
                .collect()
        };
        let mut orders = std::collections::BTreeSet::new();
        for at in 0..50 {
            let places = block(at);
            let mut sorted = places.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6]);
            orders.insert(places);
        }
        assert!(orders.len() > 45, "{}", orders.len());
        assert_eq!(Random::place_in_block(4, 1, 3, 1), 0);
    }

    #[test]
    fn weights_are_followed_and_nothing_panics_at_the_edges() {
        let mut random = Random::of(3, 0, 0);
        let mut counts = [0; 3];
        for _ in 0..3000 {
            counts[random.weighted(&[1.0, 0.0, 2.0])] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((counts[0] - 1000_i32).abs() < 130, "{counts:?}");
        assert_eq!(random.below(0), 0);
        assert_eq!(random.below(1), 0);
    }
}
