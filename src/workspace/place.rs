//! Where the person is: the candidate and epoch on screen, and what moves by itself.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{CandidateIx, Timestamp};

/// What runs by itself until a key stops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// Through the epochs.
    Play {
        /// Newest first.
        is_backwards: bool,
    },
    /// Through the roles at one place.
    Blink {
        /// Difference first.
        is_backwards: bool,
    },
}

/// The candidate and epoch on screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    pub candidate: Option<CandidateIx>,
    /// The epoch, from 0.
    pub epoch: usize,
    /// Since when the candidate has been on screen.
    pub since: Option<Timestamp>,
    /// True once the person has moved: then a restored place no longer overrides it.
    pub is_chosen: bool,
}

/// The place that a project remembers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedPlace {
    /// Identifier of the candidate on screen.
    pub candidate: Arc<str>,
    /// Its epoch, from 0.
    pub epoch: usize,
    /// The survey's identifier of that epoch, which stays when others are found before it.
    pub candid: Option<Arc<str>>,
}
