//! Models in files: safetensors, with the card in the metadata, so that one file is a model.

use std::{fs, path::Path};

use burn::{
    module::{Module, ModuleVisitor, Param},
    store::{ModuleSnapshot, SafetensorsStore},
    tensor::{Tensor, TensorData},
};

use super::{Compute, LearnError, Model, Network};
use crate::domain::{
    ModelCard,
    fnv::{FNV_START, fnv1a},
};

/// Where the card is kept in the metadata.
const CARD: &str = "card";

/// A fingerprint of all weights, in the order of the layers.
pub(super) fn fingerprint(network: &Network) -> u64 {
    struct Hasher(u64);
    impl ModuleVisitor for Hasher {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let data: TensorData = param.val().into_data();
            let bytes = data.iter::<f32>().flat_map(f32::to_le_bytes);
            self.0 = fnv1a(self.0, bytes);
        }
    }
    let mut hasher = Hasher(FNV_START);
    network.visit(&mut hasher);
    // The low bits of this hash change more than the high ones.
    hasher.0.rotate_left(32)
}

/// The bytes of a model file.
///
/// # Errors
/// Where the weights cannot be put down.
pub fn to_bytes(model: &Model) -> Result<Vec<u8>, LearnError> {
    let card = serde_json::to_string(model.card()).map_err(|error| refused("card", &error))?;
    let mut store = SafetensorsStore::from_bytes(None)
        .metadata(CARD, card)
        .skip_enum_variants(true);
    let saved = match model.network() {
        Network::DeepHits(network) => network.save_into(&mut store),
        Network::Cap(network) => network.save_into(&mut store),
        Network::Cape(members) => members.save_into(&mut store),
        Network::Compact(network) => network.save_into(&mut store),
        Network::Braai(network) => network.save_into(&mut store),
    };
    saved.map_err(|error| refused(&model.card().name, &error))?;
    store
        .get_bytes()
        .map_err(|error| refused(&model.card().name, &error))
}

/// Reads a model file.
///
/// # Errors
/// Where it cannot be read, is truncated, has no card, or the weights are not those of its
/// architecture.
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
    if card.format != ModelCard::FORMAT {
        let why = format!(
            "its card has layout {}, and this version of destello reads {}",
            card.format,
            ModelCard::FORMAT
        );
        return Err(refused_with(name, why));
    }
    let mut model = Model::untrained(card, compute)?;
    let mut network = model.network().clone();
    load(name, bytes, &mut network)?;
    let card = model.card_mut().clone();
    Ok(Model::new(card, &network, compute))
}

fn load(name: &str, bytes: &[u8], network: &mut Network) -> Result<(), LearnError> {
    let mut store = SafetensorsStore::from_bytes(Some(bytes.to_vec())).skip_enum_variants(true);
    let loaded = match network {
        Network::DeepHits(network) => network.load_from(&mut store),
        Network::Cap(network) => network.load_from(&mut store),
        Network::Cape(members) => members.load_from(&mut store),
        Network::Compact(network) => network.load_from(&mut store),
        Network::Braai(network) => network.load_from(&mut store),
    };
    let result = loaded.map_err(|error| {
        let first = error.to_string();
        let first = first.trim().lines().next().unwrap_or_default().to_owned();
        refused_with(name, format!("its weights do not fit its network: {first}"))
    })?;
    if let Some(unused) = result.unused.first() {
        let why = format!("it has weights that its network lacks, such as {unused}");
        return Err(refused_with(name, why));
    }
    Ok(())
}

/// The card of a model file, without its weights.
///
/// # Errors
/// Where the bytes are no safetensors file, or have no card.
pub fn card_of(name: &str, bytes: &[u8]) -> Result<ModelCard, LearnError> {
    let no = |why: &str| refused_with(name, why.into());
    let length = bytes
        .first_chunk::<8>()
        .map(|start| u64::from_le_bytes(*start));
    let header = length
        .and_then(|length| usize::try_from(length).ok())
        .and_then(|length| bytes.get(8..8usize.checked_add(length)?))
        .ok_or_else(|| no("it is no safetensors file, or truncated"))?;
    let header: serde_json::Value =
        serde_json::from_slice(header).map_err(|_| no("it is no safetensors file"))?;
    let card = header
        .get("__metadata__")
        .and_then(|metadata| metadata.get(CARD)?.as_str())
        .ok_or_else(|| no("it has no model card; `destello models import` adds one"))?;
    serde_json::from_str(card)
        .map_err(|error| refused_with(name, format!("its card cannot be read: {error}")))
}

fn refused(file: &str, error: &dyn std::error::Error) -> LearnError {
    refused_with(file, error.to_string())
}

fn refused_with(file: &str, why: String) -> LearnError {
    LearnError::File {
        file: file.into(),
        why,
    }
}
