//! Effects: what has to happen outside, decided by `apply` and started by the roof.

use std::{path::PathBuf, sync::Arc};

use super::{event::JobId, settings::Settings};
use crate::{
    domain::{Candidate, CandidateIx, Catalogue, LabelBook, LabelEvent, StampId, StampRef},
    features::{
        evaluation::{Report, evaluator::EvaluationOrder},
        file_dialog::{disk::PathOrder, pick::PickFor},
        labelling::transfer::ImportOrder,
        light_curve::{period_search::PeriodRequest, photometry::PhotometryOrder},
    },
    workspace::decode_pool::Decoded,
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
    /// Read header or packet fields.
    ReadHeader(StampRef),
    /// Measure a light curve; a request before this one that is not begun is dropped.
    Measure {
        /// Number of the opening.
        generation: u64,
        /// The candidate as it is known now.
        candidate: Box<Candidate>,
        /// Its place in the catalogue.
        ix: CandidateIx,
        /// How many stamps it has.
        stamps: usize,
        /// How it is measured.
        order: PhotometryOrder,
    },
    /// Search the period of a light curve; only the newest counts.
    FindPeriod(PeriodRequest),
    /// Read a vocabulary: a file, or the name of a built-in one.
    ReadVocabulary(PathBuf),
    /// Ask the user for a file or folder, by the dialog of the system.
    Pick(PickFor),
    /// Ask the disk about a path that is being typed.
    AskDisk(PathOrder),
    /// Write labels to a file.
    Export {
        /// Where; the extension chooses the format.
        path: PathBuf,
        /// The labels at this moment.
        book: Arc<LabelBook>,
        /// The candidates at this moment.
        catalogue: Arc<Catalogue>,
    },
    /// Read labels from a table.
    Import(Box<ImportOrder>),
    /// Judge models. Orders before this one that are not begun are dropped.
    Evaluate(Box<EvaluationOrder>),
    /// Write all figures of an evaluation into a folder.
    WriteEvaluation {
        /// Where.
        folder: PathBuf,
        /// What was found.
        report: Arc<Report>,
        /// The candidates at this moment.
        catalogue: Arc<Catalogue>,
    },
    /// Stop a job.
    Cancel(JobId),
    /// Put a text into the clipboard.
    Copy(String),
    /// Close the window.
    Quit,
}
