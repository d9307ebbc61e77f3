//! Files of imported networks: ONNX as it was, with a card among its texts.

use super::{ForeignModel, Recipe, check};
use crate::{
    domain::{ModelCard, ModelInput, TrainingRecord},
    learn::{
        LearnError,
        model_file::refused_with,
        onnx::read::{OnnxFile, read, with_text},
    },
};

/// How the file of such a model ends.
pub const ENDING: &str = "model";
/// The key of the card.
const CARD: &str = "destello_card";
/// The network of its card.
pub const NETWORK: &str = "onnx";

/// True for an ONNX file, imported or not.
pub fn is_onnx(bytes: &[u8]) -> bool {
    let is_safetensors = bytes.get(8) == Some(&b'{');
    !is_safetensors && read(bytes).is_ok()
}

/// Reads an ONNX file; `name` stands for it in messages.
///
/// # Errors
/// Where it is none.
pub fn open(name: &str, bytes: &[u8]) -> Result<OnnxFile, LearnError> {
    read(bytes).map_err(|why| refused_with(name, why))
}

/// The bytes of a model file, out of those of an ONNX file and a recipe.
///
/// # Errors
/// Where they do not belong together, or the network cannot be computed.
pub fn import(
    name: &str,
    bytes: &[u8],
    recipe: &Recipe,
    training: TrainingRecord,
) -> Result<(ForeignModel, Vec<u8>), LearnError> {
    let refused = |why| refused_with(name, why);
    let file = open(name, bytes)?;
    let plan = check::with_names(recipe.plan(), &file).map_err(refused)?;
    let card = ModelCard {
        name: recipe.name.clone(),
        about: recipe.about.clone(),
        classes: recipe.classes.clone(),
        parameters: file.parameters,
        threshold: recipe.threshold,
        training,
        ..ModelCard::untrained(NETWORK, ModelInput::Foreign(plan.clone()), &[])
    };
    let model = check::model(card, plan, &file, bytes).map_err(refused)?;
    let text = serde_json::to_string(model.card());
    let text = text.map_err(|error| refused(error.to_string()))?;
    let bytes = with_text(bytes, CARD, &text);
    Ok((model, bytes))
}

/// The card of an imported model; none where the file has none.
///
/// # Errors
/// Where the bytes are no ONNX file, or the card cannot be read.
pub fn card_of(name: &str, bytes: &[u8]) -> Result<Option<ModelCard>, LearnError> {
    let file = open(name, bytes)?;
    let Some(text) = file.texts.get(CARD) else {
        return Ok(None);
    };
    let card: ModelCard = serde_json::from_str(text)
        .map_err(|error| refused_with(name, format!("its card cannot be read: {error}")))?;
    if card.format != ModelCard::FORMAT {
        let (is, known) = (card.format, ModelCard::FORMAT);
        let why = format!("its card has layout {is}, and this version of destello reads {known}");
        return Err(refused_with(name, why));
    }
    Ok(Some(card))
}

/// A model out of the bytes of its file.
///
/// # Errors
/// Where it has no card, or cannot be computed.
pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<ForeignModel, LearnError> {
    let refused = |why| refused_with(name, why);
    let file = open(name, bytes)?;
    let card = card_of(name, bytes)?.ok_or_else(|| refused(without_recipe(name)))?;
    let ModelInput::Foreign(plan) = card.input.clone() else {
        return Err(refused("its card is not one of an imported network".into()));
    };
    check::model(card, plan, &file, bytes).map_err(refused)
}

/// What to do about an ONNX file without a card.
pub fn without_recipe(name: &str) -> String {
    format!(
        "it is an ONNX file without a recipe: `destello models inspect {name}` proposes one; put it beside the file \
         as a .toml of the same name, or import it by `destello models import {name} --input recipe.toml --out \
         name.{ENDING}`"
    )
}
