//! How much each pixel scatters: what a stamp brings, what the detector says, or what the sky shows.

use super::background::Background;

/// Where the variance of the pixels comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise<'a> {
    /// An image of variances (y, x), the source's own photons included.
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
    pub(super) fn variances(&self, sky: &Background, psf: &[f32], flux: f64) -> Option<Vec<f32>> {
        let of_ring = sky.scatter * sky.scatter;
        let (of_sky, gain) = match *self {
            Self::Variance(image) => {
                let is_usable = |value: f32| value.is_finite() && value > 0.0 && value < 1e20;
                let clean = |value: &f32| if is_usable(*value) { *value } else { 0.0 };
                return (image.len() == psf.len()).then(|| image.iter().map(clean).collect());
            }
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
