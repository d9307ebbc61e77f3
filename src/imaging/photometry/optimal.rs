//! Optimal photometry (Naylor 1998, MNRAS 296, 339): each pixel counts by what it tells.
//!
//! `W = (P/V) / Σ(P²/V)`, `F = Σ W (D - S)`, `var F = Σ W² V`, with the share P of the source's
//! light on a pixel, its variance V, its value D and the sky S.

use super::estimate::{Estimate, Scene};

/// Pixels further out than this many FWHM tell little of the source and much of its neighbours.
/// Our choice: 99.6 % of what a Gaussian source on a bright sky tells lies within.
pub const MASK_FWHM: f64 = 1.0;

/// The optimally weighed flux of the area.
pub(super) fn optimal(scene: &Scene<'_>) -> Option<Estimate> {
    scene.weighed(|_, psf, variance| psf / variance)
}
