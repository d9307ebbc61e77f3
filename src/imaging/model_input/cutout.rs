//! The square about a stamp's centre, at the model's pixel scale.

use super::images::{InputError, Plane};
use crate::{
    domain::{InputPlan, Scaling},
    imaging::CubicTaps,
};

/// Where a model's square lies in a stamp: the same for cutting it out and for drawing what was found
/// in it. Positions are stamp pixels, the first pixel's centre being (0, 0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Footprint {
    /// The position of the square's first pixel.
    pub first: [f64; 2],
    /// Stamp pixels per pixel of the square.
    pub step: f64,
    /// Pixels of a side.
    pub side: usize,
}

impl Footprint {
    /// In a stamp of that size; its pixel scale is in arcseconds, where it is known.
    pub fn of(stamp_size: [usize; 2], arcsec_per_px: Option<f64>, plan: &InputPlan) -> Self {
        let side = plan.side_px;
        let step = step_px(arcsec_per_px, plan.pixel_scale_arcsec);
        // Of an even width the pixel right of the middle is the centre, as in ALeRCE's and braai's crops.
        let start = |sides: usize| match plan.scaling {
            Scaling::Norm if sides <= side => 0.0,
            _ => (sides / 2) as f64 - (side / 2) as f64 * step,
        };
        Self {
            first: stamp_size.map(start),
            step,
            side,
        }
    }

    /// The position in the stamp of a place in the square, counted in its pixels from the corner of the
    /// first one.
    pub fn position_of(&self, [across, down]: [f64; 2]) -> [f64; 2] {
        [
            self.first[0] + (across - 0.5) * self.step,
            self.first[1] + (down - 0.5) * self.step,
        ]
    }

    /// The place in the square of a position in the stamp: the inverse of [`Self::position_of`]. None
    /// outside the square.
    pub fn place_of(&self, position: [f64; 2]) -> Option<[f64; 2]> {
        let place = [0, 1].map(|axis| (position[axis] - self.first[axis]) / self.step + 0.5);
        let is_inside = place
            .iter()
            .all(|along| (0.0..self.side as f64).contains(along));
        is_inside.then_some(place)
    }
}

/// Scales closer than this count as the same.
const SAME_SCALE: f64 = 0.02;

/// `side * side` values, NaN where the stamp has none.
pub(super) fn square(
    plane: &Plane<'_>,
    pixels: &[f32],
    plan: &InputPlan,
) -> Result<Vec<f32>, InputError> {
    let footprint = Footprint::of([plane.width, plane.height], plane.arcsec_per_px, plan);
    footprint.check(plane, pixels)?;
    Ok(footprint.cut(plane, pixels))
}

impl Footprint {
    /// That the stamp covers half of the square at least.
    pub(super) fn check(&self, plane: &Plane<'_>, pixels: &[f32]) -> Result<(), InputError> {
        let reach = (self.side as f64 * self.step / 2.0).ceil() as usize;
        let is_whole = pixels.len() == plane.width * plane.height;
        if plane.width < reach || plane.height < reach || !is_whole {
            return Err(InputError::Small {
                role: plane.role,
                width: plane.width,
                height: plane.height,
                side: self.side,
            });
        }
        Ok(())
    }

    /// Stamp positions of the square's pixels, row by row.
    pub(super) fn places(&self) -> impl Iterator<Item = [f64; 2]> {
        let &Self { first, step, side } = self;
        let along = move |first: f64| (0..side).map(move |at| first + at as f64 * step);
        along(first[1]).flat_map(move |y| along(first[0]).map(move |x| [x, y]))
    }

    /// `side * side` values, NaN where the stamp has none.
    pub(super) fn cut(&self, plane: &Plane<'_>, pixels: &[f32]) -> Vec<f32> {
        let value = |[x, y]: [f64; 2]| {
            if (self.step - 1.0).abs() < SAME_SCALE {
                nearest(plane, pixels, x, y)
            } else {
                resampled(plane, pixels, x, y)
            }
        };
        self.places().map(value).collect()
    }
}

/// Stamp pixels per model pixel.
pub(super) fn step_px(arcsec_per_px: Option<f64>, wanted: Option<f64>) -> f64 {
    match (wanted, arcsec_per_px) {
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
