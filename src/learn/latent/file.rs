//! Latent models in files: safetensors, with the card in the metadata, as other models.

use std::{fs, path::Path};

use burn::store::{ApplyResult, ModuleSnapshot, SafetensorsStore};

use super::{LatentModel, LatentNetwork};
use crate::{
    domain::{
        ModelCard,
        canonical::Canonical,
        fnv::{FNV_START, fnv1a},
    },
    imaging::model_input,
    learn::{
        Compute, LearnError,
        model_file::{CARD, card_of, misfit, refused, refused_with, weights_hash},
    },
};

/// A fingerprint of all that decides where a stamp lies: the weights, the inputs and how they are
/// prepared.
pub(super) fn fingerprint(card: &ModelCard, network: &LatentNetwork) -> u64 {
    let is_upright = card.latent.as_ref().is_some_and(|latent| latent.is_upright);
    let (name, input) = (&card.network, card.input.canonical_text());
    let preparation = model_input::PREPARATION;
    let words = format!("{preparation} {name} {is_upright} {input}");
    weights_hash(fnv1a(FNV_START, words.bytes()), network)
}

/// True where the bytes are a latent model's, going by its card.
pub fn is_latent(card: &ModelCard) -> bool {
    card.latent.is_some()
}

/// The bytes of a model file.
///
/// # Errors
/// Where the weights cannot be put down.
pub fn to_bytes(model: &LatentModel) -> Result<Vec<u8>, LearnError> {
    let name = &model.card().name;
    let card = serde_json::to_string(model.card()).map_err(|error| refused(name, &error))?;
    let mut store = SafetensorsStore::from_bytes(None)
        .metadata(CARD, card)
        .skip_enum_variants(true);
    let saved = match model.network() {
        LatentNetwork::Vade(network) => network.save_into(&mut store),
        LatentNetwork::Vae(network) => network.save_into(&mut store),
    };
    saved.map_err(|error| refused(name, &error))?;
    store.get_bytes().map_err(|error| refused(name, &error))
}

/// Reads a model file.
///
/// # Errors
/// Where it cannot be read, is truncated, holds a model of another kind, or weights that are not
/// those of its network.
pub fn read(path: &Path, compute: &Compute) -> Result<LatentModel, LearnError> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| refused(&name, &error))?;
    from_bytes(&name, &bytes, compute)
}

/// A model out of the bytes of its file; `name` stands for the file in messages.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(name: &str, bytes: &[u8], compute: &Compute) -> Result<LatentModel, LearnError> {
    let card = card_of(name, bytes)?;
    if !is_latent(&card) {
        let why = format!(
            "{} tells classes and has no latent space; `destello score` uses it",
            card.network
        );
        return Err(refused_with(name, why));
    }
    let untrained = LatentModel::untrained(card, compute).map_err(|error| match error {
        LearnError::File { why, .. } => refused_with(name, why),
        other => other,
    })?;
    let mut network = untrained.network().clone();
    load(name, bytes, &mut network)?;
    LatentModel::new(untrained.card().clone(), &network, compute)
}

fn load(name: &str, bytes: &[u8], network: &mut LatentNetwork) -> Result<(), LearnError> {
    let mut store = SafetensorsStore::from_bytes(Some(bytes.to_vec()))
        .skip_enum_variants(true)
        .validate(false)
        .allow_partial(true);
    let loaded = match network {
        LatentNetwork::Vade(network) => network.load_from(&mut store),
        LatentNetwork::Vae(network) => network.load_from(&mut store),
    };
    let result: ApplyResult = loaded.map_err(|error| {
        let first = error.to_string();
        let first = first.trim().lines().next().unwrap_or_default().to_owned();
        refused_with(name, format!("its weights cannot be read: {first}"))
    })?;
    misfit(&result).map_or(Ok(()), |why| {
        let why = format!("its weights are not those of its network: {why}");
        Err(refused_with(name, why))
    })
}
