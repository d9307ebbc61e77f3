//! The square about a stamp's centre, at the model's pixel scale.

use super::{InputError, Plane};
use crate::{
    domain::{InputPlan, Scaling},
    imaging::CubicTaps,
};

/// Scales closer than this count as the same.
const SAME_SCALE: f64 = 0.02;

/// `side * side` values, NaN where the stamp has none.
pub(super) fn square(
    plane: &Plane<'_>,
    pixels: &[f32],
    plan: &InputPlan,
) -> Result<Vec<f32>, InputError> {
    let side = plan.side_px;
    let step = step_px(plane, plan);
    let reach = (side as f64 * step / 2.0).ceil() as usize;
    if plane.width < reach || plane.height < reach || pixels.len() != plane.width * plane.height {
        return Err(InputError::Small {
            role: plane.role,
            width: plane.width,
            height: plane.height,
            side,
        });
    }
    let value = |x: f64, y: f64| {
        if (step - 1.0).abs() < SAME_SCALE {
            nearest(plane, pixels, x, y)
        } else {
            resampled(plane, pixels, x, y)
        }
    };
    // Of an even width the pixel right of the middle is the centre, as in ALeRCE's and braai's crops.
    let start = |sides: usize| match plan.scaling {
        Scaling::Norm if sides <= side => 0.0,
        _ => (sides / 2) as f64 - (side / 2) as f64 * step,
    };
    let (first_x, first_y) = (start(plane.width), start(plane.height));
    let places = |first: f64| (0..side).map(move |at| first + at as f64 * step);
    let rows = places(first_y).flat_map(|y| places(first_x).map(move |x| (x, y)));
    Ok(rows.map(|(x, y)| value(x, y)).collect())
}

/// Stamp pixels per model pixel.
fn step_px(plane: &Plane<'_>, plan: &InputPlan) -> f64 {
    match (plan.pixel_scale_arcsec, plane.arcsec_per_px) {
        (Some(wanted), Some(has)) if has > 0.0 && wanted > 0.0 => {
            let step = wanted / has;
            if (step - 1.0).abs() < SAME_SCALE {
                1.0
            } else {
                step
            }
        }
        _ => 1.0,
    }
}

fn nearest(plane: &Plane<'_>, pixels: &[f32], x: f64, y: f64) -> f32 {
    let inside = |at: f64, sides: usize| {
        let at = at.round();
        (at >= 0.0 && at < sides as f64).then_some(at as usize)
    };
    match (inside(x, plane.width), inside(y, plane.height)) {
        (Some(x), Some(y)) => pixels[y * plane.width + x],
        _ => f32::NAN,
    }
}

/// Cubic convolution; NaN where any of the sixteen neighbours is none.
fn resampled(plane: &Plane<'_>, pixels: &[f32], x: f64, y: f64) -> f32 {
    let taps = |at: f64, sides: usize| CubicTaps::at(at).all_inside(sides);
    let (Some((x, across)), Some((y, down))) = (taps(x, plane.width), taps(y, plane.height)) else {
        return nearest(plane, pixels, x, y);
    };
    let row = |y: usize| -> f32 {
        let from = y * plane.width + x;
        let values = &pixels[from..from + across.len()];
        values.iter().zip(across).map(|(value, w)| value * w).sum()
    };
    (y..).zip(down).map(|(y, weight)| weight * row(y)).sum()
}
