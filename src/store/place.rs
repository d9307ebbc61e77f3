//! Whether the path of a project still leads to the file that is open.
//!
//! SQLite goes on writing to a file that was removed or replaced, without a word.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{
    ToSql,
    types::{ToSqlOutput, ValueRef},
};

use super::{
    open::check_folder,
    open_files::FileId,
    project::{Project, StoreError, refusal},
};

/// Where the file of an open project is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At its path.
    Same,
    /// Nothing lies at its path any more.
    Gone,
    /// Another file lies at its path.
    Replaced,
}

/// A path as SQLite takes it: text, whatever its bytes are.
struct SqlPath<'a>(&'a Path);

impl ToSql for SqlPath<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let bytes = self.0.as_os_str().as_encoded_bytes();
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(bytes)))
    }
}

impl Project {
    /// Whether the path still leads to the open file.
    pub fn place(&self) -> Place {
        match (self.registered.id(), FileId::of(&self.path)) {
            (Some(open), Some(there)) if open == there => Place::Same,
            (Some(_), Some(_)) => Place::Replaced,
            // Without such numbers all that can be seen is whether a file is there.
            (None, _) if self.path.exists() => Place::Same,
            _ => Place::Gone,
        }
    }

    /// Writes everything that this project holds to a new file at its path, where none lies any
    /// more, and goes on with that one.
    ///
    /// # Errors
    /// Where no file can be made there, or another one came in between. What this project holds
    /// stays readable.
    pub fn make_again(&mut self) -> Result<(), StoreError> {
        check_folder(&self.path)?;
        let beside = sibling(&self.path, &format!(".{}.partial", std::process::id()));
        fs::remove_file(&beside).ok();
        let copied = self
            .connection
            .execute("VACUUM INTO ?1", [SqlPath(&beside)]);
        let placed = copied
            .map_err(|error| refusal(&self.path, "writing the project anew", error))
            .and_then(|_| self.put_in_place(&beside));
        fs::remove_file(&beside).ok();
        placed?;
        self.open_again()
    }

    /// Gives the copy the project's name, unless another file has taken it.
    fn put_in_place(&self, copy: &Path) -> Result<(), StoreError> {
        self.drop_logs();
        name_if_free(copy, &self.path).map_err(|error| StoreError::NotWritable {
            path: self.path.clone(),
            why: error.to_string(),
        })
    }

    /// Goes on with the file that lies at the path now, where it holds every label of this
    /// project: a copy that came back, or one that another window wrote anew.
    ///
    /// # Errors
    /// Where it is no project, or another one.
    pub fn adopt(&mut self) -> Result<(), StoreError> {
        let there = FileId::of(&self.path);
        // Looked at once: opening leaves a trace in it.
        if let Some((_, why)) = self.refused.clone().filter(|(id, _)| Some(*id) == there) {
            return Err(StoreError::Replaced {
                path: self.path.clone(),
                why,
            });
        }
        self.try_adopt().inspect_err(|error| {
            if let (StoreError::Replaced { why, .. }, Some(there)) = (error, there) {
                self.refused = Some((there, why.clone()));
            }
        })
    }

    fn try_adopt(&mut self) -> Result<(), StoreError> {
        let other = |why: String| StoreError::Replaced {
            path: self.path.clone(),
            why,
        };
        // SQLite would play our log into their file.
        if self.log.is_some() && self.log == FileId::of(&sibling(&self.path, "-wal")) {
            self.drop_logs();
        }
        let there = Self::open_existing(&self.path).map_err(|error| match error {
            StoreError::NotAProject { why, .. } => other(why),
            error => other(error.to_string()),
        })?;
        let theirs = there.events_since(0)?;
        let ours = self.events_since(0)?;
        let mut rest = theirs.iter().map(|(_, event)| event);
        let has_all = ours
            .iter()
            .all(|(_, event)| rest.any(|theirs| theirs == event));
        if !has_all {
            return Err(other(
                "another project that lacks some of these labels".into(),
            ));
        }
        *self = there;
        Ok(())
    }

    /// Removes the names of the log, which belongs to a file that is no longer at the path: every
    /// commit of it has gone on into that file. The open connection goes on with it.
    fn drop_logs(&self) {
        for ending in ["-wal", "-shm"] {
            fs::remove_file(sibling(&self.path, ending)).ok();
        }
    }

    /// Keeps which log is ours, as long as the file is at its path.
    pub(super) fn note_log(&mut self) {
        if self.place() == Place::Same {
            self.log = FileId::of(&sibling(&self.path, "-wal"));
        }
    }

    fn open_again(&mut self) -> Result<(), StoreError> {
        *self = Self::open_existing(&self.path)?;
        Ok(())
    }
}

/// The path with an ending after its whole name.
fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Gives a file another name, unless a file has it.
pub(super) fn name_if_free(file: &Path, name: &Path) -> std::io::Result<()> {
    fs::hard_link(file, name).or_else(|error| {
        // Not every file system has links.
        let is_free = error.kind() != std::io::ErrorKind::AlreadyExists && !name.exists();
        if is_free {
            fs::rename(file, name)
        } else {
            Err(error)
        }
    })
}
