//! How good scores are: pure numbers, one idea a file.
//!
//! Scores come as [`Ranking`], sorted once. Everything is counted with a weight for each judged
//! thing, so that the [`mod@bootstrap`] counts again without sorting again. A figure that the data
//! cannot tell (a recall where nothing is real) is none, never NaN.

pub mod bootstrap;
pub mod calibration;
pub mod cleaning;
pub mod clustering;
pub mod det;
pub mod error_by_bin;
pub mod mcnemar;
pub mod operating_point;
pub mod precision_recall;
pub mod published;
pub mod rank_correlation;
pub mod roc;
pub mod workload;

pub use crate::domain::{Confusion, Ranking, Steps};
pub use bootstrap::{Groups, bootstrap};

#[cfg(test)]
mod kinds_of_classifiers;
#[cfg(test)]
pub(crate) mod test_scores;
