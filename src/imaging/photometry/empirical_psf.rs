//! A point-spread function that was measured: an image, moved by interpolation.

use super::{frame::Frame, moments::moments};
use crate::imaging::CubicTaps;

/// Gaussian FWHM in standard deviations, 2 √(2 ln 2).
const FWHM_PER_SIGMA: f64 = 2.354_820_045_030_949_3;

/// A sum below this is no point-spread function whose wings are cut, but one in another unit.
const LEAST_SUM: f64 = 0.5;

/// An image of a point source, background free: the share of its light on each pixel.
#[derive(Clone, Debug, PartialEq)]
pub struct EmpiricalPsf {
    width: usize,
    height: usize,
    values: Vec<f32>,
    center_px: [f64; 2],
    fwhm_px: f64,
}

impl EmpiricalPsf {
    /// From an image (y, x). A sum between 0.5 and 1 is believed: the rest of the light lies beyond
    /// the image. With any other it is brought to unit sum. Missing pixels count as dark. Its
    /// centre is the centroid of its light, so it need not stand in the middle.
    ///
    /// None where the image holds no point source.
    pub fn new(width: usize, height: usize, values: &[f32]) -> Option<Self> {
        let frame = Frame::new(width, height, values, None)?;
        let good = |(at, value): (usize, &f32)| if frame.is_good(at) { *value } else { 0.0 };
        let mut values: Vec<f32> = values.iter().enumerate().map(good).collect();
        let sum: f64 = values.iter().map(|value| f64::from(*value)).sum();
        if sum <= 0.0 || !sum.is_finite() {
            return None;
        }
        if !(LEAST_SUM..=1.0).contains(&sum) {
            for value in &mut values {
                *value = (f64::from(*value) / sum) as f32;
            }
        }
        let found = moments(
            &Frame::new(width, height, &values, None)?,
            brightest(&values, width),
            0.0,
        )?;
        Some(Self {
            width,
            height,
            center_px: found.center_px,
            fwhm_px: FWHM_PER_SIGMA * found.sigma_px(),
            values,
        })
    }

    /// Full width at half maximum of the Gaussian that fits the core, pixels.
    pub const fn fwhm_px(&self) -> f64 {
        self.fwhm_px
    }

    /// As [`super::PsfShape::sample`].
    pub(super) fn sample(&self, width: usize, height: usize, [x, y]: [f64; 2]) -> Vec<f32> {
        let of_columns = taps(width, x, self.center_px[0]);
        let of_rows = taps(height, y, self.center_px[1]);
        let mut out = Vec::with_capacity(width * height);
        for rows in &of_rows {
            out.extend(of_columns.iter().map(|columns| self.value(columns, rows)));
        }
        out
    }

    fn value(&self, columns: &CubicTaps, rows: &CubicTaps) -> f32 {
        let mut sum = 0.0;
        for (row, by_row) in rows.inside(self.height) {
            for (column, by_column) in columns.inside(self.width) {
                sum += self.values[row * self.width + column] * by_row * by_column;
            }
        }
        sum
    }
}

fn brightest(values: &[f32], width: usize) -> [f64; 2] {
    let highest = values.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    let at = highest.map_or(0, |(at, _)| at);
    [(at % width) as f64, (at / width) as f64]
}

/// For each of `count` pixels where a source at `at` has its light from in an image about `center`.
fn taps(count: usize, at: f64, center: f64) -> Vec<CubicTaps> {
    let of_pixel = |pixel: usize| CubicTaps::at(pixel as f64 - at + center);
    (0..count).map(of_pixel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::photometry::psf_shape::{Ellipse, PsfShape};

    #[test]
    fn an_image_of_a_profile_moves_as_the_profile_does() {
        let profile = PsfShape::Gaussian(Ellipse::round(4.5));
        let image: Vec<f32> = profile.sample(25, 25, [12.2, 11.9]);
        let scaled: Vec<f32> = image.iter().map(|value| value * 7.0).collect();
        let psf = EmpiricalPsf::new(25, 25, &scaled).unwrap();
        assert!((psf.fwhm_px() - 4.5).abs() < 0.02, "{}", psf.fwhm_px());
        let moved = psf.sample(21, 21, [9.6, 10.7]);
        let wanted = profile.sample(21, 21, [9.6, 10.7]);
        let peak = wanted.iter().copied().fold(0.0, f32::max);
        for (moved, wanted) in moved.iter().zip(&wanted) {
            assert!((moved - wanted).abs() < 0.01 * peak, "{moved} {wanted}");
        }
    }

    #[test]
    fn light_beyond_the_image_is_not_made_up() {
        let profile = PsfShape::moffat(10.0);
        let image = profile.sample(21, 21, [10.0, 10.0]);
        let inside: f32 = image.iter().sum();
        assert!((0.8..0.97).contains(&inside), "{inside}");
        for (scale, expected) in [(1.0, inside), (5.0, 1.0), (0.1, 1.0)] {
            let scaled: Vec<f32> = image.iter().map(|value| value * scale).collect();
            let psf = EmpiricalPsf::new(21, 21, &scaled).unwrap();
            let sum: f32 = psf.sample(21, 21, [10.0, 10.0]).iter().sum();
            assert!(
                (sum - expected).abs() < 5e-3,
                "{scale}: {sum}, not {expected}"
            );
        }
    }

    #[test]
    fn what_is_no_point_source_is_none() {
        for values in [[0.0; 9], [f32::NAN; 9], [-1.0; 9], [1e30; 9]] {
            assert_eq!(EmpiricalPsf::new(3, 3, &values), None);
        }
        assert_eq!(EmpiricalPsf::new(1, 1, &[1.0]), None);
        assert_eq!(EmpiricalPsf::new(3, 3, &[1.0]), None);
    }
}
