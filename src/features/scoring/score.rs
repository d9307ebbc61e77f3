//! Scoring: what a model predicts for every epoch of candidates.

use std::sync::Arc;

use anyhow::bail;

use super::{
    curve_inputs::compute_curves,
    inputs::{EpochInput, Inputs, StampPlan, Wanted, WantedStamps, inputs, stamp_inputs},
    model_memory::ModelMemories,
    sequence_inputs::SequenceInput,
};
use crate::{
    domain::{
        Candidate, InputPlan, KeptScores, ModelCard, ModelInput, Prediction, Predictions,
        Remembered,
    },
    io::Decoder,
    learn::{
        LearnError, Model,
        cascade::{Cascade, TwoSteps},
        follow::Follow,
    },
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
    /// Hashes of the pixels of what was computed, epoch by epoch; empty of a model that looks back.
    pub pixels: Vec<Vec<Option<u64>>>,
    pub memories: Vec<Remembered>,
    /// Epochs that were scored from one orientation only, by the places of candidate and epoch.
    pub one_view: Vec<(usize, usize)>,
}

/// From how many orientations networks score that average over them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Orientations {
    #[default]
    All,
    /// From one, and from all only where that leaves the decision open.
    OneFirst {
        /// About this score; none for the threshold of the model's card.
        threshold: Option<f32>,
    },
}

impl Computed {
    /// The hash of the pixels that a prediction was computed from, where it was computed.
    pub fn pixels(&self, candidate: usize, epoch: usize) -> Option<u64> {
        self.pixels.get(candidate)?.get(epoch).copied().flatten()
    }
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
        Some(inputs) => compute(model, inputs, Orientations::All),
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
        plan: StampPlan::Own(plan),
        input: &ModelInput::Stamps(plan.clone()),
        kept: &KeptScores::default(),
    };
    let of_models = stamp_inputs(candidates, &[wanted], decoder);
    let input = |epoch| match epoch {
        EpochInput::Ready(input, _) => Some(Ok(input)),
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
pub(crate) fn compute(
    model: &AnyModel,
    inputs: Inputs,
    orientations: Orientations,
) -> anyhow::Result<Computed> {
    let in_full = |probabilities: Vec<f32>| TwoSteps {
        probabilities,
        is_full: Vec::new(),
    };
    Ok(match (model, inputs) {
        (AnyModel::Network(model), Inputs::Stamps(inputs)) => {
            compute_stamps(model.card(), inputs, |inputs| match orientations {
                Orientations::All => model.score(inputs).map(in_full),
                Orientations::OneFirst { threshold } => {
                    let threshold = threshold.unwrap_or(model.card().threshold);
                    model.score_in_two_steps(inputs, Cascade::about(threshold))
                }
            })?
        }
        (AnyModel::Foreign(model), Inputs::Stamps(inputs)) => {
            compute_stamps(model.card(), inputs, |inputs| {
                model.score(inputs).map(in_full)
            })?
        }
        (AnyModel::Network(model), Inputs::Sequences(inputs)) => compute_sequences(model, inputs)?,
        (AnyModel::Forest(forest), Inputs::Curves(inputs)) => Computed {
            predictions: compute_curves(forest, inputs),
            ..Computed::default()
        },
        (model, _) => bail!(
            "the card of {} speaks of inputs that such a model does not take",
            model.card().name
        ),
    })
}

fn compute_stamps(
    card: &ModelCard,
    inputs: Vec<Vec<EpochInput>>,
    score: impl Fn(&[f32]) -> Result<TwoSteps, LearnError>,
) -> Result<Computed, LearnError> {
    let ready: Vec<&[f32]> = inputs
        .iter()
        .flatten()
        .filter_map(|epoch| match epoch {
            EpochInput::Ready(input, _) => Some(&input[..]),
            EpochInput::Kept(_) | EpochInput::Refused(_) => None,
        })
        .collect();
    let (mut probabilities, mut is_full) = (Vec::new(), Vec::new());
    for inputs in ready.chunks(MOST_EPOCHS) {
        let scored = score(&inputs.concat())?;
        probabilities.extend(scored.probabilities);
        is_full.extend(scored.is_full);
    }
    let mut rows = probabilities.chunks(card.classes.len().max(1));
    // Nothing is written down where all are scored from all orientations.
    let mut is_full = is_full.into_iter();
    let mut computed = Computed::default();
    for (candidate, epochs) in inputs.into_iter().enumerate() {
        let mut predictions = Vec::with_capacity(epochs.len());
        let mut pixels = Vec::with_capacity(epochs.len());
        for (at, epoch) in epochs.into_iter().enumerate() {
            pixels.push(match &epoch {
                EpochInput::Ready(_, pixels) => Some(*pixels),
                EpochInput::Kept(_) | EpochInput::Refused(_) => None,
            });
            predictions.push(match epoch {
                EpochInput::Kept(prediction) => prediction,
                EpochInput::Ready(..) => {
                    if is_full.next() == Some(false) {
                        computed.one_view.push((candidate, at));
                    }
                    Prediction::Probabilities(rows.next().unwrap_or_default().into())
                }
                EpochInput::Refused(why) => Prediction::Refused(why),
            });
        }
        computed.predictions.push(predictions.into());
        computed.pixels.push(pixels);
    }
    Ok(computed)
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
