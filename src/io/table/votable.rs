//! The first table of a VOTable: rows that are written out (TABLEDATA, VOTable 1.4, section 5.1), or packed.

use quick_xml::{
    Reader,
    escape::EscapeError,
    events::{BytesStart, Event},
};

use super::{
    row::{Row, Table},
    votable_binary::{self, Field},
};

/// Reads it; refused where the rows lie in a file of their own.
pub(super) fn read(text: &str) -> Result<Table, String> {
    let mut reader = Reader::from_str(text);
    let mut table = Table::default();
    let mut cells: Option<Vec<String>> = None;
    let mut cell: Option<String> = None;
    let mut fields: Vec<Field> = Vec::new();
    // Packed rows: true for BINARY2, and what was read of the stream.
    let mut packed: Option<(bool, String)> = None;
    loop {
        match reader.read_event().map_err(damaged)? {
            Event::Start(tag) | Event::Empty(tag) if local(tag.name().as_ref()) == "FIELD" => {
                let (name, field) = described(&tag).map_err(damaged)?;
                fields.push(field);
                table.heads.push(name);
            }
            Event::Start(tag) => match local(tag.name().as_ref()) {
                "TR" => cells = Some(Vec::new()),
                "TD" => cell = Some(String::new()),
                kind @ ("BINARY" | "BINARY2") => packed = Some((kind == "BINARY2", String::new())),
                "FITS" => {
                    return Err(
                        "is a VOTable whose rows lie in a FITS file; open that, or save it with TABLEDATA"
                            .into(),
                    );
                }
                _ => {}
            },
            Event::Empty(tag) if local(tag.name().as_ref()) == "TD" => {
                if let Some(cells) = &mut cells {
                    cells.push(String::new());
                }
            }
            Event::Text(text) => {
                if let Some((_, stream)) = &mut packed {
                    stream.push_str(&String::from_utf8_lossy(&text));
                } else if let Some(cell) = &mut cell {
                    cell.push_str(&unescaped(&String::from_utf8_lossy(&text))?);
                }
            }
            Event::GeneralRef(name) => {
                if let Some(cell) = &mut cell {
                    let raw = format!("&{};", String::from_utf8_lossy(&name));
                    cell.push_str(&unescaped(&raw)?);
                }
            }
            Event::CData(text) => {
                if let Some(cell) = &mut cell {
                    cell.push_str(&String::from_utf8_lossy(&text));
                }
            }
            Event::End(tag) => match local(tag.name().as_ref()) {
                "TD" => {
                    if let (Some(cells), Some(cell)) = (&mut cells, cell.take()) {
                        cells.push(cell);
                    }
                }
                "TR" => {
                    let line = table.rows.len() as u64 + 1;
                    table
                        .rows
                        .extend(cells.take().map(|cells| Row { line, cells }));
                }
                "BINARY" | "BINARY2" => {
                    if let Some((has_nulls, stream)) = packed.take() {
                        table.rows = votable_binary::rows(&fields, &stream, has_nulls)?;
                    }
                }
                "TABLE" => return Ok(table),
                _ => {}
            },
            Event::Eof => return Ok(table),
            _ => {}
        }
    }
}

fn damaged(error: impl std::fmt::Display) -> String {
    format!("is a damaged VOTable: {error}")
}

fn unescaped(raw: &str) -> Result<String, String> {
    let text = quick_xml::escape::unescape(raw).map_err(damaged)?;
    Ok(text.into_owned())
}

/// The name of a FIELD, and what its values are.
fn described(tag: &BytesStart<'_>) -> Result<(String, Field), EscapeError> {
    let mut field = Field::default();
    let mut name = String::new();
    for attribute in tag.attributes().flatten() {
        let value = String::from_utf8_lossy(&attribute.value).into_owned();
        let value = quick_xml::escape::unescape(&value)?.into_owned();
        match attribute.key.as_ref() {
            b"name" => name = value,
            b"datatype" => field.datatype = value,
            b"arraysize" => field.arraysize = value,
            _ => {}
        }
    }
    Ok((name, field))
}

/// The name without its namespace.
fn local(name: &[u8]) -> &str {
    let name = std::str::from_utf8(name).unwrap_or_default();
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_written_out_are_read() {
        let text = "<?xml version='1.0'?><VOTABLE><RESOURCE><TABLE><FIELD name='objectId' datatype='char'/>\
                    <FIELD name=\"label\" datatype=\"char\"><DESCRIPTION>d</DESCRIPTION></FIELD><DATA><TABLEDATA>\n\
                    <TR><TD>a&amp;b</TD><TD>real</TD></TR>\n<TR><TD> c </TD><TD/></TR>\
                    </TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>";
        let table = read(text).unwrap();
        assert_eq!(table.heads, ["objectId", "label"]);
        let rows: Vec<_> = table
            .rows
            .iter()
            .map(|row| (row.cell(0), row.cell(1)))
            .collect();
        assert_eq!(rows, [("a&b", "real"), ("c", "")]);
        let packed = "<VOTABLE><TABLE><FIELD name='n' datatype='short'/><DATA><BINARY><STREAM encoding='base64'>\
                      AAEAAg==</STREAM></BINARY></DATA></TABLE></VOTABLE>";
        let table = read(packed).unwrap();
        let cells: Vec<_> = table.rows.iter().map(|row| row.cell(0)).collect();
        assert_eq!(cells, ["1", "2"]);
        assert!(
            read("<VOTABLE><TABLE><DATA><FITS>")
                .unwrap_err()
                .contains("FITS file")
        );
    }
}
