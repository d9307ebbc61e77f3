//! Why a simulation cannot be made.

use thiserror::Error;

/// A fault of a survey, of templates or of an order, in words for the user.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SimulationError {
    /// A survey's text cannot be understood, or a value of it is impossible.
    #[error("the survey {survey}: {why}")]
    Survey {
        /// Name or file of the survey.
        survey: String,
        /// What is wrong, naming the field.
        why: String,
    },
    /// There is no survey of that name.
    #[error("there is no survey {name}: use {known}, or a file ending in .toml")]
    UnknownSurvey {
        name: String,
        /// The surveys that come with the program.
        known: String,
    },
    /// There is no such class or kind.
    #[error("there is no class {name} to simulate: the classes are {known}")]
    UnknownClass {
        name: String,
        /// All that can be made.
        known: String,
    },
    /// Templates that cannot be used.
    #[error("the templates: {0}")]
    Templates(String),
    /// The order asks for what cannot be.
    #[error("{0}")]
    Order(String),
}
