//! Every table format is read back by a reader that has nothing to do with its writer.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Row,
    binary_readers::{fits_rows, parquet_columns},
    kind_of,
    text_readers::{read_csv, read_object},
};
use crate::common::{
    awkward::{AWKWARD_ID, CANDID, LONG_ID, NOTE, TIME_ISO, book, catalogue},
    events::TIME_US,
};
use destello::{
    domain::{Candidate, Catalogue, LabelBook},
    io::export::{
        ExportRow, Format, Selection,
        columns::{self, Kind, Value},
        rows, write_table,
    },
    io::table::Table,
};

/// Writes the sample labels and gives the file's bytes and what should be in it.
fn exported(format: Format, name: &str) -> (Vec<u8>, Vec<Row>) {
    let (book, catalogue) = (book(), catalogue());
    let rows = rows(&book, &catalogue, Selection::Judged);
    let folder = tempfile::tempdir().unwrap();
    // cfitsio would take the bracket for its own syntax.
    let path = folder.path().join(format!("[1] {name}"));
    fs::write(&path, "an older export").unwrap();
    write_table(&path, format, &rows).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    (fs::read(&path).unwrap(), wanted(&rows))
}

fn wanted(rows: &[ExportRow<'_>]) -> Vec<Row> {
    let columns = columns::of_rows(rows);
    let row = |at: usize| {
        let cells = columns.iter();
        cells
            .map(|c| (c.name.clone(), text_of(&c.values[at])))
            .collect()
    };
    (0..rows.len()).map(row).collect()
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        Value::Time(time) => Some(time.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Double(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
    }
}

#[test]
fn the_rows_say_what_was_decided_on_what_and_by_whom() {
    let (book, catalogue) = (book(), catalogue());
    let all = wanted(&rows(&book, &catalogue, Selection::Judged));
    let get = |row: usize, name: &str| all[row][name].as_deref().unwrap_or("-").to_owned();
    let ids: Vec<_> = (0..all.len()).map(|row| get(row, "objectId")).collect();
    // Undone and skipped ones are not judged; what is not open comes last.
    assert_eq!(ids, ["ZTF18aaaaaaa", AWKWARD_ID, "ZTF18ccccccc", LONG_ID]);
    for (name, value) in [
        ("candid", CANDID),
        ("mjd", "58881.1746065"),
        ("time_scale", "UTC"),
        ("ra", "123.456789012345"),
        ("fid", "2"),
        ("band", "r"),
        ("magpsf", "18.3"),
        ("sigmapsf", "-"),
        ("isdiffpos", "f"),
        ("isNegative", "true"),
        ("difference_sign", "reference-science"),
        ("rb", "0.86"),
        ("drb", "-"),
        ("ndet", "2"),
        ("firstmjd", "58881.1746065"),
        ("lastmjd", "58882.25"),
        ("truth", "SN"),
        ("class_name", "real"),
        ("label_state", "labelled"),
        ("note", NOTE),
        ("label_time", TIME_ISO),
        ("step", "9007199254740993"),
        ("dwell_ms", "1234"),
        ("shown_low", "-0.1"),
        ("score", "0.30000000000000004"),
        ("is_score_shown", "true"),
    ] {
        assert_eq!(get(0, name), value, "{name}");
    }
    assert_eq!(
        get(1, "label_state") + &get(1, "class_name") + &get(1, "note"),
        "unsure--"
    );
    assert_eq!(get(2, "is_flagged") + &get(2, "label_state"), "truenone");
    assert_eq!(get(3, "class_name"), "dipole;edge");
    let everything = rows(&book, &catalogue, Selection::All);
    assert_eq!(everything.len(), 6);
    assert_eq!(rows(&book, &catalogue, Selection::Labelled).len(), 2);
}

#[test]
fn csv_reads_back() {
    let (bytes, wanted) = exported(Format::Csv, "labels.csv");
    let mut lines = read_csv(std::str::from_utf8(&bytes).unwrap()).into_iter();
    let header = lines.next().unwrap();
    assert_eq!(header.len(), columns::COLUMNS.len());
    let found: Vec<Row> = lines
        .map(|line| {
            let cells = line
                .into_iter()
                .map(|cell| Some(cell).filter(|c| !c.is_empty()));
            header.iter().cloned().zip(cells).collect()
        })
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn json_lines_read_back() {
    let (bytes, wanted) = exported(Format::JsonLines, "labels.jsonl");
    let text = std::str::from_utf8(&bytes).unwrap();
    let found: Vec<Row> = text.lines().map(read_object).collect();
    assert_eq!(found, wanted);
}

#[test]
fn votable_reads_back() {
    let (bytes, wanted) = exported(Format::VoTable, "labels.vot");
    let text = std::str::from_utf8(&bytes).unwrap();
    let document = roxmltree::Document::parse(text).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("version"), Some("1.4"));
    assert_eq!(
        root.tag_name().namespace(),
        Some("http://www.ivoa.net/xml/VOTable/v1.3")
    );
    let all = |name: &'static str| document.descendants().filter(move |n| n.has_tag_name(name));
    let names: Vec<_> = all("FIELD").map(|f| f.attribute("name").unwrap()).collect();
    for field in all("FIELD") {
        let wanted = match kind_of(field.attribute("name").unwrap()) {
            Kind::Text => "unicodeChar",
            Kind::Time => "char",
            Kind::Int => "long",
            Kind::Float => "float",
            Kind::Double => "double",
            Kind::Bool => "boolean",
        };
        assert_eq!(field.attribute("datatype"), Some(wanted));
    }
    let found: Vec<Row> = all("TR")
        .map(|row| {
            let cells = row.children().filter(|n| n.has_tag_name("TD"));
            let cells = cells.map(|cell| cell.text().map(ToOwned::to_owned));
            names.iter().map(ToString::to_string).zip(cells).collect()
        })
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn what_xml_cannot_hold_is_packed_in_a_votable() {
    let ids = ["ctrl\u{1}x", "\u{ffff}", "größe 🔭", "a\tb\nc", "plain"];
    let mut catalogue = Catalogue::default();
    for id in ids {
        catalogue.absorb(Candidate {
            id: id.into(),
            position_deg: Some([10.5, -20.25]),
            ..Candidate::default()
        });
    }
    let book = LabelBook::default();
    let rows = rows(&book, &catalogue, Selection::All);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("labels.vot");
    write_table(&path, Format::VoTable, &rows).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let stream = document
        .descendants()
        .find(|node| node.has_tag_name(("http://www.ivoa.net/xml/VOTable/v1.3", "STREAM")))
        .unwrap();
    assert_eq!(stream.parent().unwrap().tag_name().name(), "BINARY2");
    let packed = STANDARD.decode(stream.text().unwrap()).unwrap();
    for id in ids {
        let units: Vec<u8> = id.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(
            packed.windows(units.len()).any(|at| at == units),
            "{id:?} as UTF-16"
        );
    }
    let table = Table::read(&path).unwrap();
    let column = |name: &str| {
        let at = table.find(&[name]).unwrap();
        table
            .rows
            .iter()
            .map(|row| row.cells[at].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(column("objectId"), ids);
    assert_eq!(column("ra"), ["10.5"; 5]);
    assert_eq!(column("magpsf"), [""; 5]);
    // Without such characters rows are written out, which more programs read.
    let mut plain = Catalogue::default();
    plain.absorb(Candidate {
        id: "größe\tβ".into(),
        ..Candidate::default()
    });
    let rows = destello::io::export::rows(&book, &plain, Selection::All);
    write_table(&path, Format::VoTable, &rows).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("<TABLEDATA>"));
}

#[test]
fn parquet_reads_back() {
    let (bytes, wanted) = exported(Format::Parquet, "labels.parquet");
    let mut found = vec![Row::new(); wanted.len()];
    for (name, values) in parquet_columns(&bytes) {
        for (row, value) in found.iter_mut().zip(values) {
            row.insert(name.clone(), value);
        }
    }
    // A time is a number here; the other formats have its text.
    for row in &mut found {
        assert_eq!(row["label_time"], Some(TIME_US.to_string()));
        row.insert("label_time".into(), Some(TIME_ISO.into()));
    }
    assert_eq!(found, wanted);
}

/// What Python's `unicode_escape` makes of the awkward texts.
fn fits_text(text: &str) -> String {
    match text {
        NOTE => r#"dipole, "maybe";\r\n<b>&amp; 'ring'\t\xe9 \u2605 \U0001f52d \\n\x20"#.into(),
        AWKWARD_ID => r#"Nova, "\xe9" \u2605"#.into(),
        plain => plain.to_owned(),
    }
}

#[test]
fn fits_table_reads_back() {
    let (bytes, wanted) = exported(Format::Fits, "labels.fits");
    let wanted: Vec<Row> = wanted
        .into_iter()
        .map(|row| {
            let cells = row.into_iter();
            cells
                .map(|(name, value)| (name, value.map(|v| fits_text(&v))))
                .collect()
        })
        .collect();
    assert_eq!(fits_rows(&bytes), wanted);
}

/// A line of a region file: position, and the values of its attributes in their order.
fn read_region(line: &str) -> Option<([f64; 2], Vec<&str>)> {
    let (shape, attributes) = line.strip_prefix("point(")?.split_once(") # ")?;
    let (ra, dec) = shape.split_once(',')?;
    let values = attributes.split('=').skip(1);
    // A value ends where the name of the next attribute begins.
    let values = values.map(|value| match value.strip_prefix('{') {
        Some(text) => text.split('}').next().unwrap_or_default(),
        None => value.rsplit_once(' ').map_or(value, |(value, _)| value),
    });
    Some(([ra.parse().ok()?, dec.parse().ok()?], values.collect()))
}

#[test]
fn regions_read_back() {
    let (book, mut catalogue) = (book(), catalogue());
    let awkward = "odd {id}\n1";
    for (id, dec) in [(awkward, -0.000_01), ("ZTF18ccccccc", 90.0)] {
        catalogue.absorb(Candidate {
            id: id.into(),
            position_deg: Some([359.999_999, dec]),
            ..Candidate::default()
        });
    }
    let rows = rows(&book, &catalogue, Selection::All);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("labels.reg");
    write_table(&path, Format::Regions, &rows).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("# Region file format: DS9 version 4.1"));
    assert!(lines.next().unwrap().starts_with("# labels"));
    assert_eq!(lines.next(), Some("icrs"));
    let regions: Vec<_> = lines.map(|line| read_region(line).unwrap()).collect();
    let wanted: [([f64; 2], &[&str]); 3] = [
        (
            [123.456_789_012_345, -45.5],
            &["circle 14", "cyan", "ZTF18aaaaaaa real", "real"],
        ),
        (
            [359.999_999, 90.0],
            &["circle 14", "white", "ZTF18ccccccc", "flagged"],
        ),
        (
            [359.999_999, -0.000_01],
            &["circle 14", "white", "odd (id) 1"],
        ),
    ];
    let found: Vec<_> = regions.iter().map(|(at, rest)| (*at, &rest[..])).collect();
    assert_eq!(found, wanted);
}

#[test]
fn tables_without_rows_are_still_tables() {
    let folder = tempfile::tempdir().unwrap();
    for (format, name, _) in Format::ALL {
        if matches!(format, Format::Bundle | Format::Page | Format::For(_)) {
            continue;
        }
        let path = folder.path().join(name);
        write_table(&path, format, &[]).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert!(format == Format::JsonLines || !bytes.is_empty(), "{name}");
    }
    assert!(
        parquet2::read::read_metadata(&mut fs::File::open(folder.path().join("parquet")).unwrap())
            .is_ok()
    );
}

#[test]
fn an_export_that_fails_leaves_the_old_file() {
    let book = LabelBook::default();
    let catalogue = Catalogue::default();
    let rows = rows(&book, &catalogue, Selection::All);
    for (format, ..) in Format::ALL {
        let why = write_table(Path::new("/proc/nowhere/labels"), format, &rows).unwrap_err();
        assert!(
            why.to_string().starts_with("/proc/nowhere/labels: "),
            "{why}"
        );
    }
}
