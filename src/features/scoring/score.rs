//! Scoring: what a model predicts for every epoch of candidates.

use std::sync::Arc;

use anyhow::bail;

use super::{
    curve_inputs::compute_curves,
    inputs::{EpochInput, Inputs, Wanted, WantedStamps, inputs, stamp_inputs},
    model_memory::ModelMemories,
    sequence_inputs::SequenceInput,
};
use crate::{
    domain::{Candidate, InputPlan, KeptScores, ModelInput, Prediction, Predictions, Remembered},
    io::Decoder,
    learn::{LearnError, Model, follow::Follow},
    workspace::any_model::AnyModel,
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
    model: &AnyModel,
    decoder: &Decoder,
) -> anyhow::Result<Vec<Predictions>> {
    let kept = KeptScores::default();
    let nothing = ModelMemories::default();
    Ok(complete_scores(candidates, &kept, &nothing, model, decoder)?.predictions)
}

/// What a model predicts, and what it remembers of candidates that it followed.
#[derive(Default)]
pub(crate) struct Computed {
    pub predictions: Vec<Predictions>,
    pub memories: Vec<Remembered>,
}

/// The same, but epochs whose scores are kept are neither decoded nor computed.
///
/// # Errors
/// Where the device fails.
pub(crate) fn complete_scores(
    candidates: &[&Candidate],
    kept: &KeptScores,
    memories: &ModelMemories,
    model: &AnyModel,
    decoder: &Decoder,
) -> anyhow::Result<Computed> {
    let wanted = Wanted {
        model: model.id(),
        input: &model.card().input,
        kept,
    };
    let mut of_models = inputs(candidates, &[wanted], memories, decoder).into_iter();
    match of_models.next() {
        Some(inputs) => compute(model, inputs),
        None => Ok(Computed::default()),
    }
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
pub(crate) type Prepared = Result<Vec<f32>, Arc<str>>;

/// The same for candidates whose stamps are read together: candidate by candidate, epoch by epoch.
pub(crate) fn prepare_all(
    candidates: &[&Candidate],
    plan: &InputPlan,
    decoder: &Decoder,
) -> Vec<Vec<Prepared>> {
    let wanted = WantedStamps {
        plan,
        input: &ModelInput::Stamps(plan.clone()),
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

/// What a model predicts for inputs that are ready.
///
/// # Errors
/// Where the device fails, or the inputs are those of a model of another kind.
pub(crate) fn compute(model: &AnyModel, inputs: Inputs) -> anyhow::Result<Computed> {
    let without_memory = |predictions| Computed {
        predictions,
        memories: Vec::new(),
    };
    Ok(match (model, inputs) {
        (AnyModel::Network(model), Inputs::Stamps(inputs)) => {
            without_memory(compute_stamps(model, inputs)?)
        }
        (AnyModel::Network(model), Inputs::Sequences(inputs)) => compute_sequences(model, inputs)?,
        (AnyModel::Forest(forest), Inputs::Curves(inputs)) => {
            without_memory(compute_curves(forest, inputs))
        }
        (model, _) => bail!(
            "the card of {} speaks of inputs that such a model does not take",
            model.card().name
        ),
    })
}

fn compute_stamps(
    model: &Model,
    inputs: Vec<Vec<EpochInput>>,
) -> Result<Vec<Predictions>, LearnError> {
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
    let predictions = inputs.into_iter().map(|epochs| -> Predictions {
        let prediction = |epoch| match epoch {
            EpochInput::Kept(prediction) => prediction,
            EpochInput::Ready(_) => {
                Prediction::Probabilities(rows.next().unwrap_or_default().into())
            }
            EpochInput::Refused(why) => Prediction::Refused(why),
        };
        epochs.into_iter().map(prediction).collect()
    });
    Ok(predictions.collect())
}

fn compute_sequences(
    model: &Model,
    mut inputs: Vec<SequenceInput>,
) -> Result<Computed, LearnError> {
    let mut follows: Vec<Follow<'_>> = inputs
        .iter_mut()
        .filter_map(|input| match input {
            SequenceInput::Follow(new) => Some(Follow {
                memory: &mut new.memory,
                epochs: &new.epochs,
            }),
            SequenceInput::Known(_) => None,
        })
        .collect();
    let mut followed = model.follow(&mut follows)?.into_iter();
    let mut computed = Computed::default();
    for input in inputs {
        let predictions: Predictions = match input {
            SequenceInput::Known(predictions) => predictions.into(),
            SequenceInput::Follow(new) => {
                computed.memories.push(Remembered {
                    candidate: new.candidate,
                    epoch: new.last,
                    memory: new.memory.to_bytes()?.into(),
                });
                let mut rows = followed.next().unwrap_or_default().into_iter();
                let mut row = || Prediction::Probabilities(rows.next().unwrap_or_default().into());
                let settled = new.settled.into_iter();
                settled
                    .map(|known| known.unwrap_or_else(&mut row))
                    .collect()
            }
        };
        computed.predictions.push(predictions);
    }
    Ok(computed)
}
