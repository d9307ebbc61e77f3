//! What goes to other programs, and how it becomes a message: tables and images are files that the message names.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::{
    domain::{Catalogue, LabelBook, StampRef, words::counted},
    io::{
        convert::cubes::write_image,
        decode::Decoder,
        export::{Format, Selection, rows, write_table},
        samp::Message,
    },
    text,
};

/// Files older than this are taken away.
const OLD: Duration = Duration::from_hours(7 * 24);

/// Something to send.
#[derive(Clone)]
pub enum Parcel {
    /// Look at this position, degrees.
    Position([f64; 2]),
    /// Show this row of a table that was sent.
    Row {
        /// The table's identifier.
        table: String,
        /// From 0.
        row: usize,
    },
    /// Select these rows of a table that was sent.
    Rows {
        /// The table's identifier.
        table: String,
        /// From 0.
        rows: Vec<usize>,
    },
    /// Every candidate with its label, a row each, in the order of the catalogue.
    Table {
        /// The identifier that the table is to have.
        table: String,
        /// What people read.
        name: String,
        book: Arc<LabelBook>,
        /// The candidates at this moment.
        catalogue: Arc<Catalogue>,
    },
    /// A stamp with its geometry.
    Image {
        /// What people read: identifier, role.
        name: String,
        /// The candidate.
        id: Arc<str>,
        stamp: StampRef,
        /// Reads its pixels.
        decoder: Arc<Decoder>,
    },
}

impl Parcel {
    /// "the position", for sentences.
    pub fn in_words(&self) -> String {
        match self {
            Self::Position(_) => text!("the position").into(),
            Self::Row { .. } => text!("the row of the table").into(),
            Self::Rows { rows, .. } => {
                text!(
                    "a selection of {rows}",
                    rows = counted(rows.len() as u64, "row")
                )
            }
            Self::Table { catalogue, .. } => {
                text!(
                    "a table of {candidates}",
                    candidates = counted(catalogue.len() as u64, "candidate")
                )
            }
            Self::Image { name, .. } => text!("the image {name}", name),
        }
    }

    /// What of other programs takes it, for sentences.
    pub const fn taken_by(&self) -> &'static str {
        match self {
            Self::Position(_) => "positions",
            Self::Row { .. } | Self::Rows { .. } => "rows of tables",
            Self::Table { .. } => "tables",
            Self::Image { .. } => "images",
        }
    }

    /// Writes what is a file into the folder, and gives the message.
    ///
    /// # Errors
    /// Where the stamp cannot be read or the file not be written.
    pub fn message(&self, folder: &Path) -> Result<Message, String> {
        match self {
            Self::Position(position) => Ok(Message::point_at(*position)),
            Self::Row { table, row } => Ok(Message::highlight_row(table, *row)),
            Self::Rows { table, rows } => Ok(Message::select_rows(table, rows.iter().copied())),
            Self::Table {
                table,
                name,
                book,
                catalogue,
            } => {
                let path = place(folder, &format!("{table}.vot"))?;
                let rows = rows(book, catalogue, Selection::All);
                write_table(&path, Format::VoTable, &rows).map_err(|why| why.to_string())?;
                Ok(Message::load_table(&path, table, name))
            }
            Self::Image {
                name,
                id,
                stamp,
                decoder,
            } => {
                let decoded = decoder.decode(std::slice::from_ref(stamp));
                let found = decoded.into_iter().next();
                let (_, result) =
                    found.ok_or_else(|| format!("{name}: the stamp cannot be read"))?;
                let pixels = result.map_err(|problem| problem.to_string())?;
                // Numbers of stamps begin anew in each process.
                let image = format!("stamp-{}-{}", std::process::id(), stamp.id.0);
                let path = place(folder, &format!("{image}.fits"))?;
                write_image(&path, id, &pixels)?;
                Ok(Message::load_image(&path, &image, name))
            }
        }
    }
}

/// A place for a file in the folder, from which files of earlier weeks are taken away: nothing reads them any more.
fn place(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let fault = |why: std::io::Error| format!("{}: {why}", folder.display());
    fs::create_dir_all(folder).map_err(fault)?;
    for entry in fs::read_dir(folder).map_err(fault)?.flatten() {
        let modified = entry.metadata().and_then(|about| about.modified());
        let age = modified.ok().and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > OLD) {
            // What cannot be removed is no reason not to send.
            fs::remove_file(entry.path()).unwrap_or_default();
        }
    }
    Ok(folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Candidate, CandidateIx};

    #[test]
    fn rows_of_the_table_are_the_numbers_of_the_candidates() {
        let mut catalogue = Catalogue::default();
        for id in ["b", "a", "c"] {
            catalogue.absorb(Candidate {
                id: id.into(),
                ..Candidate::default()
            });
        }
        let folder = tempfile::tempdir().unwrap();
        let parcel = Parcel::Table {
            table: "t".into(),
            name: "night".into(),
            book: Arc::default(),
            catalogue: Arc::new(catalogue.clone()),
        };
        assert_eq!(parcel.in_words(), "a table of 3 candidates");
        parcel.message(&folder.path().join("new")).unwrap();
        let text = fs::read_to_string(folder.path().join("new/t.vot")).unwrap();
        let rows: Vec<&str> = text.split("<TR>").skip(1).collect();
        assert_eq!(rows.len(), 3);
        for (at, row) in rows.iter().enumerate() {
            let id = &catalogue.get(CandidateIx(at as u32)).unwrap().id;
            assert!(row.starts_with(&format!("<TD>{id}</TD>")), "{row}");
        }
    }
}
