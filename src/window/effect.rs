//! Effects: what has to happen outside, decided by `apply` and started by the roof.

use std::{path::PathBuf, sync::Arc};

use super::event::JobId;
use crate::{
    domain::{LabelEvent, StampId, StampRef},
    workspace::{decode_pool::Decoded, settings::Settings},
};

/// Work for the world outside.
#[derive(Debug)]
pub enum Effect {
    /// Open the project file (or the default one for these paths), then index the paths.
    Open {
        /// Number of this opening; news of earlier ones is ignored.
        generation: u64,
        /// Files, folders, archives.
        paths: Vec<PathBuf>,
        /// The project file.
        project: Option<PathBuf>,
    },
    /// Leave the opened set; its news is ignored from now on.
    CloseSet {
        /// Number of the state without a set.
        generation: u64,
    },
    /// Write what is not written, and report what could not be.
    Flush,
    /// Append to the journal in one transaction.
    Append(Vec<LabelEvent>),
    /// Keep the session (JSON) in the project.
    SaveSession(String),
    /// Keep the settings of this user.
    SaveSettings(Box<Settings>),
    /// Decode these, the first ones first; requests before this one are dropped.
    Decode {
        /// In order of need.
        wanted: Vec<StampRef>,
    },
    /// Bring decoded stamps back into the memory of the GPU.
    Reload(Vec<(StampId, Arc<Decoded>)>),
    /// Stop a job.
    Cancel(JobId),
    /// Put a text into the clipboard.
    Copy(String),
    /// Close the window.
    Quit,
}
