//! Native file dialogs, on threads of their own: a dialog never holds up the window.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use super::pick::{PickFor, PickKind};
use super::portal::has_native_dialog;
use crate::{
    app::{event::JobEvent, reporter::Reporter},
    tasks::thread,
};

/// No person dismisses a dialog sooner than this: it did not come.
const SOONEST: Duration = Duration::from_millis(150);

/// Asks the user for files; the answer comes as news. Where the system has no dialog, or it fails,
/// [`JobEvent::NoDialog`] comes instead.
///
/// # Errors
/// Where the system gives no thread.
pub fn pick(purpose: PickFor, reporter: Reporter) -> std::io::Result<()> {
    thread::start(
        "dialog",
        move || choose(purpose),
        move |answer| {
            // One that breaks off did not come; the panic is reported.
            let event = match answer.unwrap_or_default() {
                Some(paths) => JobEvent::Picked { purpose, paths },
                None => JobEvent::NoDialog(purpose),
            };
            reporter.send(event);
        },
    )?;
    Ok(())
}

/// What the user chose in the system's dialog; none where it does not come.
fn choose(purpose: PickFor) -> Option<Vec<PathBuf>> {
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
    if let Some(name) = purpose.usual_name() {
        dialog = dialog.set_file_name(name);
    }
    match purpose.kind() {
        PickKind::Files => dialog.pick_files().unwrap_or_default(),
        PickKind::File => dialog.pick_file().into_iter().collect(),
        PickKind::Folder => dialog.pick_folder().into_iter().collect(),
        PickKind::Save => dialog.save_file().into_iter().collect(),
    }
}
