//! What can go wrong with models.

use thiserror::Error;

/// A fault, told to the user.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LearnError {
    /// Not the name of a network.
    #[error("\"{0}\" is no network; there are {1}")]
    UnknownNetwork(String, String),
    /// A file that cannot be used as a model.
    #[error("{file} is no model that can be used: {why}")]
    File {
        file: String,
        /// Why not.
        why: String,
    },
    /// Inputs of another kind.
    #[error("this network does not take {0}, but {1}")]
    Kind(&'static str, &'static str),
    /// Its convolutions are of another kind.
    #[error("stamps cannot be compared by {0}: choose compact, context, cap or cape")]
    NoFeatures(String),
    /// Inputs of a wrong size.
    #[error("the model takes {expected} numbers for each candidate, and got {found}")]
    Input {
        /// Channels times side times side.
        expected: usize,
        found: usize,
    },
    /// Nothing to learn from, or an impossible setting.
    #[error("{0}")]
    Training(String),
    /// The device failed.
    #[error("{device} failed: {why}")]
    Device {
        device: String,
        /// What it said.
        why: String,
    },
}
