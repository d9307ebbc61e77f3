//! The Moffat profile of a point source (Moffat 1969), elliptical and integrated over pixels.

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
/// Sub-pixels along an axis where the profile is steep.
const SUB_PIXELS: usize = 4;
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

    /// Adds a source of this flux to an image, `center` in pixels from the middle of the first.
    pub fn add_to(&self, pixels: &mut [f32], width: usize, center: [f64; 2], flux: f64) {
        let shape = Shape::of(self, flux);
        let is_narrow = self.fwhm_px < WELL_SAMPLED_FWHM_PX;
        let steep = if is_narrow {
            (STEEP_WIDTHS * self.fwhm_px).powi(2) as f32
        } else {
            0.0
        };
        let first = -center[0] as f32;
        for (y, row) in pixels.chunks_exact_mut(width.max(1)).enumerate() {
            let dy = (y as f64 - center[1]) as f32;
            if dy * dy < steep {
                for (x, pixel) in row.iter_mut().enumerate() {
                    let dx = first + x as f32;
                    *pixel += if dx * dx + dy * dy < steep {
                        shape.integrated(dx, dy)
                    } else {
                        shape.at(dx, dy)
                    };
                }
            } else {
                // Without a branch the compiler computes several pixels at a time.
                for (x, pixel) in row.iter_mut().enumerate() {
                    *pixel += shape.at(first + x as f32, dy);
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

    #[inline]
    fn at(&self, dx: f32, dy: f32) -> f32 {
        let r2 = self.xx * dx * dx + self.xy * dx * dy + self.yy * dy * dy;
        self.peak * exp2(-self.beta * log2(1.0 + r2))
    }

    /// Mean over a pixel.
    fn integrated(&self, dx: f32, dy: f32) -> f32 {
        let offset = |at: usize| (at as f32 + 0.5) / SUB_PIXELS as f32 - 0.5;
        let mut sum = 0.0;
        for y in 0..SUB_PIXELS {
            for x in 0..SUB_PIXELS {
                sum += self.at(dx + offset(x), dy + offset(y));
            }
        }
        sum / (SUB_PIXELS * SUB_PIXELS) as f32
    }
}

/// Base-2 logarithm of a normal number above 0, to about 2e-7: the exponent, and
/// 2/ln 2 · artanh((m − 1)/(m + 1)) of a mantissa m between √½ and √2.
///
/// Sources are drawn in every pixel of every image; unlike the standard library's functions this
/// and [`exp2`] have no branch, so that pixels are computed several at a time.
#[inline]
fn log2(x: f32) -> f32 {
    const SQRT_HALF_BITS: u32 = 0x3f35_04f3;
    const SCALE: f32 = 2.0 * std::f32::consts::LOG2_E;
    let exponent = (x.to_bits().wrapping_sub(SQRT_HALF_BITS) as i32) >> 23;
    let mantissa = f32::from_bits(x.to_bits().wrapping_sub((exponent as u32) << 23));
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let t2 = t * t;
    let series = 1.0 + t2 * (1.0 / 3.0 + t2 * (1.0 / 5.0 + t2 * (1.0 / 7.0)));
    exponent as f32 + SCALE * t * series
}

/// 2 to the power of a number not above 0; 0 below the smallest normal number. Taylor's series
/// about the nearest whole number, to about 2e-7.
#[inline]
fn exp2(x: f32) -> f32 {
    let x = x.max(-126.0);
    let whole = (x - 0.5) as i32;
    let y = (x - whole as f32) * std::f32::consts::LN_2;
    let tail = 1.0 / 24.0 + y * (1.0 / 120.0 + y * (1.0 / 720.0));
    let series = 1.0 + y * (1.0 + y * (0.5 + y * (1.0 / 6.0 + y * tail)));
    f32::from_bits(((whole + 127) as u32) << 23) * series
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use super::*;

    #[test]
    fn the_fast_power_is_the_power() {
        for beta in [1.1, 2.5, 4.765, 30.0] {
            for step in 0..4000 {
                let base = 1.0 + 0.000_1 * 1.004_f32.powi(step);
                let exact = f64::from(base).powf(f64::from(-beta));
                let found = f64::from(exp2(-beta * log2(base)));
                // The exponent's rounding grows with its size.
                let size = f64::from(beta * base.log2()).max(1.0);
                let is_near = (found / exact - 1.0).abs() < 4e-7 * size;
                assert!(is_near || exact < 2e-38, "{base}^-{beta}: {found} {exact}");
            }
        }
        assert_eq!(log2(1.0), 0.0);
        assert_eq!(exp2(0.0), 1.0);
    }

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
