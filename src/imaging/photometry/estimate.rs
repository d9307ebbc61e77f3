//! A linear estimate of a flux, and the three ways to choose its weights.

use super::frame::Frame;

/// What a method looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub frame: &'a Frame<'a>,
    pub position_px: [f64; 2],
    /// Share of the source's light on each pixel.
    pub psf: &'a [f32],
    /// Variance of each pixel; 0 for one that cannot be used.
    pub variances: &'a [f32],
    /// Level of the sky and its standard deviation.
    pub sky: [f64; 2],
    pub fwhm_px: f64,
}

/// What a method finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    pub flux: f64,
    pub variance: f64,
    pub background: f64,
    pub used_px: usize,
}

/// The least share of a source's light that must lie on good pixels.
const LEAST_SHARE: f64 = 0.05;

impl Scene<'_> {
    /// True where the pixel can be used.
    pub fn is_good(&self, at: usize) -> bool {
        self.variances[at] > 0.0 && self.frame.is_good(at)
    }

    /// `F = Σ w (D - S) / Σ w P` over weighed pixels, with the variances of pixels and sky:
    /// the part of the source on pixels that are missing or outside is thereby made up for.
    ///
    /// None where too little of the source's light lies on good pixels.
    pub fn weighed(&self, weights: impl Iterator<Item = (usize, f64)>) -> Option<Estimate> {
        let [level, level_error] = self.sky;
        let mut used_px = 0;
        let (mut light, mut shares, mut weights_sum, mut variance, mut share) =
            (0.0, 0.0, 0.0, 0.0, 0.0);
        for (at, weight) in weights.filter(|(at, _)| self.is_good(*at)) {
            let psf = f64::from(self.psf[at]);
            used_px += 1;
            light += weight * (f64::from(self.frame.values[at]) - level);
            shares += weight * psf;
            weights_sum += weight;
            variance += weight * weight * f64::from(self.variances[at]);
            share += psf;
        }
        if share < LEAST_SHARE || shares <= 0.0 {
            return None;
        }
        let of_sky = weights_sum * level_error;
        Some(Estimate {
            flux: light / shares,
            variance: (variance + of_sky * of_sky) / (shares * shares),
            background: level,
            used_px,
        })
    }
}
