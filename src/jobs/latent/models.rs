//! Latent models by name or file: those that come with the program, and the user's own.

use std::path::Path;

use anyhow::Context;

use crate::{
    domain::ModelCard,
    io::whole_file::write_whole,
    learn::{
        Compute, LearnError,
        known_answer::{CheckedLatent, check_latent},
        latent::{LatentModel, file},
        model_file,
    },
};

/// The latent models that come with the program: name and file.
const SHIPPED: [(&str, &[u8]); 1] = [(
    DEFAULT,
    include_bytes!("../../../assets/models/vade.safetensors"),
)];

/// The latent model that is taken unless the user chooses another.
pub const DEFAULT: &str = "vade";

/// The names of the latent models that come with the program.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// Their cards.
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

/// The latent model of that name, or in that file, on a device that was found to compute it rightly.
///
/// # Errors
/// Where there is none, or the file is no latent model.
pub fn find(name: &str, compute: &Compute) -> Result<CheckedLatent, LearnError> {
    let shipped = SHIPPED.iter().find(|(known, _)| *known == name);
    let model = match shipped {
        Some((name, bytes)) => file::from_bytes(name, bytes, compute)?,
        None if Path::new(name).exists() => file::read(Path::new(name), compute)?,
        None => return Err(unknown(name)),
    };
    check_latent(model)
}

fn unknown(name: &str) -> LearnError {
    let known = SHIPPED.map(|(name, _)| name).join(", ");
    LearnError::File {
        file: name.into(),
        why: format!(
            "there is no such file, and no such latent model comes with destello; there are {known}"
        ),
    }
}

/// Writes a model, and its card beside it as JSON.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_model(model: &LatentModel, path: &Path) -> anyhow::Result<()> {
    let refused = |path: &Path| format!("{}: cannot be written", path.display());
    write_whole(path, &file::to_bytes(model)?).with_context(|| refused(path))?;
    let card = path.with_extension("json");
    let mut text = serde_json::to_string_pretty(model.card())?;
    text.push('\n');
    write_whole(&card, text.as_bytes()).with_context(|| refused(&card))?;
    Ok(())
}
