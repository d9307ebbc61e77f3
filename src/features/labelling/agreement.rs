//! Votes of several annotators, out of projects and tables of labels.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use anyhow::{Context, bail};

use crate::{
    domain::{
        LabelBook,
        agreement::{Repeats, Votes, repeats},
    },
    io::labels_csv,
    store::Project,
};

/// What annotators said.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// The last word of each on each candidate.
    pub votes: Votes,
    /// How often each said the same again.
    pub repeats: BTreeMap<Arc<str>, Repeats>,
    /// What could not be read of tables.
    pub notes: Vec<String>,
}

/// Gathers the votes of all projects and tables. Of a table without annotators the file's name is one.
///
/// # Errors
/// Where a file cannot be read.
pub fn gather(projects: &[PathBuf], tables: &[PathBuf]) -> anyhow::Result<Gathered> {
    let mut gathered = Gathered::default();
    let votes = &mut gathered.votes;
    let mut known = BTreeSet::new();
    for path in projects {
        // The same project named twice is one.
        if let Ok(place) = path.canonicalize()
            && !known.insert(place)
        {
            continue;
        }
        if !path.is_file() {
            bail!("{}: there is no such project", path.display());
        }
        let (events, _) = Project::open_existing(path)?.history()?;
        let book = LabelBook::of(events.into_iter().map(Arc::new));
        votes.add_book(&book);
        for (annotator, again) in repeats(&book) {
            let own = gathered.repeats.entry(annotator).or_default();
            own.all += again.all;
            own.alike += again.alike;
        }
    }
    for path in tables {
        let table = labels_csv::read(path)?;
        let name = path.file_stem().context("a table has a name")?;
        let whole_file: Arc<str> = name.to_string_lossy().into();
        gathered
            .notes
            .extend(table.problems.iter().map(ToString::to_string));
        for row in table.rows.into_iter().filter(|row| !row.label.is_empty()) {
            let annotator = row.annotator.unwrap_or_else(|| whole_file.clone());
            votes.add(row.id, annotator, row.label);
        }
    }
    Ok(gathered)
}
