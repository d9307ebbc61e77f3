//! The columns of an export, once, for all formats: name, type, unit and meaning.
//!
//! Names follow ZTF (`objectId`, `candid`, `fid`, `magpsf`, …) and ALeRCE (`class_name`, `mjd`,
//! `ndet`, `firstmjd`, `lastmjd`) where such a column exists. Identifiers are text in every
//! format, so that no reader rounds them.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::row::ExportRow;
use crate::domain::{DifferenceSign, Epoch, LabelEvent, Origin, Timestamp};

/// The column that names the scale of the dates beside it, and what it means.
pub const TIME_SCALE: &str = "time_scale";
pub const TIME_SCALE_MEANING: &str =
    "scale of the modified Julian dates: UTC, TAI (Rubin), TT, GPS, BJD";

/// Values of `difference_sign`.
pub const SCIENCE_MINUS_REFERENCE: &str = "science-reference";
pub const REFERENCE_MINUS_SCIENCE: &str = "reference-science";

/// A column's type, the same in all formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Unicode text.
    Text,
    /// A moment: ISO 8601 text in UTC with microseconds; in Parquet a timestamp.
    Time,
    /// 64-bit integer.
    Int,
    /// 32-bit float.
    Float,
    /// 64-bit float.
    Double,
    /// True or false.
    Bool,
}

/// A value of a row. What is missing (or not a finite number) is `Null`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing known.
    Null,
    Text(String),
    Time(Timestamp),
    /// An integer.
    Int(i64),
    /// A 32-bit float.
    Float(f32),
    /// A 64-bit float.
    Double(f64),
    /// True or false.
    Bool(bool),
}

pub struct Column {
    /// Its name in the file.
    pub name: &'static str,
    pub kind: Kind,
    /// Its unit as the VO writes it; empty for none.
    pub unit: &'static str,
    pub meaning: &'static str,
    pub value: fn(&ExportRow<'_>) -> Value,
}

/// A column with all its values: what column-wise formats write.
#[derive(Debug)]
pub struct FilledColumn {
    pub name: String,
    pub kind: Kind,
    /// Its unit; empty for none.
    pub unit: &'static str,
    pub meaning: String,
    /// Its values, one a row.
    pub values: Vec<Value>,
}

/// Rows and columns whose values are asked for one by one, so that a million rows need not stand
/// in memory in the form of a format.
pub trait Table {
    /// Names and types of the columns.
    fn heads(&self) -> Vec<(&str, Kind)>;
    /// Number of rows.
    fn rows(&self) -> usize;
    fn value(&self, row: usize, column: usize) -> Value;
}

impl Table for [ExportRow<'_>] {
    fn heads(&self) -> Vec<(&str, Kind)> {
        COLUMNS.iter().map(|head| (head.name, head.kind)).collect()
    }

    fn rows(&self) -> usize {
        self.len()
    }

    fn value(&self, row: usize, column: usize) -> Value {
        (COLUMNS[column].value)(&self[row])
    }
}

impl Table for [FilledColumn] {
    fn heads(&self) -> Vec<(&str, Kind)> {
        let heads = self
            .iter()
            .map(|column| (column.name.as_str(), column.kind));
        heads.collect()
    }

    fn rows(&self) -> usize {
        self.iter()
            .map(|column| column.values.len())
            .min()
            .unwrap_or(0)
    }

    fn value(&self, row: usize, column: usize) -> Value {
        self[column].values[row].clone()
    }
}

/// The columns of every export, in their order.
pub static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let mut all = identity();
    all.extend(decision());
    all.extend(screen());
    all
});

/// All columns, filled.
pub fn of_rows(rows: &[ExportRow<'_>]) -> Vec<FilledColumn> {
    let fill = |column: &Column| FilledColumn {
        name: column.name.into(),
        kind: column.kind,
        unit: column.unit,
        meaning: column.meaning.into(),
        values: rows.iter().map(column.value).collect(),
    };
    COLUMNS.iter().map(fill).collect()
}

#[rustfmt::skip]
fn identity() -> Vec<Column> {
    use Kind::{Bool, Double, Float, Int, Text};
    vec![
        column("objectId", Text, "", "identifier of the object (ALeRCE: oid)", |r| text(Some(r.id))),
        column("candid", Text, "", "identifier of the detection that was on screen, else of the last one", |r| text(epoch(r, |e| e.candid.as_deref()))),
        column("ra", Double, "deg", "right ascension, J2000", |r| double(position(r, 0))),
        column("dec", Double, "deg", "declination, J2000", |r| double(position(r, 1))),
        column("mjd", Double, "d", "modified Julian date of that detection, in the time scale beside", |r| double(epoch(r, |e| e.mjd.map(crate::domain::Mjd::days)))),
        column(TIME_SCALE, Text, "", TIME_SCALE_MEANING, |r| text(scale(r))),
        column("fid", Int, "", "ZTF filter: 1 g, 2 r, 3 i", |r| int(epoch(r, |e| e.band.as_ref()?.ztf_fid()))),
        column("band", Text, "", "filter", |r| text(epoch(r, |e| e.band.as_ref().map(crate::domain::Band::name)))),
        column("magpsf", Float, "mag", "magnitude of that detection", |r| float(epoch(r, |e| e.mag))),
        column("sigmapsf", Float, "mag", "its standard deviation", |r| float(epoch(r, |e| e.mag_err))),
        column("diffmaglim", Float, "mag", "5-sigma limit of the exposure", |r| float(epoch(r, |e| e.limiting_mag))),
        column("isdiffpos", Text, "", "t: brighter than in the reference, f: fainter", |r| text(epoch(r, Epoch::is_negative).map(|is| if is { "f" } else { "t" }))),
        column("isNegative", Bool, "", "true: fainter than in the reference, as Rubin has it", |r| epoch(r, Epoch::is_negative).map_or(Value::Null, Value::Bool)),
        column("difference_sign", Text, "", "what the difference stamp is: science-reference or reference-science", |r| text(epoch(r, sign))),
        column("rb", Double, "", "the survey's real-bogus score", |r| double(field(r, "rb"))),
        column("drb", Double, "", "the survey's deep real-bogus score", |r| double(field(r, "drb"))),
        column("ndet", Int, "", "epochs of the object in the opened files", |r| int(r.candidate.map(|c| c.epochs.len() as i64))),
        column("firstmjd", Double, "d", "modified Julian date of the first of them", |r| double(mjds(r).reduce(f64::min))),
        column("lastmjd", Double, "d", "modified Julian date of the last of them", |r| double(mjds(r).reduce(f64::max))),
        column("truth", Text, "", "class written in the data, not a label", |r| text(r.candidate.and_then(|c| c.truth.as_deref()))),
    ]
}

#[rustfmt::skip]
fn decision() -> Vec<Column> {
    use Kind::{Bool, Int, Text, Time};
    vec![
        column("class_name", Text, "", "the label; several tags are joined by ;", |r| text(Some(r.state.classes.join(";").as_str()).filter(|all| !all.is_empty()))),
        column("label_state", Text, "", "labelled, unsure, skipped or none", |r| text(Some(state(r)))),
        column("is_flagged", Bool, "", "marked for a second look", |r| Value::Bool(r.state.is_flagged)),
        column("note", Text, "", "remark", |r| text(r.state.note.as_deref())),
        column("vocabulary", Text, "", "set of classes in use", |r| text(event(r, |e| Some(&*e.vocabulary)))),
        column("annotator", Text, "", "who decided", |r| text(event(r, |e| Some(&*e.annotator)))),
        column("label_time", Time, "", "when, UTC", |r| r.event.map_or(Value::Null, |e| Value::Time(e.at))),
        column("dwell_ms", Int, "ms", "how long the candidate had been on screen", |r| int(event(r, |e| e.dwell_ms.map(i64::from)))),
        column("origin", Text, "", "window, bulk, import, component or command_line", |r| text(event(r, |e| Some(origin(e))))),
        column("step", Text, "", "number of the step: decisions made at once share it", |r| text(r.event.map(|e| e.step.0.to_string()).as_deref())),
    ]
}

#[rustfmt::skip]
fn screen() -> Vec<Column> {
    use Kind::{Bool, Double, Float, Text};
    vec![
        column("shown_epoch", Text, "", "epoch on screen: its candid, else its number from 1", |r| text(event(r, |e| Some(e.shown.as_ref()?.epoch.as_str())))),
        column("shown_stretch", Text, "", "stretch on screen", |r| text(event(r, |e| Some(e.shown.as_ref()?.stretch.as_str())))),
        column("shown_limits", Text, "", "how limits were found", |r| text(event(r, |e| Some(e.shown.as_ref()?.limits.as_str())))),
        column("shown_low", Float, "", "lower limit of the science stamp, in its unit", |r| float(event(r, |e| e.shown.as_ref()?.science_limits.map(|[low, _]| low)))),
        column("shown_high", Float, "", "upper limit of the science stamp, in its unit", |r| float(event(r, |e| e.shown.as_ref()?.science_limits.map(|[_, high]| high)))),
        column("shown_colormap", Text, "", "colour map on screen", |r| text(event(r, |e| Some(e.shown.as_ref()?.color_map.as_str())))),
        column("is_score_shown", Bool, "", "true where a model's score was visible", |r| event(r, |e| e.shown.as_ref()).map_or(Value::Null, |s| Value::Bool(s.is_score_shown))),
        column("model", Text, "", "model whose score was known", |r| text(event(r, |e| e.model.as_deref()))),
        column("score", Double, "", "that score", |r| double(event(r, |e| e.score))),
        column("program", Text, "", "program version that wrote the label", |r| text(event(r, |e| Some(&*e.program)))),
    ]
}

const fn column(
    name: &'static str,
    kind: Kind,
    unit: &'static str,
    meaning: &'static str,
    value: fn(&ExportRow<'_>) -> Value,
) -> Column {
    Column {
        name,
        kind,
        unit,
        meaning,
        value,
    }
}

/// Text, or nothing.
pub fn text(value: Option<&str>) -> Value {
    value.map_or(Value::Null, |value| Value::Text(value.to_owned()))
}

fn int(value: Option<i64>) -> Value {
    value.map_or(Value::Null, Value::Int)
}

fn float(value: Option<f32>) -> Value {
    let finite = value.filter(|value| value.is_finite());
    finite.map_or(Value::Null, Value::Float)
}

/// A finite number, or nothing.
pub fn double(value: Option<f64>) -> Value {
    let finite = value.filter(|value| value.is_finite());
    finite.map_or(Value::Null, Value::Double)
}

fn epoch<'a, T>(row: &ExportRow<'a>, get: impl FnOnce(&'a Epoch) -> Option<T>) -> Option<T> {
    row.epoch.and_then(get)
}

fn event<'a, T>(row: &ExportRow<'a>, get: impl FnOnce(&'a LabelEvent) -> Option<T>) -> Option<T> {
    row.event.and_then(get)
}

fn position(row: &ExportRow<'_>, axis: usize) -> Option<f64> {
    Some(row.candidate?.position_deg?[axis])
}

fn field(row: &ExportRow<'_>, name: &str) -> Option<f64> {
    row.epoch?.fields.number(name)
}

fn mjds<'a>(row: &ExportRow<'a>) -> impl Iterator<Item = f64> + use<'a> {
    let epochs = row.candidate.map_or(&[][..], |c| &c.epochs);
    epochs
        .iter()
        .filter_map(|e| e.mjd.map(crate::domain::Mjd::days))
}

/// Of the epoch, else of the first that has a time: `firstmjd` and `lastmjd` are in it, too.
fn scale(row: &ExportRow<'_>) -> Option<&'static str> {
    let epochs = row.candidate.map_or(&[][..], |c| &c.epochs);
    let first = || epochs.iter().find_map(|epoch| epoch.mjd);
    let mjd = epoch(row, |e| e.mjd).or_else(first);
    mjd.map(|mjd| mjd.scale().name())
}

const fn sign(epoch: &Epoch) -> Option<&'static str> {
    match epoch.difference_sign {
        DifferenceSign::ScienceMinusReference => Some(SCIENCE_MINUS_REFERENCE),
        DifferenceSign::ReferenceMinusScience => Some(REFERENCE_MINUS_SCIENCE),
        DifferenceSign::Unknown => None,
    }
}

const fn state(row: &ExportRow<'_>) -> &'static str {
    if row.state.is_labelled() {
        "labelled"
    } else if row.state.is_unsure {
        "unsure"
    } else if row.state.is_skipped {
        "skipped"
    } else {
        "none"
    }
}

const fn origin(event: &LabelEvent) -> &'static str {
    match event.origin {
        Origin::Window => "window",
        Origin::Bulk => "bulk",
        Origin::Import => "import",
        Origin::Component => "component",
        Origin::Repeat => "repeat",
        Origin::CommandLine => "command_line",
    }
}
