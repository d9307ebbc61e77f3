//! The program log: a rotating file, its last lines in memory, and what a panic leaves behind.
//!
//! Every record is one piece of text that is appended by one write, so several processes may share
//! a file. Without a file the program runs on, and warnings go to standard error.

pub mod file;
mod lines;
mod logger;
pub mod panics;

use std::path::{Path, PathBuf};

pub use lines::{LogLine, LogLines};
pub use logger::{revision, snapshot, start};

/// Where the log of this program is written: the file named by the user, else one in the data
/// folder; none where there is no home folder.
pub fn path_of(named: Option<&Path>) -> Option<PathBuf> {
    let usual = || {
        let folders = directories::ProjectDirs::from("", "", "destello")?;
        Some(folders.data_dir().join("logs").join("destello.log"))
    };
    match named {
        Some(named) => Some(std::path::absolute(named).unwrap_or_else(|_| named.to_owned())),
        None => usual(),
    }
}
