//! PSF photometry: the flux and the local background that fit the pixels best, in weighted least
//! squares. Pixels that other sources light are left out.

use super::estimate::{AreaPixel, Estimate, Scene};

/// Pixels of a neighbour deviate by more standard deviations than this …
const CLIP_SIGMA: f64 = 5.0;
/// … and by more than this share of the model, which is never perfect.
const MODEL_SHARE: f64 = 0.2;
/// Within this many FWHM a pixel is the source's own, whatever it deviates.
const OWN_FWHM: f64 = 1.0;
const CLIP_ROUNDS: usize = 3;

/// Normal equations of `D = F P + B` with weights 1/V.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    ones: f64,
    psf: f64,
    psf_psf: f64,
    data: f64,
    psf_data: f64,
    used_px: usize,
}

impl Sums {
    fn add(&mut self, scene: &Scene<'_>, at: usize) {
        let weight = 1.0 / f64::from(scene.variances[at]);
        let psf = f64::from(scene.psf[at]);
        // The level of the ring comes off first, so that no digits are lost in the sums.
        let data = f64::from(scene.frame.values[at]) - scene.sky[0];
        self.ones += weight;
        self.psf += weight * psf;
        self.psf_psf += weight * psf * psf;
        self.data += weight * data;
        self.psf_data += weight * psf * data;
        self.used_px += 1;
    }

    /// Flux and background; none where the pixels do not tell them apart.
    fn solved(&self) -> Option<Estimate> {
        let determinant = self.ones * self.psf_psf - self.psf * self.psf;
        let is_told = determinant > 1e-9 * self.ones * self.psf_psf && self.used_px > 3;
        is_told.then(|| Estimate {
            flux: (self.ones * self.psf_data - self.psf * self.data) / determinant,
            variance: self.ones / determinant,
            background: (self.psf_psf * self.data - self.psf * self.psf_data) / determinant,
            used_px: self.used_px,
        })
    }
}

/// The flux of the best fit to the area.
pub(super) fn psf_fit(scene: &Scene<'_>) -> Option<Estimate> {
    let own_px = OWN_FWHM * scene.fwhm_px;
    let can_be_used = |pixel: &&AreaPixel| scene.variances[pixel.at] > 0.0;
    let mut pixels: Vec<AreaPixel> = scene.area.iter().filter(can_be_used).copied().collect();
    let mut found = fitted(scene, &pixels)?;
    for _ in 0..CLIP_ROUNDS {
        let before = pixels.len();
        pixels.retain(|pixel| pixel.distance_px <= own_px || agrees(scene, &found, pixel.at));
        if pixels.len() == before {
            break;
        }
        found = fitted(scene, &pixels)?;
    }
    found.background += scene.sky[0];
    Some(found)
}

fn fitted(scene: &Scene<'_>, pixels: &[AreaPixel]) -> Option<Estimate> {
    let mut sums = Sums::default();
    for pixel in pixels {
        sums.add(scene, pixel.at);
    }
    sums.solved()
}

fn agrees(scene: &Scene<'_>, found: &Estimate, at: usize) -> bool {
    let star = found.flux * f64::from(scene.psf[at]);
    let data = f64::from(scene.frame.values[at]) - scene.sky[0];
    let left = (data - found.background - star).abs() - MODEL_SHARE * star.abs();
    left <= 0.0 || left * left <= CLIP_SIGMA * CLIP_SIGMA * f64::from(scene.variances[at])
}
