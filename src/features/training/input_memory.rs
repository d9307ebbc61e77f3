//! Prepared inputs of labelled candidates, kept for the length of one task: folds and subsets of the same labels
//! decode every stamp once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::labelled_set::Sources;
use crate::{
    domain::{Candidate, InputPlan},
    features::scoring::score::{Prepared, prepare_candidate},
    imaging::sequence_input::CalibratedEpoch,
};

/// Inputs by candidate. All are of one plan: that of the model that the task is about.
#[derive(Default)]
pub(crate) struct InputMemory {
    stamps: Mutex<HashMap<Arc<str>, Arc<[Prepared]>>>,
    sequences: Mutex<HashMap<Arc<str>, Arc<[CalibratedEpoch]>>>,
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl InputMemory {
    /// The usable epochs of a sequence, where they are known.
    pub fn sequence(&self, candidate: &Candidate) -> Option<Arc<[CalibratedEpoch]>> {
        lock(&self.sequences).get(&candidate.id).cloned()
    }

    /// Keeps the usable epochs of a sequence.
    pub fn keep_sequence(&self, candidate: &Candidate, epochs: Arc<[CalibratedEpoch]>) {
        lock(&self.sequences).insert(candidate.id.clone(), epochs);
    }
}

impl Sources<'_> {
    /// The inputs of every epoch of a candidate, decoded unless they are known.
    pub(crate) fn prepared(self, candidate: &Candidate, plan: &InputPlan) -> Arc<[Prepared]> {
        if let Some(known) = lock(&self.memory.stamps).get(&candidate.id) {
            return known.clone();
        }
        let inputs: Arc<[Prepared]> = prepare_candidate(candidate, plan, self.decoder).into();
        lock(&self.memory.stamps).insert(candidate.id.clone(), inputs.clone());
        inputs
    }
}
