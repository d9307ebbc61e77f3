//! Every table format is read back by a reader that has nothing to do with its writer.

mod export_samples;

use std::{collections::BTreeMap, fs, path::Path};

use destello::{
    domain::{Catalogue, LabelBook},
    io::export::{
        ExportRow, Format, Selection,
        columns::{self, Kind, Value},
        rows, write_table,
    },
};
use export_samples::{AWKWARD_ID, CANDID, LONG_ID, NOTE, TIME_ISO, TIME_US, book, catalogue};

/// A row by column name: the text of each value, none where it is missing.
type Row = BTreeMap<String, Option<String>>;

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

fn kind_of(name: &str) -> Kind {
    columns::COLUMNS
        .iter()
        .find(|c| c.name == name)
        .unwrap()
        .kind
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
        ("ra", "123.456789012345"),
        ("fid", "2"),
        ("band", "r"),
        ("magpsf", "18.3"),
        ("sigmapsf", "-"),
        ("isdiffpos", "f"),
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

/// By hand after RFC 4180, because the writer is the one crate of the field.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let row = rows.last_mut().unwrap();
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                row.last_mut().unwrap().push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(String::new()),
            '\n' if !is_quoted => rows.push(vec![String::new()]),
            c => row.last_mut().unwrap().push(c),
        }
    }
    assert_eq!(rows.pop().unwrap(), [""], "the last line ends");
    rows
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

/// One flat JSON object, by hand after RFC 8259, because the writer is the one crate of the field.
fn read_object(line: &str) -> Row {
    let mut row = Row::new();
    let mut rest = line.strip_prefix('{').unwrap();
    while !rest.is_empty() {
        let (name, after) = read_string(rest);
        let value = after.strip_prefix(':').unwrap();
        let (value, after) = if value.starts_with('"') {
            let (text, after) = read_string(value);
            assert!(matches!(kind_of(&name), Kind::Text | Kind::Time), "{name}");
            (Some(text), after)
        } else {
            let end = value.find([',', '}']).unwrap();
            let word = &value[..end];
            (Some(word.to_owned()).filter(|w| w != "null"), &value[end..])
        };
        row.insert(name, value);
        rest = after.strip_prefix([',', '}']).unwrap();
    }
    row
}

fn read_string(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut chars = text.strip_prefix('"').unwrap().chars();
    loop {
        match chars.next().unwrap() {
            '"' => return (out, chars.as_str()),
            '\\' => match chars.next().unwrap() {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                c @ ('"' | '\\' | '/') => out.push(c),
                other => panic!("escape {other}"),
            },
            c => out.push(c),
        }
    }
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

fn parquet_columns(bytes: &[u8]) -> Vec<(String, Vec<Option<String>>)> {
    use parquet2::{
        page::Page,
        read::{decompress, get_page_iterator, read_metadata},
    };
    let mut file = std::io::Cursor::new(bytes);
    let metadata = read_metadata(&mut file).unwrap();
    assert_eq!(metadata.row_groups.len(), 1);
    let mut columns = Vec::new();
    for chunk in metadata.row_groups[0].columns() {
        let name = chunk.descriptor().path_in_schema[0].clone();
        let pages = get_page_iterator(chunk, &mut file, None, Vec::new(), 1 << 20).unwrap();
        let mut dictionary = Vec::new();
        let mut values = Vec::new();
        for page in pages {
            match decompress(page.unwrap(), &mut Vec::new()).unwrap() {
                Page::Dict(page) => {
                    dictionary = plain_values(kind_of(&name), &page.buffer, page.num_values);
                }
                Page::Data(page) => values.extend(page_values(kind_of(&name), &page, &dictionary)),
            }
        }
        columns.push((name, values));
    }
    columns
}

fn page_values(
    kind: Kind,
    page: &parquet2::page::DataPage,
    dictionary: &[String],
) -> Vec<Option<String>> {
    use parquet2::{
        encoding::{Encoding, hybrid_rle::HybridRleDecoder},
        page::split_buffer,
    };
    let (_, levels, buffer) = split_buffer(page).unwrap();
    let levels = HybridRleDecoder::try_new(levels, 1, page.num_values()).unwrap();
    let levels: Vec<bool> = levels.map(|level| level.unwrap() == 1).collect();
    let present = levels.iter().filter(|is| **is).count();
    let values: Vec<String> = match page.encoding() {
        _ if present == 0 => Vec::new(),
        Encoding::Plain => plain_values(kind, buffer, present),
        Encoding::RleDictionary | Encoding::PlainDictionary => {
            let bits = u32::from(buffer[0]);
            let places = HybridRleDecoder::try_new(&buffer[1..], bits, present).unwrap();
            places
                .map(|at| dictionary[at.unwrap() as usize].clone())
                .collect()
        }
        other => panic!("encoding {other:?}"),
    };
    let mut values = values.into_iter();
    levels
        .into_iter()
        .map(|is_present| is_present.then(|| values.next().unwrap()))
        .collect()
}

fn plain_values(kind: Kind, mut bytes: &[u8], count: usize) -> Vec<String> {
    let all = bytes;
    let mut take = |n: usize| {
        let (head, rest) = bytes.split_at(n);
        bytes = rest;
        head.to_vec()
    };
    (0..count)
        .map(|at| match kind {
            Kind::Text => {
                let len = u32::from_le_bytes(take(4).try_into().unwrap());
                String::from_utf8(take(len as usize)).unwrap()
            }
            Kind::Time | Kind::Int => i64::from_le_bytes(take(8).try_into().unwrap()).to_string(),
            Kind::Float => f32::from_le_bytes(take(4).try_into().unwrap()).to_string(),
            Kind::Double => f64::from_le_bytes(take(8).try_into().unwrap()).to_string(),
            Kind::Bool => (all[at / 8] >> (at % 8) & 1 == 1).to_string(),
        })
        .collect()
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

fn fits_rows(bytes: &[u8]) -> Vec<Row> {
    use fitsrs::{Fits, HDU, hdu::data::bintable::DataValue as Cell};
    let mut file = Fits::from_reader(std::io::Cursor::new(bytes));
    while let Some(hdu) = file.next() {
        let HDU::XBinaryTable(hdu) = hdu.unwrap() else {
            continue;
        };
        let table = file.get_data(&hdu).row_iter();
        return table
            .map(|cells| {
                let mut row = Row::new();
                for column in columns::COLUMNS.iter() {
                    row.insert(column.name.into(), None);
                }
                let mut put = |column: &fitsrs::hdu::data::bintable::ColumnId, text: String| {
                    let fitsrs::hdu::data::bintable::ColumnId::Index(at) = column else {
                        panic!("a column without number");
                    };
                    let cell = row.get_mut(columns::COLUMNS[*at].name).unwrap();
                    cell.get_or_insert_default().push_str(&text);
                };
                for cell in &cells {
                    match cell {
                        Cell::Character { value: '\0', .. } => {}
                        Cell::Character { value, column, .. } => put(column, value.to_string()),
                        Cell::Long {
                            value: i64::MIN, ..
                        }
                        | Cell::UnsignedByte { value: 255, .. } => {}
                        Cell::Long { value, column, .. } => put(column, value.to_string()),
                        Cell::UnsignedByte { value, column, .. } => {
                            put(column, (*value == 1).to_string())
                        }
                        Cell::Float { value, column, .. } if !value.is_nan() => {
                            put(column, value.to_string())
                        }
                        Cell::Double { value, column, .. } if !value.is_nan() => {
                            put(column, value.to_string())
                        }
                        Cell::Float { .. } | Cell::Double { .. } => {}
                        other => panic!("{other:?}"),
                    }
                }
                // FITS pads texts with blanks.
                for value in row.values_mut() {
                    let trimmed = value
                        .take()
                        .map(|text| text.trim_end_matches(' ').to_owned());
                    *value = trimmed.filter(|text| !text.is_empty());
                }
                row
            })
            .collect();
    }
    panic!("there is no table");
}

#[test]
fn tables_without_rows_are_still_tables() {
    let folder = tempfile::tempdir().unwrap();
    for (format, name, _) in Format::ALL {
        if format == Format::Bundle {
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
