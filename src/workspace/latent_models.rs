//! Latent models by name or file: those that come with the program, and the user's own.

use std::{borrow::Cow, path::Path};

use super::models::{self, bytes_among, write_with_card};
use crate::{
    domain::ModelCard,
    learn::{
        Compute,
        known_answer::{CheckedLatent, check_latent},
        latent::{LatentModel, file},
        model_file,
    },
};

/// The latent models that come with the program: name and file.
const SHIPPED: [(&str, &[u8]); 1] = [(
    DEFAULT,
    include_bytes!("../../assets/models/vade.safetensors"),
)];

/// The latent model that is taken unless the user chooses another.
pub const DEFAULT: &str = "vade";

/// The names of the latent models that come with the program.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

pub fn shipped() -> Vec<ModelCard> {
    let cards = SHIPPED
        .iter()
        .map(|(name, bytes)| model_file::card_of(name, bytes));
    cards.filter_map(Result::ok).collect()
}

/// The card of a latent model that comes with the program.
pub fn card(name: &str) -> Option<ModelCard> {
    shipped().into_iter().find(|card| card.name == name)
}

/// The card of the latent model of that name, of a version of a project, or in that file; none where it
/// is a model of another kind, or none at all.
pub fn card_of(name: &str) -> Option<ModelCard> {
    let bytes = bytes_among(name, &SHIPPED).ok()?;
    let card = model_file::card_of(name, &bytes).ok()?;
    file::is_latent(&card).then_some(card)
}

/// The latent model of that name, or in that file, on a device that was found to compute it rightly.
///
/// # Errors
/// Where there is none, or the file is no latent model.
pub fn find(name: &str, compute: &Compute) -> anyhow::Result<CheckedLatent> {
    // One of the others is refused by what it is, not as unknown.
    from_bytes(name, &bytes_of(name)?, compute)
}

/// The same out of the bytes of its file; `name` stands for the file in messages.
pub(crate) fn from_bytes(
    name: &str,
    bytes: &[u8],
    compute: &Compute,
) -> anyhow::Result<CheckedLatent> {
    Ok(check_latent(file::from_bytes(name, bytes, compute)?)?)
}

/// The file of a model of any kind, by its name.
pub(crate) fn bytes_of(name: &str) -> anyhow::Result<Cow<'static, [u8]>> {
    if SHIPPED.iter().any(|(known, _)| *known == name) {
        bytes_among(name, &SHIPPED)
    } else {
        models::bytes_of(name)
    }
}

/// Writes a model, and its card beside it as JSON.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_model(model: &LatentModel, path: &Path) -> anyhow::Result<()> {
    write_with_card(path, &file::to_bytes(model)?, model.card())
}
