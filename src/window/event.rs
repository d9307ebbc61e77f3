//! News from workers: plain types that the application's state understands.

use std::path::PathBuf;

use crate::{
    domain::{LabelEvent, Problem, StepIds},
    features::open::index::Batch,
    tasks::progress::Progress,
    workspace::{decode_pool::Outcome, journal_writer::JournalNews},
};

/// A kind of long work; at most one of each kind runs at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobId {
    /// Indexing what was opened.
    Index,
    /// Writing labels.
    Export,
    /// Reading labels.
    Import,
    /// Simulating a sky.
    Simulate,
    /// Scoring the opened set.
    Score,
    /// Training a network.
    Train,
    /// Teaching a model the labels of the opened set.
    FineTune,
    /// Measuring what each label brings.
    LearningCurve,
    /// Putting the opened set into a latent space.
    Embed,
    /// Teaching a latent model the opened set.
    Adapt,
    /// Laying a latent space on a plane.
    Map,
}

impl JobId {
    /// True for work that stops where it is. The rest is short, and a file that is written
    /// beside and renamed comes whole or not at all.
    pub const fn can_be_stopped(self) -> bool {
        matches!(
            self,
            Self::Index
                | Self::Simulate
                | Self::Score
                | Self::Train
                | Self::FineTune
                | Self::LearningCurve
                | Self::Embed
                | Self::Adapt
                | Self::Map
        )
    }

    /// The work in a word, for the progress bar.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Index => "indexing",
            Self::Export => "exporting",
            Self::Import => "importing",
            Self::Simulate => "simulating",
            Self::Score => "scoring",
            Self::Train => "training",
            Self::FineTune => "fine-tuning",
            Self::LearningCurve => "learning curve",
            Self::Embed => "embedding",
            Self::Adapt => "teaching",
            Self::Map => "mapping",
        }
    }
}

/// News.
#[derive(Debug)]
pub enum JobEvent {
    /// The project is open: its labels so far and its session.
    ProjectOpened {
        /// Number of the opening.
        generation: u64,
        /// The file.
        path: PathBuf,
        /// The whole journal.
        events: Vec<LabelEvent>,
        /// Step numbers for this window.
        steps: StepIds,
        /// The session as JSON.
        session: Option<String>,
        /// The paths that are being opened (the project's own where none were given).
        paths: Vec<PathBuf>,
    },
    /// The project cannot be used.
    ProjectRefused {
        /// Number of the opening.
        generation: u64,
        /// Why, naming the file.
        why: String,
    },
    /// Indexing found something.
    Found {
        /// Number of the opening.
        generation: u64,
        /// What.
        batch: Batch,
    },
    /// Indexing is at its end.
    IndexDone {
        /// Number of the opening.
        generation: u64,
        /// True where the user stopped it.
        is_cancelled: bool,
        /// Paths that are not there.
        missing: Vec<PathBuf>,
    },
    /// Stamps were decoded, or could not be.
    Decoded(Vec<Outcome>),
    /// From the journal's thread of one opening.
    Journal {
        /// Number of the opening.
        generation: u64,
        /// What it says.
        news: JournalNews,
    },
    /// A part of the program broke off: a sentence.
    Broke(String),
    /// Faults found by a job other than indexing.
    Problems(Vec<Problem>),
    /// Progress of a job.
    Progress {
        /// Which.
        job: JobId,
        /// How far.
        progress: Progress,
    },
}
