//! Models by name or file: those that come with the program, and the user's own.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::clock::today;
use crate::{
    domain::ModelCard,
    io::whole_file::write_whole,
    learn::{
        Architecture, Compute, LearnError, Model, braai_import,
        known_answer::{self, Checked},
        model_file,
    },
};

/// The models that come with the program: name and file.
const SHIPPED: [(&str, &[u8]); 3] = [
    (
        "compact",
        include_bytes!("../../assets/models/compact.safetensors"),
    ),
    ("cap", include_bytes!("../../assets/models/cap.safetensors")),
    (
        SEQUENCES,
        include_bytes!("../../assets/models/recurrent.safetensors"),
    ),
];

/// The model that candidates are scored with unless the user chooses another.
pub const DEFAULT: &str = "compact";

/// The model that tells the classes of image sequences unless the user chooses another.
pub const SEQUENCES: &str = "recurrent";

/// Where models that are trained in the window lie unless a file is named; none where there is no
/// home folder.
pub fn usual_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "destello")?;
    Some(folders.data_dir().join("models"))
}

/// The names of the models that come with the program.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The cards of the models that come with the program.
pub fn shipped() -> Vec<ModelCard> {
    let cards = SHIPPED
        .iter()
        .map(|(name, bytes)| model_file::card_of(name, bytes));
    cards.filter_map(Result::ok).collect()
}

/// The model of that name, or in that file, on a device that was found to compute it rightly.
///
/// # Errors
/// Where there is none, or the file is no model.
pub fn find(name: &str, compute: &Compute) -> Result<Checked, LearnError> {
    let shipped = SHIPPED.iter().find(|(known, _)| *known == name);
    let model = match shipped {
        Some((name, bytes)) => model_file::from_bytes(name, bytes, compute)?,
        None if Path::new(name).exists() => model_file::read(Path::new(name), compute)?,
        None => return Err(unknown(name)),
    };
    known_answer::check(model)
}

/// The card of the model of that name, or in that file.
///
/// # Errors
/// Where there is none, or the file is no model.
pub fn card(name: &str) -> Result<ModelCard, LearnError> {
    let shipped = SHIPPED.iter().find(|(known, _)| *known == name);
    match shipped {
        Some((name, bytes)) => model_file::card_of(name, bytes),
        None if Path::new(name).exists() => {
            let unreadable = |error: std::io::Error| refused(name, error.to_string());
            let bytes = fs::read(name).map_err(unreadable)?;
            model_file::card_of(name, &bytes)
        }
        None => Err(unknown(name)),
    }
}

/// Brings weights that somebody else published into a model file, with its card beside it.
///
/// # Errors
/// Where the network's weights are not known in any other form, the file holds others, or nothing
/// can be written.
pub fn import(file: &Path, network: &str, out: &Path, command: &str) -> anyhow::Result<Model> {
    let architecture = Architecture::from_name(network)?;
    anyhow::ensure!(
        architecture == Architecture::Braai,
        "weights of {network} are trained with `destello train`; only those of braai can be imported"
    );
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    let name = file.file_name().map(OsStr::to_string_lossy);
    let name = name.unwrap_or_else(|| file.to_string_lossy());
    let mut model = braai_import::import(&name, &bytes, &Compute::cpu())?;
    let training = &mut model.card_mut().training;
    command.clone_into(&mut training.command);
    training.date = today();
    write_model(&model, out)?;
    Ok(model)
}

/// Writes a model, and its card beside it as JSON.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_model(model: &Model, path: &Path) -> anyhow::Result<()> {
    let refused = |path: &Path| format!("{}: cannot be written", path.display());
    write_whole(path, &model_file::to_bytes(model)?).with_context(|| refused(path))?;
    let card = path.with_extension("json");
    let mut text = serde_json::to_string_pretty(model.card())?;
    text.push('\n');
    write_whole(&card, text.as_bytes()).with_context(|| refused(&card))
}

fn unknown(name: &str) -> LearnError {
    let known = SHIPPED.map(|(name, _)| name).join(", ");
    let why = "there is no such file, and no such model comes with destello; there are";
    refused(name, format!("{why} {known}"))
}

fn refused(file: &str, why: String) -> LearnError {
    LearnError::File {
        file: file.into(),
        why,
    }
}
