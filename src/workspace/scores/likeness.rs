//! How much candidates are like the examples of *More like this*, beside the scores.

use std::sync::Arc;

use crate::{domain::CandidateIx, workspace::scores::shown::Scores};

impl Scores {
    /// How much a candidate is like the examples, -1 to 1; none without examples, or without a stamp of it.
    pub fn likeness(&self, candidate: CandidateIx) -> Option<f32> {
        let known = self.likeness.get(candidate.0 as usize).copied();
        known.filter(|likeness| !likeness.is_nan())
    }

    /// True where examples rank the set.
    pub fn has_likeness(&self) -> bool {
        !self.likeness.is_empty()
    }

    /// Takes in a ranking, a number for each candidate.
    pub(crate) fn take_likeness(&mut self, likeness: Arc<[f32]>) {
        self.likeness = likeness;
        self.touch();
    }

    /// There are no examples any more.
    pub(crate) fn forget_likeness(&mut self) {
        self.take_likeness(Arc::new([]));
    }
}
