//! Faults from outside: paths that hold nothing, projects that go away, disks that refuse, clocks
//! that go back, files that change. Nothing is lost, and each is said in a sentence.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod clock;
#[path = "../common/mod.rs"]
mod common;
mod disk;
mod files;
mod leaving;
mod nothing_found;
mod project_gone;

use std::path::Path;

use common::InlineWindow;
use destello::{
    domain::{LabelBook, LabelEvent},
    store::Project,
};

/// The label events of a project on disk.
fn events(project: &Path) -> Vec<LabelEvent> {
    let project = Project::open_existing(project).unwrap();
    let events = project.events_since(0).unwrap();
    events.into_iter().map(|(_, event)| event).collect()
}

/// The classes of these candidates on disk.
fn classes(project: &Path, ids: &[&str]) -> Vec<String> {
    let book = LabelBook::of(events(project).into_iter().map(Into::into));
    ids.iter()
        .map(|id| book.state(id).classes.join("+"))
        .collect()
}

/// What is on the screen is what is on disk.
fn agree(window: &InlineWindow, project: &Path) -> bool {
    let shown = window.state.book.events().iter().map(|event| &**event);
    shown.eq(&events(project))
}
