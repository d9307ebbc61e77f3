//! From light to counts: sky, photon noise, noise of reading, saturation, whole numbers.

use rand_distr::{Distribution as _, Poisson};

use super::{Random, image::Image};
use crate::{domain::Detector, imaging::fast_math::round};

/// Above this many electrons a Poisson number is drawn as a normal one: its skewness, below
/// 0.13, does not show against the noise of reading.
const MANY_ELECTRONS: f32 = 64.0;

/// How light is recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recorder {
    /// The CCD.
    pub detector: Detector,
    /// Sky, ADU a pixel.
    pub sky_adu: f32,
    /// True where counts are whole numbers.
    pub is_quantised: bool,
}

impl Recorder {
    /// Turns light above the sky (ADU, without noise) into recorded counts with the sky.
    ///
    /// Electrons are Poisson of the expected number, the noise of reading is normal.
    pub fn expose(&self, image: &mut Image, random: &mut Random) {
        let gain = self.detector.gain_e_per_adu;
        let read_variance = self.detector.read_noise_e * self.detector.read_noise_e;
        for pixel in &mut image.pixels {
            let expected = ((*pixel + self.sky_adu) * gain).max(0.0);
            let electrons = if expected > MANY_ELECTRONS {
                expected + (expected + read_variance).sqrt() * random.standard_normal_f32()
            } else {
                poisson(expected, random)
                    + self.detector.read_noise_e * random.standard_normal_f32()
            };
            *pixel = self.read_out(electrons / gain);
        }
    }

    fn read_out(&self, counts: f32) -> f32 {
        let counts = counts.min(self.detector.saturation_adu);
        if self.is_quantised {
            round(counts)
        } else {
            counts
        }
    }

    /// Variance of recorded counts whose light above the sky is expected to be this, ADU².
    pub fn variance_of(&self, light_adu: f32) -> f32 {
        let gain = self.detector.gain_e_per_adu;
        let read = self.detector.read_noise_e / gain;
        let rounding = if self.is_quantised { 1.0 / 12.0 } else { 0.0 };
        (light_adu + self.sky_adu).max(0.0) / gain + read * read + rounding
    }

    /// The variance as a pipeline estimates it from recorded counts, ADU².
    pub fn variance_image(&self, recorded: &Image) -> Image {
        let mut variance = Image::new(recorded.side());
        for (value, counts) in variance.pixels.iter_mut().zip(&recorded.pixels) {
            *value = self.variance_of(counts - self.sky_adu);
        }
        variance
    }

    /// Error of optimal photometry of a point source of these counts, ADU: background over the
    /// noise-equivalent area plus the source's own photons (King 1983).
    pub fn counts_error(&self, counts_adu: f64, noise_equivalent_area_px: f64) -> f64 {
        let background = f64::from(self.variance_of(0.0)) * noise_equivalent_area_px;
        let photons = counts_adu.max(0.0) / f64::from(self.detector.gain_e_per_adu);
        (background + photons).sqrt()
    }
}

fn poisson(mean: f32, random: &mut Random) -> f32 {
    // No light, no electrons: the distribution wants a mean above 0.
    Poisson::new(mean).map_or(0.0, |poisson| poisson.sample(random.generator()))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use super::*;

    fn recorder(sky_adu: f32) -> Recorder {
        Recorder {
            detector: Detector {
                pixel_scale_arcsec: 0.27,
                gain_e_per_adu: 4.1,
                read_noise_e: 6.0,
                saturation_adu: 40_000.0,
            },
            sky_adu,
            is_quantised: true,
        }
    }

    #[test]
    fn mean_and_variance_follow_gain_and_read_noise() {
        // From no photons at all over Poisson numbers to the normal approximation.
        for sky in [0.0, 2.0, 10.0, 20.0, 120.0, 2000.0, 30_000.0] {
            let recorder = recorder(sky);
            let mut image = Image::new(400);
            recorder.expose(&mut image, &mut Random::of(1, 2, 3));
            let count = image.pixels.len() as f64;
            let mean = image.pixels.iter().map(|p| f64::from(*p)).sum::<f64>() / count;
            let squares = image.pixels.iter().map(|p| (f64::from(*p) - mean).powi(2));
            let variance = squares.sum::<f64>() / count;
            let expected = f64::from(recorder.variance_of(0.0));
            // Four standard errors: of the mean, and √(2/n) = 0.35 % of the variance.
            let tolerance = 4.0 * (expected / count).sqrt();
            assert!((mean - f64::from(sky)).abs() < tolerance, "{sky}: {mean}");
            assert!(
                (variance / expected - 1.0).abs() < 0.016,
                "{sky}: {variance} {expected}"
            );
        }
    }

    #[test]
    fn nothing_exceeds_saturation_and_counts_are_whole() {
        let mut image = Image::new(20);
        image.pixels.fill(60_000.0);
        image.pixels[0] = f32::MAX;
        recorder(100.0).expose(&mut image, &mut Random::of(1, 0, 0));
        assert!(image.pixels.iter().all(|p| *p == 40_000.0));
        let mut faint = Image::new(20);
        recorder(3.0).expose(&mut faint, &mut Random::of(1, 0, 0));
        assert!(faint.pixels.iter().all(|p| p.fract() == 0.0));
    }
}
