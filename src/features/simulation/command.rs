//! What the person asks of a simulation.

use super::state::SimulationForm;
use crate::workspace::pick::PickFor;

/// Simulating a set.
#[derive(Clone, Debug)]
pub enum Simulation {
    /// The whole order as it stands in its pane, edited by the view.
    Form(Box<SimulationForm>),
    /// Ask for a file or folder of the order.
    Pick(PickFor),
    /// Go.
    Start,
    /// Stop; what is not whole is removed.
    Stop,
}
