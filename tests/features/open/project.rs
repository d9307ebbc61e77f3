//! The project file and the window: refused projects, two windows, sets opened one after the
//! other.

use crate::common::{BOGUS, InlineWindow, REAL, StampSet};
use destello::{
    window::command::{Command, Go, Session},
    workspace::{action::Action, settings::Settings, stamp_cache::CachedStamp},
};

const ALL: [&str; 6] = ["hits01", "hits02", "hits03", "hits04", "hits05", "hits06"];

#[test]
fn a_project_that_cannot_be_written_refuses_labels_and_still_shows_stamps() {
    let set = StampSet::new();
    let foreign = set.beside("thesis.destello");
    std::fs::write(&foreign, "Chapter 1. Transients").unwrap();
    let missing = set.beside("no such folder").join("night.destello");
    for project in [&foreign, &missing] {
        let mut window = InlineWindow::on(&set.path(), project);
        let why = window.toast().to_owned();
        assert!(why.contains(&project.display().to_string()), "{why}");
        assert_eq!(window.queue(), ALL);
        window.look();
        let science = window.state.shared.epoch().unwrap().stamps[0].id;
        assert!(matches!(
            window.state.shared.stamps.get(science),
            Some(CachedStamp::Ready(_))
        ));
        for decision in [Action::Unsure, Action::Flag, Action::ClearLabel] {
            window.apply(Command::Session(Session::DropToast));
            window.act(decision);
            assert_eq!(window.toast(), why, "{decision:?}");
            assert!(window.state.shared.toast.as_ref().unwrap().is_error);
        }
        window.label(REAL);
        assert!(window.state.shared.book.events().is_empty());
        assert_eq!(
            window.here(),
            "hits01",
            "it does not go on as if it were labelled"
        );
        window.apply(Command::Session(Session::Import(set.beside("labels.csv"))));
        assert_eq!(window.toast(), why);
        window.close();
    }
    let text = std::fs::read_to_string(&foreign).unwrap();
    assert_eq!(
        text, "Chapter 1. Transients",
        "a foreign file is not touched"
    );
    assert!(!missing.exists());
}

#[test]
fn without_an_open_project_the_reason_is_told() {
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.label(REAL);
    assert_eq!(window.toast(), "nothing is labelled: no candidate is open");
    window.apply(Command::Session(Session::Import("labels.csv".into())));
    assert!(window.toast().contains("open stamps first"));
}

#[test]
fn a_project_file_that_is_opened_like_a_set_is_the_project() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    window.close();
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.apply(Command::Session(Session::Open {
        paths: vec![project.clone()],
        project: None,
    }));
    assert_eq!(window.queue(), ALL, "the project knows its stamps");
    assert!(window.labels("hits01").is_labelled());
    assert_eq!(window.state.shared.project.path, Some(project.clone()));
    // Two of them name no project: both are reported.
    let other = set.beside("other.destello");
    std::fs::copy(&project, &other).unwrap();
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.apply(Command::Session(Session::Open {
        paths: vec![project, other],
        project: Some(set.beside("third.destello")),
    }));
    assert!(window.queue().is_empty());
    assert!(window.state.shared.problems.len() >= 2);
}

#[test]
fn two_windows_on_one_project_see_each_others_labels() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut ana = InlineWindow::on(&set.path(), &project);
    let mut ben = InlineWindow::new(Settings::default(), "ben", None);
    ben.open(&[], &project);
    assert_eq!(ben.queue(), ALL, "the project knows what was opened");
    ana.label(REAL);
    // Any order to the journal's thread makes it listen.
    ben.act(Action::NextCandidate);
    ben.wait_until(|ben| ben.labels("hits01").is_labelled());
    // Both write without having heard of each other; the file's order counts for both.
    ana.go_to("hits05");
    ben.go_to("hits05");
    ana.begin(label(REAL));
    ben.begin(label(BOGUS));
    ana.settle();
    ben.settle();
    ana.act(Action::PreviousEpoch);
    ben.act(Action::PreviousEpoch);
    ana.wait_until(|ana| ana.state.shared.book.events().len() == 3);
    ben.wait_until(|ben| ben.state.shared.book.events().len() == 3);
    let written = destello::store::Project::open_or_create(&project).unwrap();
    let written: Vec<_> = written.events_since(0).unwrap();
    let class = written.last().unwrap().1.action.clone();
    for window in [&ana, &ben] {
        let events = window
            .state
            .shared
            .book
            .events()
            .iter()
            .map(|event| &**event);
        assert!(events.eq(written.iter().map(|(_, event)| event)));
        assert_eq!(
            window.state.shared.book.decision("hits05").unwrap().action,
            class
        );
    }
    // Each takes back only what was theirs.
    ben.act(Action::Undo);
    assert_eq!(ben.toast(), "undone: labelled bogus: hits05");
    ben.act(Action::Undo);
    assert_eq!(ben.toast(), "nothing to undo");
    ana.close();
    ben.close();
}

fn label(class: usize) -> Command {
    Command::Label(destello::window::command::Label::Class(class))
}

#[test]
fn a_set_opened_while_another_is_being_indexed_replaces_it() {
    let (first, second) = (StampSet::new(), StampSet::with_stamps(9, 3));
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    let open = |set: &StampSet| {
        Command::Session(Session::Open {
            paths: vec![set.path()],
            project: Some(set.beside("night.destello")),
        })
    };
    window.begin(open(&first));
    window.begin(open(&second));
    window.settle();
    let epochs = window
        .state
        .shared
        .catalogue
        .iter()
        .map(|(_, c)| c.epochs.len());
    assert_eq!(epochs.collect::<Vec<_>>(), [3; 6]);
    assert_eq!(
        window.state.shared.project.path,
        Some(second.beside("night.destello"))
    );
    let recent = &window.state.shared.settings.recent_projects;
    assert_eq!(recent[0], second.beside("night.destello"));
}

#[test]
fn the_last_place_is_kept_until_its_candidate_is_found_again() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.go_to("hits05");
    window.apply(Command::Go(Go::Epoch(3)));
    window.close();
    // The disk with that file is not there tonight.
    let away = set.beside("away.fits");
    std::fs::rename(set.file("hits05"), &away).unwrap();
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.open(&[], &project);
    assert_eq!(window.here(), "hits01");
    window.act(Action::Invert);
    window.close();
    std::fs::rename(&away, set.file("hits05")).unwrap();
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.open(&[], &project);
    assert_eq!(
        (window.here(), window.state.shared.place.epoch),
        ("hits05", 3)
    );
    assert!(window.state.shared.display.plain.is_inverted);
}

#[test]
fn what_runs_outside_the_window_is_asked_for_and_settings_are_kept() {
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    for action in [
        Action::OpenFiles,
        Action::OpenFolder,
        Action::ImportLabels,
        Action::ExportLabels,
    ] {
        window.act(action);
    }
    assert_eq!(window.dialogs.len(), 4);
    window.act(Action::ToggleTheme);
    let saved = window.saved_settings().unwrap();
    assert_ne!(saved.theme, Settings::default().theme);
    let text = toml::to_string(&saved).unwrap();
    assert_eq!(toml::from_str::<Settings>(&text).unwrap(), saved);
    window.act(Action::Quit);
    assert!(window.has_quit);
}
