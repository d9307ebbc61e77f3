//! Import and export of labels as tasks, the same for the window and the command line; and what the
//! window does with their ends.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    export::{ExportReport, ExportRequest, export_labels},
    import::{ImportPlan, import_labels},
};
use crate::{
    domain::{Catalogue, LabelBook, Problem, Vocabulary},
    english,
    io::{
        decode::Decoder,
        export::{Format, split::Split},
    },
    store::Project,
    tasks::{Running, Task, TaskContext, TaskEvent, next_event, to_the_end::ToTheEnd},
    text,
    workspace::{context::Context, shared::Shared, vocabulary::ReadVocabulary},
};

/// Writes labels to a file, whole or not at all.
pub struct ExportLabels {
    pub out: PathBuf,
    pub format: Format,
    /// True for every candidate, also without a label.
    pub is_all: bool,
    /// How a bundle divides the objects.
    pub split: Split,
    pub book: Arc<LabelBook>,
    /// The candidates at this moment.
    pub catalogue: Arc<Catalogue>,
    /// Decodes the stamps of a bundle.
    pub decoder: Arc<Decoder>,
}

impl Task for ExportLabels {
    const NAME: &'static str = "export";
    type Update = ();
    type Output = (PathBuf, ExportReport);

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<(PathBuf, ExportReport)> {
        cx.abandonable("exporting", move || {
            let mut book = self.book;
            if book.assignment().is_some() {
                // A file has the labels of everybody, whatever this person may see of them yet.
                Arc::make_mut(&mut book).set_viewer(None);
            }
            let request = ExportRequest {
                out: &self.out,
                format: self.format,
                is_all: self.is_all,
                split: self.split,
            };
            let mut decode = |stamps: &[_]| self.decoder.decode(stamps);
            let report = export_labels(&book, &self.catalogue, &request, &mut decode)?;
            Ok((self.out, report))
        })?
    }
}

/// Reads labels from a table into a project, all or none; the journal's thread finds them there.
pub struct ImportLabels {
    pub table: PathBuf,
    /// The project that takes the labels; it must be there.
    pub project: PathBuf,
    /// Whose identifiers are known.
    pub catalogue: Arc<Catalogue>,
    /// The classes, of which rows may use aliases; none for the built-in ones that know most labels.
    pub vocabulary: Option<Vocabulary>,
    /// The person, for rows that name none.
    pub annotator: Arc<str>,
}

impl Task for ImportLabels {
    const NAME: &'static str = "import";
    type Update = ();
    type Output = ImportPlan;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<ImportPlan> {
        cx.abandonable("importing", move || {
            import_labels(
                &mut Project::open_existing(&self.project)?,
                &self.catalogue,
                &self.table,
                self.vocabulary.as_ref(),
                &self.annotator,
            )
        })?
    }
}

/// The files of labels and vocabularies that are being read and written.
#[derive(Debug, Default)]
pub struct LabelFiles {
    exports: ToTheEnd<ExportLabels>,
    imports: ToTheEnd<ImportLabels>,
    vocabulary: Option<Running<ReadVocabulary>>,
    vocabulary_source: PathBuf,
}

impl LabelFiles {
    /// What is being written and read is finished, unseen.
    pub(crate) fn leave_set(&mut self) {
        self.exports.leave();
        self.imports.leave();
    }

    /// True while a table of this set is written.
    pub const fn is_exporting(&self) -> bool {
        self.exports.is_awaited()
    }

    /// True while a table is read for this set.
    pub const fn is_importing(&self) -> bool {
        self.imports.is_awaited()
    }

    /// What a table that is read or written stands for, in a word, while it is.
    pub const fn under_way(&self) -> Option<&'static str> {
        match (self.is_importing(), self.is_exporting()) {
            (true, _) => Some(english!("importing")),
            (false, true) => Some(english!("exporting")),
            (false, false) => None,
        }
    }

    /// True while work of any kind is under way, also on the files of a set that was left.
    pub const fn is_busy(&self) -> bool {
        self.exports.is_any_running() || self.imports.is_any_running() || self.vocabulary.is_some()
    }
}

impl LabelFiles {
    /// Writes labels to a file whose extension chooses the format.
    pub(crate) fn export(&mut self, shared: &mut Shared, out: PathBuf, cx: &Context) {
        let Some(format) = Format::of_path(&out) else {
            let why = format!(
                "{}: the extension names no format: use .csv, .jsonl, .parquet, .vot, .fits, .reg, .html, .bundle.fits, .lasair.jsonl, .skyportal.json, .tns.json, \
                 .zooniverse.csv or .labelstudio.json",
                out.display()
            );
            log::warn!("{why}");
            shared.warn(why, cx.now);
            return;
        };
        self.exports.add(cx.tasks.start(ExportLabels {
            out,
            format,
            is_all: false,
            split: Split::default(),
            book: shared.book.clone(),
            catalogue: shared.catalogue.clone(),
            decoder: shared.stamps.decoder().clone(),
        }));
    }

    /// Reads labels from a table into the project.
    pub(crate) fn import(&mut self, shared: &mut Shared, table: PathBuf, cx: &Context) {
        let Some(project) = shared.project.path.clone() else {
            shared.warn(shared.why_no_labels(), cx.now);
            return;
        };
        self.imports.add(cx.tasks.start(ImportLabels {
            table,
            project,
            catalogue: shared.catalogue.clone(),
            vocabulary: Some(shared.vocabulary().clone()),
            annotator: shared.annotator(),
        }));
    }

    /// Reads a vocabulary, a file or the name of a built-in one, to use it.
    pub(crate) fn read_vocabulary(&mut self, source: PathBuf, cx: &Context) {
        self.vocabulary_source.clone_from(&source);
        self.vocabulary = Some(cx.tasks.start(ReadVocabulary { source }));
    }

    /// Takes in what imports, exports and vocabularies come to.
    pub(crate) fn poll_label_files(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = self.exports.next_event() {
            match event {
                TaskEvent::Finished((out, report)) => take_export(shared, &out, report, cx),
                TaskEvent::Failed(why) => shared.warn(why, cx.now),
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
        while let Some(event) = self.imports.next_event() {
            match event {
                TaskEvent::Finished(plan) => take_import(shared, plan, cx),
                TaskEvent::Failed(why) => shared.warn(why, cx.now),
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
        while let Some(event) = next_event(&mut self.vocabulary) {
            let vocabulary = match event {
                TaskEvent::Finished(vocabulary) => Ok(vocabulary),
                TaskEvent::Failed(why) => {
                    let source = self.vocabulary_source.to_string_lossy();
                    Err(Problem::new(source, "vocabulary", why))
                }
                TaskEvent::Update(()) | TaskEvent::Cancelled => continue,
            };
            let source = self.vocabulary_source.clone();
            shared.take_vocabulary(source, vocabulary, cx);
        }
    }
}

fn take_export(shared: &mut Shared, out: &Path, report: ExportReport, cx: &Context) {
    let lost = match (report.problems.len(), report.without_position) {
        (0, 0) => String::new(),
        (0, count) => text!("; {count} without a position left out", count),
        (lost, _) => text!("; {lost} images or candidates left out, see Problems", lost),
    };
    let names: Vec<_> = report.empty_fields.iter().map(|field| field.name).collect();
    let empty = match &names[..] {
        [] => String::new(),
        names => text!(
            "; not set: {fields}, see Problems",
            fields = names.join(", ")
        ),
    };
    let fields = report.empty_fields.into_iter();
    let name = out.to_string_lossy();
    let fields = fields.map(|field| Problem::new(&*name, field.name, field.why));
    shared.problems.extend(report.problems);
    shared.problems.extend(fields);
    let (candidates, out) = (report.candidates, out.display());
    let text = text!(
        "{candidates} candidates written to {out}{lost}{empty}",
        candidates,
        out,
        lost,
        empty
    );
    shared.report(text, cx.now);
}

fn take_import(shared: &mut Shared, plan: ImportPlan, cx: &Context) {
    let refused = match plan.problems.len() {
        0 => String::new(),
        count => text!("; {count} rows not used, see Problems", count),
    };
    let noted = match plan.notes.len() {
        0 => String::new(),
        count => text!(
            "; {count} rows used otherwise than they may be meant, see Problems",
            count
        ),
    };
    let overruled = plan.overruled_in_words();
    let overruled = overruled.map_or_else(String::new, |words| format!("; {words}"));
    let (new, known) = (plan.new_rows, plan.known_rows);
    shared.problems.extend(plan.problems);
    shared.problems.extend(plan.notes);
    let text = text!(
        "{new} new labels, {known} known already{overruled}{refused}{noted}",
        new,
        known,
        overruled,
        refused,
        noted
    );
    shared.report(text, cx.now);
}
