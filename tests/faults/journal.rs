//! The journal writer panics: no label is lost, none is written twice.

use std::sync::Arc;

use destello::{
    domain::LabelEvent, tasks::fault, window::state::AppState, workspace::action::Action,
};

use crate::{
    common::{self, InlineWindow, StampSet, on_disk::events},
    in_turn,
};

/// What the project holds.
fn on_disk(set: &StampSet) -> Vec<LabelEvent> {
    events(&set.beside("night.destello"))
}

fn shown(state: &AppState) -> Vec<LabelEvent> {
    state
        .shared
        .book
        .events()
        .iter()
        .map(|event| (**event).clone())
        .collect()
}

/// Gives a label and waits until all are on disk.
fn label(window: &mut InlineWindow, class: usize) {
    window.label(class);
    window.wait_until(|window| {
        let project = &window.state.shared.project;
        project.unsaved == 0 && project.fault.is_none()
    });
}

#[test]
fn labels_outlive_panics_of_the_journal_writer() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    // Before anything is written, once and so often that it is tried again later; after the
    // events are on disk; and in other work on the project.
    for (count, (name, times)) in (1..).zip([
        ("write labels", 1),
        ("write labels", 3),
        ("labels written", 1),
        ("journal", 2),
    ]) {
        fault::arm(name, times);
        label(&mut window, common::REAL);
        assert_eq!(on_disk(&set).len(), count, "{name}");
        assert_eq!(on_disk(&set), shown(&window.state), "{name}");
        assert_eq!(window.state.shared.project.fault, None, "{name}");
        if name != "journal" {
            assert_eq!(fault::left(name), 0, "nothing passed {name}");
        }
        fault::arm(name, 0);
    }
    window.act(Action::Undo);
    let expected = shown(&window.state);
    window.close();
    assert_eq!(on_disk(&set), expected);
}

#[test]
fn labels_that_wait_are_on_disk_when_the_window_is_closed() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    // Twice for the label, and twice when it is tried again at once: then a second passes.
    fault::arm("write labels", 4);
    window.label(common::BOGUS);
    let fault = window.state.shared.project.fault.clone().unwrap();
    assert!(fault.contains("writing labels broke off"), "{fault}");
    assert!(window.state.shared.project.unsaved > 0);
    let expected: Vec<_> = window
        .state
        .shared
        .book
        .events()
        .iter()
        .map(Arc::clone)
        .collect();
    window.close();
    let kept: Vec<_> = on_disk(&set).into_iter().map(Arc::new).collect();
    assert_eq!(kept, expected);
}

#[test]
fn a_session_that_breaks_the_journal_does_not_stop_the_labels() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    fault::arm("journal", 1);
    window.act(Action::Mosaic);
    window.act(Action::Inspect);
    label(&mut window, common::REAL);
    fault::arm("journal", 0);
    let window = window.restart();
    assert_eq!(window.classes(&["hits01"]), ["real"]);
}
