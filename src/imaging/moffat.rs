//! The Moffat profile of a point source (Moffat 1969), elliptical and integrated over pixels.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the instructions that were chosen"
)]

use super::fast_math::{Vectorised, power, vectorised};

/// A point-spread function I(r) ∝ (1 + r²/α²)^−β with elliptical isophotes, of unit sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moffat {
    /// Full width at half maximum, pixels: the geometric mean over the axes.
    pub fwhm_px: f64,
    /// Exponent β, above 1; 4.765 fits seeing (Trujillo et al. 2001), large is Gaussian.
    pub beta: f64,
    /// 1 − minor / major axis.
    pub ellipticity: f64,
    /// Direction of the major axis, radians from x towards y.
    pub angle_rad: f64,
}

/// From this width on the value in a pixel's middle serves for the whole pixel: the sum over
/// pixels is that of the profile to 0.1 %, and a width that was measured in pixels has the blur of
/// the pixel in it already.
const WELL_SAMPLED_FWHM_PX: f64 = 2.0;
/// Places and weights of Gauss and Legendre's integration over a pixel by three points.
const GAUSS: [[f32; 2]; 3] = [
    [-0.387_298_3, 5.0 / 18.0],
    [0.0, 8.0 / 18.0],
    [0.387_298_3, 5.0 / 18.0],
];
/// Beyond this many widths a narrow profile is flat within a pixel.
const STEEP_WIDTHS: f64 = 2.5;

impl Moffat {
    /// A round profile.
    pub const fn round(fwhm_px: f64, beta: f64) -> Self {
        Self {
            fwhm_px,
            beta,
            ellipticity: 0.0,
            angle_rad: 0.0,
        }
    }

    /// α, pixels: FWHM = 2 α √(2^(1/β) − 1).
    pub fn alpha_px(&self) -> f64 {
        self.fwhm_px / 2.0 / (2f64.powf(1.0 / self.beta) - 1.0).sqrt()
    }

    /// Pixels of uniform weight with the noise of this profile's optimal weights, 1/∫P²:
    /// π α² (2β − 1)/(β − 1)².
    pub fn noise_equivalent_area_px(&self) -> f64 {
        let alpha = self.alpha_px();
        std::f64::consts::PI * alpha * alpha * (2.0 * self.beta - 1.0) / (self.beta - 1.0).powi(2)
    }

    /// How far from its centre a source of this flux falls below `floor` a pixel, pixels along the major
    /// axis; endless where the floor is none.
    pub fn reach_px(&self, flux: f64, floor: f64) -> f64 {
        let alpha = self.alpha_px();
        let peak = flux.abs() * (self.beta - 1.0) / (std::f64::consts::PI * alpha * alpha);
        let ratio = (peak / floor).max(1.0);
        let major = alpha / (1.0 - self.ellipticity).max(0.05).sqrt();
        // Two pixels more, so that narrow sources lose nothing.
        major * (ratio.powf(1.0 / self.beta) - 1.0).sqrt() + 2.0
    }

    /// Adds a source of this flux to an image, `center` in pixels from the middle of the first.
    pub fn add_to(&self, pixels: &mut [f32], width: usize, center: [f64; 2], flux: f64) {
        self.add_within(pixels, width, center, flux, f64::INFINITY);
    }

    /// The same within a square of that many pixels to each side.
    pub fn add_within(
        &self,
        pixels: &mut [f32],
        width: usize,
        center: [f64; 2],
        flux: f64,
        half_px: f64,
    ) {
        let reach = if self.fwhm_px < WELL_SAMPLED_FWHM_PX {
            STEEP_WIDTHS * self.fwhm_px
        } else {
            0.0
        };
        vectorised(Source {
            shape: Shape::of(self, flux),
            pixels,
            width,
            center,
            half_px,
            reach,
        });
    }
}

/// A source that is being added.
struct Source<'a> {
    shape: Shape,
    pixels: &'a mut [f32],
    width: usize,
    center: [f64; 2],
    half_px: f64,
    /// Within this many pixels it is integrated.
    reach: f64,
}

impl Vectorised for Source<'_> {
    #[inline(always)]
    fn run(self) {
        let Self {
            shape,
            pixels,
            width,
            center,
            half_px,
            reach,
        } = self;
        // Columns in which a narrow profile is integrated.
        let column = |x: f64| x.clamp(0.0, width as f64) as usize;
        let start = column(center[0] - half_px);
        let stop = column(center[0] + half_px + 1.0).max(start);
        let (first, end) = (column(center[0] - reach), column(center[0] + reach + 1.0));
        let (first, end) = (first.clamp(start, stop), end.clamp(start, stop));
        for (y, row) in pixels.chunks_exact_mut(width.max(1)).enumerate() {
            let dy = y as f64 - center[1];
            if dy.abs() > half_px {
                continue;
            }
            let dx = |x: usize| (x as f64 - center[0]) as f32;
            if dy.abs() >= reach {
                shape.add_row(&mut row[start..stop], dx(start), dy as f32, 1.0);
                continue;
            }
            shape.add_row(&mut row[start..first], dx(start), dy as f32, 1.0);
            shape.add_row(&mut row[end..stop], dx(end), dy as f32, 1.0);
            for [oy, wy] in GAUSS {
                for [ox, wx] in GAUSS {
                    let row = &mut row[first..end];
                    shape.add_row(row, dx(first) + ox, dy as f32 + oy, wx * wy);
                }
            }
        }
    }
}

/// The constants of a profile.
struct Shape {
    /// Quadratic form of r²/α².
    xx: f32,
    xy: f32,
    yy: f32,
    peak: f32,
    beta: f32,
}

impl Shape {
    fn of(moffat: &Moffat, flux: f64) -> Self {
        let alpha = moffat.alpha_px();
        let (sin, cos) = moffat.angle_rad.sin_cos();
        let ratio = 1.0 - moffat.ellipticity;
        let (major, minor) = (alpha / ratio.sqrt(), alpha * ratio.sqrt());
        let (a, b) = (1.0 / (major * major), 1.0 / (minor * minor));
        let peak = flux * (moffat.beta - 1.0) / (std::f64::consts::PI * alpha * alpha);
        Self {
            xx: (cos * cos * a + sin * sin * b) as f32,
            xy: (2.0 * sin * cos * (a - b)) as f32,
            yy: (sin * sin * a + cos * cos * b) as f32,
            peak: peak as f32,
            beta: moffat.beta as f32,
        }
    }

    /// Adds the profile's values times a weight along a row that begins at `dx`.
    #[inline(always)]
    fn add_row(&self, row: &mut [f32], dx: f32, dy: f32, weight: f32) {
        let (peak, beta) = (weight * self.peak, -self.beta);
        let (square, mixed) = (1.0 + self.yy * dy * dy, self.xy * dy);
        for (at, pixel) in row.iter_mut().enumerate() {
            let dx = dx + at as f32;
            let base = square + dx * (self.xx * dx + mixed);
            *pixel += peak * power(base, beta);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(moffat: Moffat, side: usize, center: [f64; 2]) -> Vec<f32> {
        let mut pixels = vec![0.0; side * side];
        moffat.add_to(&mut pixels, side, center, 1.0);
        pixels
    }

    #[test]
    fn the_sum_is_the_flux_wherever_the_source_lies_in_its_pixel() {
        for fwhm_px in [1.5, 1.99, 2.0, 2.3, 3.4, 5.0] {
            for offset in [[0.0, 0.0], [0.5, 0.5], [0.25, -0.4]] {
                let moffat = Moffat {
                    ellipticity: 0.2,
                    angle_rad: 0.7,
                    ..Moffat::round(fwhm_px, 4.0)
                };
                let center = offset.map(|o| 60.0 + o);
                let sum: f64 = image(moffat, 121, center)
                    .iter()
                    .map(|p| f64::from(*p))
                    .sum();
                assert!((sum - 1.0).abs() < 3e-3, "{fwhm_px} {offset:?}: {sum}");
            }
        }
    }

    #[test]
    fn half_maximum_lies_at_half_the_width() {
        let moffat = Moffat::round(8.0, 3.0);
        let pixels = image(moffat, 41, [20.0, 20.0]);
        let at = |x: usize| pixels[20 * 41 + x];
        assert!((at(24) / at(20) - 0.5).abs() < 1e-3);
    }

    #[test]
    fn the_noise_area_is_that_of_the_pixels() {
        let moffat = Moffat::round(6.0, 3.5);
        let squares: f64 = image(moffat, 101, [50.0, 50.0])
            .iter()
            .map(|p| f64::from(*p).powi(2))
            .sum();
        assert!((squares * moffat.noise_equivalent_area_px() - 1.0).abs() < 5e-3);
    }

    #[test]
    fn the_major_axis_points_where_it_should() {
        let moffat = Moffat {
            ellipticity: 0.3,
            angle_rad: std::f64::consts::FRAC_PI_2,
            ..Moffat::round(6.0, 4.0)
        };
        let pixels = image(moffat, 21, [10.0, 10.0]);
        assert!(pixels[14 * 21 + 10] > 1.5 * pixels[10 * 21 + 14]);
    }
}
