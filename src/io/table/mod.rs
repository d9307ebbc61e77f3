//! One reader of tables for labels and for metadata beside stamps, whoever wrote them.
//!
//! What a file is, its bytes say: text with commas, semicolons, tabs, bars or blanks between the cells; ECSV;
//! IPAC; VOTable; FITS; Parquet; JSON, as a list or one object a line. Every cell becomes the text that was
//! written, so that identifiers of 64 bits stay exact.

mod binary;
mod ipac;
mod json;
mod row;
mod text;
mod votable;
mod votable_binary;
mod zipped;

pub use row::{Row, Table};
use std::path::{Path, PathBuf};

use super::gunzip::{BytesError, read_file};

/// Why a table cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be read.
    #[error("{}: {why}", path.display())]
    Unreadable {
        path: PathBuf,
        /// The reason.
        why: BytesError,
    },
    /// What it holds is no table.
    #[error("{path}: {why}")]
    NoTable {
        path: String,
        /// The reason.
        why: String,
    },
}

impl Table {
    /// Reads the table in a file.
    ///
    /// # Errors
    /// Where the file cannot be read, or holds no table.
    pub fn read(path: &Path) -> Result<Self, TableError> {
        let bytes = read_file(path).map_err(|why| TableError::Unreadable {
            path: path.to_path_buf(),
            why,
        })?;
        Self::parse(&bytes, &path.display().to_string())
    }

    /// Reads a table from its bytes; `path` is for error messages.
    ///
    /// # Errors
    /// Where the bytes hold no table.
    pub fn parse(bytes: &[u8], path: &str) -> Result<Self, TableError> {
        let refused = |why: String| TableError::NoTable {
            path: path.to_owned(),
            why,
        };
        if bytes.starts_with(b"SIMPLE  =") {
            return binary::fits(bytes).map_err(refused);
        }
        if bytes.starts_with(b"PAR1") {
            return binary::parquet(bytes).map_err(refused);
        }
        if bytes.starts_with(b"SQLite format 3\0") {
            return Err(refused(
                "is a database, not a table: a project of destello?".into(),
            ));
        }
        // The second is an archive without any file.
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            let inside = zipped::only_file(bytes).map_err(refused)?;
            return Self::parse(&inside, path);
        }
        let text = text::decoded(bytes);
        let begin = text.trim_start();
        if begin.starts_with('<') {
            // The name may stand behind that of its namespace.
            if begin.contains("<VOTABLE") || begin.contains(":VOTABLE") {
                return votable::read(begin).map_err(refused);
            }
            let why = "is XML or HTML without a VOTable in it; save the table as CSV";
            return Err(refused(why.into()));
        }
        if ipac::is_ipac(begin) {
            return Ok(ipac::read(&text));
        }
        if json::is_json(begin) {
            return json::read(&text).map_err(refused);
        }
        Ok(text::read(&text))
    }

    /// Position of the column that goes by one of the names, whatever their case; the first name first.
    pub fn find(&self, names: &[&str]) -> Option<usize> {
        let at = |name: &&str| {
            self.heads
                .iter()
                .position(|head| head.eq_ignore_ascii_case(name))
        };
        names.iter().find_map(at)
    }
}

impl Row {
    /// The cell without blanks around it; empty where it is missing.
    pub fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", |cell| cell.trim())
    }
}
