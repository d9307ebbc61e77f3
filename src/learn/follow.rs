//! Following candidates: class probabilities after every epoch, each new epoch at the same cost.

use serde::{Deserialize, Serialize};

use super::{
    LearnError, Model,
    infer::{Epochs, States},
    network::Recurrent,
};
use crate::{
    domain::SequencePlan,
    imaging::sequence_input::{CalibratedEpoch, History},
};

/// What a model remembers of one candidate: enough to go on with its next epoch alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    history: History,
    cell: Vec<f32>,
    hidden: Vec<f32>,
}

impl Memory {
    /// Of a candidate that was never seen.
    pub fn new(plan: &SequencePlan) -> Self {
        Self {
            history: History::new(plan.form, plan.side_px),
            cell: vec![0.0; Recurrent::UNITS],
            hidden: vec![0.0; Recurrent::UNITS],
        }
    }

    /// Its bytes (postcard), for [`Memory::from_bytes`].
    ///
    /// # Errors
    /// Never, as far as is known: writing into memory does not fail.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LearnError> {
        postcard::to_stdvec(self).map_err(|error| LearnError::Training(error.to_string()))
    }

    /// A memory that was written earlier; none where the bytes are no memory of a model with that
    /// plan.
    pub fn from_bytes(plan: &SequencePlan, bytes: &[u8]) -> Option<Self> {
        let memory: Self = postcard::from_bytes(bytes).ok()?;
        let is_whole = [&memory.cell, &memory.hidden]
            .iter()
            .all(|part| part.len() == Recurrent::UNITS);
        (is_whole && memory.history.is_of(plan.form, plan.side_px)).then_some(memory)
    }

    pub fn epochs(&self) -> usize {
        self.history.epochs()
    }
}

/// A candidate, and its epochs that come next.
pub struct Follow<'a> {
    /// What is remembered of the earlier ones.
    pub memory: &'a mut Memory,
    /// The next ones.
    pub epochs: &'a [CalibratedEpoch],
}

impl Model {
    /// Class probabilities after each of the next epochs of candidates, which then are remembered.
    /// One row per epoch for every candidate, in order.
    ///
    /// # Errors
    /// Where the model takes single epochs, or the device fails.
    pub fn follow(&self, candidates: &mut [Follow<'_>]) -> Result<Vec<Vec<Vec<f32>>>, LearnError> {
        let mut predicted: Vec<Vec<Vec<f32>>> = vec![Vec::new(); candidates.len()];
        // Sequences of one length are computed together, and end with a state of their own.
        let mut lengths: Vec<usize> = candidates.iter().map(|one| one.epochs.len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        for length in lengths.into_iter().filter(|length| *length > 0) {
            let (places, mut alike): (Vec<usize>, Vec<&mut Follow<'_>>) = candidates
                .iter_mut()
                .enumerate()
                .filter(|(_, one)| one.epochs.len() == length)
                .unzip();
            for (places, some) in places.chunks(64).zip(alike.chunks_mut(64)) {
                for (place, rows) in places.iter().zip(self.follow_alike(some, length)?) {
                    predicted[*place] = rows;
                }
            }
        }
        Ok(predicted)
    }

    fn follow_alike(
        &self,
        candidates: &mut [&mut Follow<'_>],
        length: usize,
    ) -> Result<Vec<Vec<Vec<f32>>>, LearnError> {
        let count = candidates.len();
        let mut epochs = Epochs {
            count,
            length,
            ..Epochs::default()
        };
        let mut states = States::default();
        for candidate in candidates.iter_mut() {
            let memory = &mut *candidate.memory;
            states.cells.extend_from_slice(&memory.cell);
            states.hiddens.extend_from_slice(&memory.hidden);
            for epoch in candidate.epochs {
                let conditions = memory.history.next(epoch, &mut epochs.images);
                epochs.conditions.extend(conditions);
            }
        }
        let predicted = self.next_epochs(&epochs, &mut states)?;
        let classes = predicted.len() / (count * length).max(1);
        let States { cells, hiddens } = states;
        let states = cells
            .chunks(Recurrent::UNITS)
            .zip(hiddens.chunks(Recurrent::UNITS));
        for (candidate, (cell, hidden)) in candidates.iter_mut().zip(states) {
            candidate.memory.cell = cell.to_vec();
            candidate.memory.hidden = hidden.to_vec();
        }
        let of_candidate = |rows: &[f32]| rows.chunks(classes).map(<[f32]>::to_vec).collect();
        Ok(predicted
            .chunks(length * classes)
            .map(of_candidate)
            .collect())
    }
}
