//! A plot as plain numbers: the window draws it, files keep it as table and picture.

use serde::Serialize;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub place: f64,
    pub label: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it shows, with its unit.
    pub title: String,
    /// Its marks.
    pub ticks: Vec<Tick>,
    /// The places that it reaches from and to.
    pub range: [f64; 2],
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// A line through its points.
    Line,
    Points,
    /// Points joined by a line.
    LineAndPoints,
    /// One large point: where the threshold stands.
    Operating,
}

/// Whose a series is, which says its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// A model, by its position.
    Model(usize),
    /// A class, by its position among those of its model.
    Class(usize),
    /// Something published, by its position.
    Published(usize),
    /// What a plot is compared with: a diagonal.
    Guide,
}

/// A point of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub value: [f64; 2],
    /// Where it is drawn, on axes of whatever scale.
    pub place: [f64; 2],
    /// Lower and upper end of its vertical uncertainty: values.
    pub interval: Option<[f64; 2]>,
}

impl Point {
    /// A point on linear axes.
    pub const fn plain(value: [f64; 2]) -> Self {
        Self {
            value,
            place: value,
            interval: None,
        }
    }
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: String,
    pub mark: Mark,
    pub ink: Ink,
    pub points: Vec<Point>,
}

/// Where names stand without hiding what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    LowerLeft,
    LowerRight,
    UpperRight,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Short name, for files: `det`.
    pub name: &'static str,
    pub title: String,
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    pub series: Vec<Series>,
    /// Where the names of the series stand.
    pub names: Corner,
    /// What stands where there is nothing to draw.
    pub why_empty: &'static str,
}

impl Plot {
    /// True where nothing was measured: guides and publications alone say nothing.
    pub fn is_empty(&self) -> bool {
        let mut models = self
            .series
            .iter()
            .filter(|series| matches!(series.ink, Ink::Model(_) | Ink::Class(_)));
        models.all(|series| series.points.is_empty())
    }
}
