//! Settings of this user, kept beside no project: theme, name, memory, keys.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{keys::KeyMap, links::Link, saved_path, saved_view::SavedView};
use crate::{language::Language, workspace::pick::PickFor};

/// How problems with the user's own settings and vocabularies are marked.
pub const SETTINGS: &str = "settings";

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Dark panels: the default, for eyes adapted to the night.
    #[default]
    Dark,
    /// Light panels.
    Light,
}

/// Room between and within what can be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Density {
    #[default]
    Normal,
    /// More on the screen.
    Dense,
}

/// How the window looks, stamps aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appearance {
    pub theme: Theme,
    pub density: Density,
    /// Text and buttons, percent of their usual size.
    pub size_percent: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileDialogs {
    /// That of the system; ours where it has none.
    #[default]
    Automatic,
    /// Ours.
    Own,
}

/// Settings of this user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a checkbox of its own"
)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    pub density: Density,
    /// Text and buttons, percent of their usual size.
    pub size_percent: u32,
    /// Of the texts of the window.
    pub language: Language,
    /// Name written with each label; empty takes the login name.
    pub annotator: String,
    /// Memory for decoded stamps, MiB.
    pub memory_mib: usize,
    /// Epochs a second while playing.
    pub play_per_second: f32,
    /// Go to the next candidate after a label.
    pub advances_after_label: bool,
    pub file_dialogs: FileDialogs,
    /// Vocabulary files of this user (TOML).
    #[serde(with = "saved_path::list")]
    pub vocabulary_files: Vec<PathBuf>,
    /// Model files of this user.
    #[serde(with = "saved_path::list")]
    pub model_files: Vec<PathBuf>,
    /// A fine-tuned version that loses more of its mean recall on the source domain is not made active,
    /// percent.
    pub most_forgotten_percent: f32,
    /// The share of objects of each class whose set of classes is to hold it, percent.
    pub class_set_percent: f32,
    /// Inspect shows the labelled candidates that the one on the screen is like.
    pub shows_looks_like: bool,
    /// Sets of many candidates are scored from one orientation first.
    pub scores_one_orientation_first: bool,
    /// Files that come into an opened folder join the set.
    pub follows_folders: bool,
    /// Projects opened last, newest first.
    #[serde(with = "saved_path::list")]
    pub recent_projects: Vec<PathBuf>,
    /// Inner size of the window, points.
    pub window_size: Option<[f32; 2]>,
    /// The folder that was used last for each purpose.
    #[serde(with = "saved_path::map")]
    pub last_folders: BTreeMap<PickFor, PathBuf>,
    /// Fields shown beside the stamps, in this order; empty for the survey's usual ones.
    pub facts: Vec<String>,
    /// Pages about an object.
    pub links: Vec<Link>,
    /// Tables are joined by position within so many arcseconds; none: by identifier, where the table has one.
    pub join_radius_arcsec: Option<f64>,
    /// Filters and orders with a name and a key.
    pub views: Vec<SavedView>,
    /// Keys that were changed.
    pub keys: KeyMap,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::Dark,
            density: Density::Normal,
            size_percent: 100,
            language: Language::System,
            annotator: String::new(),
            memory_mib: 1024,
            play_per_second: 4.0,
            advances_after_label: true,
            file_dialogs: FileDialogs::Automatic,
            last_folders: BTreeMap::new(),
            vocabulary_files: Vec::new(),
            model_files: Vec::new(),
            most_forgotten_percent: 0.5,
            class_set_percent: 90.0,
            shows_looks_like: true,
            scores_one_orientation_first: false,
            follows_folders: true,
            recent_projects: Vec::new(),
            window_size: None,
            facts: Vec::new(),
            links: Link::usual(),
            join_radius_arcsec: None,
            views: Vec::new(),
            keys: KeyMap::default(),
        }
    }
}

impl Settings {
    /// Most projects remembered.
    const MOST_RECENT: usize = 8;

    /// Puts a project at the head of the recent ones.
    pub fn remember_project(&mut self, project: &std::path::Path) {
        self.recent_projects.retain(|known| known != project);
        self.recent_projects.insert(0, project.to_owned());
        self.recent_projects.truncate(Self::MOST_RECENT);
    }

    /// Keeps a view; one of the same name gives way, and leaves its place and key.
    pub fn save_view(&mut self, view: SavedView) {
        match self.views.iter_mut().find(|known| known.name == view.name) {
            Some(known) => *known = view,
            None => self.views.push(view),
        }
    }

    /// How the window looks; sizes too small to read or too large for the screen are brought into range.
    pub fn appearance(&self) -> Appearance {
        Appearance {
            theme: self.theme,
            density: self.density,
            size_percent: self.size_percent.clamp(50, 300),
        }
    }

    /// Bytes for decoded stamps.
    pub const fn memory_bytes(&self) -> usize {
        self.memory_mib.saturating_mul(1024 * 1024)
    }
}
