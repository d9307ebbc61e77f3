//! VOTable 1.4 in its TABLEDATA form, as the IVOA recommends it for exchange.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use quick_xml::{
    Writer,
    escape::escape,
    events::{BytesDecl, BytesText, Event},
};

use super::{
    columns::{COLUMNS, Column, Kind, Value},
    row::ExportRow,
};

/// Writes all rows.
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

/// A carriage return would become a line feed in every XML reader, and XML has no way to write
/// other control characters at all: they become the replacement character.
fn escaped(text: &str) -> String {
    let is_allowed = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{7f}'..);
    let clean: String = text
        .chars()
        .map(|c| {
            if is_allowed(c) && !matches!(c, '\u{fffe}' | '\u{ffff}') {
                c
            } else {
                '\u{fffd}'
            }
        })
        .collect();
    escape(&clean).replace('\r', "&#13;")
}

fn new_line<W: Write>(xml: &mut Writer<W>) -> io::Result<()> {
    xml.write_event(Event::Text(BytesText::from_escaped("\n")))
}
