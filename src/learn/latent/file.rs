//! Latent models in files: safetensors, with the card in the metadata, as other models.

use std::{fs, path::Path};

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
        model_file::{card_of, load, refused, refused_with, save, weights_hash},
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
    save(model.card(), model.network())
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
            "{} predicts classes and has no latent space; `destello score` uses it",
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
