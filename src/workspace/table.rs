//! A table of results: to a file whose ending names the format, or to standard output.

use std::path::Path;

use anyhow::Context;

use crate::io::export::{FilledColumn, Format, write_columns, write_csv_to};

/// Writes a table of that name: to a file, whole or not at all, or as CSV to standard output.
///
/// # Errors
/// Where the ending names no format of this table, or nothing can be written.
pub fn write(name: &str, columns: &[FilledColumn], out: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = out else {
        return Ok(write_csv_to(std::io::stdout().lock(), columns)?);
    };
    Ok(write_columns(path, format_of(path)?, name, columns)?)
}

/// The format that a file's ending names.
///
/// # Errors
/// Where it names none that a table can have.
pub fn format_of(path: &Path) -> anyhow::Result<Format> {
    let is_table = |format: &Format| matches!(format, Format::Csv | Format::Parquet | Format::Fits);
    let format = Format::of_path(path).filter(is_table);
    format.with_context(|| {
        format!(
            "{}: the ending should be .csv, .parquet or .fits",
            path.display()
        )
    })
}
