//! What several subcommands open: candidates, and the labels of a project.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use super::print::print_line;
use crate::{
    domain::{Catalogue, LabelBook},
    io::{Decoder, export::FilledColumn},
    store::Project,
    tasks::cancel::CancelToken,
    workspace::{kept_index::Indexing, open, table},
};

/// Whether a subcommand takes files from the index that was kept.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct IndexArgs {
    /// Read every file: by default, files that are what they were at an earlier opening of the set are taken from the
    /// index that was kept then, beside its project or in the cache folder
    #[arg(long)]
    anew: bool,
}

impl IndexArgs {
    pub(super) const fn choice(self) -> Indexing {
        if self.anew {
            Indexing::Anew
        } else {
            Indexing::Kept
        }
    }
}

/// Candidates and where the table about them goes, for a subcommand that makes one.
#[derive(Debug, clap::Args)]
pub(super) struct TableArgs {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The table to write: .csv, .parquet or .fits; by default CSV on standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    indexing: IndexArgs,
}

/// Candidates that a table is about.
pub(super) struct OpenedForTable<'a> {
    pub(super) catalogue: Arc<Catalogue>,
    out: Option<&'a PathBuf>,
    has_problems: bool,
}

impl TableArgs {
    /// Opens the candidates; problems go to standard error.
    ///
    /// # Errors
    /// Where the table's form is not known, which is found before the work, or there is no candidate.
    pub(super) fn open(
        &self,
        decoder: &Decoder,
        cancel: &CancelToken,
    ) -> anyhow::Result<OpenedForTable<'_>> {
        if let Some(out) = &self.out {
            table::format_of(out)?;
        }
        let indexing = self.indexing.choice();
        let opened = open::read_kept(&self.paths, None, indexing, decoder, cancel);
        for problem in &opened.problems {
            eprintln!("{problem}");
        }
        let is_empty = opened.catalogue.is_empty() && !cancel.is_cancelled();
        anyhow::ensure!(!is_empty, "no candidate was found");
        Ok(OpenedForTable {
            catalogue: Arc::new(opened.catalogue),
            out: self.out.as_ref(),
            has_problems: !opened.problems.is_empty(),
        })
    }
}

impl OpenedForTable<'_> {
    /// Writes the table and a line about it; exit status 2 where an input could not be used.
    pub(super) fn write(
        &self,
        name: &str,
        columns: &[FilledColumn],
        summary: &str,
    ) -> anyhow::Result<ExitCode> {
        table::write(name, columns, self.out.map(PathBuf::as_path))?;
        match self.out {
            Some(out) => print_line(&format!("{summary}; written to {}", out.display()))?,
            None => eprintln!("{summary}"),
        }
        Ok(ExitCode::from(if self.has_problems { 2 } else { 0 }))
    }
}

/// The labels of a project.
pub(super) fn book_of(project: &Project) -> anyhow::Result<LabelBook> {
    let (events, _) = project.history()?;
    Ok(LabelBook::of(events.into_iter().map(Arc::new)))
}

/// The candidates of these files, of which there must be one: no project is made without.
pub(super) fn open_some(paths: &[PathBuf]) -> anyhow::Result<Catalogue> {
    let catalogue = open_catalogue(paths);
    anyhow::ensure!(
        !catalogue.is_empty(),
        "no candidate was found in the given paths; `destello inspect` gives the reasons"
    );
    Ok(catalogue)
}

/// The candidates of these files; their faults are counted on standard error.
pub(super) fn open_catalogue(paths: &[PathBuf]) -> Catalogue {
    if paths.is_empty() {
        return Catalogue::default();
    }
    let opened = open::read_all(paths);
    if !opened.problems.is_empty() {
        eprintln!(
            "{} inputs could not be used; `destello inspect` names them",
            opened.problems.len()
        );
    }
    opened.catalogue
}
