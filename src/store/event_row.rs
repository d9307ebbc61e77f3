//! A label event as a row of the journal, and back.

use std::{borrow::Cow, sync::Arc};

use rusqlite::{
    Connection, Row, ToSql,
    types::{Type, Value},
};

use crate::domain::{LabelAction, LabelEvent, Origin, Shown, StepId, Timestamp};

/// The columns, in the order in which [`with_values`] gives values and [`event_of`] reads them.
pub(super) const COLUMNS: &str = "step, candidate, action, class, is_on, text, of_step, \
    vocabulary, annotator, at_us, dwell_ms, shown_epoch, shown_stretch, shown_limits, \
    shown_science_low, shown_science_high, shown_color_map, is_score_shown, model, score, \
    origin, program";

/// As many as there are [`COLUMNS`].
pub(super) const PLACES: &str = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";

/// Values of a row of `label_events` without its number: one for each of [`COLUMNS`].
pub(super) type Cells = Vec<Value>;

/// As many as there are [`COLUMNS`].
pub(super) const CELLS: usize = 22;

/// An event as it lies in its row.
#[derive(Clone, Debug)]
pub(super) struct EventRow {
    /// Its number, where it was read: here or on a server.
    pub seq: i64,
    /// Its identity, 16 bytes.
    pub id: Vec<u8>,
    pub cells: Cells,
}

impl EventRow {
    /// Of a row of number, identity and [`COLUMNS`].
    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let cells = (0..CELLS).map(|at| row.get(at + 2));
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            cells: cells.collect::<rusqlite::Result<_>>()?,
        })
    }
}

/// How events are sorted into the order in which they count: by their places, where they have some, then by their numbers.
pub(super) const IN_ORDER: &str = "ORDER BY server_seq IS NULL, server_seq, seq";

/// All events in the order in which they count.
pub(super) fn rows_in_order(connection: &Connection) -> rusqlite::Result<Vec<EventRow>> {
    let mut select = connection.prepare(&format!(
        "SELECT seq, id, {COLUMNS} FROM label_events JOIN event_ids USING (seq) {IN_ORDER}"
    ))?;
    let rows = select.query_map([], EventRow::read)?;
    rows.collect()
}

/// Calls `insert` with the values of one event. NaN (of limits or score) is kept as NULL.
pub(super) fn with_values<T>(event: &LabelEvent, insert: impl FnOnce(&[&dyn ToSql]) -> T) -> T {
    let shown = event.shown.as_ref();
    let limits = shown.and_then(|shown| shown.science_limits);
    let (class, is_on, text, of_step) = action_values(&event.action);
    insert(&[
        &event.step.0,
        &&*event.candidate,
        &action_name(&event.action),
        &class,
        &is_on,
        &text,
        &of_step,
        &&*event.vocabulary,
        &&*event.annotator,
        &event.at.0,
        &event.dwell_ms,
        &shown.map(|shown| &*shown.epoch),
        &shown.map(|shown| &*shown.stretch),
        &shown.map(|shown| &*shown.limits),
        &limits.map(|[low, _]| f64::from(low)),
        &limits.map(|[_, high]| f64::from(high)),
        &shown.map(|shown| &*shown.color_map),
        &shown.map(|shown| shown.is_score_shown),
        &event.model.as_deref(),
        &event.score,
        &origin_name(event.origin),
        &&*event.program,
    ])
}

/// The event of a row of `seq` and [`COLUMNS`].
///
/// # Errors
/// Where the row holds a word that no version of this layout wrote.
pub(super) fn event_of(row: &Row<'_>) -> rusqlite::Result<(i64, LabelEvent)> {
    let event = LabelEvent {
        step: StepId(row.get(1)?),
        candidate: text(row, 2)?,
        action: action_of(row)?,
        vocabulary: text(row, 8)?,
        annotator: text(row, 9)?,
        at: Timestamp(row.get(10)?),
        dwell_ms: row.get(11)?,
        shown: shown_of(row)?,
        model: row.get::<_, Option<String>>(19)?.map(Arc::from),
        score: row.get(20)?,
        origin: origin_of(row)?,
        program: text(row, 22)?,
    };
    Ok((row.get(0)?, event))
}

fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<Arc<str>> {
    row.get::<_, String>(at).map(Arc::from)
}

fn action_name(action: &LabelAction) -> &'static str {
    match action {
        LabelAction::Set { .. } => "set",
        LabelAction::Tag { .. } => "tag",
        LabelAction::Untag { .. } => "untag",
        LabelAction::Clear => "clear",
        LabelAction::Unsure => "unsure",
        LabelAction::Skip => "skip",
        LabelAction::Flag { .. } => "flag",
        LabelAction::Note { .. } => "note",
        LabelAction::Import { .. } => "import",
        LabelAction::Component { .. } => "component",
        LabelAction::Assign(_) => "assign",
        LabelAction::Undo { .. } => "undo",
        LabelAction::Redo { .. } => "redo",
    }
}

/// Class, switch, text and step of an action.
type ActionValues<'a> = (
    Option<&'a str>,
    Option<bool>,
    Option<Cow<'a, str>>,
    Option<i64>,
);

fn action_values(action: &LabelAction) -> ActionValues<'_> {
    match action {
        LabelAction::Set { class } | LabelAction::Tag { class } | LabelAction::Untag { class } => {
            (Some(class), None, None, None)
        }
        LabelAction::Flag { on } => (None, Some(*on), None, None),
        LabelAction::Note { text }
        | LabelAction::Import { table: text }
        | LabelAction::Component { what: text } => (None, None, Some(Cow::Borrowed(&**text)), None),
        // Texts and a number always have a JSON form.
        LabelAction::Assign(assignment) => {
            let json = serde_json::to_string(assignment).unwrap_or_default();
            (None, None, Some(Cow::Owned(json)), None)
        }
        LabelAction::Undo { of } | LabelAction::Redo { of } => (None, None, None, Some(of.0)),
        LabelAction::Clear | LabelAction::Unsure | LabelAction::Skip => (None, None, None, None),
    }
}

fn action_of(row: &Row<'_>) -> rusqlite::Result<LabelAction> {
    let class = || text(row, 4);
    let words = || text(row, 6);
    let step = || row.get(7).map(StepId);
    Ok(match row.get_ref(3)?.as_str()? {
        "set" => LabelAction::Set { class: class()? },
        "tag" => LabelAction::Tag { class: class()? },
        "untag" => LabelAction::Untag { class: class()? },
        "clear" => LabelAction::Clear,
        "unsure" => LabelAction::Unsure,
        "skip" => LabelAction::Skip,
        "flag" => LabelAction::Flag { on: row.get(5)? },
        "note" => LabelAction::Note { text: words()? },
        "import" => LabelAction::Import { table: words()? },
        "component" => LabelAction::Component { what: words()? },
        "assign" => {
            let json: String = row.get(6)?;
            let assignment = serde_json::from_str(&json).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(6, Type::Text, error.into())
            })?;
            LabelAction::Assign(assignment)
        }
        "undo" => LabelAction::Undo { of: step()? },
        "redo" => LabelAction::Redo { of: step()? },
        word => return Err(unknown(3, "action", word)),
    })
}

fn shown_of(row: &Row<'_>) -> rusqlite::Result<Option<Shown>> {
    let Some(epoch) = row.get::<_, Option<String>>(12)? else {
        return Ok(None);
    };
    let low: Option<f64> = row.get(15)?;
    let high: Option<f64> = row.get(16)?;
    Ok(Some(Shown {
        epoch,
        stretch: row.get(13)?,
        limits: row.get(14)?,
        science_limits: low.zip(high).map(|(low, high)| [low as f32, high as f32]),
        color_map: row.get(17)?,
        is_score_shown: row.get(18)?,
    }))
}

const fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Window => "window",
        Origin::Bulk => "bulk",
        Origin::Import => "import",
        Origin::Component => "component",
        Origin::Repeat => "repeat",
        Origin::CommandLine => "command_line",
    }
}

fn origin_of(row: &Row<'_>) -> rusqlite::Result<Origin> {
    Ok(match row.get_ref(21)?.as_str()? {
        "window" => Origin::Window,
        "bulk" => Origin::Bulk,
        "import" => Origin::Import,
        "component" => Origin::Component,
        "repeat" => Origin::Repeat,
        "command_line" => Origin::CommandLine,
        word => return Err(unknown(21, "origin", word)),
    })
}

fn unknown(at: usize, what: &str, word: &str) -> rusqlite::Error {
    let why = format!("{word} is no {what}");
    rusqlite::Error::FromSqlConversionFailure(at, Type::Text, why.into())
}
