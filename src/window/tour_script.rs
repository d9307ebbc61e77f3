//! What the tour visits, and the name of each picture.

use std::collections::BTreeMap;

use super::{
    command::{Command, FineTune, Label, QueueCommand, Select, Session},
    state::AppState,
};
use crate::{
    domain::{CandidateIx, Role, class_of},
    workspace::{
        action::Action,
        screen::{MOSAIC_SIDES, Screen, USUAL_SIDE},
    },
};

/// Labels that the model is taught on the tour.
const TRAINED: usize = 40;

/// A place of the tour.
pub(crate) struct Stop {
    /// Name of the picture, without extension; none where none is taken.
    pub name: Option<&'static str>,
    /// What leads there from the stop before.
    pub commands: Vec<Command>,
}

fn stop(name: &'static str, commands: impl Into<Vec<Command>>) -> Stop {
    Stop {
        name: Some(name),
        commands: commands.into(),
    }
}

/// One command after the other, each once what the one before brought is drawn: nobody labels what
/// is not on the screen. The picture shows the end.
fn one_by_one(name: &'static str, commands: impl IntoIterator<Item = Command>) -> Vec<Stop> {
    let stops = commands.into_iter().map(|command| Stop {
        name: None,
        commands: vec![command],
    });
    let mut stops: Vec<_> = stops.collect();
    if let Some(last) = stops.last_mut() {
        last.name = Some(name);
    }
    stops
}

fn show(screen: Screen) -> Command {
    Command::Session(Session::Show(screen))
}

/// All stops: the start page and its windows where nothing is open, else every screen.
pub(crate) fn stops(state: &AppState) -> Vec<Stop> {
    let act = Command::Do;
    if state.shared.is_blank() {
        return vec![
            stop("01-start", []),
            stop("02-keys", [act(Action::KeyHelp)]),
            stop("03-settings", [act(Action::KeyHelp), act(Action::Settings)]),
            stop(
                "04-new-simulation",
                [act(Action::Settings), act(Action::NewSimulation)],
            ),
        ];
    }
    let mut stops = of_one_candidate();
    stops.extend(of_many(state));
    stops.extend(of_windows());
    stops.extend(of_training(state));
    stops
}

/// Where the data say what candidates are, as simulations do: 40 are labelled, the model is taught, and
/// everything but the new version is taken back.
fn of_training(state: &AppState) -> Vec<Stop> {
    let classes = &state.shared.vocabulary().classes;
    let names: Vec<_> = classes.iter().map(|class| class.name.clone()).collect();
    let all = state.shared.catalogue.iter();
    let known = all.filter_map(|(ix, candidate)| {
        let class = class_of(candidate.truth.as_deref()?, &names)?;
        Some((ix, class))
    });
    let mut by_class: BTreeMap<usize, Vec<CandidateIx>> = BTreeMap::new();
    for (candidate, class) in known.take(TRAINED) {
        by_class.entry(class).or_default().push(candidate);
    }
    if by_class.values().map(Vec::len).sum::<usize>() < TRAINED {
        return Vec::new();
    }
    let act = Command::Do;
    let side = |side| Command::Session(Session::MosaicSide(side));
    let steps = by_class.len();
    let labels = by_class.into_iter().flat_map(|(class, candidates)| {
        [
            Command::Select(Select::Add(candidates)),
            Command::Label(Label::Class(class)),
        ]
    });
    let small = [show(Screen::Mosaic), side(MOSAIC_SIDES.0)];
    let mut stops = one_by_one("22-labelled-40", small.into_iter().chain(labels));
    let undone = std::iter::repeat_n(Action::Undo, steps);
    let taken_back = [Action::WholeQueue].into_iter().chain(undone).map(act);
    stops.extend([
        stop(
            "23-fine-tuned",
            [act(Action::FineTune), Command::FineTune(FineTune::Start)],
        ),
        stop("24-what-changed", [act(Action::WhatChanged)]),
        stop(
            "25-taken-back",
            taken_back
                .chain([side(USUAL_SIDE), show(Screen::Inspect)])
                .collect::<Vec<_>>(),
        ),
    ]);
    stops
}

fn of_one_candidate() -> Vec<Stop> {
    let act = Command::Do;
    let label = |class| Command::Label(Label::Class(class));
    let back = act(Action::PreviousCandidate);
    let mut stops = vec![stop(
        "01-inspect",
        [show(Screen::Inspect), act(Action::FirstCandidate)],
    )];
    let labels = [label(0), label(1), back, act(Action::Flag)];
    stops.extend(one_by_one("02-labelled", labels));
    stops.extend([
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
    ]);
    stops
}

fn of_many(state: &AppState) -> Vec<Stop> {
    let first: Vec<_> = state.shared.queue.order().iter().take(5).copied().collect();
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
        stop("12-keys", [act(Action::Palette), act(Action::KeyHelp)]),
        stop("13-settings", [act(Action::KeyHelp), act(Action::Settings)]),
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
