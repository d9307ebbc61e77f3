//! Models by name or file: those that come with the program, and the user's own.

use std::path::Path;

use crate::{
    domain::ModelCard,
    learn::{
        Compute, LearnError,
        known_answer::{self, Checked},
        model_file,
    },
};

/// The models that come with the program: name and file.
const SHIPPED: [(&str, &[u8]); 1] = [(
    "compact",
    include_bytes!("../../assets/models/compact.safetensors"),
)];

/// The model that candidates are scored with unless the user chooses another.
pub const DEFAULT: &str = "compact";

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

fn unknown(name: &str) -> LearnError {
    let known = SHIPPED.map(|(name, _)| name).join(", ");
    LearnError::File {
        file: name.into(),
        why: format!(
            "there is no such file, and no such model comes with destello; there are {known}"
        ),
    }
}
