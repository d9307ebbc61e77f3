//! Commands: everything that can happen to the state, small enums by topic.

use std::{path::PathBuf, sync::Arc};

use crate::{
    domain::{CandidateIx, JudgedAt, Role},
    features::{
        evaluation::evaluator::TruthSource,
        explanation::state::ExplainChoice,
        file_dialog::{pick::PickFor, state::PathCommand},
        latent::{pictures::LatentWalk, state::LatentChoice},
        light_curve::measured::CurveChoice,
        queue::{column::Column, order::Shortlist},
        simulation::state::SimulationForm,
        training::state::TrainingForm,
    },
    imaging::Polygon,
    workspace::{
        action::Action, display::Display, drawn::Drawn, keys::Chord, settings::Settings,
        stamp_store::Want,
    },
};

/// One thing that happens.
#[derive(Debug)]
pub enum Command {
    /// An action by key, menu or palette.
    Do(Action),
    /// Moving about.
    Go(Go),
    /// Judging.
    Label(Label),
    /// Which candidates, in which order.
    Queue(QueueCommand),
    /// The selection.
    Select(Select),
    /// How stamps are drawn: the whole of it, edited by the view.
    Display(Box<Display>),
    /// Files, settings, windows.
    Session(Session),
    /// Stamps that the view needs.
    Want(Want),
    /// What the frame before this one drew.
    Drawn(Box<Drawn>),
    /// Simulating a sky.
    Simulation(Simulation),
    /// Judging models.
    Evaluate(Evaluate),
    /// Models and what they say.
    Scoring(Scoring),
    /// Teaching a network.
    Train(Train),
    /// Teaching a model the labels of the opened set.
    FineTune(FineTune),
    /// The latent space.
    Latent(Latent),
    /// Our own file dialog.
    Path(PathCommand),
}

impl Command {
    /// True where it is about what is to be seen on the screen.
    pub fn is_decision(&self) -> bool {
        match self {
            Self::Label(Label::Class(_)) => true,
            Self::Do(action) => matches!(
                action,
                Action::Unsure
                    | Action::Skip
                    | Action::Flag
                    | Action::ClearLabel
                    | Action::SelectRestOfPage
            ),
            _ => false,
        }
    }

    /// True where it names candidates by their numbers in the opened set.
    pub const fn names_candidates(&self) -> bool {
        matches!(
            self,
            Self::Go(Go::To { .. })
                | Self::Label(Label::Note { .. })
                | Self::Select(_)
                | Self::Session(Session::Page(_))
        )
    }
}

/// Moving about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// To this candidate, and to the inspect screen where `open` is set.
    To {
        /// The candidate.
        candidate: CandidateIx,
        /// Also show it large.
        open: bool,
    },
    /// To this epoch (from 0) of the candidate on screen.
    Epoch(usize),
    /// One epoch on while playing; wraps round.
    PlayStep,
}

/// Judging.
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
        /// The column.
        column: Column,
        /// Largest first.
        is_descending: bool,
    },
    /// Filter by this line.
    Filter(String),
    /// Go to the next candidate whose identifier contains this.
    Search(String),
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
    /// Show this screen.
    Show(super::state::Screen),
    /// Write labels to this file.
    Export(PathBuf),
    /// Read labels from this table.
    Import(PathBuf),
    /// Use this vocabulary: a file, or the name of a built-in one.
    Vocabulary(PathBuf),
    /// Side of a mosaic cell, points.
    MosaicSide(f32),
    /// Show this light curve.
    LightCurve(CurveChoice),
    /// Show this over the stamps.
    Explanation(ExplainChoice),
    /// Look for candidates no more; what was found so far is open.
    StopIndexing,
    /// New settings.
    Settings(Box<Settings>),
    /// Give an action a key.
    Key {
        /// The action.
        action: Action,
        /// Its key.
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

/// Simulating a sky.
#[derive(Clone, Debug)]
pub enum Simulation {
    /// The whole order as it stands in its pane, edited by the view.
    Form(Box<SimulationForm>),
    /// Ask for a file or folder of the order.
    Pick(PickFor),
    /// Go.
    Start,
    /// Stop; what is not whole is removed.
    Stop,
}

/// Training a network.
#[derive(Clone, Debug)]
pub enum Train {
    /// The whole order as it stands on its screen, edited by the view.
    Form(Box<TrainingForm>),
    /// Ask for a file of the order.
    Pick(PickFor),
    /// Go, or go on from where the same order was stopped.
    Start,
    /// Go from the start: what an earlier training left unfinished is thrown away.
    StartAnew,
    /// Stop, and save what was learned so far.
    Stop,
}

/// Teaching a model the labels of the opened set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FineTune {
    /// Go.
    Start,
    /// True gives the model classes that labels name and it does not know.
    NewClasses(bool),
    /// Stop; all is as it was.
    Stop,
    /// Measure what each label brings.
    Curve,
    /// Measure it no more.
    StopCurve,
    /// Make this version the active model.
    Use(Arc<str>),
    /// Take the active version back: the model that it was taught from is active again.
    RollBack,
    /// Show the candidates whose decision changed.
    Changes,
}

/// The latent space.
#[derive(Clone, Debug)]
pub enum Latent {
    /// Put the set into the space of the chosen model.
    Start,
    /// Put no more of it there.
    Stop,
    /// Fine-tune the chosen model on the stamps of this set.
    Adapt,
    /// Stop that; all is as it was.
    StopAdapting,
    /// Lay the space on a plane no more.
    StopMap,
    /// Put the set into the space of this model.
    Use(Arc<str>),
    /// Ask for the file of a model.
    Pick,
    /// How it is shown: the whole of it, edited by the view.
    Choose(Box<LatentChoice>),
    /// Choose a component, from 0, or none.
    Component(Option<usize>),
    /// Where the sliders stand.
    Walk(Box<LatentWalk>),
    /// Select what a closed line on the plane holds.
    Enclose {
        /// The line.
        region: Polygon,
        /// True adds to the selection.
        adds: bool,
    },
    /// Select the members of a component.
    SelectMembers(usize),
    /// Look at random members of a component.
    Check(usize),
    /// Look at others.
    CheckOthers,
    /// Look at them no more.
    DropCheck,
    /// Give all unjudged members of the component that is looked at the class at that position of
    /// the vocabulary.
    LabelMembers(usize),
}

/// Judging models.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluate {
    /// Take truths from here.
    Truth(TruthSource),
    /// Judge at these epochs; none for what is usual for a model.
    At(Option<JudgedAt>),
    /// Show these, and nothing else, in the mosaic.
    Open(Shortlist),
}

/// Models and what they say.
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
    /// Stop scoring.
    Stop,
}
