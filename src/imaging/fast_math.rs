//! Powers and exponentials in single precision that compilers turn into vector instructions: the
//! library's are called number by number, and profiles of stars and galaxies are little else.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the instructions that were chosen"
)]

use std::f32::consts::{LN_2, LOG2_E};

use pulp::{Arch, Simd, WithSimd};

/// Work on rows of pixels that is compiled for wide vectors, where the processor has them. All that it calls
/// must be inlined; numbers are the same by any instructions.
pub trait Vectorised {
    /// Does it.
    fn run(self);
}

/// Does it with the widest vectors of this processor.
pub fn vectorised(work: impl Vectorised) {
    struct Chosen<W>(W);
    impl<W: Vectorised> WithSimd for Chosen<W> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            self.0.run();
        }
    }
    Arch::new().dispatch(Chosen(work));
}

/// Adding it rounds numbers below 2²² to whole ones; the sum's lowest bits are that number.
const ROUNDING: f32 = 12_582_912.0;
/// Bits of √½.
const ROOT_HALF: u32 = 0x3f35_04f3;

/// 2^x to 2·10⁻⁷ of itself; 0 below −126, at most 2^126.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let inside = x.clamp(-126.0, 126.0);
    let shifted = inside + ROUNDING;
    let whole = shifted - ROUNDING;
    let t = (inside - whole) * LN_2;
    // Taylor's series of e^t for |t| < 0.35.
    let series = 1.0
        + t * (1.0
            + t * (1.0 / 2.0
                + t * (1.0 / 6.0 + t * (1.0 / 24.0 + t * (1.0 / 120.0 + t * (1.0 / 720.0))))));
    let exponent = shifted.to_bits().wrapping_shl(23);
    let value = f32::from_bits(series.to_bits().wrapping_add(exponent));
    if x < -126.0 { 0.0 } else { value }
}

/// e^x; 0 where it is below 10⁻³⁸.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    exp2(x * LOG2_E)
}

/// Logarithm to base 2 of a positive number, to 2·10⁻⁷.
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    let bits = x.to_bits();
    let exponent = bits.wrapping_sub(ROOT_HALF).cast_signed() >> 23;
    let mantissa = f32::from_bits(bits.wrapping_sub((exponent << 23).cast_unsigned()));
    // ln m = 2 artanh((m − 1)/(m + 1)), and |s| < 0.172 for m from √½ to √2.
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let s2 = s * s;
    let series = s * (2.0 + s2 * (2.0 / 3.0 + s2 * (2.0 / 5.0 + s2 * (2.0 / 7.0))));
    exponent as f32 + LOG2_E * series
}

/// A positive base to a power, to about 10⁻⁶ times the logarithm of the result.
#[inline(always)]
pub fn power(base: f32, exponent: f32) -> f32 {
    exp2(exponent * log2(base))
}

/// The nearest whole number, halves to even ones; numbers beyond 2²² stay as they are.
#[inline(always)]
pub fn round(x: f32) -> f32 {
    let rounded = (x + ROUNDING) - ROUNDING;
    if x.abs() < 4_194_304.0 { rounded } else { x }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use super::*;

    #[test]
    fn powers_and_exponentials_are_those_of_the_library() {
        for step in 0..4000_u16 {
            let x = f32::from(step) / 40.0 - 80.0;
            let expected = f64::from(x).exp();
            assert!((f64::from(exp(x)) / expected - 1.0).abs() < 6e-6, "{x}");
            let base = 1.0 + f32::from(step).powi(2) / 1000.0;
            for exponent in [-1.3_f32, -2.5, -4.765, -8.0] {
                let expected = f64::from(base).powf(f64::from(exponent));
                let found = f64::from(power(base, exponent));
                assert!((found / expected - 1.0).abs() < 2e-5, "{base}^{exponent}");
            }
        }
    }

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
        assert_eq!(exp2(0.0), 1.0);
    }

    #[test]
    fn the_ends_are_finite() {
        assert_eq!(exp2(-200.0), 0.0);
        assert_eq!(exp2(-1e30), 0.0);
        assert!(exp2(300.0).is_finite());
        assert_eq!(power(f32::MAX, -3.0), 0.0);
        assert_eq!(log2(1.0), 0.0);
    }

    #[test]
    fn rounding_is_exact() {
        for (x, expected) in [
            (0.4, 0.0),
            (-0.6, -1.0),
            (1234.7, 1235.0),
            (1e9, 1e9),
            (-3.2, -3.0),
        ] {
            assert_eq!(round(x), expected);
        }
    }
}
