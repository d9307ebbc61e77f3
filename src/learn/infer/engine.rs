//! What every engine does, and what it is given.

use std::fmt::Debug;

use crate::learn::{LearnError, network::Recurrent};

/// Computes the probabilities of the classes. Inputs are those of the model's card.
pub trait Engine: Debug + Send + Sync {
    /// Its name, for the user.
    fn name(&self) -> String;

    /// Probabilities (n, class) of stamps (n, channel, y, x).
    ///
    /// # Errors
    /// Where the model takes sequences, or the device fails.
    fn score(&self, stamps: &[f32]) -> Result<Vec<f32>, LearnError>;

    /// The same from one orientation of every stamp; none where the network cannot do without the others, or looks
    /// at one only.
    ///
    /// # Errors
    /// As [`Self::score`].
    fn score_one_view(&self, _stamps: &[f32]) -> Result<Option<Vec<f32>>, LearnError> {
        Ok(None)
    }

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

/// Probabilities from what stands before the softmax.
pub(in crate::learn) fn softmax(
    logits: impl Iterator<Item = f32> + Clone,
) -> impl Iterator<Item = f32> {
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
