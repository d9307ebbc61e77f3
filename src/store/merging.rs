//! Several projects merged into one file: all or nothing, and the same whatever the order in which they are named.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Transaction, TransactionBehavior, params};

use super::{
    event_row::{COLUMNS, EventRow, PLACES, event_of, rows_in_order},
    event_union::{Contradiction, Union},
    open::check_folder,
    place::name_if_free,
    project::{Project, StoreError},
};

/// What a merge came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Events of the project now.
    pub events: usize,
    /// Those that were not in it before.
    pub added: usize,
}

/// Merges project files into one: a file that is there, whose events are merged with theirs, or a new one.
///
/// # Errors
/// Where one cannot be read, is none, or contradicts another one; then nothing is changed, and no new file is left.
pub fn merge_files(projects: &[PathBuf], into: &Path) -> Result<Merged, StoreError> {
    let full = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut known = HashSet::from([full(into)]);
    let mut others = Vec::new();
    for path in projects {
        // What is named twice is one; the merged project itself is in it anyway.
        if known.insert(full(path)) {
            others.push(Project::open_existing(path)?);
        } else if !path.exists() {
            return Err(StoreError::Missing { path: path.clone() });
        }
    }
    if into.exists() {
        return Project::open_existing(into)?.merge(&others);
    }
    check_folder(into)?;
    let mut beside = into.as_os_str().to_owned();
    beside.push(format!(".{}.partial", std::process::id()));
    let beside = PathBuf::from(beside);
    let made = make(&others, &beside).and_then(|merged| {
        name_if_free(&beside, into).map_err(|error| StoreError::NotWritable {
            path: into.into(),
            why: error.to_string(),
        })?;
        Ok(merged)
    });
    // It has two names where it was made, and none is wanted where it was not.
    fs::remove_file(&beside).ok();
    made
}

/// A new project of all of these, with the paths of theirs that lead somewhere here.
fn make(others: &[Project], file: &Path) -> Result<Merged, StoreError> {
    let mut project = Project::open_or_create(file)?;
    let merged = project.merge(others)?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for other in others {
        let more = other.paths()?.into_iter();
        paths.extend(more.filter(|path| path.exists()));
    }
    let mut seen = HashSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    project.put_paths(&paths)?;
    Ok(merged)
}

impl Project {
    /// Takes in the events of other projects, all or none. They are put in order by time, as far as each project's own order
    /// allows; in the local copy of a project on a server they come last, because there the server's order counts.
    ///
    /// # Errors
    /// Where a project cannot be read or this one cannot be written; where two have different events of one identity.
    pub fn merge(&mut self, others: &[Self]) -> Result<Merged, StoreError> {
        let server = self.server()?;
        if server.as_ref().is_some_and(|server| server.steps_left == 0) {
            return Err(StoreError::NoSteps {
                path: self.path.clone(),
            });
        }
        let theirs = others.iter().map(Self::rows_in_order);
        let theirs: Vec<Vec<EventRow>> = theirs.collect::<Result<_, _>>()?;
        let failed = self.failed("merging labels");
        let path = self.path.clone();
        let merged = self.try_merge(theirs, server.is_some());
        let merged = merged.map_err(|error| match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..) => StoreError::NotMergeable {
                path,
                why: format!(
                    "a label cannot be read by this version: is it of a newer destello? ({error})"
                ),
            },
            other => failed(other),
        })?;
        merged.map_err(|Contradiction { source, why }| {
            let at = source.checked_sub(1).and_then(|at| others.get(at));
            StoreError::NotMergeable {
                path: at.map_or(&*self.path, |other| &*other.path).to_owned(),
                why,
            }
        })
    }

    fn try_merge(
        &mut self,
        theirs: Vec<Vec<EventRow>>,
        is_on_server: bool,
    ) -> rusqlite::Result<Result<Merged, Contradiction>> {
        let writing = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let ours = rows_in_order(&writing)?;
        let union = match Union::of(ours, theirs) {
            Ok(union) => union,
            Err(contradiction) => return Ok(Err(contradiction)),
        };
        let order = union.in_one_order();
        let merged = Merged {
            events: union.rows.len(),
            added: union.rows.len() - union.ours,
        };
        if merged.added > 0 {
            let numbers = append(&writing, &union, &order)?;
            let is_natural = numbers.is_sorted();
            if !is_natural && !is_on_server {
                place(&writing, &numbers)?;
            }
        }
        writing.commit()?;
        Ok(Ok(merged))
    }
}

/// Appends what is not there yet, in order. The numbers of all events, in order.
fn append(writing: &Transaction<'_>, union: &Union, order: &[usize]) -> rusqlite::Result<Vec<i64>> {
    let mut append = writing.prepare(&format!(
        "INSERT INTO label_events ({COLUMNS}) VALUES ({PLACES})"
    ))?;
    let mut name = writing.prepare("UPDATE event_ids SET id = ? WHERE seq = ?")?;
    let mut read = writing.prepare(&format!(
        "SELECT seq, {COLUMNS} FROM label_events WHERE seq = ?"
    ))?;
    let mut numbers = Vec::with_capacity(order.len());
    for at in order {
        let row = &union.rows[*at];
        if *at < union.ours {
            numbers.push(row.seq);
            continue;
        }
        append.execute(rusqlite::params_from_iter(&row.cells))?;
        let seq = writing.last_insert_rowid();
        read.query_row([seq], event_of)?;
        name.execute(params![row.id, seq])?;
        numbers.push(seq);
    }
    Ok(numbers)
}

/// Gives every event its place.
fn place(writing: &Transaction<'_>, numbers: &[i64]) -> rusqlite::Result<()> {
    writing.execute("UPDATE event_ids SET server_seq = NULL", [])?;
    let mut place = writing.prepare("UPDATE event_ids SET server_seq = ? WHERE seq = ?")?;
    for (at, seq) in (1_i64..).zip(numbers) {
        place.execute(params![at, seq])?;
    }
    Ok(())
}
