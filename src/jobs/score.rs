//! Scoring: what a model says of every epoch of candidates.

use std::{collections::HashMap, sync::Arc};

use crate::{
    domain::{Candidate, ModelCard, Stamp, StampId, StampRef, Verdict, Verdicts},
    imaging::model_input::{Plane, prepare},
    io::Decoder,
    learn::{LearnError, Model},
};

/// Epochs that are prepared and computed at once.
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
    let prepared: Vec<_> = candidates
        .iter()
        .map(|candidate| prepare_candidate(candidate, model.card(), decoder))
        .collect();
    let ready: Vec<&Vec<f32>> = prepared.iter().flatten().flatten().collect();
    let mut probabilities = Vec::new();
    for inputs in ready.chunks(MOST_EPOCHS) {
        let inputs: Vec<f32> = inputs
            .iter()
            .flat_map(|input| input.iter().copied())
            .collect();
        probabilities.extend(model.score(&inputs)?);
    }
    let classes = model.card().classes.len();
    let mut rows = probabilities.chunks(classes.max(1));
    let verdicts = prepared.iter().map(|epochs| -> Verdicts {
        let of_epoch = |epoch: &Result<Vec<f32>, Arc<str>>| match epoch {
            Ok(_) => Verdict::Probabilities(rows.next().unwrap_or_default().into()),
            Err(why) => Verdict::Refused(why.clone()),
        };
        epochs.iter().map(of_epoch).collect()
    });
    Ok(verdicts.collect())
}

/// The model's inputs of every epoch, or why there are none.
pub fn prepare_candidate(
    candidate: &Candidate,
    card: &ModelCard,
    decoder: &Decoder,
) -> Vec<Result<Vec<f32>, Arc<str>>> {
    let refs: Vec<StampRef> = candidate
        .epochs
        .iter()
        .flat_map(|epoch| epoch.stamps.iter().cloned())
        .collect();
    let stamps: HashMap<StampId, _> = decoder.decode(&refs).into_iter().collect();
    let epoch = |stamp_refs: &[StampRef]| -> Result<Vec<f32>, Arc<str>> {
        let mut planes: Vec<Plane<'_>> = Vec::with_capacity(stamp_refs.len());
        for stamp_ref in stamp_refs {
            match stamps.get(&stamp_ref.id) {
                Some(Ok(stamp)) => planes.push(plane(stamp_ref, stamp)),
                Some(Err(problem)) if card.input.channels.contains(&stamp_ref.role) => {
                    return Err(problem.to_string().into());
                }
                _ => {}
            }
        }
        prepare(&planes, &card.input).map_err(|error| error.to_string().into())
    };
    let epochs = candidate.epochs.iter();
    epochs.map(|visit| epoch(&visit.stamps)).collect()
}

fn plane<'a>(stamp_ref: &StampRef, stamp: &'a Stamp) -> Plane<'a> {
    Plane::of(stamp_ref.role, stamp)
}
