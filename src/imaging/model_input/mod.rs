//! From stamps to what a network takes: the one way, for training and for use.
//!
//! Channels are cut out about the stamp's centre (resampled first where the model wants another
//! pixel scale), turned to detection polarity, scaled one by one, and what is no measurement becomes
//! 0 after the scaling. An S/N image that the data lack is computed from difference and variance,
//! else from difference and science (`snr`).

mod cutout;
mod foreign;
mod images;
mod in_words;
mod scaling;
mod snr;
mod two_views;

pub use cutout::Footprint;
pub use foreign::{needed_foreign, prepare_foreign};
pub use images::{InputError, Plane};
use images::{channel, needed_of, turn};

use crate::domain::{InputPlan, Role};

/// Raised whenever the same stamps give other inputs: scores of before are then not taken for those
/// of after.
pub const PREPARATION: u32 = 1;

/// The preparation in words: a few sentences.
pub fn in_words(plan: &InputPlan) -> String {
    let Some(whole) = plan.context_px else {
        return in_words::in_words(plan);
    };
    let seen = InputPlan {
        side_px: whole,
        ..plan.clone()
    };
    let rest = two_views::in_words(plan, whole);
    [in_words::beginning(&seen), rest, ".".into()].concat()
}

/// The images that an epoch's input is prepared from, among those that it `has`: the plan's channels,
/// and what an S/N image that is not there is computed from.
///
/// # Errors
/// Where an image is missing and cannot be computed.
pub fn needed(plan: &InputPlan, has: impl Fn(Role) -> bool) -> Result<Vec<Role>, InputError> {
    needed_of(&plan.channels, has)
}

/// Prepares one epoch: (channel, y, x), `plan.len()` numbers, all finite.
///
/// # Errors
/// Where an image is missing and cannot be computed, or cannot be used.
pub fn prepare(planes: &[Plane<'_>], plan: &InputPlan) -> Result<Vec<f32>, InputError> {
    if let Some(whole) = plan.context_px {
        return two_views::prepare(planes, plan, whole);
    }
    let channels = plan.channels.iter().map(|role| channel(planes, *role));
    let mut squares = Vec::with_capacity(plan.channels.len());
    for (role, found) in plan.channels.iter().zip(channels) {
        let (plane, pixels) = found?;
        squares.push((*role, cutout::square(&plane, &pixels, plan)?));
    }
    if plan.is_in_detection_polarity {
        turn(&mut squares, plan.side_px);
    }
    let mut input = Vec::with_capacity(plan.len());
    for (role, mut square) in squares {
        if !scaling::scale(&mut square, plan.scaling, role) {
            return Err(InputError::Blank(role));
        }
        input.extend_from_slice(&square);
    }
    Ok(input)
}

#[cfg(test)]
mod tests;
