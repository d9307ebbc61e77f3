//! A candidate of so many epochs that one step does not score it: some of them at a time.

use super::{model_memory::MemoryShelf, score::complete_scores};
use crate::{
    domain::{Candidate, CandidateIx, KeptScores, Verdict, Verdicts},
    io::Decoder,
    workspace::any_model::AnyModel,
};

/// What is known of a candidate so far. Its model looks at every epoch by itself.
pub(crate) struct Part {
    /// The candidate.
    pub ix: CandidateIx,
    /// Verdicts of its epochs.
    known: Vec<Option<Verdict>>,
}

impl Part {
    /// Of a candidate of which nothing is known but what is kept.
    pub fn new(
        ix: CandidateIx,
        candidate: &Candidate,
        kept: &KeptScores,
        model: &AnyModel,
    ) -> Self {
        Self {
            ix,
            known: kept.known(candidate, &model.card().input),
        }
    }

    /// Scores at most so many more epochs; how many they were.
    ///
    /// # Errors
    /// Where the device fails.
    pub fn go_on(
        &mut self,
        candidate: &Candidate,
        most: usize,
        model: &AnyModel,
        decoder: &Decoder,
    ) -> anyhow::Result<usize> {
        let unknown = self.known.iter().enumerate();
        let unknown = unknown.filter(|(_, known)| known.is_none());
        let places: Vec<usize> = unknown.map(|(at, _)| at).take(most).collect();
        let some = Candidate {
            id: candidate.id.clone(),
            epochs: places
                .iter()
                .map(|at| candidate.epochs[*at].clone())
                .collect(),
            ..Candidate::default()
        };
        let (nothing, no_memory) = (KeptScores::default(), MemoryShelf::default());
        let computed = complete_scores(&[&some], &nothing, &no_memory, model, decoder)?;
        for (at, verdict) in places
            .iter()
            .zip(computed.verdicts.iter().flat_map(|all| &**all))
        {
            self.known[*at] = Some(verdict.clone());
        }
        Ok(places.len())
    }

    /// All verdicts, once every epoch has one.
    pub fn verdicts(&self) -> Option<Verdicts> {
        self.known.iter().cloned().collect()
    }
}
