//! Commands about what all features share: small enums by topic.

use std::{path::PathBuf, sync::Arc};

use super::{
    action::Action, display::Display, drawn::Drawn, keys::Chord, queue::column::Column,
    scores::shares::ChosenShares, screen::Screen, settings::Settings, stamp_store::Want,
};
use crate::domain::{CandidateIx, Role};

/// One thing that happens to what features share.
#[derive(Debug)]
pub enum Command {
    /// An action by key, menu or palette.
    Do(Action),
    Go(Go),
    Label(Label),
    Queue(QueueCommand),
    Select(Select),
    /// How stamps are drawn: the whole of it, edited by the view.
    Display(Box<Display>),
    /// Files, settings, windows.
    Session(Session),
    /// Stamps that the view needs.
    Want(Want),
    /// What the frame before this one drew.
    Drawn(Box<Drawn>),
    /// Models and what they predict.
    Scoring(Scoring),
}

/// Moving about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// To this candidate, and to the inspect screen where `open` is set.
    To {
        candidate: CandidateIx,
        /// Also show it large.
        open: bool,
    },
    /// To this epoch (from 0) of the candidate on screen.
    Epoch(usize),
    /// One epoch on while playing; wraps round.
    PlayStep,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// The class of the vocabulary, by position.
    Class(usize),
    /// A remark on one candidate.
    Note {
        /// Which: the one the text was begun for, even when another is on screen by now.
        candidate: CandidateIx,
        /// The remark; empty takes it away.
        text: Arc<str>,
    },
    /// Another vocabulary, by position.
    Vocabulary(usize),
}

/// Which candidates, in which order.
#[derive(Clone, Debug, PartialEq)]
pub enum QueueCommand {
    /// Sort by this column.
    Sort {
        column: Column,
        /// Largest first.
        is_descending: bool,
    },
    /// Filter by this line.
    Filter(String),
    /// Go to the next candidate whose identifier contains this.
    Search(String),
    /// Show the saved view at this place, from 0.
    View(usize),
}

/// The selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Select {
    /// This one alone.
    Only(CandidateIx),
    /// Add or take away this one.
    Toggle(CandidateIx),
    /// Everything in queue order from the last one chosen to this.
    Through(CandidateIx),
    /// These, in addition.
    Add(Vec<CandidateIx>),
}

/// Files, settings, windows.
#[derive(Clone, Debug)]
pub enum Session {
    /// Open these paths, with this project file or the default one.
    Open {
        /// Files, folders, archives.
        paths: Vec<PathBuf>,
        /// Where labels go.
        project: Option<PathBuf>,
    },
    Show(Screen),
    /// Write labels to this file.
    Export(PathBuf),
    /// Read labels from this table.
    Import(PathBuf),
    /// Join this table to the set.
    Join(PathBuf),
    /// Use this vocabulary: a file, or the name of a built-in one.
    Vocabulary(PathBuf),
    /// Side of a mosaic cell, points.
    MosaicSide(f32),
    /// Look for candidates no more; what was found so far is open.
    StopIndexing,
    /// New settings.
    Settings(Box<Settings>),
    /// Give an action a key.
    Key {
        action: Action,
        chord: Chord,
    },
    /// The candidates on the mosaic page, in order.
    Page(Arc<[CandidateIx]>),
    /// The role that the mosaic shows; none for the triplet.
    MosaicRole(Option<Role>),
    /// A toast was read or has been up long enough.
    DropToast,
    /// Why leaving was refused was read; stay.
    Stay,
    /// Leave though labels are lost.
    LeaveAnyway,
}

/// Models and what they predict.
#[derive(Clone, Debug, PartialEq)]
pub enum Scoring {
    /// Also show the scores of this model, a name or a file.
    Show(Arc<str>),
    /// Show them no more.
    Drop(Arc<str>),
    /// Its scores stand on the stamps.
    Activate(Arc<str>),
    /// The threshold of the active model.
    Threshold(f32),
    /// The recall that a threshold is chosen for, 0 to 1.
    WantedRecall(f32),
    /// Class shares that models of the active one's kind are corrected for.
    Shares(Box<ChosenShares>),
    Stop,
}
