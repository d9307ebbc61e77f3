//! Native file dialogs, as tasks: a dialog never holds up the window.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use super::pick::{PickFor, PickKind};
use super::portal::has_native_dialog;
use crate::{
    tasks::{Task, TaskContext},
    workspace::{clock, context::FileDialog},
};

/// No person dismisses a dialog sooner than this: it did not come.
const SOONEST: Duration = Duration::from_millis(150);

/// Asks the user for files.
pub struct PickPaths {
    pub purpose: PickFor,
    pub dialog: FileDialog,
}

impl Task for PickPaths {
    const NAME: &'static str = "dialog";
    type Update = ();
    /// Nothing where the dialog was dismissed; none where it did not come.
    type Output = Option<Vec<PathBuf>>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Option<Vec<PathBuf>>> {
        cx.abandonable("file dialog", move || (self.dialog)(self.purpose))
    }
}

/// What the user chooses in the system's dialog; none where it does not come.
pub fn ask_in_system(purpose: PickFor) -> Option<Vec<PathBuf>> {
    if !has_native_dialog() {
        return None;
    }
    let begun = Instant::now();
    let paths = ask(purpose);
    if paths.is_empty() && begun.elapsed() < SOONEST {
        log::warn!("the system's file dialog failed: ours takes its place");
        return None;
    }
    Some(paths)
}

fn ask(purpose: PickFor) -> Vec<PathBuf> {
    let mut dialog = rfd::FileDialog::new().set_title(purpose.title());
    for (name, endings) in purpose.filters() {
        dialog = dialog.add_filter(*name, endings);
    }
    if let Some(name) = purpose.usual_name(&clock::today()) {
        dialog = dialog.set_file_name(name);
    }
    match purpose.kind() {
        PickKind::Files => dialog.pick_files().unwrap_or_default(),
        PickKind::File => dialog.pick_file().into_iter().collect(),
        PickKind::Folder => dialog.pick_folder().into_iter().collect(),
        PickKind::Save => dialog.save_file().into_iter().collect(),
    }
}
