//! Frames while a model is fine-tuned beside the window, on the same two cores.

use std::path::Path;

use anyhow::ensure;
use destello::{
    features::adaptation::update::FineTuneStatus,
    window::command::{Command, FineTune},
};

use super::{fits_files, label_first, report::Report, window::Window};

/// Candidates of the set, and labels among them.
const CANDIDATES: usize = 2_000;
const LABELS: usize = 100;
/// Frames that are measured with nothing beside them.
const FRAMES: usize = 600;
/// Points a frame.
const SPEED: f32 = 12.0;

/// Scrolls a set with nothing beside it, then while a model is fine-tuned on its labels.
pub fn measure(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let set = folder.join("labelled");
    fits_files::write_triplets(&set, CANDIDATES)?;
    let mut window = Window::new(256, None)?;
    window.open(set, folder.join("labelled.destello"));
    while window.is_indexing() || window.state.is_busy() {
        window.paced_frame(0.0);
    }
    label_first(&mut window, LABELS)?;
    window.go_to_top();
    let quiet: Vec<_> = (0..FRAMES).map(|_| window.paced_frame(SPEED)).collect();
    report.frames("frame while scrolling 2,000", &quiet);
    window.go_to_top();
    window.send(Command::FineTune(FineTune::Start));
    let mut frames = vec![window.paced_frame(SPEED)];
    while window.state.fine_tuning.is_under_way() {
        frames.push(window.paced_frame(SPEED));
    }
    let status = window.state.fine_tuning.status();
    ensure!(matches!(status, FineTuneStatus::Finished(_)), "{status:?}");
    let name = format!("the same while a model is fine-tuned on {LABELS} labels");
    report.frames(&name, &frames);
    window.close();
    Ok(())
}
