//! Comma-separated values: one header line, UTF-8, empty where nothing is known.

use std::{fs::File, io::Write, path::Path};

use super::columns::{Table, Value};

/// Writes all rows.
pub(super) fn write<T: Table + ?Sized>(path: &Path, table: &T) -> Result<(), String> {
    let file = File::create(path).map_err(|error| error.to_string())?;
    write_to(file, table).map_err(|error| error.to_string())
}

/// Writes all rows to a file that is open, or to standard output.
pub(super) fn write_to<T: Table + ?Sized>(out: impl Write, table: &T) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let heads = table.heads();
    let columns = 0..heads.len();
    writer.write_record(heads.iter().map(|(name, _)| name))?;
    for row in 0..table.rows() {
        let fields = columns
            .clone()
            .map(|column| field(table.value(row, column)));
        writer.write_record(fields)?;
    }
    writer.flush()
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
