//! Reads tables of labels: `id,label`, optionally `annotator` and `time`, in any order.
//!
//! The first line names the columns; case is ignored, other columns are passed over, comma and
//! tab both separate. Names understood:
//!
//! | column | names |
//! |---|---|
//! | id | `id`, `objectId`, `oid`, `object`, `object_id`, `name`; or `candid`, `diaSourceId` for a detection |
//! | label | `label`, `class`, `class_name`, `classification` |
//! | state | `label_state` (of our own exports: `unsure`, `skipped`) |
//! | annotator | `annotator`, `user`, `labeller`, `labeler`, `author` |
//! | time | `time`, `label_time`, `timestamp`, `date` |
//!
//! A time is ISO 8601 (UTC where it names no offset) or a number: a modified Julian date, or a
//! Julian date where it is above 2,000,000; both in UTC.

use std::{fs::File, io::Read, path::Path, path::PathBuf, sync::Arc};

use csv::{ReaderBuilder, StringRecord};

use crate::domain::{Mjd, Problem, Timestamp};

/// A table of labels, with the rows that could not be read.
#[derive(Debug, Default)]
pub struct LabelTable {
    /// The file's name, for error messages.
    pub path: String,
    /// True where the rows name detections (`candid`), not objects.
    pub is_by_detection: bool,
    /// What could be read, in file order.
    pub rows: Vec<LabelRow>,
    /// What could not, by row.
    pub problems: Vec<Problem>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelRow {
    /// Line in the file, from 1 (the header is line 1).
    pub line: u64,
    /// The object's or detection's identifier, exact.
    pub id: Arc<str>,
    /// The label as written; empty where the row has none.
    pub label: Arc<str>,
    /// Who gave it, where the table says so.
    pub annotator: Option<Arc<str>>,
    /// When, where the table says so.
    pub at: Option<Timestamp>,
}

/// Why a table cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
    /// The file cannot be read.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        why: std::io::Error,
    },
    /// A column that must be there is not.
    #[error("{path}: there is no {column} column among: {found}")]
    ColumnMissing {
        /// The file.
        path: String,
        /// What is missing.
        column: &'static str,
        /// The columns found.
        found: String,
    },
}

const ID: &[&str] = &["id", "objectid", "oid", "object", "object_id", "name"];
const DETECTION: &[&str] = &["candid", "diasourceid"];
const LABEL: &[&str] = &["label", "class", "class_name", "classification"];
const STATE: &[&str] = &["label_state"];
const ANNOTATOR: &[&str] = &["annotator", "user", "labeller", "labeler", "author"];
const TIME: &[&str] = &["time", "label_time", "timestamp", "date"];

/// Reads a table of labels.
pub fn read(path: &Path) -> Result<LabelTable, LabelsError> {
    let unreadable = |why| LabelsError::Unreadable {
        path: path.to_path_buf(),
        why,
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .map_err(unreadable)?;
    parse(&bytes, &path.display().to_string())
}

/// Reads a table of labels from its bytes; `path` is for error messages.
pub fn parse(bytes: &[u8], path: &str) -> Result<LabelTable, LabelsError> {
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .delimiter(delimiter_of(bytes))
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let header = reader.headers().cloned().unwrap_or_default();
    let columns = Columns::of(&header, path)?;
    let mut table = LabelTable {
        path: path.to_owned(),
        is_by_detection: columns.is_by_detection,
        ..LabelTable::default()
    };
    for record in reader.records() {
        let (line, row) = match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                (line, columns.row(&record, line))
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                (line, Err(reason_of(&error)))
            }
        };
        match row {
            Ok(row) => table.rows.push(row),
            Err(why) => table
                .problems
                .push(Problem::new(path, format!("row at line {line}"), why)),
        }
    }
    Ok(table)
}

/// Splits one line `id,label` as a table without header would be.
pub fn split_line(line: &str) -> Option<(String, String)> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(line.as_bytes());
    let record = reader.records().next()?.ok()?;
    match (record.get(0), record.get(1), record.get(2)) {
        (Some(id), Some(label), None) if !id.is_empty() => Some((id.to_owned(), label.to_owned())),
        _ => None,
    }
}

/// Where the columns stand.
struct Columns {
    id: usize,
    is_by_detection: bool,
    label: usize,
    state: Option<usize>,
    annotator: Option<usize>,
    time: Option<usize>,
}

impl Columns {
    fn of(header: &StringRecord, path: &str) -> Result<Self, LabelsError> {
        // The order of the names is the order of preference.
        let find = |names: &[&str]| {
            names.iter().find_map(|name| {
                header
                    .iter()
                    .position(|column| column.eq_ignore_ascii_case(name))
            })
        };
        let missing = |column| LabelsError::ColumnMissing {
            path: path.to_owned(),
            column,
            found: header.iter().collect::<Vec<_>>().join(", "),
        };
        let object = find(ID);
        let label = find(LABEL).ok_or_else(|| missing("label"))?;
        Ok(Self {
            id: object
                .or_else(|| find(DETECTION))
                .ok_or_else(|| missing("id"))?,
            is_by_detection: object.is_none(),
            label,
            state: find(STATE),
            annotator: find(ANNOTATOR),
            time: find(TIME),
        })
    }

    fn row(&self, record: &StringRecord, line: u64) -> Result<LabelRow, String> {
        let get = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("");
        let id = get(Some(self.id));
        if id.is_empty() {
            return Err("there is no id".into());
        }
        if record.get(self.label).is_none() {
            return Err(format!("it has only {} fields", record.len()));
        }
        let label = match (get(Some(self.label)), get(self.state)) {
            ("", state @ ("unsure" | "skipped")) => state,
            (label, _) => label,
        };
        let annotator = get(self.annotator);
        Ok(LabelRow {
            line,
            id: id.into(),
            label: label.into(),
            annotator: (!annotator.is_empty()).then(|| annotator.into()),
            at: time_of(get(self.time))?,
        })
    }
}

fn time_of(text: &str) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let of_number = || {
        let days: f64 = text.parse().ok()?;
        let mjd = if days > 2e6 {
            Mjd::from_jd(days)?
        } else {
            Mjd::new(days)?
        };
        // A bare year or a Unix time is no Julian date.
        (1e4..1e5)
            .contains(&mjd.days())
            .then(|| Timestamp::from_mjd_utc(mjd))
    };
    Timestamp::from_iso(text)
        .or_else(of_number)
        .map(Some)
        .ok_or_else(|| format!("{text} is neither an ISO 8601 time nor a Julian date"))
}

/// Tab where the header line has a tab and no comma.
fn delimiter_of(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
    if header.contains(&b'\t') && !header.contains(&b',') {
        b'\t'
    } else {
        b','
    }
}

fn reason_of(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids_and_labels(text: &str) -> Vec<(String, String)> {
        let table = parse(text.as_bytes(), "t.csv").unwrap();
        assert_eq!(table.problems, []);
        let pair = |row: &LabelRow| (row.id.to_string(), row.label.to_string());
        table.rows.iter().map(pair).collect()
    }

    #[test]
    fn columns_are_found_by_any_usual_name_in_any_order() {
        let wanted = [("ZTF18a".to_owned(), "SN".to_owned())];
        for text in [
            "id,label\nZTF18a,SN\n",
            "\u{feff}ID,Label\r\nZTF18a,SN\r\n",
            "class_name , oid\n SN , ZTF18a \n",
            "objectId\tra\tclass\nZTF18a\t10\tSN",
            "\"id\",\"label\"\n\"ZTF18a\",\"SN\"",
        ] {
            assert_eq!(ids_and_labels(text), wanted, "{text}");
        }
    }

    #[test]
    fn identifiers_stay_text() {
        let table = parse(b"candid,label\n1127174604415015005,real\n", "t").unwrap();
        assert!(table.is_by_detection);
        assert_eq!(&*table.rows[0].id, "1127174604415015005");
    }

    #[test]
    fn times_are_iso_or_julian_dates() {
        let text = "id,label,time\na,real,2026-11-22T12:00:00Z\nb,real,61366.5\nc,real,2461367.0\nd,real,\n";
        let table = parse(text.as_bytes(), "t").unwrap();
        let times: Vec<_> = table.rows.iter().map(|row| row.at).collect();
        assert!(times[0].is_some());
        assert_eq!(times[1], times[0]);
        assert_eq!(times[2], times[0]);
        assert_eq!(times[3], None);
    }

    #[test]
    fn bad_rows_are_named_by_their_line_and_the_rest_is_read() {
        let text = b"id,label,time\na,real,soon\n,real,\nb\nc,\xff,\nd,bogus,\ne,real,2026\n";
        let table = parse(text, "t.csv").unwrap();
        let lines: Vec<_> = table.problems.iter().map(|p| &*p.what).collect();
        assert_eq!(
            lines,
            [
                "row at line 2",
                "row at line 3",
                "row at line 4",
                "row at line 5",
                "row at line 7"
            ]
        );
        assert_eq!(table.rows.len(), 1);
        assert_eq!((&*table.rows[0].id, table.rows[0].line), ("d", 6));
    }

    #[test]
    fn a_missing_column_is_an_error_that_names_what_was_found() {
        let why = parse(b"star,colour\n1,2\n", "t.csv")
            .unwrap_err()
            .to_string();
        assert_eq!(why, "t.csv: there is no label column among: star, colour");
        assert!(parse(b"", "t.csv").is_err());
    }

    #[test]
    fn our_own_states_come_back_as_labels() {
        let text =
            "objectId,class_name,label_state\na,,unsure\nb,,skipped\nc,,none\nd,SN,labelled\n";
        let labels: Vec<_> = ids_and_labels(text).into_iter().map(|(_, l)| l).collect();
        assert_eq!(labels, ["unsure", "skipped", "", "SN"]);
    }

    #[test]
    fn one_line_splits_into_id_and_label() {
        let split = |line| split_line(line);
        assert_eq!(split("a, real"), Some(("a".into(), "real".into())));
        assert_eq!(split("\"a,b\",real"), Some(("a,b".into(), "real".into())));
        assert_eq!(split("a"), None);
        assert_eq!(split(",real"), None);
        assert_eq!(split("a,b,c"), None);
    }
}
