//! A small generator of random numbers, for what does not run on a device.

/// SplitMix64 (Steele et al. 2014): the same seed gives the same numbers everywhere.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    pub const fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A place among so many; 0 where there is none.
    pub const fn below(&mut self, count: usize) -> usize {
        if count == 0 {
            return 0;
        }
        (self.bits() % count as u64) as usize
    }

    /// Brings so many of them, drawn at random, to the front, in the order in which they were drawn (Fisher & Yates 1938); all of them
    /// where there are fewer.
    pub fn draw<T>(&mut self, items: &mut [T], count: usize) {
        for at in 0..count.min(items.len()) {
            let other = at + self.below(items.len() - at);
            items.swap(at, other);
        }
    }
}
