//! Convolutions on a small periodic grid.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner, num_complex::Complex32};

use super::image::{Image, middle_of};

/// Fourier transforms of images of one side. Plans are shared between clones and threads.
#[derive(Clone)]
pub struct Fourier {
    side: usize,
    rows_forward: Arc<dyn RealToComplex<f32>>,
    rows_inverse: Arc<dyn ComplexToReal<f32>>,
    columns_forward: Arc<dyn Fft<f32>>,
    columns_inverse: Arc<dyn Fft<f32>>,
}

impl std::fmt::Debug for Fourier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fourier({0} x {0})", self.side)
    }
}

/// The transform of a real image: column frequencies kx from 0 to `side`/2, each with all row
/// frequencies ky.
#[derive(Clone, Debug)]
pub struct Spectrum {
    side: usize,
    values: Vec<Complex32>,
}

impl Fourier {
    /// Plans transforms of `side` × `side` pixels.
    pub fn new(side: usize) -> Self {
        let mut real = RealFftPlanner::new();
        let mut complex = FftPlanner::new();
        Self {
            side,
            rows_forward: real.plan_fft_forward(side),
            rows_inverse: real.plan_fft_inverse(side),
            columns_forward: complex.plan_fft_forward(side),
            columns_inverse: complex.plan_fft_inverse(side),
        }
    }

    /// The same, planned once for all who ask for that side.
    pub fn shared(side: usize) -> Self {
        static PLANNED: Mutex<BTreeMap<usize, Fourier>> = Mutex::new(BTreeMap::new());
        let mut planned = PLANNED.lock().unwrap_or_else(PoisonError::into_inner);
        planned
            .entry(side)
            .or_insert_with(|| Self::new(side))
            .clone()
    }

    /// A side of at least `least` pixels that transforms quickly: 2^a 3^b 5^c, even.
    pub fn good_side(least: usize) -> usize {
        let is_good = |side: &usize| {
            let mut left = *side;
            for prime in [2, 3, 5] {
                while left.is_multiple_of(prime) {
                    left /= prime;
                }
            }
            left == 1 && side.is_multiple_of(2)
        };
        // A power of two lies between a number and its double.
        let least = least.max(2);
        (least..=2 * least).find(is_good).unwrap_or(least)
    }

    /// Width and height, pixels.
    pub const fn side(&self) -> usize {
        self.side
    }

    /// The transform of an image.
    pub fn forward(&self, image: &Image) -> Spectrum {
        self.transform(image, [0, 0])
    }

    /// The transform of a kernel whose centre is the image's middle pixel: convolving with it
    /// moves nothing.
    pub fn forward_kernel(&self, image: &Image) -> Spectrum {
        let middle = middle_of(self.side);
        self.transform(image, [middle, middle])
    }

    fn transform(&self, image: &Image, [x0, y0]: [usize; 2]) -> Spectrum {
        let side = self.side;
        let half = side / 2 + 1;
        let mut values = vec![Complex32::default(); half * side];
        let mut row = vec![0.0; side];
        let mut line = vec![Complex32::default(); half];
        let mut scratch = self.rows_forward.make_scratch_vec();
        for y in 0..side {
            let from = &image.pixels[((y + y0) % side) * side..][..side];
            row[..side - x0].copy_from_slice(&from[x0..]);
            row[side - x0..].copy_from_slice(&from[..x0]);
            // Lengths are those of the plan, so that this cannot fail.
            let done = self
                .rows_forward
                .process_with_scratch(&mut row, &mut line, &mut scratch);
            debug_assert!(done.is_ok());
            for (x, value) in line.iter().enumerate() {
                values[x * side + y] = *value;
            }
        }
        self.columns_forward.process(&mut values);
        Spectrum { side, values }
    }

    pub fn inverse(&self, mut spectrum: Spectrum) -> Image {
        let side = self.side;
        let half = side / 2 + 1;
        self.columns_inverse.process(&mut spectrum.values);
        let mut image = Image::new(side);
        let mut line = vec![Complex32::default(); half];
        let mut scratch = self.rows_inverse.make_scratch_vec();
        let scale = 1.0 / (side * side) as f32;
        for (y, row) in image.pixels.chunks_exact_mut(side).enumerate() {
            for (x, value) in line.iter_mut().enumerate() {
                *value = spectrum.values[x * side + y] * scale;
            }
            // A real row has real values at frequency 0 and, as the side is even, at the last.
            line[0].im = 0.0;
            if side.is_multiple_of(2) {
                line[half - 1].im = 0.0;
            }
            let done = self
                .rows_inverse
                .process_with_scratch(&mut line, row, &mut scratch);
            debug_assert!(done.is_ok());
        }
        image
    }
}

impl Spectrum {
    /// Multiplies by another spectrum: a convolution of the images.
    pub fn multiply(&mut self, other: &Self) {
        for (value, factor) in self.values.iter_mut().zip(&other.values) {
            *value *= factor;
        }
    }

    /// Moves the image by a fraction of a pixel along x and y.
    pub fn shift(&mut self, [dx, dy]: [f64; 2]) {
        let phases = |shift: f64| -> Vec<Complex32> {
            let turn = |at: usize| {
                let angle = -std::f64::consts::TAU * shift * self.frequency(at);
                Complex32::new(angle.cos() as f32, angle.sin() as f32)
            };
            (0..self.side).map(turn).collect()
        };
        let (along_x, along_y) = (phases(dx), phases(dy));
        for (column, x) in self.values.chunks_exact_mut(self.side).zip(&along_x) {
            for (value, y) in column.iter_mut().zip(&along_y) {
                *value *= x * y;
            }
        }
    }

    /// Convolves with a Gaussian of this covariance, pixels²: [xx, xy, yy]. Negative variances
    /// sharpen, no frequency by more than e⁵: an image as blurred as that has nothing there.
    pub fn blur(&mut self, [xx, xy, yy]: [f64; 3]) {
        const STRONGEST: f64 = 5.0;
        let factor = -2.0 * std::f64::consts::PI.powi(2);
        for x in 0..=self.side / 2 {
            let kx = self.frequency(x);
            for y in 0..self.side {
                let ky = self.frequency(y);
                let exponent = factor * (xx * kx * kx + 2.0 * xy * kx * ky + yy * ky * ky);
                self.values[x * self.side + y] *= (exponent.min(STRONGEST) as f32).exp();
            }
        }
    }

    /// The kernel that turns images with the point-spread function `from` into images with this
    /// one: P·F*/(|F|² + ε), ε = 10⁻⁴ of the largest |F|², so that frequencies which `from`
    /// hardly has are not blown up. Its sum is the ratio of the sums.
    #[must_use]
    pub fn matched_from(&self, from: &Self) -> Self {
        const REGULARISATION: f32 = 1e-4;
        let floor = REGULARISATION * from.values[0].norm_sqr();
        let ratio = |(to, from): (&Complex32, &Complex32)| {
            to * from.conj() * ((1.0 + REGULARISATION) / (from.norm_sqr() + floor))
        };
        Self {
            side: self.side,
            values: self.values.iter().zip(&from.values).map(ratio).collect(),
        }
    }

    /// Sum of the squared pixels of the image (Parseval's theorem): what convolving with it does
    /// to the variance of white noise.
    pub fn sum_of_squares(&self) -> f64 {
        let columns = self.values.chunks_exact(self.side).enumerate();
        let sum: f64 = columns
            .map(|(x, column)| {
                let is_single = x == 0 || (self.side.is_multiple_of(2) && x == self.side / 2);
                let weight = if is_single { 1.0 } else { 2.0 };
                let power: f64 = column.iter().map(|value| f64::from(value.norm_sqr())).sum();
                weight * power
            })
            .sum();
        sum / (self.side * self.side) as f64
    }

    /// Cycles a pixel of the frequency at this place.
    fn frequency(&self, at: usize) -> f64 {
        let side = self.side as f64;
        let at = at as f64;
        if at > side / 2.0 {
            (at - side) / side
        } else {
            at / side
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Moffat;

    fn gaussian(side: usize, center: [f64; 2], sigma: f64) -> Image {
        let mut image = Image::new(side);
        for y in 0..side {
            for x in 0..side {
                let r2 = (x as f64 - center[0]).powi(2) + (y as f64 - center[1]).powi(2);
                let value = (-r2 / (2.0 * sigma * sigma)).exp();
                image.pixels[y * side + x] =
                    (value / (std::f64::consts::TAU * sigma * sigma)) as f32;
            }
        }
        image
    }

    fn assert_alike(found: &Image, expected: &Image, tolerance: f32) {
        for (at, (a, b)) in found.pixels.iter().zip(&expected.pixels).enumerate() {
            assert!((a - b).abs() < tolerance, "pixel {at}: {a} against {b}");
        }
    }

    #[test]
    fn there_and_back_is_the_same_image() {
        for side in [20, 40, 45, 48] {
            let fourier = Fourier::new(side);
            let image = gaussian(side, [11.3, 7.8], 2.0);
            assert_alike(&fourier.inverse(fourier.forward(&image)), &image, 1e-7);
        }
    }

    #[test]
    fn convolved_gaussians_add_their_variances() {
        let fourier = Fourier::new(48);
        let mut spectrum = fourier.forward(&gaussian(48, [24.0, 22.0], 2.0));
        let middle = middle_of(48) as f64;
        spectrum.multiply(&fourier.forward_kernel(&gaussian(48, [middle, middle], 1.5)));
        let expected = gaussian(48, [24.0, 22.0], 2.5);
        assert_alike(&fourier.inverse(spectrum), &expected, 1e-6);
        let mut blurred = fourier.forward(&gaussian(48, [24.0, 22.0], 2.0));
        blurred.blur([2.25, 0.0, 2.25]);
        assert_alike(&fourier.inverse(blurred), &expected, 1e-6);
    }

    #[test]
    fn shifts_move_by_fractions_of_a_pixel() {
        let fourier = Fourier::new(40);
        let mut spectrum = fourier.forward(&gaussian(40, [20.0, 20.0], 2.0));
        spectrum.shift([1.25, -0.6]);
        assert_alike(
            &fourier.inverse(spectrum),
            &gaussian(40, [21.25, 19.4], 2.0),
            1e-6,
        );
    }

    #[test]
    fn a_matching_kernel_turns_one_psf_into_the_other() {
        let fourier = Fourier::new(48);
        let psf = |fwhm| {
            let mut image = Image::new(48);
            let middle = image.middle() as f64;
            Moffat::round(fwhm, 3.5).add_to(&mut image.pixels, 48, [middle, middle], 1.0);
            image
        };
        let (narrow, wide) = (psf(4.0), psf(6.0));
        let kernel = fourier
            .forward_kernel(&wide)
            .matched_from(&fourier.forward_kernel(&narrow));
        // A kernel that widens averages noise down.
        assert!(kernel.sum_of_squares() < 0.5);
        let mut matched = fourier.forward(&narrow);
        matched.multiply(&kernel);
        let peak = wide.pixels.iter().copied().fold(0.0, f32::max);
        assert_alike(&fourier.inverse(matched), &wide, 0.01 * peak);
    }

    #[test]
    fn sums_of_squares_follow_parseval() {
        let fourier = Fourier::new(40);
        let image = gaussian(40, [19.0, 19.0], 1.7);
        let direct: f64 = image.pixels.iter().map(|p| f64::from(*p).powi(2)).sum();
        let found = fourier.forward(&image).sum_of_squares();
        assert!((found / direct - 1.0).abs() < 1e-5);
    }

    #[test]
    fn good_sides_are_even_products_of_small_primes() {
        let sides: Vec<_> = [21, 39, 41, 49, 79].map(Fourier::good_side).into();
        assert_eq!(sides, [24, 40, 48, 50, 80]);
    }
}
