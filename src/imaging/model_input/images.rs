//! The images of one epoch, what of them a model needs, and why it cannot have it.

use std::borrow::Cow;

use thiserror::Error;

use super::snr;
use crate::domain::{Role, Stamp};

/// One image of an epoch: pixels row by row.
#[derive(Clone, Copy, Debug)]
pub struct Plane<'a> {
    pub role: Role,
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` values; what is no number is no measurement.
    pub pixels: &'a [f32],
    /// Pixel scale, arcseconds, where it is known.
    pub arcsec_per_px: Option<f64>,
}

impl<'a> Plane<'a> {
    /// A decoded stamp as an image of that role.
    pub fn of(role: Role, stamp: &'a Stamp) -> Self {
        Self {
            role,
            width: stamp.width,
            height: stamp.height,
            pixels: &stamp.pixels,
            arcsec_per_px: stamp.geometry.arcsec_per_px(),
        }
    }
}

/// Why an epoch cannot be given to a model.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InputError {
    /// An image that the model needs is not there.
    #[error("has no {} stamp", .0.name())]
    Missing(Role),
    /// A stamp that shows nothing.
    #[error("its {} stamp has no usable pixel", .0.name())]
    Blank(Role),
    /// Too small to cut the model's square out of it.
    #[error("its {} stamp is {width}x{height} pixels; the model needs at least half of {side}x{side}", .role.name())]
    Small {
        role: Role,
        /// Pixels per row.
        width: usize,
        /// Rows.
        height: usize,
        /// What the model takes.
        side: usize,
    },
}

pub(super) type Channel<'a> = (Plane<'a>, Cow<'a, [f32]>);

pub(super) fn needed_of(
    channels: &[Role],
    has: impl Fn(Role) -> bool,
) -> Result<Vec<Role>, InputError> {
    let mut needed = Vec::new();
    for role in channels {
        if has(*role) {
            needed.push(*role);
        } else if *role == Role::Snr && has(Role::Difference) {
            let sources = [Role::Difference, Role::Variance, Role::Science];
            needed.extend(sources.into_iter().filter(|role| has(*role)));
        } else {
            return Err(InputError::Missing(*role));
        }
    }
    Ok(needed)
}

/// The image of a role, or what can be computed in its place.
pub(super) fn channel<'a>(planes: &[Plane<'a>], role: Role) -> Result<Channel<'a>, InputError> {
    let find = |role: Role| planes.iter().find(|plane| plane.role == role).copied();
    if let Some(plane) = find(role) {
        return Ok((plane, Cow::Borrowed(plane.pixels)));
    }
    if role != Role::Snr {
        return Err(InputError::Missing(role));
    }
    let difference = find(Role::Difference).ok_or(InputError::Missing(Role::Snr))?;
    let pixels = match (find(Role::Variance), find(Role::Science)) {
        (Some(variance), _) if variance.pixels.len() == difference.pixels.len() => {
            snr::from_variance(difference.pixels, variance.pixels)
        }
        (_, science) => {
            let science = science.filter(|plane| plane.pixels.len() == difference.pixels.len());
            snr::estimated(difference.pixels, science.map(|plane| plane.pixels))
        }
    };
    let pixels = pixels.ok_or(InputError::Blank(Role::Difference))?;
    let plane = Plane { role, ..difference };
    Ok((plane, Cow::Owned(pixels)))
}

/// Turns the sign of what has one, where the detection is negative.
pub(super) fn turn(squares: &mut [(Role, Vec<f32>)], side: usize) {
    if !is_negative(squares, side) {
        return;
    }
    for (role, square) in squares {
        if role.is_signed() {
            for value in square {
                *value = -*value;
            }
        }
    }
}

/// True where the 3x3 pixels at the centre of the difference (else of the S/N) sum below zero.
fn is_negative(squares: &[(Role, Vec<f32>)], side: usize) -> bool {
    let find = |role: Role| squares.iter().find(|(known, _)| *known == role);
    let Some((_, square)) = find(Role::Difference).or_else(|| find(Role::Snr)) else {
        return false;
    };
    let middle = side / 2;
    let near = middle.saturating_sub(1)..(middle + 2).min(side);
    let rows = near.clone().map(|y| y * side);
    let center = rows.flat_map(|row| near.clone().map(move |x| square[row + x]));
    center.filter(|value| value.is_finite()).sum::<f32>() < 0.0
}
