//! Tables as text: whatever stands between the cells, and in whatever letters.

use csv::{ReaderBuilder, Trim};

use super::row::{Row, Table};

/// Names that show that a line is the head of a table, and not its first row or a remark.
const KNOWN: [&str; 26] = [
    "id",
    "objectid",
    "oid",
    "object",
    "object_id",
    "name",
    "candid",
    "diasourceid",
    "diaobjectid",
    "label",
    "class",
    "class_name",
    "classification",
    "annotator",
    "time",
    "ra",
    "dec",
    "jd",
    "mjd",
    "score",
    "filename",
    "subject_id",
    "annotation",
    "fid",
    "band",
    "filter",
];

/// The text of bytes: UTF-8, UTF-16 with its mark or by its zeros, else Windows-1252 in the lines that are no
/// UTF-8.
pub(super) fn decoded(bytes: &[u8]) -> String {
    // Some fill their last block up with zeros.
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    if zeros > 2 {
        let is_little = bytes.starts_with(b"\xff\xfe") || bytes.get(1) == Some(&0);
        return decoded(&bytes[..bytes.len() - zeros + usize::from(is_little)]);
    }
    let wide = |bytes: &[u8], is_big: bool| {
        let unit = |pair: &[u8]| {
            if is_big {
                u16::from_be_bytes([pair[0], pair[1]])
            } else {
                u16::from_le_bytes([pair[0], pair[1]])
            }
        };
        let units: Vec<u16> = bytes.chunks_exact(2).map(unit).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => return decoded(rest),
        [0xff, 0xfe, rest @ ..] => return wide(rest, false),
        [0xfe, 0xff, rest @ ..] => return wide(rest, true),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => return wide(bytes, true),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => return wide(bytes, false),
        _ => {}
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let line = |line: &[u8]| match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => line.iter().map(|byte| windows_1252(*byte)).collect(),
    };
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(line)
        .collect()
}

/// Latin-1 but for the signs that Windows puts among its control characters.
fn windows_1252(byte: u8) -> char {
    const SIGNS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => SIGNS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    Sign(u8),
    Blanks,
}

/// The table in a text; without any column where there is none.
pub(super) fn read(text: &str) -> Table {
    let mut comments: Vec<&str> = Vec::new();
    let mut at = 0;
    let mut skipped = 0;
    let mut given = None;
    for line in text.split_inclusive('\n') {
        let shown = line.trim();
        if let Some(comment) = shown.strip_prefix('#') {
            comments.push(comment.trim());
        } else if let Some(sign) = shown
            .trim_matches('"')
            .to_ascii_lowercase()
            .strip_prefix("sep=")
        {
            given = sign.bytes().next().or(Some(b'\t')).map(Between::Sign);
        } else if !shown.is_empty() {
            break;
        }
        at += line.len();
        skipped += 1;
    }
    let body = &text[at..];
    let given = given.or_else(|| comments.iter().find_map(|comment| ecsv_delimiter(comment)));
    let between = given.unwrap_or_else(|| between(body));
    let mut rows = rows(body, between, skipped);
    let mut faults = Vec::new();
    rows.retain_mut(|row| match row {
        Ok(_) => true,
        Err((line, why)) => {
            faults.push((*line, std::mem::take(why)));
            false
        }
    });
    let mut rows: Vec<Row> = rows.into_iter().flatten().collect();
    let heads = heads(&comments, &mut rows, between);
    Table {
        heads,
        rows,
        faults,
    }
}

/// The last comment where it has a name for every column and the first row is no head.
fn heads(comments: &[&str], rows: &mut Vec<Row>, between: Between) -> Vec<String> {
    let names = |cells: &[String]| {
        cells
            .iter()
            .map(|cell| cell.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let is_head = |cells: &[String]| {
        cells
            .iter()
            .any(|cell| KNOWN.contains(&&*cell.trim().to_ascii_lowercase()))
    };
    let Some(first) = rows.first() else {
        return Vec::new();
    };
    if !is_head(&first.cells) {
        let of_comment = comments.iter().rev().find_map(|comment| {
            let cells = cells_of(comment, between)?;
            (cells.len() == first.cells.len() && is_head(&cells)).then_some(cells)
        });
        if let Some(cells) = of_comment {
            return names(&cells);
        }
    }
    names(&rows.remove(0).cells)
}

fn cells_of(line: &str, between: Between) -> Option<Vec<String>> {
    rows(line, between, 0)
        .into_iter()
        .next()?
        .ok()
        .map(|row| row.cells)
}

/// `delimiter: ','` in the head of an ECSV file; blanks where the head names none.
fn ecsv_delimiter(comment: &str) -> Option<Between> {
    let named = comment
        .trim_start_matches('-')
        .trim()
        .strip_prefix("delimiter:")?;
    match named.trim().trim_matches(['\'', '"']) {
        "," => Some(Between::Sign(b',')),
        ";" => Some(Between::Sign(b';')),
        "|" => Some(Between::Sign(b'|')),
        "\\t" | "\t" => Some(Between::Sign(b'\t')),
        _ => Some(Between::Blanks),
    }
}

/// The sign that the first line has most of outside of quotes; of equal ones the first of this list.
fn between(body: &str) -> Between {
    let first = body.lines().next().unwrap_or_default();
    let second = body.lines().nth(1).unwrap_or_default();
    let count = |line: &str, sign: u8| {
        let mut is_quoted = false;
        let bytes = line.bytes().filter(|byte| {
            is_quoted ^= *byte == b'"';
            *byte == sign && !is_quoted
        });
        bytes.count()
    };
    let signs = [b'\t', b';', b',', b'|'].into_iter();
    let best = signs
        .filter(|sign| count(first, *sign) > 0)
        .max_by_key(|sign| {
            let (head, row) = (count(first, *sign), count(second, *sign));
            // A remark may have any number of commas: the first row must have as many cells as the head.
            (row == head || second.is_empty(), head, u8::MAX - *sign)
        });
    match best {
        Some(sign) => Between::Sign(sign),
        None if first.trim().contains(' ') => Between::Blanks,
        None => Between::Sign(b','),
    }
}

type Read = Result<Row, (u64, String)>;

fn rows(body: &str, between: Between, skipped: u64) -> Vec<Read> {
    let Between::Sign(sign) = between else {
        let lines = (skipped + 1..).zip(body.lines());
        let lines = lines
            .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        return lines
            .map(|(line, text)| {
                let cells = blank_cells(text);
                Ok(Row { line, cells })
            })
            .collect();
    };
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(sign)
        .trim(Trim::All)
        .comment(Some(b'#'))
        .from_reader(body.as_bytes());
    let row = |record: Result<csv::StringRecord, csv::Error>| match record {
        Ok(record) => {
            let line = record.position().map_or(0, csv::Position::line) + skipped;
            let cells = record.iter().map(str::to_owned).collect();
            Ok(Row { line, cells })
        }
        Err(error) => {
            let line = error.position().map_or(0, csv::Position::line) + skipped;
            Err((line, error.to_string()))
        }
    };
    reader.records().map(row).collect()
}

/// Cells between blanks; quotes hold a cell with blanks together.
fn blank_cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (None, '"') if cell.is_none() => {
                quote = Some('"');
                cell = Some(String::new());
            }
            (None, c) if c.is_whitespace() => cells.extend(cell.take()),
            (_, c) => cell.get_or_insert_default().push(c),
        }
    }
    cells.extend(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
        let table = read(&decoded(bytes));
        (
            table.heads,
            table.rows.into_iter().map(|row| row.cells).collect(),
        )
    }

    #[test]
    fn every_sign_between_cells_is_seen() {
        let expected = (
            vec!["id".to_owned(), "label".to_owned()],
            vec![
                vec!["a".to_owned(), "real".to_owned()],
                vec!["b".to_owned(), "bogus".to_owned()],
            ],
        );
        for text in [
            "id,label\na,real\nb,bogus\n",
            "id;label\r\na;real\r\nb;bogus\r\n",
            "id\tlabel\na\treal\nb\tbogus",
            "id|label\na|real\nb|bogus\n",
            "id  label\na real\nb   bogus\n",
            "\u{feff}id,label\na,real\nb,bogus\n",
            "sep=;\nid;label\na;real\nb;bogus\n",
            "\"sep=,\"\r\nid,label\r\na,real\r\nb,bogus\r\n",
            "# exported by ana\nid,label\na,real\n# in between\nb,bogus\n",
            "# id label\na real\nb bogus\n",
            "#id,label\na,real\nb,bogus\n",
            "# %ECSV 1.0\n# ---\n# datatype:\n# - {name: id, datatype: string}\nid label\na real\nb bogus\n",
            "# %ECSV 1.0\n# ---\n# delimiter: ','\nid,label\na,real\nb,bogus\n",
            "\"id\",\"label\"\n\"a\",\"real\"\n\"b\",\"bogus\"",
        ] {
            assert_eq!(table(text.as_bytes()), expected, "{text}");
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(
                table(&[&[0xff, 0xfe], &little[..]].concat()),
                expected,
                "UTF-16 {text}"
            );
            let filled = [text.as_bytes(), &[0; 20]].concat();
            assert_eq!(table(&filled), expected, "filled up {text}");
            let big: Vec<u8> = text
                .trim_start_matches('\u{feff}')
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect();
            assert_eq!(table(&big), expected, "UTF-16 without mark {text}");
        }
    }

    #[test]
    fn commas_within_semicolons_are_text() {
        let (heads, rows) = table(b"id;label;note\na;real;good, bright, near, far\n");
        assert_eq!(heads, ["id", "label", "note"]);
        assert_eq!(rows[0][2], "good, bright, near, far");
    }

    #[test]
    fn lines_of_other_letters_are_read_and_the_rest_stays() {
        let (_, rows) = table(b"id,note\na,M\xfcller \x96 x\nb,caf\xc3\xa9\n");
        assert_eq!((&*rows[0][1], &*rows[1][1]), ("Müller – x", "café"));
    }

    #[test]
    fn lines_are_counted_from_the_first_of_the_file() {
        let read = read("# one\n# two\nid,label\na,real\n");
        assert_eq!(read.rows[0].line, 4);
    }
}
