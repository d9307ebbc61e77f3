//! Peaks of noise: chance, and noise that neighbouring pixels share.

use super::{Artefact, Plates, plates::Side};
use crate::simulate::{
    Random, fourier::Fourier, image::Image, survey_triplet::THRESHOLD, triplet_scene::Scene,
    triplet_setting::Setting,
};

/// A peak of white noise.
#[derive(Clone, Copy, Debug)]
pub struct NoisePeak;

/// A peak of smooth noise: moiré, scattered light, ill-resampled sky.
#[derive(Clone, Copy, Debug)]
pub struct CorrelatedNoise;

/// The number of noise peaks falls by e for each of these, S/N.
const FALL: f64 = 0.8;
/// Width of the smoothing, pixels (standard deviation).
const SMOOTHING_PX: [f64; 2] = [0.8, 4.0];
/// Standard deviation of the smooth noise over that of the sky.
const SMOOTH_SIGMAS: [f64; 2] = [0.4, 3.0];
/// Share of the smooth noise that is the reference's.
const IN_REFERENCE: f64 = 0.35;

impl Artefact for NoisePeak {
    fn noise_snr(&self, random: &mut Random) -> Option<f64> {
        let snr = (THRESHOLD + random.exponential(FALL)).min(5.7);
        Some(if random.chance(0.5) { snr } else { -snr })
    }

    fn is_small(&self) -> bool {
        true
    }
}

/// White noise under the condition that its matched filter has another value at the target: the
/// noise as it is, plus the filter times what is missing (S/N), in both images by their share of
/// the variance. Waiting for such peaks to come by would take ten thousand stamps for one of S/N 5.
pub fn lift(missing_snr: f64, setting: &Setting, scene: &Scene, plates: &mut Plates) {
    let counts = setting.unit_adu() * missing_snr;
    let share = setting.reference_share();
    for (side, counts) in [
        (Side::Science, (1.0 - share) * counts),
        (Side::Reference, -share * counts),
    ] {
        let camera = side.camera(setting);
        camera.add_source(plates.of(side), scene.target_px, counts, [0.0; 2]);
    }
}

impl Artefact for CorrelatedNoise {
    fn scar(&self, setting: &Setting, _scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let side = if random.chance(IN_REFERENCE) {
            Side::Reference
        } else {
            Side::Science
        };
        let smoothing = random.log_uniform(SMOOTHING_PX[0], SMOOTHING_PX[1]);
        let amplitude =
            setting.sky_sigma_adu * random.log_uniform(SMOOTH_SIGMAS[0], SMOOTH_SIGMAS[1]);
        let noise = smooth_noise(plates.science.side(), smoothing, random);
        plates.of(side).add(&noise, amplitude as f32);
    }
}

/// Gaussian noise of unit variance smoothed by a Gaussian, pixels.
pub(super) fn smooth_noise(side: usize, sigma_px: f64, random: &mut Random) -> Image {
    let mut noise = Image::new(side);
    for pixel in &mut noise.pixels {
        *pixel = random.standard_normal_f32();
    }
    let fourier = Fourier::shared(side);
    let mut spectrum = fourier.forward(&noise);
    let variance = sigma_px * sigma_px;
    spectrum.blur([variance, 0.0, variance]);
    let mut noise = fourier.inverse(spectrum);
    let power: f32 = noise.pixels.iter().map(|p| p * p).sum();
    let scale = 1.0 / (power / (side * side) as f32).sqrt().max(f32::MIN_POSITIVE);
    for pixel in &mut noise.pixels {
        *pixel *= scale;
    }
    noise
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_noise_has_unit_variance_and_the_correlation_of_its_width() {
        let mut random = Random::of(1, 0, 0);
        let (mut power, mut shared) = (0.0, 0.0);
        for _ in 0..40 {
            let noise = smooth_noise(40, 1.5, &mut random);
            for row in noise.pixels.chunks_exact(40) {
                power += row.iter().map(|p| f64::from(p * p)).sum::<f64>();
                shared += row.windows(3).map(|w| f64::from(w[0] * w[2])).sum::<f64>();
            }
        }
        power /= 40.0 * 1600.0;
        shared /= 40.0 * 40.0 * 38.0;
        assert!((power - 1.0).abs() < 1e-3);
        // exp(-d²/(4σ²)) at two pixels.
        assert!((shared - (-4.0_f64 / 9.0).exp()).abs() < 0.04, "{shared}");
    }
}
