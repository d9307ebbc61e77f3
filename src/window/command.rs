//! Commands: everything that can happen to the application, and to which feature.

pub use crate::{
    features::{
        adaptation::command::FineTune, close_pairs::state::ClosePairsCommand,
        convert::state::SaveStamps, evaluation::command::Evaluate, latent::command::Latent,
        practice::state::PracticeCommand, samp::state::SampCommand, similar::state::SimilarCommand,
        simulation::command::Simulation, team::state::TeamCommand, training::command::Train,
    },
    workspace::command::{Go, Label, QueueCommand, Scoring, Select, Session},
};
use crate::{
    features::{
        explanation::state::ExplainChoice,
        file_dialog::state::PathCommand,
        light_curve::{measured::CurveChoice, saving::SavePhotometry},
    },
    workspace::{action::Action, command, display::Display, drawn::Drawn, stamp_store::Want},
};

/// One thing that happens.
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
    /// Simulating a set.
    Simulation(Simulation),
    /// Judging models.
    Evaluate(Evaluate),
    Train(Train),
    /// Fine-tuning a model on the labels of the opened set.
    FineTune(FineTune),
    /// Candidates that lie close together.
    ClosePairs(ClosePairsCommand),
    /// Writing the stamps of the list.
    SaveStamps(SaveStamps),
    /// Candidates that are like examples.
    Similar(SimilarCommand),
    Samp(SampCommand),
    /// Practising on candidates whose truth is known.
    Practice(PracticeCommand),
    /// A project on a server.
    Team(TeamCommand),
    /// The latent space.
    Latent(Latent),
    /// Our own file dialog.
    Path(PathCommand),
    LightCurve(CurveChoice),
    /// Writing the photometry of the list.
    SavePhotometry(SavePhotometry),
    /// Show this over the stamps.
    Explanation(ExplainChoice),
}

impl From<command::Command> for Command {
    fn from(command: command::Command) -> Self {
        match command {
            command::Command::Do(action) => Self::Do(action),
            command::Command::Go(go) => Self::Go(go),
            command::Command::Label(label) => Self::Label(label),
            command::Command::Queue(queue) => Self::Queue(queue),
            command::Command::Select(select) => Self::Select(select),
            command::Command::Display(display) => Self::Display(display),
            command::Command::Session(session) => Self::Session(session),
            command::Command::Want(want) => Self::Want(want),
            command::Command::Drawn(drawn) => Self::Drawn(drawn),
            command::Command::Scoring(scoring) => Self::Scoring(scoring),
        }
    }
}

macro_rules! of_feature {
    ($($variant:ident($command:ty)),* $(,)?) => {$(
        impl From<$command> for Command {
            fn from(command: $command) -> Self {
                Self::$variant(command)
            }
        }
    )*};
}

of_feature!(
    Simulation(Simulation),
    Evaluate(Evaluate),
    Train(Train),
    FineTune(FineTune),
    ClosePairs(ClosePairsCommand),
    Similar(SimilarCommand),
    Samp(SampCommand),
    Practice(PracticeCommand),
    Team(TeamCommand),
    Latent(Latent),
    Path(PathCommand),
    LightCurve(CurveChoice),
    Explanation(ExplainChoice),
);

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
                | Self::Evaluate(Evaluate::Open(_))
        )
    }
}
