//! Scoring: what a model says of every epoch of candidates.

use std::sync::Arc;

use super::score_inputs::{EpochInput, Inputs, Wanted, inputs};
use crate::{
    domain::{Candidate, InputPlan, KeptScores, Verdict, Verdicts},
    io::Decoder,
    learn::{LearnError, Model},
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
    let plan = model.plan();
    let of_models = inputs(candidates, &[Wanted { plan, kept }], decoder);
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
    let wanted = Wanted {
        plan,
        kept: &KeptScores::default(),
    };
    let epochs = inputs(&[candidate], &[wanted], decoder);
    let epochs = epochs.into_iter().flatten().flatten();
    let input = |epoch| match epoch {
        EpochInput::Ready(input) => Some(Ok(input)),
        EpochInput::Refused(why) => Some(Err(why)),
        EpochInput::Kept(_) => None,
    };
    epochs.filter_map(input).collect()
}

/// What a model says of epochs that are ready.
///
/// # Errors
/// Where the device fails.
pub(super) fn compute(model: &Model, inputs: Inputs) -> Result<Vec<Verdicts>, LearnError> {
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
