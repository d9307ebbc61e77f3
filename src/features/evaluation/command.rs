//! What the person asks of the evaluation.

use super::evaluator::TruthSource;
use crate::{domain::JudgedAt, workspace::queue::order::Shortlist};

/// Judging models.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluate {
    /// Take truths from here.
    Truth(TruthSource),
    /// Judge at these epochs; none for what is usual for a model.
    At(Option<JudgedAt>),
    /// Show where to stop, by the labels of the project.
    WhereToStop,
    /// Show these, and nothing else, in the mosaic.
    Open(Shortlist),
}
