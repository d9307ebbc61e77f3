//! An open project file, and why one could not be opened, read or written.

use std::{
    cell::Cell,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode};

use super::open_files::{FileId, Registered};

/// An open project file.
#[derive(Debug)]
pub struct Project {
    // Dropped first: its locks go before the file counts as closed.
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) registered: Registered,
    /// Number of the last event that was read or written here.
    pub(super) last_known: Cell<i64>,
    /// How often events had come to stand before others when all were read last.
    pub(super) known_reorders: Cell<i64>,
    /// The write-ahead log of the open file; where the file is exchanged it stays behind.
    pub(super) log: Option<FileId>,
    /// The file at our path that was found to be another project, and why.
    pub(super) refused: Option<(FileId, String)>,
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
    /// A project on a server has used up its step numbers, or was copied from elsewhere.
    #[error(
        "{}: this copy of a project on a server has no step numbers of its own: open the project by its address",
        path.display()
    )]
    NoSteps {
        /// The file.
        path: PathBuf,
    },
    /// Its events contradict those of another project under the same identities.
    #[error("{}: the project cannot be merged: {why}", path.display())]
    NotMergeable {
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
    pub(super) fn failed(
        &self,
        doing: &'static str,
    ) -> impl FnOnce(rusqlite::Error) -> StoreError + use<> {
        let path = self.path.clone();
        move |source| refusal(&path, doing, source)
    }
}

/// Puts SQLite's reasons for not writing into words.
pub(super) fn refusal(path: &Path, doing: &'static str, source: rusqlite::Error) -> StoreError {
    let path: PathBuf = path.to_path_buf();
    let why = match source.sqlite_error_code() {
        Some(ErrorCode::ReadOnly) => "the file or its folder is read-only",
        Some(ErrorCode::CannotOpen) => {
            "no file can be made in its folder (is the folder read-only?)"
        }
        Some(ErrorCode::PermissionDenied) => "permission denied",
        Some(ErrorCode::DiskFull) => "the disk is full",
        Some(ErrorCode::SystemIoFailure) => "the disk or file system reports an error",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds it locked"
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            return StoreError::Damaged {
                path,
                why: source.to_string(),
            };
        }
        _ => {
            return StoreError::Sqlite {
                path,
                doing,
                source,
            };
        }
    };
    StoreError::NotWritable {
        path,
        why: format!("{why} ({source})"),
    }
}
