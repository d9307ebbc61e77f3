//! The messages that destello sends and understands: MTypes of the list that the IVOA keeps.

use std::path::Path;

use super::xml_rpc::SampValue;
use crate::io::file_address;

const POINT_AT: &str = "coord.pointAt.sky";
const LOAD_TABLE: &str = "table.load.votable";
const LOAD_IMAGE: &str = "image.load.fits";
const HIGHLIGHT_ROW: &str = "table.highlight.row";
const SELECT_ROWS: &str = "table.select.rowList";
const SHUTDOWN: &str = "samp.hub.event.shutdown";
const DISCONNECT: &str = "samp.hub.disconnect";
const PING: &str = "samp.app.ping";

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub mtype: &'static str,
    parameters: SampValue,
}

impl Message {
    /// Look at this position, degrees, ICRS.
    pub fn point_at([ra, dec]: [f64; 2]) -> Self {
        let degrees = |value: f64| SampValue::Text(format!("{value:.8}"));
        Self {
            mtype: POINT_AT,
            parameters: SampValue::map([("ra", degrees(ra)), ("dec", degrees(dec))]),
        }
    }

    /// Load this VOTable, which goes by `table` from now on.
    pub fn load_table(path: &Path, table: &str, name: &str) -> Self {
        Self {
            mtype: LOAD_TABLE,
            parameters: SampValue::map([
                ("url", file_address::of_path(path).as_str().into()),
                ("table-id", table.into()),
                ("name", name.into()),
            ]),
        }
    }

    /// Load this image, which goes by `id`.
    pub fn load_image(path: &Path, id: &str, name: &str) -> Self {
        Self {
            mtype: LOAD_IMAGE,
            parameters: SampValue::map([
                ("url", file_address::of_path(path).as_str().into()),
                ("image-id", id.into()),
                ("name", name.into()),
            ]),
        }
    }

    /// Show this row, from 0, of a table that was sent.
    pub fn highlight_row(table: &str, row: usize) -> Self {
        Self {
            mtype: HIGHLIGHT_ROW,
            parameters: SampValue::map([
                ("table-id", table.into()),
                ("row", row.to_string().as_str().into()),
            ]),
        }
    }

    /// Select these rows, from 0, of a table that was sent.
    pub fn select_rows(table: &str, rows: impl Iterator<Item = usize>) -> Self {
        let rows = rows.map(|row| SampValue::Text(row.to_string()));
        Self {
            mtype: SELECT_ROWS,
            parameters: SampValue::map([
                ("table-id", table.into()),
                ("row-list", SampValue::List(rows.collect())),
            ]),
        }
    }

    /// As it goes to the hub.
    pub(super) fn value(&self) -> SampValue {
        SampValue::map([
            ("samp.mtype", self.mtype.into()),
            ("samp.params", self.parameters.clone()),
        ])
    }
}

/// What others sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// Somebody points at this position, degrees.
    PointAt([f64; 2]),
    /// Somebody shows this row, from 0, of a table.
    HighlightRow {
        /// The table's identifier.
        table: String,
        row: usize,
    },
    /// Somebody selected these rows of a table.
    SelectRows {
        /// The table's identifier.
        table: String,
        /// The rows, from 0.
        rows: Vec<usize>,
    },
    /// The hub is about to end, or wants no more of us.
    HubEnds,
    /// Somebody asks whether we are there.
    Ping,
}

impl Incoming {
    /// What this program wants to be sent.
    pub(super) const SUBSCRIBED: [&str; 6] = [
        POINT_AT,
        HIGHLIGHT_ROW,
        SELECT_ROWS,
        SHUTDOWN,
        DISCONNECT,
        PING,
    ];

    /// Reads a message.
    ///
    /// # Errors
    /// Where it was not asked for, or lacks what its kind needs.
    pub(super) fn read(message: &SampValue) -> Result<Self, String> {
        let mtype = message.member("samp.mtype").and_then(SampValue::text);
        let mtype = mtype.ok_or("a message without samp.mtype")?;
        let parameter = |name: &str| {
            let value = message
                .member("samp.params")
                .and_then(|all| all.member(name));
            value.ok_or_else(|| format!("{mtype} without {name}"))
        };
        let text = |name: &str| {
            let text = parameter(name)?.text();
            text.ok_or_else(|| format!("{mtype}: {name} should be a text"))
        };
        let degrees = |name: &str| {
            let text = text(name)?;
            let number = text
                .trim()
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite());
            number.ok_or_else(|| format!("{mtype}: {name} is {text:?}, not degrees"))
        };
        let table = || text("table-id").map(str::to_owned);
        match mtype {
            POINT_AT => Ok(Self::PointAt([degrees("ra")?, degrees("dec")?])),
            HIGHLIGHT_ROW => Ok(Self::HighlightRow {
                table: table()?,
                row: row(mtype, parameter("row")?)?,
            }),
            SELECT_ROWS => {
                let list = parameter("row-list")?.list();
                let list = list.ok_or_else(|| format!("{mtype}: row-list should be a list"))?;
                let rows = list.iter().map(|value| row(mtype, value));
                Ok(Self::SelectRows {
                    table: table()?,
                    rows: rows.collect::<Result<_, _>>()?,
                })
            }
            SHUTDOWN | DISCONNECT => Ok(Self::HubEnds),
            PING => Ok(Self::Ping),
            _ => Err(format!("{mtype} was not asked for")),
        }
    }
}

fn row(mtype: &str, value: &SampValue) -> Result<usize, String> {
    let number = value.text().and_then(|text| text.trim().parse().ok());
    number.ok_or_else(|| format!("{mtype}: a row is a number from 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_understood_by_the_one_who_reads_it() {
        let read = |message: Message| Incoming::read(&message.value());
        assert_eq!(
            read(Message::point_at([150.119_167, -2.5])),
            Ok(Incoming::PointAt([150.119_167, -2.5]))
        );
        let table = || "destello-1".to_owned();
        assert_eq!(
            read(Message::highlight_row("destello-1", 7)),
            Ok(Incoming::HighlightRow {
                table: table(),
                row: 7
            })
        );
        assert_eq!(
            read(Message::select_rows("destello-1", [0, 12].into_iter())),
            Ok(Incoming::SelectRows {
                table: table(),
                rows: vec![0, 12]
            })
        );
    }

    #[test]
    fn what_is_incomplete_is_refused_by_name() {
        let message = |mtype: &str, parameters| {
            SampValue::map([("samp.mtype", mtype.into()), ("samp.params", parameters)])
        };
        for (mtype, parameters, named) in [
            (
                POINT_AT,
                SampValue::map([("ra", "1".into())]),
                "without dec",
            ),
            (
                POINT_AT,
                SampValue::map([("ra", "1".into()), ("dec", "NaN".into())]),
                "not degrees",
            ),
            (
                HIGHLIGHT_ROW,
                SampValue::map([("table-id", "t".into()), ("row", "-1".into())]),
                "from 0",
            ),
            (
                SELECT_ROWS,
                SampValue::map([("table-id", "t".into()), ("row-list", "3".into())]),
                "a list",
            ),
            ("image.load.fits", SampValue::map([]), "not asked for"),
        ] {
            let why = Incoming::read(&message(mtype, parameters)).unwrap_err();
            assert!(why.contains(named), "{why}");
        }
    }
}
