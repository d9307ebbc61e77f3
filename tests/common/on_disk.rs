//! What a project holds on disk, beside what the window shows.

use std::path::Path;

use destello::{
    domain::{LabelBook, LabelEvent},
    store::Project,
};

use super::InlineWindow;

/// The label events of a project on disk.
pub fn events(project: &Path) -> Vec<LabelEvent> {
    let project = Project::open_existing(project).unwrap();
    let events = project.events_since(0).unwrap();
    events.into_iter().map(|(_, event)| event).collect()
}

/// The classes of these candidates on disk.
pub fn classes(project: &Path, ids: &[&str]) -> Vec<String> {
    let book = LabelBook::of(events(project).into_iter().map(Into::into));
    ids.iter()
        .map(|id| book.state(id).classes.join("+"))
        .collect()
}

/// What is on the screen is what is on disk.
pub fn agree(window: &InlineWindow, project: &Path) -> bool {
    let shown = window
        .state
        .shared
        .book
        .events()
        .iter()
        .map(|event| &**event);
    shown.eq(&events(project))
}
