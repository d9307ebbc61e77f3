//! What one feature asks of another: carried out by the window after each update, in order.

use std::path::PathBuf;

use super::pick::PickFor;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Leave the present set and open another.
    Open {
        /// Files, folders, archives.
        paths: Vec<PathBuf>,
        /// Where labels go.
        project: Option<PathBuf>,
    },
    /// Leave the present set: every label is on disk, or given up.
    Depart(Leave),
    /// Have the person choose files or a folder.
    Pick(PickFor),
    /// These were chosen.
    Picked(PickFor, Vec<PathBuf>),
    /// Take up this session (JSON), which the project kept.
    Restore(String),
    /// Join these tables (JSON) again, which the project kept.
    JoinAgain(String),
    /// Have every model that is shown and has not scored the set score it.
    Score,
    /// Candidates have come in or have other epochs: what is known of those as they were goes, and they are scored.
    ScoreGrown {
        /// Whether candidates that were there have other epochs.
        is_renumbered: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Out of the program.
    Quit,
    /// To the start page.
    Close,
    /// To another set.
    Open {
        /// Files, folders, archives.
        paths: Vec<PathBuf>,
        /// Where labels go.
        project: Option<PathBuf>,
    },
}
