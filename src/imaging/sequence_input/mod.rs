//! From the images of a sequence to what a recurrent network takes: the one way, for training and
//! for use.
//!
//! An image is first brought to a common zero point and exposure, its sky subtracted
//! ([`CalibratedEpoch`]). Then, epoch by epoch, it is seen against the images before it
//! ([`History`]). Nothing looks ahead: the input of an epoch depends on it and on earlier ones only, so
//! that every beginning of a sequence is a sequence.

mod calibrated;
mod history;
mod in_words;

pub use calibrated::{CalibratedEpoch, SequenceInputError, Shot};
pub use history::History;
pub use in_words::in_words;

/// Raised whenever the same stamps give other inputs.
pub const PREPARATION: u32 = 1;

/// Channels of either form.
pub const CHANNELS: usize = 3;

/// Numbers beside the image: see [`History::next`].
pub const CONDITIONS: usize = 5;

#[cfg(test)]
mod tests;
