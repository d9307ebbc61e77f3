//! Models by name or file: those that come with the program, and the user's own.

use std::{
    borrow::Cow,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail, ensure};

use super::{
    any_model::{AnyModel, FoundModel},
    clock::today,
    versions,
};
use crate::{
    domain::{ModelCard, TrainingRecord},
    io::whole_file::write_whole,
    learn::{
        Architecture, Compute, Model, braai_import,
        foreign::{self, ForeignModel, Recipe, file as foreign_file},
        known_answer,
        latent::file::is_latent,
        model_file,
    },
    lightcurve::{
        Forest,
        forest_file::{self, is_forest},
    },
};

/// The models that come with the program: name and file.
const SHIPPED: [(&str, &[u8]); 5] = [
    (
        DEFAULT,
        include_bytes!("../../assets/models/context.safetensors"),
    ),
    (
        FEATURES,
        include_bytes!("../../assets/models/compact.safetensors"),
    ),
    ("cap", include_bytes!("../../assets/models/cap.safetensors")),
    (
        SEQUENCES,
        include_bytes!("../../assets/models/recurrent.safetensors"),
    ),
    (
        "forest",
        include_bytes!("../../assets/models/forest.forest"),
    ),
];

/// The model that candidates are scored with unless the user chooses another.
pub const DEFAULT: &str = "context";

/// The network by whose features stamps are compared.
pub const FEATURES: &str = "compact";

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
    let cards = SHIPPED.iter().map(|(name, bytes)| card_in(name, bytes));
    cards.filter_map(Result::ok).collect()
}

/// The model of that name, or in that file, on a device that was found to compute it rightly.
///
/// # Errors
/// Where there is none, or the file is no model.
pub fn find(name: &str, compute: &Compute) -> anyhow::Result<FoundModel> {
    from_bytes(name, &bytes_of(name)?, compute)
}

/// A model out of the bytes of its file; `name` stands for the file in messages.
pub(crate) fn from_bytes(
    name: &str,
    bytes: &[u8],
    compute: &Compute,
) -> anyhow::Result<FoundModel> {
    ModelFile::of(name, Cow::Borrowed(bytes))?.model(name, compute)
}

/// A model file, before its network is put together on a device.
pub(crate) enum ModelFile<'a> {
    /// The bytes of a network that tells classes.
    Network(Cow<'a, [u8]>),
    Forest(Arc<Forest>),
    /// So is a network of others, which is computed on the CPU.
    Foreign(Arc<ForeignModel>),
}

impl<'a> ModelFile<'a> {
    /// Of bytes; `name` stands for the file in messages.
    pub fn of(name: &str, bytes: Cow<'a, [u8]>) -> anyhow::Result<Self> {
        if is_forest(&bytes) {
            let forest = forest_file::from_bytes(name, &bytes)?;
            return Ok(Self::Forest(Arc::new(forest)));
        }
        if foreign_file::is_onnx(&bytes) {
            let model = foreign_file::from_bytes(name, &bytes)?;
            return Ok(Self::Foreign(Arc::new(model)));
        }
        ensure!(
            !is_latent(&model_file::card_of(name, &bytes)?),
            "{name} is a latent model: it places stamps in a latent space (`destello latent`, F4) and has no classes"
        );
        Ok(Self::Network(bytes))
    }

    /// The model, on a device that was found to compute it rightly.
    pub fn model(self, name: &str, compute: &Compute) -> anyhow::Result<FoundModel> {
        let whole = |model| FoundModel {
            model,
            warning: None,
        };
        let bytes = match self {
            Self::Network(bytes) => bytes,
            Self::Forest(forest) => return Ok(whole(AnyModel::Forest(forest))),
            Self::Foreign(model) => return Ok(whole(AnyModel::Foreign(model))),
        };
        let checked = known_answer::check(model_file::from_bytes(name, &bytes, compute)?)?;
        Ok(FoundModel {
            model: AnyModel::Network(Box::new(checked.model)),
            warning: checked.warning,
        })
    }
}

/// The card of the model of that name, or in that file.
///
/// # Errors
/// Where there is none, or the file is no model.
pub fn card(name: &str) -> anyhow::Result<ModelCard> {
    card_in(name, &bytes_of(name)?)
}

pub(crate) fn card_in(name: &str, bytes: &[u8]) -> anyhow::Result<ModelCard> {
    Ok(if is_forest(bytes) {
        forest_file::card_of(name, bytes)?
    } else if foreign_file::is_onnx(bytes) {
        let card = foreign_file::card_of(name, bytes)?;
        card.with_context(|| format!("{name}: {}", foreign_file::without_recipe(name)))?
    } else {
        model_file::card_of(name, bytes)?
    })
}

/// Names and files.
pub(crate) type ShippedModels = [(&'static str, &'static [u8])];

/// The file of a model that scores, by its name.
pub(crate) fn bytes_of(name: &str) -> anyhow::Result<Cow<'static, [u8]>> {
    bytes_among(name, &SHIPPED)
}

/// The file of a model, by the name of a shipped one, of a version of a project, or by its path.
///
/// # Errors
/// Where there is none.
pub(crate) fn bytes_among(
    name: &str,
    shipped: &ShippedModels,
) -> anyhow::Result<Cow<'static, [u8]>> {
    if let Some((_, bytes)) = shipped.iter().find(|(known, _)| *known == name) {
        return Ok(Cow::Borrowed(bytes));
    }
    if let Some((project, id)) = versions::parse(name) {
        return Ok(Cow::Owned(versions::file(&project, &id)?));
    }
    if !Path::new(name).exists() {
        let known: Vec<&str> = shipped.iter().map(|(name, _)| *name).collect();
        bail!(
            "{name} is no model that can be used: there is no such file, and no such model comes \
             with destello; there are {}",
            known.join(", ")
        );
    }
    let bytes = fs::read(name).with_context(|| format!("{name} is no model that can be used"))?;
    Ok(Cow::Owned(with_recipe_beside(Path::new(name), bytes)?))
}

/// An ONNX file without a card gets that of the recipe beside it: `theirs.toml` of `theirs.onnx`.
fn with_recipe_beside(path: &Path, bytes: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let beside = path.with_extension("toml");
    let name = path.display().to_string();
    if !beside.is_file() || !foreign_file::is_onnx(&bytes) {
        return Ok(bytes);
    }
    if foreign_file::card_of(&name, &bytes)?.is_some() {
        return Ok(bytes);
    }
    let recipe = recipe(&beside.display().to_string())?;
    let record = TrainingRecord {
        data: format!("imported from {name}"),
        ..TrainingRecord::default()
    };
    Ok(foreign_file::import(&name, &bytes, &recipe, record)?.1)
}

/// The recipe of that name that comes with the program, or in that file.
///
/// # Errors
/// Where there is none, or it cannot be followed.
pub fn recipe(name: &str) -> anyhow::Result<Recipe> {
    let text = match Recipe::shipped(name) {
        Some(text) => text.to_owned(),
        None => fs::read_to_string(name).with_context(|| {
            let known: Vec<&str> = Recipe::names().collect();
            format!(
                "{name} is no recipe that can be used; with destello come {}",
                known.join(", ")
            )
        })?,
    };
    Recipe::parse(&text)
        .map_err(|why| anyhow::anyhow!("{name} is no recipe that can be used: {why}"))
}

/// Brings an ONNX network of others into a model file, with its card beside it.
///
/// # Errors
/// Where file and recipe do not belong together, the network cannot be computed, or nothing can be written.
pub fn import_foreign(
    file: &Path,
    recipe_name: &str,
    out: &Path,
    command: &str,
) -> anyhow::Result<ForeignModel> {
    check_place(out, foreign_file::ENDING)?;
    let recipe = recipe(recipe_name)?;
    let name = file.display().to_string();
    let bytes = fs::read(file).with_context(|| name.clone())?;
    let record = TrainingRecord {
        data: format!("imported from {name}"),
        recipe: format!("recipe {recipe_name}"),
        command: command.into(),
        date: today(),
        ..TrainingRecord::default()
    };
    let (model, bytes) = foreign_file::import(&name, &bytes, &recipe, record)?;
    write_with_card(out, &bytes, model.card())?;
    Ok(model)
}

/// What an ONNX file holds, and a recipe for it.
///
/// # Errors
/// Where it cannot be read, or is none.
pub fn inspect(file: &Path) -> anyhow::Result<String> {
    let name = file.display().to_string();
    let bytes = fs::read(file).with_context(|| name.clone())?;
    let stem = file.file_stem().map(OsStr::to_string_lossy);
    let found = foreign_file::open(&name, &bytes)?;
    Ok(foreign::proposal(&stem.unwrap_or_default(), &found))
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

/// That a model file of that ending can be written there.
///
/// # Errors
/// Where the ending is another, or there is no such folder.
pub fn check_place(out: &Path, ending: &str) -> anyhow::Result<()> {
    ensure!(
        out.extension().is_some_and(|found| found == ending),
        "{}: a model file ends in .{ending}",
        out.display()
    );
    if let Some(folder) = out.parent() {
        let is_there = folder.as_os_str().is_empty() || folder.is_dir();
        ensure!(is_there, "{}: there is no such folder", folder.display());
    }
    Ok(())
}

/// Writes a network, and its card beside it as JSON.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_model(model: &Model, path: &Path) -> anyhow::Result<()> {
    write_with_card(path, &model_file::to_bytes(model)?, model.card())
}

/// Writes a forest, and its card beside it as JSON.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_forest(forest: &Forest, path: &Path) -> anyhow::Result<()> {
    write_with_card(path, &forest_file::to_bytes(forest)?, forest.card())
}

/// Writes a model file, and its card beside it as JSON.
pub(crate) fn write_with_card(path: &Path, bytes: &[u8], card: &ModelCard) -> anyhow::Result<()> {
    let refused = |path: &Path| format!("{}: cannot be written", path.display());
    write_whole(path, bytes).with_context(|| refused(path))?;
    let beside = path.with_extension("json");
    let mut text = serde_json::to_string_pretty(card)?;
    text.push('\n');
    write_whole(&beside, text.as_bytes()).with_context(|| refused(&beside))
}
