//! Image subtraction: one image is convolved to the point-spread function of the other.
//!
//! The kernel is the ratio of the two point-spread functions in Fourier space, regularised: the
//! sharper image is blurred to the other, as by Alard & Lupton (1998), on the recorded pixels
//! with all their noise and artefacts. What a pipeline gets wrong (registration, the width and
//! shape of its kernel, the photometric scale, the background) is a [`Mismatch`].

use std::cell::OnceCell;

use super::{
    Random,
    fourier::{Fourier, Spectrum},
    image::Image,
    survey::SubtractionModel,
};

/// An image with what is known of it.
#[derive(Clone, Debug)]
pub struct Input {
    /// Counts above the sky. NaN where there is no measurement.
    pub image: Image,
    /// Their variance, ADU².
    pub variance: Image,
    /// Point-spread function, as a kernel.
    pub psf: Spectrum,
    /// Its width, pixels.
    pub fwhm_px: f64,
    spectrum: OnceCell<Spectrum>,
}

/// What a pipeline gets wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mismatch {
    /// Shift of the convolved image, pixels.
    pub shift_px: [f64; 2],
    /// What the kernel blurs too much, as the covariance of a Gaussian, pixels²: [xx, xy, yy].
    pub blur_px2: [f64; 3],
    /// Relative error of the photometric scale.
    pub flux: f64,
    /// How that changes along x and y, a pixel; nothing in the middle.
    pub flux_slope: [f64; 2],
    /// What the reference is turned by about the middle, radians from x to y.
    pub turn_rad: f64,
    /// Background that is left, in standard deviations of the sky for each pixel along x and y.
    pub gradient: [f64; 2],
}

/// A difference, science minus reference.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Counts on the science image's scale; NaN where either image has none.
    pub image: Image,
    /// Their variance, ADU².
    pub variance: Image,
}

impl Input {
    /// An image, its variance and its point-spread function.
    pub fn new(image: Image, variance: Image, psf: Spectrum, fwhm_px: f64) -> Self {
        Self {
            image,
            variance,
            psf,
            fwhm_px,
            spectrum: OnceCell::new(),
        }
    }

    /// Multiplies a kernel by the transform of the image, missing pixels taken as sky; the
    /// transform is computed once.
    fn convolve(&self, fourier: &Fourier, kernel: &mut Spectrum) {
        let transform = || {
            if self.image.pixels.iter().all(|pixel| pixel.is_finite()) {
                return fourier.forward(&self.image);
            }
            let mut filled = self.image.clone();
            for pixel in filled.pixels.iter_mut().filter(|pixel| !pixel.is_finite()) {
                *pixel = 0.0;
            }
            fourier.forward(&filled)
        };
        kernel.multiply(self.spectrum.get_or_init(transform));
    }
}

/// How one image is convolved to the point-spread function of the other.
#[derive(Clone, Debug)]
pub struct Matching {
    kernel: Spectrum,
    is_reference_convolved: bool,
}

impl Matching {
    /// The matching of two images, by their point-spread functions as kernels and their widths
    /// (pixels): the sharper one is convolved.
    pub fn of(science: (&Spectrum, f64), reference: (&Spectrum, f64)) -> Self {
        let is_reference_convolved = reference.1 <= science.1;
        let kernel = if is_reference_convolved {
            science.0.matched_from(reference.0)
        } else {
            reference.0.matched_from(science.0)
        };
        Self {
            kernel,
            is_reference_convolved,
        }
    }

    /// The same with a pipeline's errors of width, shape and registration.
    pub fn spoil(&mut self, mismatch: &Mismatch) {
        if !is_zero(&mismatch.blur_px2) {
            self.kernel.blur(mismatch.blur_px2);
        }
        if !is_zero(&mismatch.shift_px) {
            self.kernel.shift(mismatch.shift_px);
        }
    }

    /// True where the reference is the one that is convolved.
    pub const fn is_reference_convolved(&self) -> bool {
        self.is_reference_convolved
    }

    /// What the convolution does to the variance of white noise.
    pub fn variance_factor(&self) -> f32 {
        self.kernel.sum_of_squares() as f32
    }
}

impl Mismatch {
    /// Draws the errors of one subtraction; `fwhm_px` is the wider point-spread function's.
    pub fn draw(model: &SubtractionModel, fwhm_px: f64, random: &mut Random) -> Self {
        let worse = if random.chance(model.poor_share) {
            random.log_uniform(1.0, model.poor_factor)
        } else {
            1.0
        };
        let variance = (fwhm_px / 2.355).powi(2);
        let width = (1.0 + random.normal(0.0, worse * model.width)).powi(2) - 1.0;
        let stretch = 2.0 * random.normal(0.0, worse * model.ellipticity);
        let turn = random.uniform(0.0, std::f64::consts::TAU);
        let has_gradient = random.chance(model.gradient_share);
        let slope = if has_gradient { GRADIENT } else { 0.0 };
        Self {
            shift_px: [(); 2].map(|()| random.normal(0.0, worse * model.shift_px)),
            blur_px2: [
                variance * (width + stretch * turn.cos()),
                variance * stretch * turn.sin(),
                variance * (width - stretch * turn.cos()),
            ],
            flux: random.normal(0.0, worse * model.flux),
            flux_slope: [0.0; 2],
            turn_rad: 0.0,
            gradient: [(); 2].map(|()| random.normal(0.0, slope)),
        }
    }
}

/// Standard deviation of a left-over background's slope, sky sigmas a pixel (recipes: measured).
const GRADIENT: f64 = 0.03;

/// Subtracts the reference from the science image. `scale` is science counts for one reference
/// count.
pub fn subtract(
    fourier: &Fourier,
    science: &Input,
    reference: &Input,
    scale: f32,
    mismatch: &Mismatch,
) -> Difference {
    let mut matching = Matching::of(
        (&science.psf, science.fwhm_px),
        (&reference.psf, reference.fwhm_px),
    );
    matching.spoil(mismatch);
    subtract_matched(fourier, science, reference, scale, mismatch, matching)
}

/// Subtracts with a kernel that is known already, the mismatch's errors of width and registration
/// in it.
pub fn subtract_matched(
    fourier: &Fourier,
    science: &Input,
    reference: &Input,
    scale: f32,
    mismatch: &Mismatch,
    matching: Matching,
) -> Difference {
    let scale = scale * (1.0 + mismatch.flux as f32);
    let factor = matching.variance_factor();
    let is_reference_sharper = matching.is_reference_convolved;
    let sharper = if is_reference_sharper {
        reference
    } else {
        science
    };
    let mut product = matching.kernel;
    sharper.convolve(fourier, &mut product);
    let convolved = fourier.inverse(product);
    let side = science.image.side();
    let mut difference = Difference {
        image: Image::new(side),
        variance: Image::new(side),
    };
    let even = scale;
    let slope = mismatch.flux_slope.map(|slope| slope as f32);
    let middle = science.image.middle() as f32;
    for at in 0..side * side {
        let [x, y] = [at % side, at / side].map(|place| place as f32 - middle);
        let scale = even * (1.0 + slope[0] * x + slope[1] * y);
        let (s, r) = (science.image.pixels[at], reference.image.pixels[at]);
        let (vs, vr) = (science.variance.pixels[at], reference.variance.pixels[at]);
        let other = convolved.pixels[at];
        let (counts, variance) = if is_reference_sharper {
            (s - scale * other, vs + scale * scale * factor * vr)
        } else {
            (other - scale * r, factor * vs + scale * scale * vr)
        };
        let is_known = s.is_finite() && r.is_finite();
        difference.image.pixels[at] = if is_known { counts } else { f32::NAN };
        difference.variance.pixels[at] = variance;
    }
    if !is_zero(&mismatch.gradient) {
        let sky_sigma = median_sigma(&science.variance);
        let slope = mismatch.gradient.map(|g| g as f32 * sky_sigma);
        add_gradient(&mut difference.image, slope);
    }
    difference
}

/// Adds a background of this slope along x and y, 0 in the middle.
fn add_gradient(image: &mut Image, [gx, gy]: [f32; 2]) {
    let (side, middle) = (image.side(), image.middle() as f32);
    for (y, row) in image.pixels.chunks_exact_mut(side).enumerate() {
        let offset = gy * (y as f32 - middle);
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel += gx * (x as f32 - middle) + offset;
        }
    }
}

fn is_zero(values: &[f64]) -> bool {
    values.iter().all(|value| value.abs() < f64::MIN_POSITIVE)
}

/// Standard deviation of a sky pixel: the median keeps stars out.
fn median_sigma(variance: &Image) -> f32 {
    let median = crate::imaging::statistics::median(&variance.pixels);
    median.map_or(0.0, |variance| variance.sqrt() as f32)
}

impl Difference {
    /// Difference over its standard deviation, pixel by pixel; 0 where the variance is 0.
    pub fn snr(&self) -> Image {
        let mut snr = self.image.clone();
        for (pixel, variance) in snr.pixels.iter_mut().zip(&self.variance.pixels) {
            *pixel = if *variance > 0.0 {
                *pixel / variance.sqrt()
            } else {
                0.0 * *pixel
            };
        }
        snr
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::Detector,
        imaging::Moffat,
        simulate::{exposure::Recorder, psf::Psf},
    };

    const SIDE: usize = 40;

    fn input(fwhm: f64, sources: &[([f64; 2], f64)], sky: f32, random: &mut Random) -> Input {
        let psf = Psf::Moffat(Moffat::round(fwhm, 3.5));
        let mut image = Image::new(SIDE);
        for (center, counts) in sources {
            psf.add_to(&mut image, *center, *counts);
        }
        let recorder = Recorder {
            detector: Detector {
                pixel_scale_arcsec: 0.27,
                gain_e_per_adu: 4.0,
                read_noise_e: 6.0,
                saturation_adu: 1e9,
            },
            sky_adu: sky,
            is_quantised: false,
        };
        recorder.expose(&mut image, random);
        let variance = recorder.variance_image(&image);
        for pixel in &mut image.pixels {
            *pixel -= sky;
        }
        let fourier = Fourier::new(SIDE);
        Input::new(image, variance, psf.spectrum(&fourier), fwhm)
    }

    fn inner(image: &Image) -> Vec<f64> {
        image
            .stamp(21, [0, 0])
            .iter()
            .map(|p| f64::from(*p))
            .collect()
    }

    #[test]
    fn constant_stars_vanish_and_the_noise_is_as_predicted() {
        let fourier = Fourier::new(SIDE);
        let star = [([19.4, 18.8], 20_000.0)];
        for fwhms in [[5.0, 4.0], [4.0, 5.5], [4.5, 4.5]] {
            let mut random = Random::of(3, 0, 0);
            let mut sum = 0.0;
            let mut count = 0.0;
            for _ in 0..60 {
                let science = input(fwhms[0], &star, 200.0, &mut random);
                let reference = input(fwhms[1], &star, 20.0, &mut random);
                let made = subtract(&fourier, &science, &reference, 1.0, &Mismatch::default());
                sum += inner(&made.snr()).iter().map(|x| x * x).sum::<f64>();
                count += 441.0;
            }
            // Convolved noise of a star's own photons is only approximately predicted.
            let scatter = (sum / count).sqrt();
            assert!((scatter - 1.0).abs() < 0.06, "{fwhms:?}: {scatter}");
        }
    }

    #[test]
    fn what_is_new_stays_with_its_flux() {
        let fourier = Fourier::new(SIDE);
        let mut random = Random::of(4, 0, 0);
        let constant = ([14.0, 22.0], 5000.0);
        let science = input(5.0, &[constant, ([19.0, 19.0], 8000.0)], 100.0, &mut random);
        let reference = input(4.0, &[constant], 10.0, &mut random);
        let made = subtract(&fourier, &science, &reference, 1.0, &Mismatch::default());
        let sum: f64 = inner(&made.image).iter().sum();
        // Noise of 441 sky pixels: 21 x 6 = 126; the wings outside hold 2 %.
        assert!((sum - 8000.0).abs() < 500.0, "{sum}");
    }

    #[test]
    fn a_wrong_registration_leaves_a_dipole() {
        let fourier = Fourier::new(SIDE);
        let mut random = Random::of(5, 0, 0);
        let star = [([19.0, 19.0], 60_000.0)];
        let science = input(5.0, &star, 100.0, &mut random);
        let reference = input(4.0, &star, 10.0, &mut random);
        let wrong = Mismatch {
            shift_px: [0.5, 0.0],
            ..Mismatch::default()
        };
        let made = subtract(&fourier, &science, &reference, 1.0, &wrong);
        assert!(made.snr().at(17, 19) > 8.0 && made.snr().at(21, 19) < -8.0);
    }

    #[test]
    fn missing_pixels_stay_missing_and_spread_no_further() {
        let fourier = Fourier::new(SIDE);
        let mut random = Random::of(6, 0, 0);
        let science = input(5.0, &[], 100.0, &mut random);
        let mut reference = input(4.0, &[], 10.0, &mut random);
        reference.image.pixels[12 * SIDE + 25] = f32::NAN;
        let made = subtract(&fourier, &science, &reference, 1.0, &Mismatch::default());
        let missing = made.image.pixels.iter().filter(|p| p.is_nan()).count();
        assert_eq!(missing, 1);
        assert!(made.image.at(25, 12).is_nan());
    }
}
