//! Import and export in the background of the window.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    export::{ExportRequest, export_labels},
    import::import_labels,
};
use crate::{
    app::{
        event::{JobEvent, JobId},
        reporter::Reporter,
    },
    domain::{Catalogue, LabelBook, Vocabulary},
    io::{
        decode::Decoder,
        export::{Format, split::Split},
    },
    store::Project,
    tasks::{
        progress::Progress,
        thread::{self, Broken},
    },
};

/// Writes labels to a file whose extension chooses the format.
///
/// # Errors
/// Where the system gives no thread.
pub fn export(
    path: PathBuf,
    book: Arc<LabelBook>,
    catalogue: Arc<Catalogue>,
    decoder: Arc<Decoder>,
    reporter: Reporter,
) -> std::io::Result<()> {
    let work = move || write(&path, &book, &catalogue, &decoder);
    start(JobId::Export, "export", reporter, work)
}

/// Runs work of one step that ends with a sentence.
pub(crate) fn start(
    job: JobId,
    name: &str,
    reporter: Reporter,
    work: impl FnOnce() -> Result<String, String> + Send + 'static,
) -> std::io::Result<()> {
    let news = reporter.clone();
    let work = move || {
        news.send(JobEvent::Progress {
            job,
            progress: Progress::default(),
        });
        work()
    };
    thread::start(name, work, move |outcome| {
        let broken = |_| Err(Broken::sentence(job.title()));
        let outcome = outcome.unwrap_or_else(broken);
        reporter.send(JobEvent::Done { job, outcome });
    })?;
    Ok(())
}

fn write(
    path: &Path,
    book: &LabelBook,
    catalogue: &Catalogue,
    decoder: &Decoder,
) -> Result<String, String> {
    let Some(format) = Format::of_path(path) else {
        return Err(format!(
            "{}: the extension names no format: use .csv, .jsonl, .parquet, .vot, .fits or .bundle.fits",
            path.display()
        ));
    };
    let request = ExportRequest {
        out: path,
        format,
        is_all: false,
        split: Split::default(),
    };
    let report = export_labels(book, catalogue, &request, &mut |stamps| {
        decoder.decode(stamps)
    })
    .map_err(|error| error.to_string())?;
    let lost = match report.problems.len() {
        0 => String::new(),
        lost => format!("; {lost} stamps could not be read"),
    };
    Ok(format!(
        "{} candidates written to {}{lost}",
        report.candidates,
        path.display()
    ))
}

/// What an import needs.
#[derive(Debug)]
pub struct ImportOrder {
    /// The table.
    pub table: PathBuf,
    /// The project that takes the labels.
    pub project: PathBuf,
    /// Whose identifiers are known.
    pub catalogue: Arc<Catalogue>,
    /// The classes; rows may use aliases.
    pub vocabulary: Vocabulary,
    /// The person, for rows that name none.
    pub annotator: Arc<str>,
}

/// Reads labels from a table into the project; the journal's thread hears of them.
///
/// # Errors
/// Where the system gives no thread.
pub fn import(order: ImportOrder, reporter: Reporter) -> std::io::Result<()> {
    let news = reporter.clone();
    start(JobId::Import, "import", reporter, move || {
        let (text, problems) = read(&order).map_err(|error| format!("{error:#}"))?;
        news.send(JobEvent::Problems(problems));
        Ok(text)
    })
}

fn read(order: &ImportOrder) -> anyhow::Result<(String, Vec<crate::domain::Problem>)> {
    let mut project = Project::open_existing(&order.project)?;
    let knows_any = Some(&order.vocabulary);
    let plan = import_labels(
        &mut project,
        &order.catalogue,
        &order.table,
        knows_any,
        &order.annotator,
    )?;
    let refused = match plan.problems.len() {
        0 => String::new(),
        count => format!("; {count} rows not used, see Problems"),
    };
    let text = format!(
        "{} new labels, {} known already{refused}",
        plan.new_rows, plan.known_rows
    );
    Ok((text, plan.problems))
}
