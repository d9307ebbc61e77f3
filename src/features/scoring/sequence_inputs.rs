//! From candidates to what models take that follow them from epoch to epoch: of what such a model
//! has seen only its memory is needed.

use std::sync::Arc;

use super::{
    inputs::Wanted,
    model_memory::ModelMemories,
    sequence_epochs::{Calibrated, Chosen, calibrated},
};
use crate::{
    domain::{Candidate, Prediction, SequencePlan},
    imaging::sequence_input::CalibratedEpoch,
    io::Decoder,
    learn::follow::Memory,
};

/// What is known of a candidate before a model follows it.
pub(crate) enum SequenceInput {
    /// Nothing new: what the project has, and why the rest cannot be computed.
    Known(Vec<Prediction>),
    /// To be computed.
    Follow(Box<ToFollow>),
}

/// A candidate with epochs that a model has not seen.
pub(crate) struct ToFollow {
    /// Its identifier.
    pub candidate: Arc<str>,
    /// What stands for each epoch already; none for those to be followed.
    pub settled: Vec<Option<Prediction>>,
    /// The epochs to be followed, as many as are not settled.
    pub epochs: Vec<CalibratedEpoch>,
    /// What the model remembers of those before.
    pub memory: Memory,
    /// The key of the last of the epochs.
    pub last: Arc<str>,
}

/// What is known of one candidate before its stamps are read.
struct CandidateStart {
    keys: Vec<Arc<str>>,
    known: Vec<Option<Prediction>>,
    /// The place of the epoch that the memory ends with, and the memory.
    memory: Option<(usize, Memory)>,
}

impl CandidateStart {
    fn of(
        candidate: &Candidate,
        plan: &SequencePlan,
        wanted: &Wanted<'_>,
        memories: &ModelMemories,
    ) -> Self {
        let known = wanted.kept.known(candidate, wanted.input);
        let keys = wanted.input.epoch_keys(candidate);
        let is_begun = known.iter().any(Option::is_some) && known.iter().any(Option::is_none);
        let kept = is_begun.then(|| memories.get(wanted.model, &candidate.id));
        let memory = kept.flatten().and_then(|kept| {
            let at = keys.iter().position(|key| *key == kept.epoch)?;
            Some((at, Memory::from_bytes(plan, &kept.memory)?))
        });
        Self {
            keys,
            known,
            memory,
        }
    }

    fn unknown(&self) -> Vec<usize> {
        let all = self.known.iter().enumerate();
        let unknown = all.filter(|(_, known)| known.is_none());
        unknown.map(|(at, _)| at).collect()
    }

    /// True where the memory has seen every epoch that has a score, and none of the new ones.
    fn can_go_on(&self, new: &[(usize, Calibrated)]) -> bool {
        let Some((last, _)) = &self.memory else {
            return false;
        };
        let is_later = |at: &usize| at > last;
        let scored = self.known.iter().rposition(Option::is_some);
        let mut usable = new.iter().filter(|(_, epoch)| epoch.is_ok());
        scored.is_none_or(|at| !is_later(&at)) && usable.all(|(at, _)| is_later(at))
    }

    /// What is to be followed of a candidate, of which these epochs were read.
    fn input(
        self,
        candidate: &Candidate,
        plan: &SequencePlan,
        read: Vec<(usize, Calibrated)>,
        memory: Option<Memory>,
    ) -> SequenceInput {
        let mut settled = self.known;
        let (mut epochs, mut last) = (Vec::new(), None);
        for (at, epoch) in read {
            settled[at] = match epoch {
                Ok(epoch) => {
                    epochs.push(epoch);
                    last = Some(self.keys[at].clone());
                    None
                }
                Err(why) => Some(Prediction::Refused(why)),
            };
        }
        match last {
            None => SequenceInput::Known(settled.into_iter().flatten().collect()),
            Some(last) => SequenceInput::Follow(Box::new(ToFollow {
                candidate: candidate.id.clone(),
                settled,
                epochs,
                memory: memory.unwrap_or_else(|| Memory::new(plan)),
                last,
            })),
        }
    }
}

/// The inputs of candidates. Only stamps of epochs without a score are read; all of a candidate
/// where its scores are no beginning that the memory fits.
pub(crate) fn sequence_inputs(
    candidates: &[&Candidate],
    plan: &SequencePlan,
    wanted: &Wanted<'_>,
    memories: &ModelMemories,
    decoder: &Decoder,
) -> Vec<SequenceInput> {
    let mut starts: Vec<CandidateStart> = candidates
        .iter()
        .map(|candidate| CandidateStart::of(candidate, plan, wanted, memories))
        .collect();
    let new = candidates.iter().zip(&starts);
    let new: Vec<Chosen<'_>> = new
        .map(|(candidate, start)| Chosen {
            candidate,
            epochs: start.unknown(),
        })
        .collect();
    let mut read = calibrated(&new, plan, decoder);
    let mut memories: Vec<Option<Memory>> = vec![None; candidates.len()];
    let mut afresh = Vec::new();
    for (at, (start, read)) in starts.iter_mut().zip(&read).enumerate() {
        let is_new = read.iter().any(|(_, epoch)| epoch.is_ok());
        if is_new && start.can_go_on(read) {
            memories[at] = start.memory.take().map(|(_, memory)| memory);
        } else if is_new && read.len() < start.known.len() {
            afresh.push(at);
        }
    }
    let whole: Vec<Chosen<'_>> = afresh
        .iter()
        .map(|at| Chosen::all(candidates[*at]))
        .collect();
    for (at, whole) in afresh.into_iter().zip(calibrated(&whole, plan, decoder)) {
        read[at] = whole;
    }
    let all = candidates.iter().zip(starts).zip(read).zip(memories);
    all.map(|(((candidate, start), read), memory)| start.input(candidate, plan, read, memory))
        .collect()
}
