//! The point-spread function: which share of a point source's light falls on each pixel.
//!
//! Widths are those of the image as it is, the pixel's own width included ("effective PSF"), so
//! the function is sampled at pixel centres. From a FWHM of 1.5 pixels on the samples of a round
//! Gaussian sum to 1 within 0.1 %; Moffat profiles below 2 pixels are integrated over each pixel.

use std::sync::Arc;

use super::empirical_psf::EmpiricalPsf;
use crate::imaging::Moffat;

/// Narrower and more elongated forms than these have no finite values.
const LEAST_FWHM_PX: f64 = 2e-3;
const MOST_ELLIPTICITY: f64 = 0.99;

/// Exponent of a Moffat profile where none is known: our choice. Bright stars of HiTS are fitted best
/// by 3.5 (56 %) or 5 (41 %) out of 2.5, 3, 3.5, 5 and a Gaussian.
pub const USUAL_BETA: f64 = 4.0;

/// Size and form of an elliptical profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ellipse {
    /// Full width at half maximum, pixels: the geometric mean over both axes.
    pub fwhm_px: f64,
    /// 1 - minor axis / major axis; from 0 to below 1.
    pub ellipticity: f64,
    /// Direction of the major axis, radians from +x towards +y.
    pub angle_rad: f64,
}

impl Ellipse {
    /// A circle of that width.
    pub const fn round(fwhm_px: f64) -> Self {
        Self {
            fwhm_px,
            ellipticity: 0.0,
            angle_rad: 0.0,
        }
    }

    /// The form `q = a x² + 2 b x y + c y²` that is 1 at half maximum: (a, b, c), pixels⁻².
    fn quadratic(self) -> [f64; 3] {
        let half = self.fwhm_px.max(LEAST_FWHM_PX) / 2.0;
        let ratio = (1.0 - self.ellipticity.clamp(0.0, MOST_ELLIPTICITY)).sqrt();
        let (major, minor) = ((ratio / half).powi(2), (half * ratio).powi(-2));
        let (sine, cosine) = self.angle_rad.sin_cos();
        [
            major * cosine * cosine + minor * sine * sine,
            (major - minor) * sine * cosine,
            major * sine * sine + minor * cosine * cosine,
        ]
    }
}

/// A point-spread function of unit sum, wings included.
#[derive(Clone, Debug, PartialEq)]
pub enum PsfShape {
    Gaussian(Ellipse),
    /// Moffat (1969): `(1 + (r/α)²)^-β`.
    Moffat {
        /// Its form.
        ellipse: Ellipse,
        /// Its exponent, above 1.
        beta: f64,
    },
    /// An image.
    Empirical(Arc<EmpiricalPsf>),
}

impl PsfShape {
    /// A round Moffat profile of that width and of [`USUAL_BETA`].
    pub const fn moffat(fwhm_px: f64) -> Self {
        Self::Moffat {
            ellipse: Ellipse::round(fwhm_px),
            beta: USUAL_BETA,
        }
    }

    /// Full width at half maximum, pixels.
    pub fn fwhm_px(&self) -> f64 {
        match self {
            Self::Gaussian(ellipse) | Self::Moffat { ellipse, .. } => ellipse.fwhm_px,
            Self::Empirical(psf) => psf.fwhm_px(),
        }
    }

    /// The share of light on each pixel (y, x) of an image, for a source at a position in pixels
    /// from the centre of the first one.
    pub fn sample(&self, width: usize, height: usize, position_px: [f64; 2]) -> Vec<f32> {
        match self {
            Self::Empirical(psf) => psf.sample(width, height, position_px),
            Self::Gaussian(ellipse) => {
                let [a, b, c] = ellipse.quadratic();
                let norm = std::f64::consts::LN_2 / std::f64::consts::PI * (a * c - b * b).sqrt();
                let minus_ln_2 = -std::f32::consts::LN_2;
                let value = |q: f32| norm as f32 * (minus_ln_2 * q).exp();
                sample_form([a, b, c], width, height, position_px, value)
            }
            Self::Moffat { ellipse, beta } => {
                let profile = Moffat {
                    fwhm_px: ellipse.fwhm_px.max(LEAST_FWHM_PX),
                    beta: beta.max(1.01),
                    ellipticity: ellipse.ellipticity.clamp(0.0, MOST_ELLIPTICITY),
                    angle_rad: ellipse.angle_rad,
                };
                let mut pixels = vec![0.0; width * height];
                profile.add_to(&mut pixels, width, position_px, 1.0);
                pixels
            }
        }
    }
}

fn sample_form(
    form: [f64; 3],
    width: usize,
    height: usize,
    [x, y]: [f64; 2],
    value: impl Fn(f32) -> f32,
) -> Vec<f32> {
    let [a, b, c] = form.map(|coefficient| coefficient as f32);
    let mut out = Vec::with_capacity(width * height);
    for row in 0..height {
        let dy = (row as f64 - y) as f32;
        let (of_row, across) = (c * dy * dy, 2.0 * b * dy);
        out.extend((0..width).map(|column| {
            let dx = (column as f64 - x) as f32;
            value((a * dx + across) * dx + of_row)
        }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(ellipse: Ellipse) -> [PsfShape; 2] {
        [
            PsfShape::Gaussian(ellipse),
            PsfShape::Moffat { ellipse, beta: 4.0 },
        ]
    }

    #[test]
    fn all_light_is_in_the_profile_and_half_the_peak_at_half_the_width() {
        for ellipticity in [0.0, 0.3] {
            let ellipse = Ellipse {
                fwhm_px: 4.0,
                ellipticity,
                angle_rad: 0.7,
            };
            for shape in shapes(ellipse) {
                let pixels = shape.sample(201, 201, [100.3, 99.8]);
                let sum: f64 = pixels.iter().map(|p| f64::from(*p)).sum();
                assert!((sum - 1.0).abs() < 1e-3, "{shape:?}: {sum}");
            }
        }
        for shape in shapes(Ellipse::round(4.0)) {
            let pixels = shape.sample(21, 21, [10.0, 10.0]);
            let ratio = pixels[10 * 21 + 12] / pixels[10 * 21 + 10];
            assert!((ratio - 0.5).abs() < 1e-5, "{shape:?}: {ratio}");
        }
    }

    #[test]
    fn the_major_axis_lies_where_its_angle_says() {
        let ellipse = Ellipse {
            fwhm_px: 4.0,
            ellipticity: 0.5,
            angle_rad: std::f64::consts::FRAC_PI_2,
        };
        let pixels = PsfShape::Gaussian(ellipse).sample(21, 21, [10.0, 10.0]);
        assert!(pixels[13 * 21 + 10] > 2.0 * pixels[10 * 21 + 13]);
    }
}
