//! A plot as plain numbers: the window draws it, files keep it as table and picture.

use serde::Serialize;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it is drawn.
    pub place: f64,
    /// What stands there.
    pub label: String,
}

/// An axis.
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
    /// A point each.
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
    /// What was measured.
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
    /// Its name.
    pub name: String,
    /// How it is drawn.
    pub mark: Mark,
    /// Whose it is.
    pub ink: Ink,
    /// Its points.
    pub points: Vec<Point>,
}

/// Where names stand without hiding what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// At the lower left.
    LowerLeft,
    /// At the lower right.
    LowerRight,
    /// At the upper right.
    UpperRight,
}

/// A plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Short name, for files: `det`.
    pub name: &'static str,
    /// What it is.
    pub title: String,
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    /// What is drawn.
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
