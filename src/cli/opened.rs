//! What several subcommands open: candidates, and the labels of a project.

use std::{path::PathBuf, sync::Arc};

use crate::{
    domain::{Catalogue, LabelBook},
    store::Project,
    workspace::open,
};

/// The labels of a project.
pub(super) fn book_of(project: &Project) -> anyhow::Result<LabelBook> {
    let events = project.events_since(0)?;
    Ok(LabelBook::of(
        events.into_iter().map(|(_, event)| Arc::new(event)),
    ))
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
