//! Leaving with labels that the disk refuses: the window, the set, the next set.

use std::fs;

use destello::{
    domain::Timestamp,
    window::command::{Command, Label, Session},
    workspace::action::Action,
};

use crate::common::{
    BOGUS, InlineWindow, REAL, StampSet,
    on_disk::{self, classes},
};

/// A window with a label on disk and one that a foreign file keeps off it.
fn stuck(set: &StampSet) -> InlineWindow {
    let project = set.beside("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    fs::write(set.beside("thesis"), "Chapter 1").unwrap();
    fs::rename(set.beside("thesis"), &project).unwrap();
    window.label(BOGUS);
    assert!(window.state.shared.project.fault.is_some());
    window
}

#[test]
fn closing_right_behind_a_label_waits_for_the_disk() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.begin(Command::Label(Label::Class(REAL)));
    window.begin(Command::Do(Action::Quit));
    assert!(!window.has_quit, "the disk has not answered yet");
    assert_eq!(window.state.shared.project.unsaved, 1);
    window.wait_until(|window| window.has_quit);
    assert_eq!(window.state.shared.project.unsaved, 0);
    assert_eq!(classes(&project, &["hits01"]), ["real"]);
}

#[test]
fn each_way_out_is_refused_once_and_says_how_many_labels_are_at_stake() {
    let set = StampSet::new();
    let mut window = stuck(&set);
    let open = || {
        Command::Session(Session::Open {
            paths: vec![set.path()],
            project: Some(set.beside("other.destello")),
        })
    };
    for (command, again) in [
        (Command::Do(Action::Quit), "close again"),
        (Command::Do(Action::CloseSet), "close the set again"),
        (open(), "open again"),
    ] {
        window.apply(command);
        let toast = window.toast().to_owned();
        assert!(toast.starts_with("2 labels are not on disk ("), "{toast}");
        assert!(toast.contains("was replaced by another file"), "{toast}");
        assert!(
            toast.contains("export them (Ctrl+E), which needs no project"),
            "{toast}"
        );
        assert!(toast.contains(again), "{toast}");
        assert!(!window.has_quit);
        assert_eq!(
            window.state.shared.book.events().len(),
            2,
            "the set is still open"
        );
        // The person reads it and stays.
        window.apply(Command::Session(Session::Stay));
    }
    // After 20 s a request is a first one again.
    window.act(Action::Quit);
    for _ in 0..25 {
        window.act(Action::NextCandidate);
    }
    window.act(Action::Quit);
    assert!(!window.has_quit);
    window.act(Action::Quit);
    assert!(window.has_quit);
}

#[test]
fn two_requests_at_once_are_one() {
    let set = StampSet::new();
    let mut window = stuck(&set);
    window.act(Action::Quit);
    let refused_at = window.now();
    // As a key comes that is held, or whose presses a frame takes together.
    for later_us in [0, 300_000] {
        window.set_clock(Timestamp(refused_at.0 + later_us - 1_000_000));
        window.act(Action::Quit);
        assert!(!window.has_quit, "{later_us}");
        assert!(window.state.opening.refusal.is_some());
    }
    window.set_clock(refused_at);
    window.act(Action::Quit);
    assert!(window.has_quit);
}

#[test]
fn another_set_opens_at_the_second_request() {
    let set = StampSet::new();
    let mut window = stuck(&set);
    let other = set.beside("other.destello");
    for _ in 0..2 {
        window.open(&[set.path()], &other);
    }
    assert_eq!(window.state.shared.project.path.as_ref(), Some(&other));
    assert!(window.state.shared.book.events().is_empty());
    // The labels of the first set are not in the second.
    assert!(on_disk::events(&other).is_empty());
}

#[test]
fn once_the_labels_are_written_the_refusal_is_over() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut window = stuck(&set);
    window.act(Action::Quit);
    assert!(!window.has_quit);
    fs::remove_file(&project).unwrap();
    window.wait_until(|window| window.state.shared.project.unsaved == 0);
    window.act(Action::Quit);
    assert!(window.has_quit);
    window.close();
    assert_eq!(classes(&project, &["hits01", "hits02"]), ["real", "bogus"]);
}

#[test]
fn closing_waits_for_an_export() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.label(REAL);
    let out = set.beside("out.csv");
    window.begin(Command::Session(Session::Export(out.clone())));
    window.wait_until(|window| !window.state.running().is_empty());
    window.begin(Command::Do(Action::Quit));
    assert!(!window.has_quit);
    assert!(
        window.toast().starts_with("exporting is not finished"),
        "{}",
        window.toast()
    );
    window.settle();
    assert!(out.is_file());
    window.apply(Command::Session(Session::Stay));
    window.act(Action::Quit);
    assert!(window.has_quit);
}

#[test]
fn labels_can_be_lost_on_purpose() {
    let set = StampSet::new();
    let mut window = stuck(&set);
    window.act(Action::CloseSet);
    window.apply(Command::Session(Session::LeaveAnyway));
    assert!(window.state.shared.is_blank());
    window.apply(Command::Session(Session::LeaveAnyway));
    assert!(!window.has_quit, "there is nothing to leave");
}
