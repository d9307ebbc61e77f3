//! Stars and noise for the tests of photometry: a small generator, the same at every run.

use super::{Ellipse, PsfShape};

/// Normal deviates from a linear congruential generator (Knuth's MMIX constants).
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Uniform in 0..1.
    pub fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Mean 0, standard deviation 1 (Box & Muller 1958).
    pub fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        (radius * (std::f64::consts::TAU * self.uniform()).cos()) as f32
    }
}

/// A round Gaussian star of unit flux on a square.
pub fn star(side: usize, position_px: [f64; 2], fwhm_px: f64) -> Vec<f32> {
    PsfShape::Gaussian(Ellipse::round(fwhm_px)).sample(side, side, position_px)
}
