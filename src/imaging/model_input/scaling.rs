//! Scales one channel; what is no number becomes 0 after the scaling, never before.

use crate::{domain::Scaling, imaging::statistics::median};

/// Spread of a channel scaled by [`Scaling::MedianNorm`]: its root sum of squares.
const NORM: f32 = 5.0;
/// What Duev et al. (2019) fill short stamps with.
const BRAAI_FILL: f32 = 1e-9;

/// Larger pixels are no measurements: ZTF writes -3.4e38 where a reference is blank.
const LARGEST: f32 = 1e20;

/// Scales in place; false where no pixel can be used.
pub(super) fn scale(square: &mut [f32], scaling: Scaling) -> bool {
    if scaling != Scaling::Norm {
        let wild = square.iter_mut().filter(|value| value.abs() > LARGEST);
        wild.for_each(|value| *value = f32::NAN);
    }
    let known: Vec<f32> = square.iter().copied().filter(|v| v.is_finite()).collect();
    if known.is_empty() {
        return false;
    }
    match scaling {
        Scaling::MinMax => {
            let low = known.iter().copied().fold(f32::INFINITY, f32::min);
            let high = known.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let span = f64::from(high) - f64::from(low);
            apply(square, 0.0, |value| {
                divide(f64::from(value) - f64::from(low), span)
            });
        }
        Scaling::MedianNorm => {
            let middle = median(&known).unwrap_or(0.0);
            let norm = norm(&known, middle);
            apply(square, 0.0, |value| {
                NORM * divide(f64::from(value) - middle, norm)
            });
        }
        Scaling::Norm => {
            // The published code sums in 32 bits: one wild pixel overflows, and the image becomes 0.
            let overflow = f64::from(f32::MAX).sqrt();
            let norm = Some(norm(&known, 0.0)).filter(|norm| *norm < overflow);
            let norm = norm.unwrap_or(f64::INFINITY);
            apply(square, BRAAI_FILL, |value| divide(f64::from(value), norm));
        }
    }
    true
}

/// Root of the sum of squares about a value.
fn norm(values: &[f32], about: f64) -> f64 {
    let squares = values
        .iter()
        .map(|value| (f64::from(*value) - about).powi(2));
    squares.sum::<f64>().sqrt()
}

/// An image without any contrast is 0 everywhere.
fn divide(value: f64, by: f64) -> f32 {
    if by > 0.0 { (value / by) as f32 } else { 0.0 }
}

fn apply(square: &mut [f32], missing: f32, scaled: impl Fn(f32) -> f32) {
    for value in square {
        *value = if value.is_finite() {
            scaled(*value)
        } else {
            missing
        };
    }
}
