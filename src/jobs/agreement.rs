//! Votes of several annotators, out of projects and tables of labels.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, bail};

use crate::{
    domain::{LabelBook, agreement::Votes},
    io::labels_csv,
    store::Project,
};

/// Gathers the votes of all projects and tables. Of a table without annotators the file's name is one.
/// Also what could not be read of tables.
///
/// # Errors
/// Where a file cannot be read.
pub fn gather(projects: &[PathBuf], tables: &[PathBuf]) -> anyhow::Result<(Votes, Vec<String>)> {
    let mut votes = Votes::default();
    let mut notes = Vec::new();
    for path in projects {
        if !path.is_file() {
            bail!("{}: there is no such project", path.display());
        }
        let events = Project::open_or_create(path)?.events_since(0)?;
        let events = events.into_iter().map(|(_, event)| Arc::new(event));
        votes.add_book(&LabelBook::of(events));
    }
    for path in tables {
        let table = labels_csv::read(path)?;
        let name = path.file_stem().context("a table has a name")?;
        let whole_file: Arc<str> = name.to_string_lossy().into();
        notes.extend(table.problems.iter().map(ToString::to_string));
        for row in table.rows.into_iter().filter(|row| !row.label.is_empty()) {
            let annotator = row.annotator.unwrap_or_else(|| whole_file.clone());
            votes.add(row.id, annotator, row.label);
        }
    }
    Ok((votes, notes))
}
