//! What a project remembers besides labels: the opened paths, the window's state, its versions.

use std::path::{Path, PathBuf};

use rusqlite::{
    OptionalExtension, TransactionBehavior, params,
    types::{Value, ValueRef},
};

use super::project::{Project, StoreError};
use crate::domain::Timestamp;

/// Who made a project and who wrote to it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Program version that made the file.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Program version that opened the file last.
    pub written_by: String,
    /// When that was.
    pub written_at: Timestamp,
}

impl Project {
    /// Keeps a value (JSON, by convention) under a key; the last one written counts.
    pub fn session_put(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO session VALUES (?1, ?2)
                   ON CONFLICT (key) DO UPDATE SET value = ?2";
        self.connection
            .execute(sql, (key, value))
            .map_err(self.failed("writing the session"))?;
        Ok(())
    }

    /// The value kept under a key.
    pub fn session_get(&self, key: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM session WHERE key = ?";
        self.connection
            .query_row(sql, [key], |row| row.get(0))
            .optional()
            .map_err(self.failed("reading the session"))
    }

    /// Remembers the paths of the opened set, in order, instead of those known before. Relative
    /// paths are taken from the working folder of now, so that they still mean the same later.
    pub fn put_paths(&mut self, paths: &[PathBuf]) -> Result<(), StoreError> {
        let failed = self.failed("writing the opened paths");
        let mut write = || {
            let writing = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            writing.execute("DELETE FROM paths", [])?;
            for (position, path) in paths.iter().enumerate() {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                let row = params![position as i64, value_of_path(&path)];
                writing.execute("INSERT INTO paths VALUES (?, ?)", row)?;
            }
            writing.commit()
        };
        write().map_err(failed)
    }

    /// The paths of the opened set, in order.
    pub fn paths(&self) -> Result<Vec<PathBuf>, StoreError> {
        let read = || {
            let mut select = self
                .connection
                .prepare("SELECT path FROM paths ORDER BY position")?;
            let rows = select.query_map([], |row| Ok(path_of_value(row.get_ref(0)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed("reading the opened paths"))
    }

    /// Who made the file and who wrote to it last.
    pub fn about(&self) -> Result<About, StoreError> {
        let sql = "SELECT created_by, created_at_us, written_by, written_at_us FROM about";
        self.connection
            .query_row(sql, [], |row| {
                Ok(About {
                    created_by: row.get(0)?,
                    created_at: Timestamp(row.get(1)?),
                    written_by: row.get(2)?,
                    written_at: Timestamp(row.get(3)?),
                })
            })
            .map_err(self.failed("reading the project"))
    }
}

fn value_of_path(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => Value::Text(text.to_owned()),
        None => Value::Blob(path.as_os_str().as_encoded_bytes().to_vec()),
    }
}

#[cfg(unix)]
fn path_of_value(value: ValueRef<'_>) -> PathBuf {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => OsStr::from_bytes(bytes).into(),
        _ => PathBuf::new(),
    }
}

#[cfg(not(unix))]
fn path_of_value(value: ValueRef<'_>) -> PathBuf {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
        }
        _ => PathBuf::new(),
    }
}
