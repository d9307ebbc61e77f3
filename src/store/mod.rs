//! Floor 2: the project file, SQLite: journal of labels, scores, session.
//!
//! One file, `*.destello`, in write-ahead mode with full synchronisation: what [`Project::append`]
//! returned is on disk. Any number of windows and processes may work on one file; their writes
//! queue, and none overwrites another's because events are only ever added.

mod event_row;
mod journal;
mod open;
mod place;
mod schema;
mod scores;
mod session;
mod versions;

pub use place::Place;
pub use session::About;

use std::path::{Path, PathBuf};

/// An open project file.
#[derive(Debug)]
pub struct Project {
    // Dropped first: its locks go before the file counts as closed.
    connection: rusqlite::Connection,
    path: PathBuf,
    registered: place::Registered,
    /// Number of the last event that was read or written here.
    last_known: std::cell::Cell<i64>,
    /// The write-ahead log of the open file; where the file is exchanged it stays behind.
    log: Option<place::FileId>,
    /// The file at our path that was found to be another project, and why.
    refused: Option<(place::FileId, String)>,
}

/// Why a project could not be opened, read or written. Each text names the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder is not there.
    #[error("{}: there is no folder {}", path.display(), folder.display())]
    FolderMissing {
        /// The project file.
        path: PathBuf,
        /// The folder it should lie in.
        folder: PathBuf,
    },
    /// There is no such file.
    #[error("{}: there is no such project", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file was exchanged for another while it was open.
    #[error(
        "{}: the project was replaced by another file while it was open ({why}); move that file \
         away, and the labels are written again",
        path.display()
    )]
    Replaced {
        /// The file.
        path: PathBuf,
        /// What lies there now.
        why: String,
    },
    /// Something else lies there.
    #[error("{}: this is not a destello project ({why})", path.display())]
    NotAProject {
        /// The file.
        path: PathBuf,
        /// What is known of it.
        why: String,
    },
    /// The file comes from a later version of the program.
    #[error(
        "{}: this project was written by a newer destello (layout {found}; this one knows {known})",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its layout number.
        found: i64,
        /// The highest layout number that this program knows.
        known: i64,
    },
    /// Labels could not be kept there.
    #[error("{}: the project cannot be written: {why}", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// The cause.
        why: String,
    },
    /// The file was damaged from outside.
    #[error("{}: the project is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// SQLite failed while `doing`.
    #[error("{}: {doing}: {source}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
}

impl Project {
    /// The project file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives an SQLite error the file's name and what was tried.
    fn failed(&self, doing: &'static str) -> impl FnOnce(rusqlite::Error) -> StoreError + use<> {
        let path = self.path.clone();
        move |source| open::refusal(&path, doing, source)
    }
}
