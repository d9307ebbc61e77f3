//! Engines that compute class probabilities.
//!
//! burn defines every network and is the reference (`Reference`); on a GPU it is also what computes. On the
//! CPU the same weights run in kernels of our own (`kernels_of`, several times faster), once they have given
//! the reference's answers to a set of questions (`Choice`).

mod by_kernels;
mod choice;
mod engine;
mod features;
mod reference;
mod sequences;
mod single_epoch;
mod stack;

pub(super) use by_kernels::{sequence_kernels, stamp_kernels};
pub(super) use choice::{Choice, answers, largest_difference, questions};
pub(super) use engine::softmax;
pub use engine::{Engine, Epochs, States};
pub use features::StampFeatures;
pub(super) use reference::{Reference, tensor};

#[cfg(test)]
mod tests;
