//! VOTable 1.4 in its TABLEDATA form, as the IVOA recommends it for exchange.
//!
//! XML 1.0 has no way to write control characters. Where a text of a table has one, the rows are packed (BINARY2,
//! section 5.4), which holds every character as it is.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use quick_xml::{
    Writer,
    escape::escape,
    events::{BytesDecl, BytesText, Event},
};

use super::{
    columns::{COLUMNS, Column, Kind, Value},
    row::ExportRow,
};

pub(super) fn write(path: &Path, rows: &[ExportRow<'_>]) -> Result<(), String> {
    try_write(path, rows).map_err(|error| error.to_string())
}

fn try_write(path: &Path, rows: &[ExportRow<'_>]) -> io::Result<()> {
    let mut xml = Writer::new(BufWriter::new(File::create(path)?));
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("VOTABLE")
        .with_attribute(("version", "1.4"))
        .with_attribute(("xmlns", "http://www.ivoa.net/xml/VOTable/v1.3"))
        .write_inner_content(|xml| {
            xml.create_element("RESOURCE")
                .with_attribute(("name", "destello"))
                .write_inner_content(|xml| write_resource(xml, rows))?;
            Ok(())
        })?;
    xml.into_inner().flush()
}

fn write_resource<W: Write>(xml: &mut Writer<W>, rows: &[ExportRow<'_>]) -> io::Result<()> {
    xml.create_element("COOSYS")
        .with_attribute(("ID", "sky"))
        .with_attribute(("system", "ICRS"))
        .write_empty()?;
    xml.create_element("TABLE")
        .with_attribute(("name", "labels"))
        .with_attribute(("nrows", rows.len().to_string().as_str()))
        .write_inner_content(|xml| {
            for column in COLUMNS.iter() {
                new_line(xml)?;
                write_field(xml, column)?;
            }
            xml.create_element("DATA").write_inner_content(|xml| {
                if rows.iter().any(has_what_xml_has_not) {
                    return write_packed(xml, rows);
                }
                xml.create_element("TABLEDATA").write_inner_content(|xml| {
                    rows.iter().try_for_each(|row| write_row(xml, row))
                })?;
                Ok(())
            })?;
            Ok(())
        })?;
    Ok(())
}

fn write_field<W: Write>(xml: &mut Writer<W>, column: &Column) -> io::Result<()> {
    let datatype = match column.kind {
        Kind::Text => "unicodeChar",
        Kind::Time => "char",
        Kind::Int => "long",
        Kind::Float => "float",
        Kind::Double => "double",
        Kind::Bool => "boolean",
    };
    let mut field = xml
        .create_element("FIELD")
        .with_attribute(("name", column.name))
        .with_attribute(("datatype", datatype));
    if matches!(column.kind, Kind::Text | Kind::Time) {
        field = field.with_attribute(("arraysize", "*"));
    }
    if column.kind == Kind::Time {
        field = field.with_attribute(("xtype", "timestamp"));
    }
    if !column.unit.is_empty() {
        field = field.with_attribute(("unit", column.unit));
    }
    if let Some(ucd) = ucd_of(column.name) {
        field = field.with_attribute(("ucd", ucd));
    }
    if matches!(column.name, "ra" | "dec") {
        field = field.with_attribute(("ref", "sky"));
    }
    field.write_inner_content(|xml| {
        xml.create_element("DESCRIPTION")
            .write_text_content(BytesText::new(column.meaning))?;
        Ok(())
    })?;
    Ok(())
}

/// The IVOA's word for what a column holds (UCD1+), where there is one.
fn ucd_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "objectId" => "meta.id;meta.main",
        "candid" => "meta.id",
        "ra" => "pos.eq.ra;meta.main",
        "dec" => "pos.eq.dec;meta.main",
        "mjd" | "firstmjd" | "lastmjd" => "time.epoch",
        "magpsf" => "phot.mag",
        "sigmapsf" => "stat.error;phot.mag",
        "class_name" => "src.class",
        "label_time" => "time.processing",
        "note" => "meta.note",
        _ => return None,
    })
}

fn write_row<W: Write>(xml: &mut Writer<W>, row: &ExportRow<'_>) -> io::Result<()> {
    new_line(xml)?;
    xml.create_element("TR").write_inner_content(|xml| {
        for column in COLUMNS.iter() {
            let cell = cell_of((column.value)(row));
            xml.create_element("TD")
                .write_text_content(BytesText::from_escaped(cell))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// The escaped text of a cell; empty where nothing is known.
fn cell_of(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => escaped(&text),
        Value::Time(time) => time.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
    }
}

/// True where a text of the row has a character that XML 1.0 cannot hold (section 2.2).
fn has_what_xml_has_not(row: &ExportRow<'_>) -> bool {
    let is_missing = |c: char| {
        matches!(c, '\u{fffe}' | '\u{ffff}') || (c < ' ' && !matches!(c, '\t' | '\n' | '\r'))
    };
    COLUMNS.iter().any(|column| match (column.value)(row) {
        Value::Text(text) => text.contains(is_missing),
        _ => false,
    })
}

/// The rows in base64: before each a bit for every column that has nothing, then the values, big endian.
fn write_packed<W: Write>(xml: &mut Writer<W>, rows: &[ExportRow<'_>]) -> io::Result<()> {
    let mut bytes = Vec::new();
    for row in rows {
        let values: Vec<Value> = COLUMNS.iter().map(|column| (column.value)(row)).collect();
        let flags = bytes.len();
        bytes.resize(flags + values.len().div_ceil(8), 0);
        for (at, (column, value)) in COLUMNS.iter().zip(values).enumerate() {
            if matches!(value, Value::Null) {
                bytes[flags + at / 8] |= 0x80 >> (at % 8);
            }
            pack(&mut bytes, column.kind, &value);
        }
    }
    let stream = STANDARD.encode(bytes);
    xml.create_element("BINARY2").write_inner_content(|xml| {
        xml.create_element("STREAM")
            .with_attribute(("encoding", "base64"))
            .write_text_content(BytesText::new(&stream))?;
        Ok(())
    })?;
    Ok(())
}

/// A value as its FIELD describes it; where there is none, one that the flag marks as such.
fn pack(bytes: &mut Vec<u8>, kind: Kind, value: &Value) {
    match (kind, value) {
        (Kind::Text, value) => {
            let text = match value {
                Value::Text(text) => text.as_str(),
                _ => "",
            };
            let units: Vec<u16> = text.encode_utf16().collect();
            bytes.extend((units.len() as u32).to_be_bytes());
            bytes.extend(units.iter().flat_map(|unit| unit.to_be_bytes()));
        }
        (Kind::Time, value) => {
            let text = match value {
                Value::Time(time) => time.to_string(),
                _ => String::new(),
            };
            bytes.extend((text.len() as u32).to_be_bytes());
            bytes.extend(text.bytes());
        }
        (Kind::Int, Value::Int(number)) => bytes.extend(number.to_be_bytes()),
        (Kind::Int, _) => bytes.extend(0_i64.to_be_bytes()),
        (Kind::Float, Value::Float(number)) => bytes.extend(number.to_be_bytes()),
        (Kind::Float, _) => bytes.extend(f32::NAN.to_be_bytes()),
        (Kind::Double, Value::Double(number)) => bytes.extend(number.to_be_bytes()),
        (Kind::Double, _) => bytes.extend(f64::NAN.to_be_bytes()),
        (Kind::Bool, Value::Bool(is)) => bytes.push(if *is { b'T' } else { b'F' }),
        (Kind::Bool, _) => bytes.push(b'?'),
    }
}

/// A carriage return would become a line feed in every XML reader.
fn escaped(text: &str) -> String {
    escape(text).replace('\r', "&#13;")
}

fn new_line<W: Write>(xml: &mut Writer<W>) -> io::Result<()> {
    xml.write_event(Event::Text(BytesText::from_escaped("\n")))
}
