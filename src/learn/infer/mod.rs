//! Engines that compute class probabilities.
//!
//! burn defines every network and is the reference ([`Reference`]); on a GPU it is also what computes. On the
//! CPU the same weights run in kernels of our own ([`kernels_of`], several times faster), once they have given
//! the reference's answers to a set of questions: see `known_answer`.

mod choice;
mod reference;
mod sequences;
mod single_epoch;
mod stack;

use std::{fmt::Debug, sync::Arc};

pub(super) use choice::{Choice, answers, largest_difference, questions};
pub(super) use reference::{Reference, tensor};

use super::{Compute, LearnError, Network, kernels, network::Recurrent};
use crate::domain::ModelInput;
use sequences::Sequences;
use single_epoch::SingleEpoch;

/// Computes the probabilities of the classes. Inputs are those of the model's card.
pub trait Engine: Debug + Send + Sync {
    /// Its name, for the user.
    fn name(&self) -> String;

    /// Probabilities (n, class) of stamps (n, channel, y, x).
    ///
    /// # Errors
    /// Where the model takes sequences, or the device fails.
    fn score(&self, stamps: &[f32]) -> Result<Vec<f32>, LearnError>;

    /// Probabilities (sequence, epoch, class) of the next epochs; the states become those after them.
    ///
    /// # Errors
    /// Where the model takes single epochs, or the device fails.
    fn follow(&self, epochs: &Epochs, states: &mut States) -> Result<Vec<f32>, LearnError>;
}

/// The next epochs of sequences, as many of each.
#[derive(Clone, Debug, Default)]
pub struct Epochs {
    /// (sequence, epoch, channel, y, x).
    pub images: Vec<f32>,
    /// (sequence, epoch, condition).
    pub conditions: Vec<f32>,
    /// Sequences.
    pub count: usize,
    /// Epochs of each.
    pub length: usize,
}

/// What the network remembers of sequences.
#[derive(Clone, Debug, Default)]
pub struct States {
    /// (sequence, unit).
    pub cells: Vec<f32>,
    /// (sequence, unit).
    pub hiddens: Vec<f32>,
}

/// The kernels of `learn::kernels` with the weights of one network; none where the network has a part that they do
/// not know.
pub(super) fn kernels_of(input: &ModelInput, network: &Network) -> Option<Arc<dyn Engine>> {
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
pub(super) fn stamp_kernels(
    side: usize,
    network: &Network,
    compute: &Compute,
) -> Option<impl Engine> {
    let on_cpu = (!compute.is_gpu()).then_some(network);
    on_cpu.and_then(|network| SingleEpoch::new(side, network))
}

/// The same for sequences.
pub(super) fn sequence_kernels(
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

/// Probabilities from what stands before the softmax.
fn softmax(logits: impl Iterator<Item = f32> + Clone) -> impl Iterator<Item = f32> {
    let largest = logits.clone().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.clone().map(|logit| (logit - largest).exp()).sum();
    logits.map(move |logit| (logit - largest).exp() / sum)
}

impl States {
    /// Of so many sequences that were never seen.
    pub fn new(count: usize) -> Self {
        let zeros = vec![0.0; count * Recurrent::UNITS];
        Self {
            cells: zeros.clone(),
            hiddens: zeros,
        }
    }
}

#[cfg(test)]
mod tests;
