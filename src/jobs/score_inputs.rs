//! From candidates to what models take: stamps are decoded once for all models.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    domain::{Candidate, Epoch, InputPlan, KeptScores, Problem, Role, Stamp, StampId, Verdict},
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

/// One model's epochs of some candidates, candidate by candidate.
pub(super) type Inputs = Vec<Vec<EpochInput>>;

/// What one model takes, and what is kept of its scores.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
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
    let known: Vec<Vec<Vec<Option<Verdict>>>> = wanted
        .iter()
        .map(|model| candidates.iter().map(|c| model.kept.known(c)).collect())
        .collect();
    let stamps = decode(candidates, wanted, &known, decoder);
    let of_model = |(model, known): (&Wanted<'_>, Vec<Vec<Option<Verdict>>>)| -> Inputs {
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
        candidates.iter().zip(known).map(of_candidate).collect()
    };
    wanted.iter().zip(known).map(of_model).collect()
}

/// The stamps of all epochs that some model has yet to score, read together.
fn decode(
    candidates: &[&Candidate],
    wanted: &[Wanted<'_>],
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
