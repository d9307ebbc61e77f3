//! What is settled on a validation set when a training is over, a part at a time: between two steps others
//! may have the device.

use super::{Network, temperature::TemperatureSearch};

/// A network that is being settled.
pub struct Settling {
    /// As it was taught.
    pub(super) network: Network,
    /// Class probabilities after every epoch of every sequence, as it was taught; none before the first
    /// step.
    pub(super) before: Option<Vec<Vec<Vec<f32>>>>,
    pub(super) search: TemperatureSearch,
    /// The network at its temperature, and the same of it.
    pub(super) tempered: Option<(Network, Vec<Vec<Vec<f32>>>)>,
}

impl Settling {
    /// Of a network; nothing is computed yet.
    pub fn new(network: Network) -> Self {
        Self {
            network,
            before: None,
            search: TemperatureSearch::default(),
            tempered: None,
        }
    }
}
