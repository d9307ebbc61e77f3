//! The project file of the opened set, as far as the window knows it.

use std::path::PathBuf;

use crate::{io::kept_index::Reuse, text};

/// The project file and what is not on disk yet.
#[derive(Clone, Debug, Default)]
pub struct ProjectState {
    /// The file; none before it is open.
    pub path: Option<PathBuf>,
    /// The address of the server that it is shared on, without a password.
    pub server: Option<String>,
    /// What was opened.
    pub paths: Vec<PathBuf>,
    /// Events given but not yet acknowledged by the disk.
    pub unsaved: usize,
    /// Why the project cannot be used, or why the last event could not be written.
    pub fault: Option<String>,
    /// True from the order to open until everything is indexed.
    pub is_opening: bool,
    /// True where indexing was stopped: not all that there is was found.
    pub is_partial: bool,
    /// Files that were taken from the kept index, and files that were read.
    pub reuse: Reuse,
    /// Why nothing is shown though something was opened: a sentence.
    pub nothing_found: Option<String>,
}

impl ProjectState {
    /// What was taken from the kept index, in words; none where nothing was.
    pub fn reuse_in_words(&self) -> Option<String> {
        let Reuse { kept, read } = self.reuse;
        let files = |count: usize| {
            if count == 1 {
                text!("1 file").to_owned()
            } else {
                text!("{count} files", count)
            }
        };
        (kept > 0).then(|| {
            text!(
                "{kept} as they were at the last opening, by the kept index; {read} read (File, Read all files again)",
                kept = files(kept),
                read = files(read)
            )
        })
    }

    /// What was opened, in words.
    pub fn paths_in_words(&self) -> String {
        let paths = self.paths.iter();
        let paths: Vec<_> = paths.map(|path| path.display().to_string()).collect();
        paths.join(", ")
    }
}
