//! Models in files: safetensors, with the card in the metadata, so that one file is a model.

use std::{fs, path::Path};

use burn::{
    module::{Module, ModuleVisitor, Param},
    store::{ApplyError, ApplyResult, ModuleSnapshot, SafetensorsStore},
    tensor::{Shape, Tensor, TensorData},
};

use super::{Architecture, Compute, LearnError, Model, Network};
use crate::{
    domain::{
        InputPlan, ModelCard, ModelInput,
        canonical::Canonical,
        fnv::{FNV_START, fnv1a},
    },
    imaging::{model_input, sequence_input},
};

/// Where the card is kept in the metadata.
pub(super) const CARD: &str = "card";
/// What every network here tells apart: bogus and real.
const CLASSES: usize = 2;
/// Largest number of classes of a network over sequences.
const MOST_CLASSES: usize = 64;
/// Ensembles larger than this are a slip of the pen.
const MOST_MEMBERS: usize = 100;

/// A fingerprint of all that decides a score: the weights in the order of the layers, the inputs and
/// how they are prepared, the classes.
pub(super) fn fingerprint(card: &ModelCard, network: &Network) -> u64 {
    let ModelCard {
        network: name,
        members,
        input,
        classes,
        ..
    } = card;
    let preparation = match input {
        ModelInput::Sequence(_) => sequence_input::PREPARATION,
        _ => model_input::PREPARATION,
    };
    let (input, classes) = (input.canonical_text(), classes.canonical_text());
    let words = format!("{preparation} {name} {members} {input} {classes}");
    weights_hash(fnv1a(FNV_START, words.bytes()), network)
}

/// Goes on from a hash with all weights of a network, in the order of its layers.
pub(super) fn weights_hash<M: Module>(start: u64, network: &M) -> u64 {
    struct Hasher(u64);
    impl ModuleVisitor for Hasher {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let data: TensorData = param.val().into_data();
            let bytes = data.iter::<f32>().flat_map(f32::to_le_bytes);
            self.0 = fnv1a(self.0, bytes);
        }
    }
    let mut hasher = Hasher(start);
    network.visit(&mut hasher);
    // The low bits of this hash change more than the high ones.
    hasher.0.rotate_left(32)
}

/// The bytes of a model file.
///
/// # Errors
/// Where the weights cannot be put down.
pub fn to_bytes(model: &Model) -> Result<Vec<u8>, LearnError> {
    save(model.card(), model.network())
}

/// The bytes of a file with a card and the weights of any network.
pub(super) fn save(card: &ModelCard, network: &impl ModuleSnapshot) -> Result<Vec<u8>, LearnError> {
    let text = serde_json::to_string(card).map_err(|error| refused("card", &error))?;
    let mut store = SafetensorsStore::from_bytes(None)
        .metadata(CARD, text)
        .skip_enum_variants(true);
    let saved = network.save_into(&mut store);
    saved.map_err(|error| refused(&card.name, &error))?;
    store
        .get_bytes()
        .map_err(|error| refused(&card.name, &error))
}

/// Reads a model file.
///
/// # Errors
/// Where it cannot be read, is truncated, has no card or one of another layout, or the weights are
/// not those of its architecture.
pub fn read(path: &Path, compute: &Compute) -> Result<Model, LearnError> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| refused(&name, &error))?;
    from_bytes(&name, &bytes, compute)
}

/// A model out of the bytes of its file; `name` stands for the file in messages.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(name: &str, bytes: &[u8], compute: &Compute) -> Result<Model, LearnError> {
    let card = card_of(name, bytes)?;
    if card.latent.is_some() {
        let why = "it has a latent space and predicts no classes; `destello latent` uses it";
        return Err(refused_with(name, why.into()));
    }
    check(&card).map_err(|why| refused_with(name, why))?;
    let mut model = Model::untrained(card, compute)?;
    let mut network = model.network().clone();
    load(name, bytes, &mut network)?;
    let card = model.card_mut().clone();
    Ok(Model::new(card, &network, compute))
}

/// Takes the weights of any network from the bytes of its file.
pub(super) fn load(
    name: &str,
    bytes: &[u8],
    network: &mut impl ModuleSnapshot,
) -> Result<(), LearnError> {
    let mut store = SafetensorsStore::from_bytes(Some(bytes.to_vec()))
        .skip_enum_variants(true)
        .validate(false)
        .allow_partial(true);
    let result = network.load_from(&mut store).map_err(|error| {
        let first = error.to_string();
        let first = first.trim().lines().next().unwrap_or_default().to_owned();
        refused_with(name, format!("its weights cannot be read: {first}"))
    })?;
    misfit(&result).map_or(Ok(()), |why| {
        let why = format!("its weights are not those of its network: {why}");
        Err(refused_with(name, why))
    })
}

/// The first thing that does not fit.
pub(super) fn misfit(result: &ApplyResult) -> Option<String> {
    if let Some(error) = result.errors.first() {
        return Some(match error {
            ApplyError::ShapeMismatch {
                path,
                expected,
                found,
            } => {
                let dims = |shape: &Shape| {
                    let dims: Vec<_> = shape.iter().map(ToString::to_string).collect();
                    dims.join("x")
                };
                format!("{path} is {}, not {}", dims(found), dims(expected))
            }
            other => other.to_string(),
        });
    }
    if let Some((missing, _)) = result.missing.first() {
        return Some(format!("{missing} is missing"));
    }
    let unused = result.unused.first();
    unused.map(|unused| format!("it has no {unused}"))
}

/// What a card must say for its network to be made.
fn check(card: &ModelCard) -> Result<(), String> {
    let architecture = Architecture::from_name(&card.network)
        .map_err(|error| format!("its card names a network that is none: {error}"))?;
    match (&card.input, architecture.input()) {
        (ModelInput::Stamps(given), ModelInput::Stamps(taken)) => {
            check_stamps(architecture, given, &taken)?;
            if card.classes.len() != CLASSES {
                let count = card.classes.len();
                return Err(format!("its card names {count} classes, not {CLASSES}"));
            }
        }
        (ModelInput::Sequence(given), ModelInput::Sequence(taken)) => {
            if given.side_px != taken.side_px {
                return Err(other_side(architecture, given.side_px, taken.side_px));
            }
            if !(2..=MOST_CLASSES).contains(&card.classes.len()) {
                let count = card.classes.len();
                return Err(format!(
                    "its card names {count} classes, not 2 to {MOST_CLASSES}"
                ));
            }
        }
        (given, taken) => {
            return Err(format!(
                "its card gives {} to {}, which takes {}",
                given.in_words(),
                architecture.name(),
                taken.in_words()
            ));
        }
    }
    if !(1..=MOST_MEMBERS).contains(&card.members) {
        let members = card.members;
        return Err(format!(
            "its card names {members} members, not 1 to {MOST_MEMBERS}"
        ));
    }
    Ok(())
}

fn check_stamps(
    architecture: Architecture,
    given: &InputPlan,
    taken: &InputPlan,
) -> Result<(), String> {
    if given.side_px != taken.side_px {
        return Err(other_side(architecture, given.side_px, taken.side_px));
    }
    if given.context_px != taken.context_px {
        let views = |plan: &InputPlan| match plan.context_px {
            Some(side) => format!("a view of the whole cutout of {side}x{side}"),
            None => "no view of the whole cutout".into(),
        };
        return Err(format!(
            "its card gives {} to {}, which takes {}",
            views(given),
            architecture.name(),
            views(taken)
        ));
    }
    let channels = given.channels.len();
    let is_fixed = architecture == Architecture::Braai;
    if channels == 0 || is_fixed && channels != taken.channels.len() {
        return Err(format!(
            "its card gives {channels} channels to {}, which takes {}",
            architecture.name(),
            taken.channels.len()
        ));
    }
    Ok(())
}

fn other_side(architecture: Architecture, given: usize, taken: usize) -> String {
    let name = architecture.name();
    format!("its card gives {given}x{given} pixels to {name}, which takes {taken}x{taken}")
}

/// The card of a model file, without its weights.
///
/// # Errors
/// Where the bytes are no safetensors file, or have no card.
pub fn card_of(name: &str, bytes: &[u8]) -> Result<ModelCard, LearnError> {
    let no = |why: &str| refused_with(name, why.into());
    let metadata = metadata_of(name, bytes)?;
    let card = metadata.get(CARD).and_then(serde_json::Value::as_str);
    let card = card.ok_or_else(|| no("it has no model card; `destello models import` adds one"))?;
    let unreadable = |error| refused_with(name, format!("its card cannot be read: {error}"));
    let card: serde_json::Value = serde_json::from_str(card).map_err(unreadable)?;
    // The layout first: a card of another one may lack what this one has.
    let format = card.get("format").and_then(serde_json::Value::as_u64);
    if format != Some(ModelCard::FORMAT.into()) {
        let format = format.map_or("no layout".into(), |format| format!("layout {format}"));
        let known = ModelCard::FORMAT;
        let why = format!("its card has {format}, and this version of destello reads {known}");
        return Err(refused_with(name, why));
    }
    serde_json::from_value(card).map_err(unreadable)
}

/// The texts that a safetensors file carries besides its tensors; JSON null where it has none.
pub(super) fn metadata_of(name: &str, bytes: &[u8]) -> Result<serde_json::Value, LearnError> {
    let no = |why: &str| refused_with(name, why.into());
    let length = bytes
        .first_chunk::<8>()
        .map(|start| u64::from_le_bytes(*start));
    let header = length
        .and_then(|length| usize::try_from(length).ok())
        .and_then(|length| bytes.get(8..8usize.checked_add(length)?))
        .ok_or_else(|| no("it is no safetensors file, or truncated"))?;
    let mut header: serde_json::Value = serde_json::from_slice(header)
        .map_err(|error| no(&format!("it is no safetensors file: {error}")))?;
    let metadata = header.get_mut("__metadata__");
    Ok(metadata.map_or(serde_json::Value::Null, serde_json::Value::take))
}

pub(super) fn refused(file: &str, error: &dyn std::error::Error) -> LearnError {
    refused_with(file, error.to_string())
}

pub(super) fn refused_with(file: &str, why: String) -> LearnError {
    LearnError::File {
        file: file.into(),
        why,
    }
}

#[cfg(test)]
pub(super) mod tests;
