//! The project that scoring takes scores from and keeps new ones in, on a connection of its own.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    domain::{KeptScores, ModelId, NewScores},
    store::Project,
};

/// Time between two transactions: each waits for the disk.
const WRITE_EVERY: Duration = Duration::from_millis(500);

/// What cannot be done with a project, with the error that names it. Scoring goes on without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// Its scores cannot be read: they are computed anew.
    Unread(String),
    /// No more scores are kept in it.
    Unwritten(String),
}

impl StoreFault {
    /// What follows from it, and the error. `kept` is what the project is to keep: "scores".
    pub fn parts(&self, kept: &str) -> (String, &str) {
        match self {
            Self::Unread(error) => (format!("kept {kept} are computed anew"), error.as_str()),
            Self::Unwritten(error) => (format!("no more {kept} are kept"), error.as_str()),
        }
    }

    /// The same as a sentence: "/data/night.destello: disk full; no more scores are kept".
    pub fn in_words(&self, kept: &str) -> String {
        let (what, error) = self.parts(kept);
        format!("{error}; {what}")
    }
}

/// The project, as long as it takes scores.
pub(crate) struct ScoreStore {
    project: Option<Project>,
    pending: BTreeMap<ModelId, NewScores>,
    written: Instant,
    fault: Option<StoreFault>,
}

impl ScoreStore {
    /// A project that must be there: one that was removed belongs to whoever holds its labels.
    pub fn open(path: Option<&Path>) -> Self {
        let mut store = Self {
            project: None,
            pending: BTreeMap::new(),
            written: Instant::now(),
            fault: None,
        };
        match path.map(Project::open_existing).transpose() {
            Ok(project) => store.project = project,
            Err(error) => store.note(StoreFault::Unwritten(error.to_string())),
        }
        store
    }

    /// True where there is a project that takes scores.
    pub const fn is_open(&self) -> bool {
        self.project.is_some()
    }

    /// What it holds of a model; nothing where that cannot be read.
    pub fn kept(&mut self, model: &ModelId) -> KeptScores {
        let Some(project) = &self.project else {
            return KeptScores::default();
        };
        match project.scores_of(model) {
            Ok(rows) => KeptScores::of(&rows),
            Err(error) => {
                self.note(StoreFault::Unread(error.to_string()));
                KeptScores::default()
            }
        }
    }

    /// Keeps what is new, together with what comes soon after it.
    pub fn keep(&mut self, model: &ModelId, new: NewScores) {
        if self.project.is_none() || new.is_empty() {
            return;
        }
        let pending = self.pending.entry(model.clone()).or_default();
        pending.rows.extend(new.rows);
        pending.memories.extend(new.memories);
        if self.written.elapsed() > WRITE_EVERY {
            self.write();
        }
    }

    /// Writes what is not written yet. A project that refuses is done without from then on.
    pub fn write(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        if let Some(project) = &mut self.project {
            let mut all = pending.iter();
            let written = all.try_for_each(|(model, new)| project.put_scores(model, new));
            if let Err(error) = written {
                self.project = None;
                self.note(StoreFault::Unwritten(error.to_string()));
            }
        }
        self.written = Instant::now();
    }

    /// What the user must know, once.
    pub const fn take_fault(&mut self) -> Option<StoreFault> {
        self.fault.take()
    }

    fn note(&mut self, fault: StoreFault) {
        log::warn!("{fault:?}");
        self.fault = Some(fault);
    }
}
