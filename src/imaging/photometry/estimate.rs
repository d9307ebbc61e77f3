//! A linear estimate of a flux: what all methods that weigh pixels share, and the optimal weights
//! (Naylor 1998, MNRAS 296, 339).
//!
//! There each pixel counts by what it tells: `W = (P/V) / Σ(P²/V)`, `F = Σ W (D - S)`,
//! `var F = Σ W² V`, with the share P of the source's light on a pixel, its variance V, its value D
//! and the sky S.

use super::frame::Frame;

/// A good pixel of the area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct AreaPixel {
    /// Its index in the frame.
    pub at: usize,
    /// Distance of its centre from the source, pixels.
    pub distance_px: f64,
    /// The share of it that lies within the circle of an aperture; 1 for the other methods.
    pub inside: f64,
}

/// What a method looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub frame: &'a Frame<'a>,
    /// The good pixels of the area.
    pub area: &'a [AreaPixel],
    /// Share of the source's light on each pixel of the frame.
    pub psf: &'a [f32],
    /// Variance of each pixel of the frame; 0 for one that cannot be used.
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
    /// `F = Σ w (D - S) / Σ w P` over the pixels of the area, with the variances of pixels and sky:
    /// the part of the source on pixels that are missing or outside is thereby made up for.
    ///
    /// `weight` is given a pixel, its share of the source and its variance. None where too little
    /// of the source's light lies on good pixels.
    pub fn weighed(&self, weight: impl Fn(&AreaPixel, f64, f64) -> f64) -> Option<Estimate> {
        let [level, level_error] = self.sky;
        let mut used_px = 0;
        let (mut light, mut shares, mut weights, mut noise, mut share) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for pixel in self.area {
            let variance = f64::from(self.variances[pixel.at]);
            if variance <= 0.0 {
                continue;
            }
            let psf = f64::from(self.psf[pixel.at]);
            let weight = weight(pixel, psf, variance);
            used_px += usize::from(weight != 0.0);
            light += weight * (f64::from(self.frame.values[pixel.at]) - level);
            shares += weight * psf;
            weights += weight;
            noise += weight * weight * variance;
            share += psf;
        }
        if share < LEAST_SHARE || shares <= 0.0 {
            return None;
        }
        let of_sky = weights * level_error;
        Some(Estimate {
            flux: light / shares,
            variance: (noise + of_sky * of_sky) / (shares * shares),
            background: level,
            used_px,
        })
    }
}

/// Pixels further out than this many FWHM tell little of the source and much of its neighbours.
/// Our choice: 99.6 % of what a Gaussian source on a bright sky tells lies within.
pub(super) const MASK_FWHM: f64 = 1.0;

/// The optimally weighed flux of the area.
pub(super) fn optimal(scene: &Scene<'_>) -> Option<Estimate> {
    scene.weighed(|_, psf, variance| psf / variance)
}

/// The flux within a radius over the share of the PSF within it.
pub(super) fn aperture(scene: &Scene<'_>) -> Option<Estimate> {
    scene.weighed(|pixel, _, _| pixel.inside)
}
