//! From candidates to what models take: stamps are decoded once for all models.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::sequence_epochs::{self, Calibrated};
use crate::{
    domain::{
        Candidate, Epoch, InputPlan, KeptScores, ModelInput, Problem, Role, SequencePlan, Stamp,
        StampId, Verdict,
    },
    imaging::model_input::{Plane, needed, prepare},
    io::Decoder,
};

/// What is known of an epoch before its model computes.
pub(super) enum EpochInput {
    /// The project has its score.
    Kept(Verdict),
    /// To be computed: (channel, y, x).
    Ready(Vec<f32>),
    /// It cannot be computed.
    Refused(Arc<str>),
}

/// What is known of a candidate before a model follows it.
pub(super) enum SequenceInput {
    /// Nothing new: what the project has, and why the rest cannot be computed.
    Known(Vec<Verdict>),
    /// To be computed from the first epoch on.
    Ready(Vec<Calibrated>),
}

/// One model's inputs of some candidates, candidate by candidate.
pub(super) enum Inputs {
    /// Epoch by epoch.
    Stamps(Vec<Vec<EpochInput>>),
    /// As a whole.
    Sequences(Vec<SequenceInput>),
}

/// What one model takes, and what is kept of its scores.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub input: &'a ModelInput,
    pub kept: &'a KeptScores,
}

/// What one model of single epochs takes, and what is kept of its scores.
#[derive(Clone, Copy)]
pub(super) struct WantedStamps<'a> {
    pub plan: &'a InputPlan,
    pub kept: &'a KeptScores,
}

type Stamps = HashMap<StampId, Result<Stamp, Problem>>;

/// The inputs of candidates, model by model.
pub(super) fn inputs(
    candidates: &[&Candidate],
    wanted: &[Wanted<'_>],
    decoder: &Decoder,
) -> Vec<Inputs> {
    let of_stamps: Vec<WantedStamps<'_>> = wanted
        .iter()
        .filter_map(|model| {
            let (plan, kept) = (model.input.stamps()?, model.kept);
            Some(WantedStamps { plan, kept })
        })
        .collect();
    let mut of_stamps = stamp_inputs(candidates, &of_stamps, decoder).into_iter();
    let of_model = |model: &Wanted<'_>| match model.input {
        ModelInput::Sequence(plan) => {
            Inputs::Sequences(sequence_inputs(candidates, plan, model.kept, decoder))
        }
        ModelInput::Stamps(_) | ModelInput::Features(_) => {
            Inputs::Stamps(of_stamps.next().unwrap_or_default())
        }
    };
    wanted.iter().map(of_model).collect()
}

/// Candidates of which every usable epoch has its score are not computed again; others from the first
/// epoch on, as every verdict depends on all epochs before it.
fn sequence_inputs(
    candidates: &[&Candidate],
    plan: &SequencePlan,
    kept: &KeptScores,
    decoder: &Decoder,
) -> Vec<SequenceInput> {
    let epochs = sequence_epochs::calibrated(candidates, plan, decoder);
    let of_candidate = |(candidate, epochs): (&&Candidate, Vec<Calibrated>)| {
        let known = kept.known(candidate);
        let settled = known.into_iter().zip(&epochs).map(|pair| match pair {
            (_, Err(why)) => Some(Verdict::Refused(why.clone())),
            (known, Ok(_)) => known,
        });
        match settled.collect() {
            Some(verdicts) => SequenceInput::Known(verdicts),
            None => SequenceInput::Ready(epochs),
        }
    };
    candidates.iter().zip(epochs).map(of_candidate).collect()
}

/// The inputs of single epochs, model by model.
pub(super) fn stamp_inputs(
    candidates: &[&Candidate],
    wanted: &[WantedStamps<'_>],
    decoder: &Decoder,
) -> Vec<Vec<Vec<EpochInput>>> {
    let known: Vec<Vec<Vec<Option<Verdict>>>> = wanted
        .iter()
        .map(|model| candidates.iter().map(|c| model.kept.known(c)).collect())
        .collect();
    let stamps = decode(candidates, wanted, &known, decoder);
    let of_model = |(model, known): (&WantedStamps<'_>, Vec<Vec<Option<Verdict>>>)| {
        let of_candidate = |(candidate, known): (&&Candidate, Vec<Option<Verdict>>)| {
            let epochs = candidate.epochs.iter().zip(known);
            let input = |(epoch, known): (&Epoch, Option<Verdict>)| match known {
                Some(verdict) => EpochInput::Kept(verdict),
                None => match of_epoch(epoch, model.plan, &stamps) {
                    Ok(input) => EpochInput::Ready(input),
                    Err(why) => EpochInput::Refused(why),
                },
            };
            epochs.map(input).collect()
        };
        let epochs = candidates.iter().zip(known).map(of_candidate);
        epochs.collect::<Vec<Vec<EpochInput>>>()
    };
    wanted.iter().zip(known).map(of_model).collect()
}

/// The stamps of all epochs that some model has yet to score, read together.
fn decode(
    candidates: &[&Candidate],
    wanted: &[WantedStamps<'_>],
    known: &[Vec<Vec<Option<Verdict>>>],
    decoder: &Decoder,
) -> Stamps {
    let mut chosen = HashSet::new();
    let mut refs = Vec::new();
    for (model, known) in wanted.iter().zip(known) {
        for (candidate, known) in candidates.iter().zip(known) {
            for (epoch, known) in candidate.epochs.iter().zip(known) {
                let needed = match known {
                    Some(_) => Vec::new(),
                    None => roles(epoch, model.plan).unwrap_or_default(),
                };
                let stamps = epoch.stamps.iter();
                let stamps = stamps.filter(|stamp| needed.contains(&stamp.role));
                refs.extend(stamps.filter(|stamp| chosen.insert(stamp.id)).cloned());
            }
        }
    }
    decoder.decode(&refs).into_iter().collect()
}

/// The images that an epoch's input is prepared from, or which one is missing.
fn roles(epoch: &Epoch, plan: &InputPlan) -> Result<Vec<Role>, Arc<str>> {
    needed(plan, |role| epoch.stamp(role).is_some()).map_err(|error| error.to_string().into())
}

fn of_epoch(epoch: &Epoch, plan: &InputPlan, stamps: &Stamps) -> Result<Vec<f32>, Arc<str>> {
    let needed = roles(epoch, plan)?;
    let mut planes: Vec<Plane<'_>> = Vec::with_capacity(needed.len());
    for stamp in epoch.stamps.iter().filter(|s| needed.contains(&s.role)) {
        match stamps.get(&stamp.id) {
            Some(Ok(pixels)) => planes.push(Plane::of(stamp.role, pixels)),
            // Without its variance S/N is estimated; anything else must be there.
            Some(Err(_)) if stamp.role == Role::Variance => {}
            Some(Err(problem)) => {
                let (role, why) = (stamp.role.name(), &problem.why);
                return Err(format!("its {role} stamp cannot be read: {why}").into());
            }
            None => {}
        }
    }
    prepare(&planes, plan).map_err(|error| error.to_string().into())
}
