//! Floor 2: the project file, SQLite: journal of labels, scores, session.
//!
//! One file, `*.destello`, in write-ahead mode with full synchronisation: what [`Project::append`]
//! returned is on disk. Any number of windows and processes may work on one file; their writes
//! queue, and none overwrites another's because events are only ever added.

mod event_row;
mod journal;
mod open;
mod schema;
mod scores;
mod session;
mod versions;

pub use session::About;

use std::path::{Path, PathBuf};

/// An open project file.
#[derive(Debug)]
pub struct Project {
    connection: rusqlite::Connection,
    path: PathBuf,
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
        move |source| StoreError::Sqlite {
            path,
            doing,
            source,
        }
    }
}
