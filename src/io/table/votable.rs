//! The first table of a VOTable whose rows are written out (TABLEDATA, VOTable 1.4, section 5.1).

use quick_xml::{Reader, events::Event};

use super::row::{Row, Table};

/// Reads it; refused where the rows are packed.
pub(super) fn read(text: &str) -> Result<Table, String> {
    let mut reader = Reader::from_str(text);
    let mut table = Table::default();
    let mut cells: Option<Vec<String>> = None;
    let mut cell: Option<String> = None;
    let fault = |error: &dyn std::fmt::Display| format!("is a damaged VOTable: {error}");
    loop {
        match reader.read_event().map_err(|error| fault(&error))? {
            Event::Start(tag) | Event::Empty(tag) if local(tag.name().as_ref()) == "FIELD" => {
                let mut name = String::new();
                for attribute in tag.attributes().flatten() {
                    if attribute.key.as_ref() == b"name" {
                        let value = String::from_utf8_lossy(&attribute.value).into_owned();
                        name = quick_xml::escape::unescape(&value)
                            .map_err(|error| fault(&error))?
                            .into_owned();
                    }
                }
                table.heads.push(name);
            }
            Event::Start(tag) => match local(tag.name().as_ref()) {
                "TR" => cells = Some(Vec::new()),
                "TD" => cell = Some(String::new()),
                "BINARY" | "BINARY2" | "FITS" => {
                    return Err(
                        "is a VOTable with packed rows; save it with TABLEDATA, as plain text"
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
                if let Some(cell) = &mut cell {
                    let raw = String::from_utf8_lossy(&text).into_owned();
                    cell.push_str(
                        &quick_xml::escape::unescape(&raw).map_err(|error| fault(&error))?,
                    );
                }
            }
            Event::GeneralRef(name) => {
                if let Some(cell) = &mut cell {
                    let raw = format!("&{};", String::from_utf8_lossy(&name));
                    cell.push_str(
                        &quick_xml::escape::unescape(&raw).map_err(|error| fault(&error))?,
                    );
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
                "TABLE" => return Ok(table),
                _ => {}
            },
            Event::Eof => return Ok(table),
            _ => {}
        }
    }
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
        assert!(
            read("<VOTABLE><TABLE><DATA><BINARY/><BINARY2>")
                .unwrap_err()
                .contains("packed")
        );
    }
}
