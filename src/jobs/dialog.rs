//! Native file dialogs, on threads of their own: a dialog never holds up the window.

use super::{
    event::{JobEvent, PickFor},
    reporter::Reporter,
};
use crate::tasks::thread;

/// Asks the user for files; the answer comes as news.
///
/// # Errors
/// Where the system gives no thread.
pub fn pick(purpose: PickFor, reporter: Reporter) -> std::io::Result<()> {
    thread::start(
        "dialog",
        move || ask(purpose),
        move |paths| {
            // A dialog that breaks off is as good as dismissed; the panic is reported.
            let paths = paths.unwrap_or_default();
            reporter.send(JobEvent::Picked { purpose, paths });
        },
    )?;
    Ok(())
}

fn ask(purpose: PickFor) -> Vec<std::path::PathBuf> {
    let dialog = rfd::FileDialog::new();
    match purpose {
        PickFor::OpenFiles => dialog
            .set_title("Open stamps, packets or archives")
            .pick_files()
            .unwrap_or_default(),
        PickFor::OpenFolder => dialog
            .set_title("Open a folder")
            .pick_folder()
            .into_iter()
            .collect(),
        PickFor::Vocabulary => dialog
            .set_title("Add a vocabulary")
            .add_filter("Vocabulary", &["toml"])
            .pick_file()
            .into_iter()
            .collect(),
        PickFor::ImportLabels => dialog
            .set_title("Import labels")
            .add_filter("Table of labels (id,label)", &["csv"])
            .pick_file()
            .into_iter()
            .collect(),
        PickFor::Survey | PickFor::TrainingSurvey => dialog
            .set_title("Choose a survey")
            .add_filter("Survey", &["toml"])
            .pick_file()
            .into_iter()
            .collect(),
        PickFor::Templates => dialog
            .set_title("Choose a folder of templates")
            .pick_folder()
            .into_iter()
            .collect(),
        PickFor::SimulationFolder => dialog
            .set_title("Choose an empty folder for the simulation")
            .pick_folder()
            .into_iter()
            .collect(),
        PickFor::EvaluationFolder => dialog
            .set_title("Choose a folder for the figures")
            .pick_folder()
            .into_iter()
            .collect(),
        PickFor::Model | PickFor::LatentModel => dialog
            .set_title("Add a model")
            .add_filter("Model with its card", &["safetensors"])
            .pick_file()
            .into_iter()
            .collect(),
        PickFor::NewModel => dialog
            .set_title("A file for the new model")
            .set_file_name("model.safetensors")
            .add_filter("Model with its card", &["safetensors"])
            .save_file()
            .into_iter()
            .collect(),
        PickFor::ExportLabels => dialog
            .set_title("Export labels")
            .set_file_name("labels.csv")
            .add_filter("CSV", &["csv"])
            .add_filter("JSON Lines", &["jsonl"])
            .add_filter("Parquet", &["parquet"])
            .add_filter("VOTable", &["vot", "xml"])
            .add_filter("FITS table or training bundle", &["fits"])
            .save_file()
            .into_iter()
            .collect(),
    }
}
