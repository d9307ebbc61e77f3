//! A table in a zip archive of its own, as services hand it out.

use std::io::{Cursor, Read as _};

use crate::io::gunzip::MAX_BYTES;

/// What macOS lays beside every file that it packs.
const OF_MACOS: &str = "__MACOSX";

/// The content of the one file in the archive.
///
/// # Errors
/// Where there is none, or several; where it is the workbook of a spreadsheet; where it is damaged.
pub(super) fn only_file(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let damaged = |error: zip::result::ZipError| format!("is a damaged zip archive: {error}");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    if names.iter().any(|name| name == "xl/workbook.xml") {
        return Err("is a workbook of Excel; save the table as CSV".into());
    }
    if names.iter().any(|name| name == "content.xml") {
        return Err("is a document of LibreOffice; save the table as CSV".into());
    }
    let mut files = names
        .iter()
        .filter(|name| !name.ends_with('/') && !name.starts_with(OF_MACOS));
    let (Some(only), None) = (files.next(), files.next()) else {
        return Err(
            "is a zip archive with several files or none, of which one should be the table".into(),
        );
    };
    let file = archive.by_name(only).map_err(damaged)?;
    let mut inside = Vec::new();
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut inside)
        .map_err(|error| format!("is a damaged zip archive: {error}"))?;
    if inside.len() > MAX_BYTES {
        return Err("holds a file that is too long for a table".into());
    }
    if inside.starts_with(b"PK") {
        return Err("is a zip archive within another".into());
    }
    Ok(inside)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::write::SimpleFileOptions;

    use crate::io::table::Table;

    fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in files {
            archive
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn the_table_in_an_archive_is_read_and_workbooks_are_refused() {
        let csv = ("labels.csv", "id,label\na,real\n");
        let mac = ("__MACOSX/._labels.csv", "\0\u{5}\u{16}\u{7}");
        let table = Table::parse(&zipped(&[csv, mac]), "x").unwrap();
        assert_eq!(table.heads, ["id", "label"]);
        assert_eq!(table.rows[0].cells, ["a", "real"]);
        for (files, why) in [
            (&[csv, ("b.csv", "x")][..], "several files"),
            (&[], "several files or none"),
            (&[("xl/workbook.xml", "")], "Excel"),
            (&[("content.xml", "")], "LibreOffice"),
        ] {
            let refused = Table::parse(&zipped(files), "x").unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
        let cut = &zipped(&[csv])[..40];
        assert!(Table::parse(cut, "x").is_err());
    }
}
