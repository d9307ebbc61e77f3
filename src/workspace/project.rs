//! The project file of the opened set, as far as the window knows it.

use std::path::PathBuf;

/// The project file and what is not on disk yet.
#[derive(Clone, Debug, Default)]
pub struct ProjectState {
    /// The file; none before it is open.
    pub path: Option<PathBuf>,
    /// What was opened.
    pub paths: Vec<PathBuf>,
    /// Events given but not yet acknowledged by the disk.
    pub unsaved: usize,
    /// Why the project cannot be used, or why the last event could not be written.
    pub fault: Option<String>,
    /// True from the order to open until everything is indexed.
    pub is_opening: bool,
    /// Why nothing is shown though something was opened: a sentence.
    pub nothing_found: Option<String>,
}

impl ProjectState {
    /// What was opened, in words.
    pub fn paths_in_words(&self) -> String {
        let paths = self.paths.iter();
        let paths: Vec<_> = paths.map(|path| path.display().to_string()).collect();
        paths.join(", ")
    }
}
