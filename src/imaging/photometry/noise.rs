//! How much each pixel scatters: what a stamp brings, what the detector says, or what the sky shows.

use super::background::{Background, SkyPixels};
use crate::imaging::statistics::median;

/// Rounds in which the level of a variance image and the source's share of it settle.
const VARIANCE_ROUNDS: usize = 3;

/// Where the variance of the pixels comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise<'a> {
    /// An image of variances (y, x), the source's own photons included. Only its level in the sky
    /// ring and the point source that fits it best are used: such images are mostly computed from
    /// the noisy pixels themselves.
    Variance(&'a [f32]),
    /// Photons of a sky that is still in the image, photons of the source, and read noise.
    Detector {
        /// Electrons for one unit of the pixels.
        gain_e_per_adu: f64,
        /// Standard deviation of the noise of reading, electrons.
        read_noise_e: f64,
    },
    /// The scatter of the sky ring, and photons of the source where the gain is known. It holds
    /// for images whose sky was taken off, and for differences.
    Scatter {
        /// Electrons for one unit of the pixels.
        gain_e_per_adu: Option<f64>,
    },
}

impl Noise<'_> {
    /// The variance of each pixel for a source of that flux, in the unit of the pixels squared.
    /// A pixel that cannot be used has 0. The source counts as its model says, not as its noisy
    /// pixels do: weights from the data themselves favour pixels that are too low.
    ///
    /// None where the model does not fit the image, or says that there is no noise at all.
    pub(super) fn variances(
        &self,
        ring: &SkyPixels,
        sky: &Background,
        psf: &[f32],
        flux: f64,
    ) -> Option<Vec<f32>> {
        let of_ring = sky.scatter * sky.scatter;
        let (of_sky, gain) = match *self {
            Self::Variance(image) => return smooth_variances(image, ring, psf),
            Self::Detector {
                gain_e_per_adu: gain,
                read_noise_e,
            } => {
                let variance = sky.level.max(0.0) / gain + (read_noise_e / gain).powi(2);
                (variance, Some(gain))
            }
            Self::Scatter { gain_e_per_adu } => (of_ring, gain_e_per_adu),
        };
        if !(of_sky > 0.0 && of_sky.is_finite()) {
            return None;
        }
        let gain = gain.filter(|gain| *gain > 0.0 && gain.is_finite());
        let per_share = gain.map_or(0.0, |gain| flux.max(0.0) / gain) as f32;
        let of_sky = of_sky as f32;
        let variance = |share: &f32| of_sky + per_share * share.max(0.0);
        Some(psf.iter().map(variance).collect())
    }

    /// True where the variance grows with the flux of the source.
    pub(super) const fn knows_photons(&self) -> bool {
        match self {
            Self::Variance(_) => false,
            Self::Detector { .. } => true,
            Self::Scatter { gain_e_per_adu } => gain_e_per_adu.is_some(),
        }
    }

    /// The standard deviation of the sky level. Where the noise is known without looking at the
    /// ring, it is that of a ring of such pixels.
    pub(super) fn sky_error(&self, sky: &Background, variances: &[f32]) -> f64 {
        match self {
            Self::Scatter { .. } => sky.error,
            Self::Detector { .. } | Self::Variance(_) => {
                let known = variances.iter().filter(|variance| **variance > 0.0);
                let least = known.copied().fold(f32::INFINITY, f32::min);
                let of_model = (f64::from(least) / sky.used_px.max(1) as f64).sqrt();
                if of_model.is_finite() {
                    of_model
                } else {
                    sky.error
                }
            }
        }
    }
}

/// A variance image without its own noise: the level in the ring and the point source of variance
/// that fits the image best in least squares, 0 where the image has no variance.
///
/// The photons of a source spread as its light does, so this needs no gain. A pixel's own noise
/// hardly enters: one factor is fitted for all of them.
fn smooth_variances(image: &[f32], ring: &SkyPixels, psf: &[f32]) -> Option<Vec<f32>> {
    if image.len() != psf.len() {
        return None;
    }
    let is_usable = |at: &usize| {
        let value = image[*at];
        value.is_finite() && value > 0.0 && value < 1e20
    };
    let in_ring: Vec<usize> = ring.places().iter().copied().filter(is_usable).collect();
    let everywhere: Vec<usize> = (0..image.len()).filter(is_usable).collect();
    let (mut level, mut per_share) = (0.0, 0.0);
    for _ in 0..VARIANCE_ROUNDS {
        let without_source = |at: &usize| image[*at] - per_share * psf[*at];
        level = median(&in_ring.iter().map(without_source).collect::<Vec<_>>())?;
        let (mut fitted, mut squares) = (0.0, 0.0);
        for at in &everywhere {
            let share = f64::from(psf[*at]);
            fitted += share * (f64::from(image[*at]) - level);
            squares += share * share;
        }
        if squares > 0.0 {
            per_share = (fitted / squares).max(0.0) as f32;
        }
    }
    if !(level > 0.0 && level.is_finite()) {
        return None;
    }
    let mut variances = vec![0.0; image.len()];
    for at in everywhere {
        variances[at] = level as f32 + per_share * psf[at].max(0.0);
    }
    Some(variances)
}
