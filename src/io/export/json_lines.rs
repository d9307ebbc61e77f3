//! JSON Lines: one object a line, every column in every line, `null` where nothing is known.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    columns::{COLUMNS, Value},
    row::ExportRow,
};

pub(super) fn write(path: &Path, rows: &[ExportRow<'_>]) -> Result<(), String> {
    try_write(path, rows).map_err(|error| error.to_string())
}

fn try_write(path: &Path, rows: &[ExportRow<'_>]) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for row in rows {
        serde_json::to_writer(&mut out, &Line(row))?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// A row as an object with its columns in their order.
struct Line<'a>(&'a ExportRow<'a>);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(COLUMNS.len()))?;
        for column in COLUMNS.iter() {
            match (column.value)(self.0) {
                Value::Null => map.serialize_entry(column.name, &())?,
                Value::Text(text) => map.serialize_entry(column.name, &text)?,
                Value::Time(time) => map.serialize_entry(column.name, &time.to_string())?,
                Value::Int(number) => map.serialize_entry(column.name, &number)?,
                Value::Float(number) => map.serialize_entry(column.name, &number)?,
                Value::Double(number) => map.serialize_entry(column.name, &number)?,
                Value::Bool(is) => map.serialize_entry(column.name, &is)?,
            }
        }
        map.end()
    }
}
