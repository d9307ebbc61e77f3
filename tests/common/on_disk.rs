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

/// Sets the time of change of a file, as a copy does.
pub fn touch(file: &Path, seconds: u64) {
    let file = std::fs::File::options().write(true).open(file).unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    file.set_modified(time).unwrap();
}

/// Makes all bytes of a file zero under the same size and time of change: who reads it notices, who takes what is kept does not.
pub fn blank(file: &Path) {
    let about = std::fs::metadata(file).unwrap();
    std::fs::write(file, vec![0; about.len() as usize]).unwrap();
    let open = std::fs::File::options().write(true).open(file).unwrap();
    open.set_modified(about.modified().unwrap()).unwrap();
}
