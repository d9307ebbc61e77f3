//! Engines of the kernels, for the networks that these know.

use std::sync::Arc;

use super::{
    engine::{Engine, Epochs, States},
    sequences::Sequences,
    single_epoch::SingleEpoch,
};
use crate::{
    domain::ModelInput,
    learn::{Compute, LearnError, Network, kernels, network::Recurrent},
};

/// The kernels of `learn::kernels` with the weights of one network; none where the network has a part that they do
/// not know.
pub(in crate::learn) fn kernels_of(
    input: &ModelInput,
    network: &Network,
) -> Option<Arc<dyn Engine>> {
    Some(match (input, network) {
        (ModelInput::Sequence(plan), Network::Recurrent(network)) => {
            Arc::new(Sequences::new(plan.side_px, network)?)
        }
        (ModelInput::Stamps(plan), network) => Arc::new(SingleEpoch::new(plan.side_px, network)?),
        _ => return None,
    })
}

/// Kernels for stamps of so many pixels a side; none where the network is on a GPU, or has a part that they do not
/// know.
pub(in crate::learn) fn stamp_kernels(
    side: usize,
    network: &Network,
    compute: &Compute,
) -> Option<impl Engine> {
    let on_cpu = (!compute.is_gpu()).then_some(network);
    on_cpu.and_then(|network| SingleEpoch::new(side, network))
}

/// The same for sequences.
pub(in crate::learn) fn sequence_kernels(
    side: usize,
    network: &Recurrent,
    compute: &Compute,
) -> Option<impl Engine> {
    let on_cpu = (!compute.is_gpu()).then_some(network);
    on_cpu.and_then(|network| Sequences::new(side, network))
}

/// What the kernels are called.
fn name_of_kernels() -> String {
    let threads = match rayon::current_num_threads() {
        1 => "1 thread".into(),
        many => format!("{many} threads"),
    };
    format!(
        "kernels of destello, {}, {threads}",
        kernels::instructions()
    )
}

impl Engine for SingleEpoch {
    fn name(&self) -> String {
        name_of_kernels()
    }

    fn score(&self, stamps: &[f32]) -> Result<Vec<f32>, LearnError> {
        Ok(self.probabilities(stamps))
    }

    fn score_one_view(&self, stamps: &[f32]) -> Result<Option<Vec<f32>>, LearnError> {
        Ok(self.probabilities_of_one_view(stamps))
    }

    fn follow(&self, _: &Epochs, _: &mut States) -> Result<Vec<f32>, LearnError> {
        Err(LearnError::Kind("sequences", "single epochs"))
    }
}

impl Engine for Sequences {
    fn name(&self) -> String {
        name_of_kernels()
    }

    fn score(&self, _: &[f32]) -> Result<Vec<f32>, LearnError> {
        Err(LearnError::Kind("single epochs", "sequences"))
    }

    fn follow(&self, epochs: &Epochs, states: &mut States) -> Result<Vec<f32>, LearnError> {
        Ok(self.probabilities(epochs, states))
    }
}
