//! Scoring: what a model says of every epoch of candidates.

use std::sync::Arc;

use super::{
    score_inputs::{EpochInput, Inputs, SequenceInput, Wanted, WantedStamps, inputs, stamp_inputs},
    sequence_epochs::Calibrated,
};
use crate::{
    domain::{Candidate, InputPlan, KeptScores, Verdict, Verdicts},
    imaging::sequence_input::CalibratedEpoch,
    io::Decoder,
    learn::{
        LearnError, Model,
        follow::{Follow, Memory},
    },
};

/// Epochs that are computed at once.
const MOST_EPOCHS: usize = 256;

/// Scores candidates; one answer for each, in order. A stamp that cannot be decoded refuses its
/// epoch, not more.
///
/// # Errors
/// Where the device fails.
pub fn score_candidates(
    candidates: &[&Candidate],
    model: &Model,
    decoder: &Decoder,
) -> Result<Vec<Verdicts>, LearnError> {
    complete_scores(candidates, &KeptScores::default(), model, decoder)
}

/// The same, but epochs whose scores are kept are neither decoded nor computed.
///
/// # Errors
/// Where the device fails.
pub fn complete_scores(
    candidates: &[&Candidate],
    kept: &KeptScores,
    model: &Model,
    decoder: &Decoder,
) -> Result<Vec<Verdicts>, LearnError> {
    let input = &model.card().input;
    let of_models = inputs(candidates, &[Wanted { input, kept }], decoder);
    let mut verdicts = Vec::with_capacity(candidates.len());
    for inputs in of_models {
        verdicts.extend(compute(model, inputs)?);
    }
    Ok(verdicts)
}

/// The model's inputs of every epoch, or why there are none.
pub fn prepare_candidate(
    candidate: &Candidate,
    plan: &InputPlan,
    decoder: &Decoder,
) -> Vec<Result<Vec<f32>, Arc<str>>> {
    let all = prepare_all(&[candidate], plan, decoder);
    all.into_iter().flatten().collect()
}

/// The input of an epoch, or why there is none.
pub(super) type Prepared = Result<Vec<f32>, Arc<str>>;

/// The same for candidates whose stamps are read together: candidate by candidate, epoch by epoch.
pub(super) fn prepare_all(
    candidates: &[&Candidate],
    plan: &InputPlan,
    decoder: &Decoder,
) -> Vec<Vec<Prepared>> {
    let wanted = WantedStamps {
        plan,
        kept: &KeptScores::default(),
    };
    let of_models = stamp_inputs(candidates, &[wanted], decoder);
    let input = |epoch| match epoch {
        EpochInput::Ready(input) => Some(Ok(input)),
        EpochInput::Refused(why) => Some(Err(why)),
        EpochInput::Kept(_) => None,
    };
    let of_candidate = |epochs: Vec<EpochInput>| epochs.into_iter().filter_map(input).collect();
    of_models.into_iter().flatten().map(of_candidate).collect()
}

/// What a model says of inputs that are ready.
///
/// # Errors
/// Where the device fails.
pub(super) fn compute(model: &Model, inputs: Inputs) -> Result<Vec<Verdicts>, LearnError> {
    match inputs {
        Inputs::Stamps(inputs) => compute_stamps(model, inputs),
        Inputs::Sequences(inputs) => compute_sequences(model, inputs),
    }
}

fn compute_stamps(
    model: &Model,
    inputs: Vec<Vec<EpochInput>>,
) -> Result<Vec<Verdicts>, LearnError> {
    let ready: Vec<&[f32]> = inputs
        .iter()
        .flatten()
        .filter_map(|epoch| match epoch {
            EpochInput::Ready(input) => Some(&input[..]),
            EpochInput::Kept(_) | EpochInput::Refused(_) => None,
        })
        .collect();
    let mut probabilities = Vec::new();
    for inputs in ready.chunks(MOST_EPOCHS) {
        probabilities.extend(model.score(&inputs.concat())?);
    }
    let mut rows = probabilities.chunks(model.card().classes.len().max(1));
    let verdicts = inputs.into_iter().map(|epochs| -> Verdicts {
        let verdict = |epoch| match epoch {
            EpochInput::Kept(verdict) => verdict,
            EpochInput::Ready(_) => Verdict::Probabilities(rows.next().unwrap_or_default().into()),
            EpochInput::Refused(why) => Verdict::Refused(why),
        };
        epochs.into_iter().map(verdict).collect()
    });
    Ok(verdicts.collect())
}

fn compute_sequences(
    model: &Model,
    inputs: Vec<SequenceInput>,
) -> Result<Vec<Verdicts>, LearnError> {
    let plan = model.sequence()?;
    let usable = |epochs: &[Calibrated]| -> Vec<CalibratedEpoch> {
        epochs.iter().flatten().cloned().collect()
    };
    let ready: Vec<Vec<CalibratedEpoch>> = inputs
        .iter()
        .filter_map(|input| match input {
            SequenceInput::Ready(epochs) => Some(usable(epochs)),
            SequenceInput::Known(_) => None,
        })
        .collect();
    let mut memories = vec![Memory::new(plan); ready.len()];
    let pairs = memories.iter_mut().zip(&ready);
    let mut follows: Vec<Follow<'_>> = pairs
        .map(|(memory, epochs)| Follow { memory, epochs })
        .collect();
    let mut told = model.follow(&mut follows)?.into_iter();
    let verdicts = inputs.into_iter().map(|input| -> Verdicts {
        match input {
            SequenceInput::Known(verdicts) => verdicts.into(),
            SequenceInput::Ready(epochs) => {
                let mut rows = told.next().unwrap_or_default().into_iter();
                let verdict = |epoch| match epoch {
                    Ok(_) => Verdict::Probabilities(rows.next().unwrap_or_default().into()),
                    Err(why) => Verdict::Refused(why),
                };
                epochs.into_iter().map(verdict).collect()
            }
        }
    });
    Ok(verdicts.collect())
}
