//! From candidates to what models take: stamps are decoded once for all models.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    curve_inputs::{CurveInput, curve_inputs},
    foreign_fields::foreign_fields,
    model_memory::ModelMemories,
    origin::PixelHash,
    sequence_inputs::{SequenceInput, sequence_inputs},
};
use crate::{
    domain::{
        Candidate, Epoch, ForeignPlan, InputPlan, KeptScores, ModelId, ModelInput, Prediction,
        Problem, Role, Stamp, StampId,
    },
    imaging::model_input::{Plane, needed, needed_foreign, prepare, prepare_foreign},
    io::Decoder,
};

/// What is known of an epoch before its model computes.
pub(crate) enum EpochInput {
    /// The project has its score.
    Kept(Prediction),
    /// To be computed: (channel, y, x); with the hash of the stamps.
    Ready(Vec<f32>, u64),
    /// It cannot be computed.
    Refused(Arc<str>),
}

/// One model's inputs of some candidates, candidate by candidate.
pub(crate) enum Inputs {
    Stamps(Vec<Vec<EpochInput>>),
    /// To be followed from epoch to epoch.
    Sequences(Vec<SequenceInput>),
    /// Their light curves.
    Curves(Vec<CurveInput>),
}

/// What one model takes, and what is kept of its scores.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub model: &'a ModelId,
    pub input: &'a ModelInput,
    pub kept: &'a KeptScores,
}

/// What one model of single epochs takes, and what is kept of its scores.
#[derive(Clone, Copy)]
pub(crate) struct WantedStamps<'a> {
    pub plan: StampPlan<'a>,
    pub input: &'a ModelInput,
    pub kept: &'a KeptScores,
}

/// How an epoch becomes the numbers that a model takes.
#[derive(Clone, Copy)]
pub(crate) enum StampPlan<'a> {
    /// A network of destello.
    Own(&'a InputPlan),
    /// One of others.
    Foreign(&'a ForeignPlan),
}

impl<'a> StampPlan<'a> {
    /// Of a model of single epochs; none of any other.
    pub const fn of(input: &'a ModelInput) -> Option<Self> {
        match input {
            ModelInput::Stamps(plan) => Some(Self::Own(plan)),
            ModelInput::Foreign(plan) => Some(Self::Foreign(plan)),
            ModelInput::Sequence(_) | ModelInput::Features(_) => None,
        }
    }

    /// The images that an epoch's input is prepared from, or which one is missing.
    fn roles(self, epoch: &Epoch) -> Result<Vec<Role>, Arc<str>> {
        let has = |role| epoch.stamp(role).is_some();
        let needed = match self {
            Self::Own(plan) => needed(plan, has),
            Self::Foreign(plan) => needed_foreign(plan, has),
        };
        needed.map_err(|error| error.to_string().into())
    }

    /// The numbers of the epoch at that place of a candidate.
    fn prepared(
        self,
        planes: &[Plane<'_>],
        candidate: &Candidate,
        at: usize,
    ) -> Result<Vec<f32>, Arc<str>> {
        let images = match self {
            Self::Own(plan) => prepare(planes, plan),
            Self::Foreign(plan) => prepare_foreign(planes, plan),
        };
        let mut numbers = images.map_err(|error| Arc::<str>::from(error.to_string()))?;
        if let Self::Foreign(plan) = self {
            numbers.extend(foreign_fields(plan, candidate, at)?);
        }
        Ok(numbers)
    }
}

type Stamps = HashMap<StampId, Result<Stamp, Problem>>;

/// The inputs of candidates, model by model.
pub(crate) fn inputs(
    candidates: &[&Candidate],
    wanted: &[Wanted<'_>],
    memories: &ModelMemories,
    decoder: &Decoder,
) -> Vec<Inputs> {
    let stamps: Vec<WantedStamps<'_>> = wanted
        .iter()
        .filter_map(|model| {
            let (input, kept) = (model.input, model.kept);
            let plan = StampPlan::of(input)?;
            Some(WantedStamps { plan, input, kept })
        })
        .collect();
    let mut of_stamps = stamp_inputs(candidates, &stamps, decoder).into_iter();
    let of_model = |model: &Wanted<'_>| match model.input {
        ModelInput::Stamps(_) | ModelInput::Foreign(_) => {
            Inputs::Stamps(of_stamps.next().unwrap_or_default())
        }
        ModelInput::Sequence(plan) => {
            Inputs::Sequences(sequence_inputs(candidates, plan, model, memories, decoder))
        }
        ModelInput::Features(plan) => {
            Inputs::Curves(curve_inputs(candidates, plan, model, decoder))
        }
    };
    wanted.iter().map(of_model).collect()
}

/// The inputs of single epochs, model by model.
pub(crate) fn stamp_inputs(
    candidates: &[&Candidate],
    wanted: &[WantedStamps<'_>],
    decoder: &Decoder,
) -> Vec<Vec<Vec<EpochInput>>> {
    let known: Vec<Vec<Vec<Option<Prediction>>>> = wanted
        .iter()
        .map(|model| {
            candidates
                .iter()
                .map(|c| model.kept.known(c, model.input))
                .collect()
        })
        .collect();
    let stamps = decode(candidates, wanted, &known, decoder);
    let of_model = |(model, known): (&WantedStamps<'_>, Vec<Vec<Option<Prediction>>>)| {
        let of_candidate = |(candidate, known): (&&Candidate, Vec<Option<Prediction>>)| {
            let doubted = model.kept.doubted(candidate, model.input);
            let epochs = known.into_iter().zip(doubted).enumerate();
            let input = |(at, (known, doubted))| {
                if let Some(prediction) = known {
                    return EpochInput::Kept(prediction);
                }
                match (of_epoch(candidate, at, model.plan, &stamps), doubted) {
                    (Ok((_, pixels)), Some((prediction, then))) if pixels == then => {
                        EpochInput::Kept(prediction)
                    }
                    (Ok((input, pixels)), _) => EpochInput::Ready(input, pixels),
                    (Err(why), _) => EpochInput::Refused(why),
                }
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
    known: &[Vec<Vec<Option<Prediction>>>],
    decoder: &Decoder,
) -> Stamps {
    let mut chosen = HashSet::new();
    let mut refs = Vec::new();
    for (model, known) in wanted.iter().zip(known) {
        for (candidate, known) in candidates.iter().zip(known) {
            for (epoch, known) in candidate.epochs.iter().zip(known) {
                let needed = match known {
                    Some(_) => Vec::new(),
                    None => model.plan.roles(epoch).unwrap_or_default(),
                };
                let stamps = epoch.stamps.iter();
                let stamps = stamps.filter(|stamp| needed.contains(&stamp.role));
                refs.extend(stamps.filter(|stamp| chosen.insert(stamp.id)).cloned());
            }
        }
    }
    decoder.decode(&refs).into_iter().collect()
}

/// The input of an epoch, and the hash of what it is prepared from.
fn of_epoch(
    candidate: &Candidate,
    at: usize,
    plan: StampPlan<'_>,
    stamps: &Stamps,
) -> Result<(Vec<f32>, u64), Arc<str>> {
    let epoch = &candidate.epochs[at];
    let needed = plan.roles(epoch)?;
    let mut hash = PixelHash::default();
    let mut planes: Vec<Plane<'_>> = Vec::with_capacity(needed.len());
    for stamp in epoch.stamps.iter().filter(|s| needed.contains(&s.role)) {
        match stamps.get(&stamp.id) {
            Some(Ok(pixels)) => {
                hash.add(stamp.role, pixels);
                planes.push(Plane::of(stamp.role, pixels));
            }
            // Without its variance S/N is estimated; anything else must be there.
            Some(Err(_)) if stamp.role == Role::Variance => {}
            Some(Err(problem)) => {
                let (role, why) = (stamp.role.name(), &problem.why);
                return Err(format!("its {role} stamp cannot be read: {why}").into());
            }
            None => {}
        }
    }
    let input = plan.prepared(&planes, candidate, at)?;
    if matches!(plan, StampPlan::Foreign(_)) {
        // Fields of the packet are among it.
        hash.add_numbers(&input);
    }
    Ok((input, hash.get()))
}
