//! What the person asks of a training.

use super::state::TrainingForm;
use crate::workspace::pick::PickFor;

/// Training a network.
#[derive(Clone, Debug)]
pub enum Train {
    /// The whole order as it stands on its screen, edited by the view.
    Form(Box<TrainingForm>),
    /// Ask for a file of the order.
    Pick(PickFor),
    /// Go, or go on from where the same order was stopped.
    Start,
    /// Go from the start: what an earlier training left unfinished is thrown away.
    StartAnew,
    /// Stop, and save what was learned so far.
    Stop,
}
