//! Tables out: labels in five table formats, as regions of DS9 and as the training bundle, the night as a
//! page, and any other columns.

mod beside;
pub mod bundle;
pub mod certificate;
pub mod columns;
mod csv;
mod json_lines;
pub mod page;
mod parquet;
pub mod regions;
pub mod row;
pub mod services;
pub mod split;
pub mod tns;
mod votable;

use std::path::{Path, PathBuf};

pub use beside::written_beside;
pub use columns::FilledColumn;
pub use row::{ExportRow, Selection, rows};
pub use services::Service;

use super::fits::{self, bytes::CardValue};

/// Why nothing was exported. An existing file of that name is still whole.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct ExportError {
    /// The file that should have been written.
    pub path: PathBuf,
    pub why: String,
}

/// What an export looks like on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with one header line.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// Apache Parquet.
    Parquet,
    /// VOTable 1.4, TABLEDATA.
    VoTable,
    /// A FITS binary table.
    Fits,
    /// A region file of DS9: see [`regions`].
    Regions,
    /// The night as one HTML page: see [`page`].
    Page,
    /// A FITS file with stamps, masks, labels and split: see [`bundle`].
    Bundle,
    /// What a service takes: see [`services`].
    For(Service),
}

impl Format {
    /// Every format with its name on the command line and the endings of its files.
    pub const ALL: [(Self, &'static str, &'static [&'static str]); 13] = [
        (Self::Bundle, "bundle", &[".bundle.fits"]),
        (Self::For(Service::Lasair), "lasair", &[".lasair.jsonl"]),
        (
            Self::For(Service::SkyPortal),
            "skyportal",
            &[".skyportal.json"],
        ),
        (Self::For(Service::Tns), "tns", &[".tns.json"]),
        (
            Self::For(Service::Zooniverse),
            "zooniverse",
            &[".zooniverse.csv"],
        ),
        (
            Self::For(Service::LabelStudio),
            "labelstudio",
            &[".labelstudio.json"],
        ),
        (Self::Csv, "csv", &[".csv"]),
        (Self::JsonLines, "jsonl", &[".jsonl", ".ndjson"]),
        (Self::Parquet, "parquet", &[".parquet"]),
        (Self::VoTable, "votable", &[".vot", ".votable", ".xml"]),
        (Self::Fits, "fits", &[".fits", ".fit"]),
        (Self::Regions, "regions", &[".reg"]),
        (Self::Page, "html", &[".html", ".htm"]),
    ];

    /// The format that a file's ending names.
    pub fn of_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        Self::ALL
            .iter()
            .find(|(_, _, endings)| endings.iter().any(|ending| name.ends_with(ending)))
            .map(|(format, ..)| *format)
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known, _)| known.eq_ignore_ascii_case(name))
            .map(|(format, ..)| *format)
    }
}

/// Writes a table of labels, beside and renamed.
///
/// # Errors
/// Where the file cannot be written, and for [`Format::Bundle`], which [`bundle::write`] writes.
pub fn write_table(path: &Path, format: Format, rows: &[ExportRow<'_>]) -> Result<(), ExportError> {
    written_beside(path, |beside| match format {
        Format::Csv => csv::write(beside, rows),
        Format::JsonLines => json_lines::write(beside, rows),
        Format::Parquet => parquet::write(beside, "labels", rows),
        Format::VoTable => votable::write(beside, rows),
        Format::Fits => write_fits(beside, rows),
        Format::Regions => regions::write(beside, rows),
        Format::Bundle | Format::Page | Format::For(_) => Err("this format is not a table".into()),
    })
}

/// Writes labels as a service takes them, beside and renamed. `decode` gives the pixels of pictures.
///
/// # Errors
/// Where the file, or a picture beside it, cannot be written.
pub fn write_for(
    service: Service,
    path: &Path,
    rows: &[ExportRow<'_>],
    decode: &mut bundle::Decode<'_>,
) -> Result<services::Written, ExportError> {
    let mut written = services::Written::default();
    written_beside(path, |beside| {
        written = services::write(service, beside, path, rows, decode)?;
        Ok(())
    })?;
    Ok(written)
}

/// Writes columns of any meaning as a table of that name, beside and renamed: CSV, Parquet or FITS.
///
/// # Errors
/// Where the file cannot be written, and for the other formats.
pub fn write_columns(
    path: &Path,
    format: Format,
    name: &str,
    columns: &[FilledColumn],
) -> Result<(), ExportError> {
    written_beside(path, |beside| match format {
        Format::Csv => csv::write(beside, columns),
        Format::Parquet => parquet::write(beside, name, columns),
        Format::Fits => {
            let mut file = fits::write::FitsWriter::create(beside)?;
            file.table(name, columns)?;
            file.finish()
        }
        Format::JsonLines
        | Format::VoTable
        | Format::Regions
        | Format::Page
        | Format::Bundle
        | Format::For(_) => Err("this table can be written as .csv, .parquet or .fits".into()),
    })
}

/// Writes columns as comma-separated values to an open place, such as standard output.
///
/// # Errors
/// Where nothing can be written there.
pub fn write_csv_to(out: impl std::io::Write, columns: &[FilledColumn]) -> std::io::Result<()> {
    csv::write_to(out, columns)
}

fn write_fits(beside: &Path, rows: &[ExportRow<'_>]) -> Result<(), String> {
    let mut file = fits::write::FitsWriter::create(beside)?;
    // FITS text is printable ASCII (FITS 4.0, section 7.3.3.1): every other character is written as an escape.
    let form = CardValue::Text("unicode_escape");
    file.card("TEXTESC", form, "how Python reads text columns");
    file.table("LABELS", &columns::of_rows(rows))?;
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_names_the_format() {
        for (name, format) in [
            ("a.csv", Some(Format::Csv)),
            ("night.BUNDLE.fits", Some(Format::Bundle)),
            ("night.fits", Some(Format::Fits)),
            ("a.xml", Some(Format::VoTable)),
            ("a.b.jsonl", Some(Format::JsonLines)),
            ("a.parquet", Some(Format::Parquet)),
            ("night.REG", Some(Format::Regions)),
            ("night.html", Some(Format::Page)),
            ("a.zooniverse.csv", Some(Format::For(Service::Zooniverse))),
            ("a.TNS.json", Some(Format::For(Service::Tns))),
            ("labels", None),
        ] {
            assert_eq!(Format::of_path(Path::new(name)), format, "{name}");
        }
        assert_eq!(Format::of_name("Bundle"), Some(Format::Bundle));
    }
}
