//! What the tour visits, and the name of each picture.

use crate::{
    app::{
        Action, AppState, Command,
        command::{FineTune, Go, Label, QueueCommand, Select, Session},
        state::Screen,
    },
    domain::{Role, class_of},
};

/// Labels that the model is taught on the tour.
const TAUGHT: usize = 40;

/// A place of the tour.
pub(super) struct Stop {
    /// Name of the picture, without extension.
    pub name: &'static str,
    /// What leads there from the stop before.
    pub commands: Vec<Command>,
}

fn stop(name: &'static str, commands: impl Into<Vec<Command>>) -> Stop {
    Stop {
        name,
        commands: commands.into(),
    }
}

fn show(screen: Screen) -> Command {
    Command::Session(Session::Show(screen))
}

/// All stops: the start page and its windows where nothing is open, else every screen.
pub(super) fn stops(state: &AppState) -> Vec<Stop> {
    let act = Command::Do;
    if state.is_blank() {
        return vec![
            stop("01-start", []),
            stop("02-keys", [act(Action::KeySheet)]),
            stop(
                "03-settings",
                [act(Action::KeySheet), act(Action::Settings)],
            ),
            stop(
                "04-new-simulation",
                [act(Action::Settings), act(Action::NewSimulation)],
            ),
        ];
    }
    let mut stops = of_one_candidate();
    stops.extend(of_many(state));
    stops.extend(of_windows());
    stops.extend(of_teaching(state));
    stops
}

/// Where the data say what candidates are, as simulations do: 40 are labelled, the model is taught, and
/// everything but the new version is taken back.
fn of_teaching(state: &AppState) -> Vec<Stop> {
    let classes = &state.vocabulary().classes;
    let names: Vec<_> = classes.iter().map(|class| class.name.clone()).collect();
    let all = state.catalogue.iter();
    let known = all.filter_map(|(ix, candidate)| {
        let class = class_of(candidate.truth.as_deref()?, &names)?;
        Some((ix, class))
    });
    let known: Vec<_> = known.take(TAUGHT).collect();
    if known.len() < TAUGHT {
        return Vec::new();
    }
    let act = Command::Do;
    let labels = known.into_iter().flat_map(|(candidate, class)| {
        let open = true;
        let go = Command::Go(Go::To { candidate, open });
        [go, Command::Label(Label::Class(class))]
    });
    let taken_back = [Action::WholeQueue].into_iter();
    let undone = std::iter::repeat_n(Action::Undo, TAUGHT);
    vec![
        stop("22-labelled-40", labels.collect::<Vec<_>>()),
        stop(
            "23-fine-tuned",
            [act(Action::FineTune), Command::FineTune(FineTune::Start)],
        ),
        stop("24-what-changed", [act(Action::WhatChanged)]),
        stop(
            "25-taken-back",
            taken_back.chain(undone).map(act).collect::<Vec<_>>(),
        ),
    ]
}

fn of_one_candidate() -> Vec<Stop> {
    let act = Command::Do;
    let label = |class| Command::Label(Label::Class(class));
    let back = act(Action::PreviousCandidate);
    vec![
        stop(
            "01-inspect",
            [show(Screen::Inspect), act(Action::FirstCandidate)],
        ),
        stop("02-labelled", [label(0), label(1), back, act(Action::Flag)]),
        stop(
            "03-epoch-north-up",
            [act(Action::NextEpoch), act(Action::NorthUp)],
        ),
        stop(
            "04-histogram",
            [act(Action::NorthUp), act(Action::Histogram)],
        ),
        stop("05-header", [act(Action::Histogram), act(Action::Header)]),
        stop(
            "06-look-of-alerce",
            [act(Action::Header), act(Action::NextPreset)],
        ),
    ]
}

fn of_many(state: &AppState) -> Vec<Stop> {
    let first: Vec<_> = state.queue.order().iter().take(5).copied().collect();
    let role = |role| Command::Session(Session::MosaicRole(role));
    let filter = |line: &str| Command::Queue(QueueCommand::Filter(line.into()));
    let usual_look = Command::Display(Box::default());
    let none = Command::Do(Action::SelectNone);
    vec![
        stop(
            "07-mosaic",
            [usual_look, show(Screen::Mosaic), role(Some(Role::Science))],
        ),
        stop(
            "08-mosaic-triplets",
            [role(None), Command::Select(Select::Add(first))],
        ),
        stop(
            "09-filter",
            [none, show(Screen::Inspect), filter("label:none")],
        ),
        stop("10-problems", [filter(""), show(Screen::Problems)]),
    ]
}

fn of_windows() -> Vec<Stop> {
    let act = Command::Do;
    let inspect = || show(Screen::Inspect);
    let undo = || act(Action::Undo);
    vec![
        stop("11-palette", [inspect(), act(Action::Palette)]),
        stop("12-keys", [act(Action::Palette), act(Action::KeySheet)]),
        stop(
            "13-settings",
            [act(Action::KeySheet), act(Action::Settings)],
        ),
        stop(
            "14-light",
            [act(Action::Settings), act(Action::ToggleTheme)],
        ),
        stop("15-light-mosaic", [show(Screen::Mosaic)]),
        stop(
            "16-new-simulation",
            [
                act(Action::ToggleTheme),
                inspect(),
                act(Action::NewSimulation),
            ],
        ),
        stop("17-undone", [act(Action::NewSimulation), undo(), undo()]),
        stop("18-explanation", [act(Action::Explanation)]),
        stop("19-evaluate", [show(Screen::Evaluate)]),
        stop("20-train", [show(Screen::Train)]),
        stop("21-latent", [act(Action::Embed)]),
    ]
}
