//! Comma-separated values: one header line, UTF-8, empty where nothing is known.

use std::path::Path;

use super::{
    columns::{COLUMNS, Value},
    row::ExportRow,
};

/// Writes all rows.
pub(super) fn write(path: &Path, rows: &[ExportRow<'_>]) -> Result<(), String> {
    try_write(path, rows).map_err(|error| error.to_string())
}

fn try_write(path: &Path, rows: &[ExportRow<'_>]) -> csv::Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(COLUMNS.iter().map(|column| column.name))?;
    for row in rows {
        writer.write_record(COLUMNS.iter().map(|column| field((column.value)(row))))?;
    }
    writer.flush()?;
    Ok(())
}

/// The shortest text that reads back as the same value.
fn field(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text,
        Value::Time(time) => time.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
    }
}
