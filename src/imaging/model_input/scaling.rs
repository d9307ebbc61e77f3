//! Scales one channel; what is no number becomes 0 after the scaling, never before.

use crate::{
    domain::{Role, Scaling, foreign::ForeignScaling},
    imaging::statistics::{mad_sigma, median},
};

/// Spread of a channel scaled by [`Scaling::MedianNorm`]: its root sum of squares.
const NORM: f32 = 5.0;
/// What Duev et al. (2019) fill short stamps with.
const BRAAI_FILL: f32 = 1e-9;

/// Larger pixels are no measurements: ZTF writes -3.4e38 where a reference is blank.
const LARGEST: f32 = 1e20;

/// S/N below which [`Scaling::AsinhPeak`] is about linear.
const SOFTENING: f64 = 2.0;

/// What is done to the square of each image, in words that follow "then".
pub(super) fn in_words(scaling: Scaling) -> String {
    let missing = |value: f32| {
        format!(
            "what is no measurement (no number, or beyond {LARGEST:e}) is left out and becomes {value} in the end"
        )
    };
    match scaling {
        Scaling::MinMax => format!(
            "its least value becomes 0 and its largest 1; {}",
            missing(0.0)
        ),
        Scaling::MedianNorm => format!(
            "its median is subtracted, and it is multiplied by {NORM} over the root of its sum of squares; {}",
            missing(0.0)
        ),
        Scaling::Norm => format!(
            "it is divided by the root of its sum of squares; what is no number is left out and becomes {BRAAI_FILL:e} in the end"
        ),
        Scaling::AsinhPeak => format!(
            "S/N images as they are, others less their median and over 1.4826 times their median absolute \
             deviation, become asinh(value / {SOFTENING}) over the largest absolute value; {}",
            missing(0.0)
        ),
    }
}

/// Scales in place; false where no pixel can be used.
pub(super) fn scale(square: &mut [f32], scaling: Scaling, role: Role) -> bool {
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
            let norm = norm_of_published_code(&known);
            apply(square, BRAAI_FILL, |value| divide(f64::from(value), norm));
        }
        Scaling::AsinhPeak => {
            let (middle, unit) = match role {
                Role::Snr => (0.0, 1.0),
                _ => own_units(&known),
            };
            let soft = |value: f32| ((f64::from(value) - middle) / unit / SOFTENING).asinh();
            let peak = known.iter().map(|value| soft(*value).abs());
            let peak = peak.fold(0.0, f64::max);
            apply(square, 0.0, |value| divide(soft(value), peak));
        }
    }
    true
}

/// Median and scatter of an image; a scatter of 1 where most pixels are the same.
fn own_units(values: &[f32]) -> (f64, f64) {
    let middle = median(values).unwrap_or(0.0);
    let scatter = mad_sigma(values, middle).filter(|scatter| *scatter > 0.0);
    (middle, scatter.unwrap_or(1.0))
}

/// Root of the sum of squares about a value.
fn norm(values: &[f32], about: f64) -> f64 {
    let squares = values
        .iter()
        .map(|value| (f64::from(*value) - about).powi(2));
    squares.sum::<f64>().sqrt()
}

/// Root of the sum of squares as programs in 32 bits sum it: one wild pixel overflows, and the image becomes 0.
fn norm_of_published_code(values: &[f32]) -> f64 {
    let overflow = f64::from(f32::MAX).sqrt();
    let norm = Some(norm(values, 0.0)).filter(|norm| *norm < overflow);
    norm.unwrap_or(f64::INFINITY)
}

/// The same for networks of others; what is no number is left alone. False where no pixel can be used.
pub(super) fn scale_foreign(square: &mut [f32], scaling: ForeignScaling) -> bool {
    let known: Vec<f32> = square.iter().copied().filter(|v| v.is_finite()).collect();
    if known.is_empty() {
        return false;
    }
    let (offset, by) = match scaling {
        ForeignScaling::None => return true,
        ForeignScaling::MinMax => {
            let low = known.iter().copied().fold(f32::INFINITY, f32::min);
            let high = known.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            (f64::from(low), f64::from(high) - f64::from(low))
        }
        ForeignScaling::L2 => (0.0, norm_of_published_code(&known)),
        ForeignScaling::MedianNorm => {
            let middle = median(&known).unwrap_or(0.0);
            (middle, norm(&known, middle))
        }
        ForeignScaling::Asinh { softening } => {
            apply(square, f32::NAN, |value| {
                (f64::from(value) / softening).asinh() as f32
            });
            return true;
        }
        ForeignScaling::Fixed { offset, scale } => (offset, scale),
    };
    let is_turned = by < 0.0;
    apply(square, f32::NAN, |value| {
        let scaled = divide(f64::from(value) - offset, by.abs());
        if is_turned { -scaled } else { scaled }
    });
    true
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
