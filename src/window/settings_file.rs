//! The settings of this user as a TOML file in the configuration folder.

use std::path::PathBuf;

use crate::workspace::settings::SETTINGS;
use crate::{
    domain::Problem,
    io::vocabulary_file,
    language::{self, Language},
    workspace::{settings::Settings, shared::Shared},
};

/// Where the settings lie; none where there is no home folder.
pub fn path() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "destello")?;
    Some(folders.config_dir().join("settings.toml"))
}

/// The settings; the defaults where there are none yet, or where the file cannot be read:
/// then the reason comes with them and the file is kept under another name.
pub fn load() -> (Settings, Option<Problem>) {
    let Some(path) = path() else {
        return (Settings::default(), None);
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return (Settings::default(), None);
        }
        Err(error) => return (Settings::default(), Some(fault(&path, &error.to_string()))),
    };
    match toml::from_str(&text) {
        Ok(settings) => (settings, None),
        Err(error) => {
            // Kept beside, for the next change of a setting writes a new file.
            let kept = path.with_extension("toml.bad");
            let aside = match std::fs::rename(&path, &kept) {
                Ok(()) => format!("; the file is kept as {}", kept.display()),
                Err(_) => String::new(),
            };
            let why = format!("{}{aside}", error.message());
            (Settings::default(), Some(fault(&path, &why)))
        }
    }
}

/// Writes the settings beside and renames.
///
/// # Errors
/// Where the folder or file cannot be written.
pub fn save(settings: &Settings) -> anyhow::Result<()> {
    let Some(path) = path() else {
        anyhow::bail!("there is no home folder for settings")
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("toml.partial");
    std::fs::write(&beside, toml::to_string_pretty(settings)?)?;
    std::fs::rename(&beside, &path)?;
    Ok(())
}

/// Texts of the window are in that language from now on.
pub fn choose_language(choice: Language) {
    let system = sys_locale::get_locale().unwrap_or_default();
    language::choose(choice, &system);
}

/// Adds the user's own vocabularies; a file that cannot be used becomes a problem.
pub fn add_vocabularies(shared: &mut Shared) {
    for file in shared.settings.vocabulary_files.clone() {
        match vocabulary_file::read(&file) {
            Ok(vocabulary) => shared.vocabularies.push(vocabulary),
            Err(error) => {
                shared.problems.push(fault(&file, &error.to_string()));
            }
        }
    }
}

fn fault(path: &std::path::Path, why: &str) -> Problem {
    Problem::new(path.display().to_string(), SETTINGS, why)
}
