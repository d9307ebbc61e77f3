//! Reads tables of labels: `id,label`, optionally `annotator` and `time`, in any order, in every form that
//! [`super::table`] reads.
//!
//! Case of the names is ignored. Names understood:
//!
//! | column | names |
//! |---|---|
//! | id | `objectId`, `oid`, `object_id`, `diaObjectId`, `obj_id`, `id`, `object`, `name`, …; or `candid`, `diaSourceId` for a detection; or any other column: who knows the candidates finds it by its values |
//! | label | `label`, `class`, `class_name`, `classification`, `choice`, `annotations` (of Zooniverse), … |
//! | state | `label_state` (of our own exports: `unsure`, `skipped`) |
//! | annotator | `annotator`, `user`, `user_name`, `labeller`, `author`, `author_name`, … |
//! | time | `time`, `label_time`, `timestamp`, `date`, `created_at`, … |
//!
//! A time is ISO 8601 (UTC where it names no offset) or a number: a modified Julian date, a Julian date
//! where it is above 2,000,000, seconds or milliseconds since 1970 where it is as large as those of our
//! days; all in UTC. A time that is not understood costs the time, not the label.
//!
//! What spreadsheets make of identifiers (`="112…"`, `'112…`, `112….0`) is undone; one that was rounded
//! (`1.127E+18`) is refused, because nothing tells which it was.

use std::{path::Path, sync::Arc};

use super::table::{Row, Table, TableError};
use crate::domain::{Mjd, Problem, Timestamp};

/// A table of labels, with the rows that could not be read.
#[derive(Debug, Default)]
pub struct LabelTable {
    /// The file's name, for error messages.
    pub path: String,
    /// True where the rows name detections (`candid`), not objects.
    pub is_by_detection: bool,
    /// Names of the columns that may hold identifiers, the likeliest first.
    pub id_columns: Vec<String>,
    /// What could be read, in file order.
    pub rows: Vec<LabelRow>,
    /// What could not, by row.
    pub problems: Vec<Problem>,
    /// What was read only in part: labels whose time is not understood.
    pub notes: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelRow {
    /// Line in the file, from 1 (the header is line 1).
    pub line: u64,
    /// The object's or detection's identifier, exact.
    pub id: Arc<str>,
    /// The cells of all columns that may hold identifiers, in the order of those.
    pub ids: Vec<Arc<str>>,
    /// The label as written, but `1.0` as `1`; empty where the row has none.
    pub label: Arc<str>,
    /// Who gave it, where the table says so.
    pub annotator: Option<Arc<str>>,
    /// When, where the table says so.
    pub at: Option<Timestamp>,
}

/// Why a table cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
    /// The file cannot be read, or is no table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A column that must be there is not.
    #[error("{path}: there is no {column} column among: {found}")]
    ColumnMissing {
        path: String,
        column: &'static str,
        found: String,
    },
}

const ID: &[&str] = &[
    "objectid",
    "oid",
    "object_id",
    "obj_id",
    "diaobjectid",
    "meta.objectid",
    "id",
    "object",
    "name",
];
const DETECTION: &[&str] = &["candid", "diasourceid", "candid_str", "measurement_id"];
const FILE: &[&str] = &[
    "filename",
    "file",
    "filepath",
    "path",
    "image",
    "subject_data",
];
const LABEL: &[&str] = &[
    "label",
    "class",
    "class_name",
    "classification",
    "choice",
    "ground_truth.label",
    "annotations",
    "annotation",
    "answer",
];
const STATE: &[&str] = &["label_state"];
const ANNOTATOR: &[&str] = &[
    "annotator",
    "user",
    "user_name",
    "username",
    "labeller",
    "labeler",
    "author",
    "author_name",
    "annotator_id",
    "_annotator_id",
    "completed_by",
];
const TIME: &[&str] = &[
    "time",
    "label_time",
    "timestamp",
    "_timestamp",
    "date",
    "created_at",
    "modified",
    "updated_at",
];
/// Columns that are looked through for identifiers.
const MOST_ID_COLUMNS: usize = 16;

pub fn read(path: &Path) -> Result<LabelTable, LabelsError> {
    of_table(&Table::read(path)?, &path.display().to_string())
}

/// Reads a table of labels from its bytes; `path` is for error messages.
pub fn parse(bytes: &[u8], path: &str) -> Result<LabelTable, LabelsError> {
    of_table(&Table::parse(bytes, path)?, path)
}

fn of_table(read: &Table, path: &str) -> Result<LabelTable, LabelsError> {
    let columns = Columns::of(read, path)?;
    let id_columns = columns.ids.iter().map(|at| read.heads[*at].clone());
    let mut table = LabelTable {
        path: path.to_owned(),
        is_by_detection: columns.is_by_detection,
        id_columns: id_columns.collect(),
        ..LabelTable::default()
    };
    let problem = |line: u64, why: String| Problem::new(path, format!("row at line {line}"), why);
    let faults = read
        .faults
        .iter()
        .map(|(line, why)| problem(*line, why.clone()));
    table.problems.extend(faults);
    for row in &read.rows {
        match columns.row(row) {
            Ok((row, note)) => {
                table.notes.extend(note.map(|why| problem(row.line, why)));
                table.rows.push(row);
            }
            Err(why) => table.problems.push(problem(row.line, why)),
        }
    }
    Ok(table)
}

/// Splits one line `id,label` as a table without header would be.
pub fn split_line(line: &str) -> Option<(String, String)> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(line.as_bytes());
    let record = reader.records().next()?.ok()?;
    match (record.get(0), record.get(1), record.get(2)) {
        (Some(id), Some(label), None) if !id.is_empty() => Some((id.to_owned(), label.to_owned())),
        _ => None,
    }
}

struct Columns {
    /// Those that may hold identifiers, the likeliest first.
    ids: Vec<usize>,
    is_by_detection: bool,
    label: usize,
    state: Option<usize>,
    annotator: Option<usize>,
    time: Option<usize>,
}

impl Columns {
    fn of(table: &Table, path: &str) -> Result<Self, LabelsError> {
        let missing = |column| LabelsError::ColumnMissing {
            path: path.to_owned(),
            column,
            found: table.heads.join(", "),
        };
        let label = table.find(LABEL).ok_or_else(|| missing("label"))?;
        let (state, annotator, time) = (table.find(STATE), table.find(ANNOTATOR), table.find(TIME));
        let is_other = |at: &usize| *at == label || [state, annotator, time].contains(&Some(*at));
        let object = table.find(ID).filter(|at| !is_other(at));
        let detection = table.find(DETECTION);
        let named = ID
            .iter()
            .chain(DETECTION)
            .chain(FILE)
            .filter_map(|name| table.find(&[name]));
        let mut ids: Vec<usize> = Vec::new();
        for at in named.chain(0..table.heads.len()).filter(|at| !is_other(at)) {
            if !ids.contains(&at) && ids.len() < MOST_ID_COLUMNS {
                ids.push(at);
            }
        }
        if ids.is_empty() {
            return Err(missing("id"));
        }
        Ok(Self {
            ids,
            is_by_detection: object.is_none() && detection.is_some(),
            label,
            state,
            annotator,
            time,
        })
    }

    /// The row, and what is not understood of it.
    fn row(&self, row: &Row) -> Result<(LabelRow, Option<String>), String> {
        let get = |at: Option<usize>| at.map_or("", |at| row.cell(at));
        let ids: Vec<Arc<str>> = self
            .ids
            .iter()
            .map(|at| plain_id(row.cell(*at)).into())
            .collect();
        if ids.iter().all(|id| id.is_empty()) || (ids[0].is_empty() && ids.len() == 1) {
            return Err("there is no id".into());
        }
        if let Some(rounded) = ids.iter().find(|id| is_rounded(id)) {
            return Err(format!(
                "the identifier {rounded} was rounded by a spreadsheet: which one it was cannot be known; \
                 export the table anew with the identifiers as text"
            ));
        }
        if row.cells.len() <= self.label {
            return Err(format!("it has only {} fields", row.cells.len()));
        }
        let label = plain_label(row.cell(self.label));
        let label = match (&*label, get(self.state)) {
            ("", state @ ("unsure" | "skipped")) => state.into(),
            _ => label,
        };
        let annotator = get(self.annotator);
        let time = get(self.time);
        let at = time_of(time);
        let note = (at.is_none() && !time.is_empty())
            .then(|| format!("the time {time} is not understood; the label is taken without it"));
        let row = LabelRow {
            line: row.line,
            id: ids
                .iter()
                .find(|id| !id.is_empty())
                .cloned()
                .unwrap_or_default(),
            ids,
            label: label.into(),
            annotator: (!annotator.is_empty()).then(|| annotator.into()),
            at,
        };
        Ok((row, note))
    }
}

/// An identifier without what a spreadsheet puts around it.
pub(super) fn plain_id(text: &str) -> &str {
    // Signs without width come with what was copied from a page.
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    let text = text.trim_matches(is_blank);
    let inside = text
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    let text = inside.or_else(|| text.strip_prefix('\'')).unwrap_or(text);
    match text.split_once('.') {
        // A candid that was read as a number and written again.
        Some((whole, zeros)) if is_long_number(whole) && zeros.bytes().all(|byte| byte == b'0') => {
            whole
        }
        _ => text,
    }
}

fn is_long_number(text: &str) -> bool {
    text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `1.12717E+18`: what is left of an identifier of 64 bits.
fn is_rounded(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let exponent: Option<u8> = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok();
    let is_number = mantissa.contains('.')
        && mantissa
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_number && exponent.is_some_and(|exponent| (15..=20).contains(&exponent))
}

/// A label without the traces of programs: `1.0` is 1, `nan` and the like are nothing, the value of a
/// task of Zooniverse is its label.
pub(super) fn plain_label(text: &str) -> String {
    let text = text.trim();
    if matches!(
        text.to_ascii_lowercase().as_str(),
        "nan" | "null" | "none" | "--" | "<na>" | "n/a"
    ) {
        return String::new();
    }
    // Whole numbers however they are written: `1.0`, `1.00`, `+1`, `1e0`.
    let is_number = text.len() > 1 && text.bytes().all(|byte| b"0123456789.+eE".contains(&byte));
    if is_number
        && let Ok(number) = text.parse::<f64>()
        && number.fract() == 0.0
        && number < 1e6
    {
        return number.to_string();
    }
    if text.starts_with(['[', '{'])
        && let Ok(value) = serde_json::from_str(text)
        && let Some(label) = first_value(&value)
    {
        return label;
    }
    text.into()
}

/// The first text under a name that holds answers.
fn first_value(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match value {
        Value::Array(list) => list.iter().find_map(first_value),
        Value::Object(fields) => [
            "value",
            "label",
            "labels",
            "choices",
            "choice",
            "classification",
        ]
        .iter()
        .find_map(|name| match fields.get(*name)? {
            Value::String(text) => Some(text.clone()),
            other => first_value(other),
        }),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// None where it is empty, or not understood.
fn time_of(text: &str) -> Option<Timestamp> {
    let of_number = || {
        let number: f64 = text.parse().ok()?;
        // Seconds and milliseconds since 1970, of the years 2001 to 2128.
        let seconds = match number {
            number if (1e9..5e9).contains(&number) => Some(number),
            number if (1e12..5e12).contains(&number) => Some(number / 1e3),
            _ => None,
        };
        if let Some(seconds) = seconds {
            return Some(Timestamp((seconds * 1e6).round() as i64));
        }
        let mjd = if number > 2e6 {
            Mjd::from_jd(number)?
        } else {
            Mjd::new(number)?
        };
        // A bare year is no Julian date.
        (1e4..1e5)
            .contains(&mjd.days())
            .then(|| Timestamp::from_mjd_utc(mjd))
    };
    let of_words = || {
        let words = text
            .trim_end_matches("UTC")
            .trim_end_matches('Z')
            .trim_end();
        // `2021-04-16 15:17:31 +0000`, as Go and git write it.
        let (moment, offset) = words.rsplit_once(' ').unwrap_or((words, ""));
        let joined = match offset.strip_prefix(['+', '-']) {
            Some(digits) if digits.len() == 4 && digits.is_ascii() => {
                format!(
                    "{}{}{}:{}",
                    moment.trim(),
                    &offset[..1],
                    &digits[..2],
                    &digits[2..]
                )
            }
            _ => words.to_owned(),
        };
        (joined != text).then(|| Timestamp::from_iso(&joined))?
    };
    Timestamp::from_iso(text)
        .or_else(of_number)
        .or_else(of_words)
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
        assert_eq!(lines, ["row at line 3", "row at line 4"]);
        let read: Vec<_> = table.rows.iter().map(|row| (&*row.id, row.line)).collect();
        assert_eq!(read, [("a", 2), ("c", 5), ("d", 6), ("e", 7)]);
        let notes: Vec<_> = table.notes.iter().map(|note| &*note.what).collect();
        assert_eq!(notes, ["row at line 2", "row at line 7"]);
    }

    #[test]
    fn what_spreadsheets_make_of_identifiers_is_undone_or_refused() {
        for written in [
            "'1127174604415015005",
            "\"=\"\"1127174604415015005\"\"\"",
            "1127174604415015005.0",
        ] {
            let text = format!("candid,label\n{written},real\n");
            let table = parse(text.as_bytes(), "t").unwrap();
            assert_eq!(&*table.rows[0].id, "1127174604415015005", "{written}");
        }
        let table = parse(b"candid,label\n1.12717E+18,real\n", "t").unwrap();
        assert!(table.rows.is_empty() && table.problems[0].why.contains("rounded"));
        // A name with a point is a name.
        let table = parse(b"id,label\nx.0,real\n1.0,real\n", "t").unwrap();
        assert_eq!((&*table.rows[0].id, &*table.rows[1].id), ("x.0", "1.0"));
    }

    #[test]
    fn labels_lose_the_traces_of_programs() {
        let text = "id,label\na,1.0\nb,0.0\nc,nan\nd,\ne,\"[{\"\"task\"\":\"\"T0\"\",\"\"value\"\":\"\"Real\"\"}]\"\n";
        let labels: Vec<_> = ids_and_labels(text)
            .into_iter()
            .map(|(_, label)| label)
            .collect();
        assert_eq!(labels, ["1", "0", "", "", "Real"]);
    }

    #[test]
    fn the_survey_s_name_comes_before_a_number_of_the_tool() {
        let text = "annotation_id,candid,id,label,objectId\n9,112,1,real,ZTF18a\n";
        let table = parse(text.as_bytes(), "t").unwrap();
        assert_eq!(&*table.rows[0].id, "ZTF18a");
        assert_eq!(table.id_columns[..3], ["objectId", "id", "candid"]);
        let table = parse(b"star,colour,label\nx,3,real\n", "t").unwrap();
        assert_eq!((&*table.rows[0].id, table.is_by_detection), ("x", false));
    }

    #[test]
    fn moments_of_other_programs_are_understood() {
        let noon = Timestamp::from_iso("2024-05-06T12:53:20Z");
        for text in [
            "1715000000",
            "1715000000000",
            "2024-05-06 12:53:20 UTC",
            "2024-05-06 12:53:20 +0000 UTC",
            "2024-05-06 14:53:20 +0200",
            "20240506T125320Z",
        ] {
            assert_eq!(time_of(text), noon, "{text}");
        }
        for text in ["05/06/2024 12:53", "soon", "2026", ""] {
            assert_eq!(time_of(text), None, "{text}");
        }
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
