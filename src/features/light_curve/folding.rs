//! The folded light curve: which period is searched for, and what was found.

use serde::{Deserialize, Serialize};

pub use super::period_search::FoundPeriod;
use super::{
    measured::{CurveKey, shown_curve},
    period_search::{FindPeriod, Measurement},
    points::{Curve, Point},
};
use crate::{
    domain::{Band, CandidateIx},
    features::light_curve::state::LightCurvePane,
    tasks::{Running, TaskEvent, next_event},
    text,
    workspace::{context::Context, screen::Screen, shared::Shared},
};

/// Fewer detections in one filter are not folded.
const FEWEST_POINTS: usize = 5;

/// What the horizontal axis of the light curve is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    #[default]
    Time,
    /// The phase of half the period: where noise made the period too long.
    Half,
    /// The phase of the period.
    Period,
    /// The phase of twice the period: eclipsing binaries have two minima that look alike.
    Double,
}

impl Fold {
    /// All of them, in the order of the buttons.
    pub const ALL: [Self; 4] = [Self::Time, Self::Half, Self::Period, Self::Double];

    /// Its name on a button.
    pub fn title(self) -> &'static str {
        match self {
            Self::Time => text!("time"),
            Self::Half => "P/2",
            Self::Period => "P",
            Self::Double => "2 P",
        }
    }

    /// The one after it, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|fold| *fold == self);
        Self::ALL[at.map_or(0, |at| (at + 1) % Self::ALL.len())]
    }

    /// How many periods make a cycle; none on the axis of time.
    pub const fn periods(self) -> Option<f64> {
        match self {
            Self::Time => None,
            Self::Half => Some(0.5),
            Self::Period => Some(1.0),
            Self::Double => Some(2.0),
        }
    }
}

/// Which light curve a period belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FoldKey {
    candidate: CandidateIx,
    measured: Option<CurveKey>,
    epochs: usize,
    history: usize,
}

/// The filter whose period is searched for, and what was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldedBy {
    /// The filter with most detections.
    pub band: Option<Band>,
    /// Its detections.
    pub points: usize,
    /// The period; none where there is no variation, or too few points.
    pub period: Option<FoundPeriod>,
}

/// What a search came to.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    Nothing,
    Found(FoundPeriod),
}

impl From<Option<FoundPeriod>> for Outcome {
    fn from(period: Option<FoundPeriod>) -> Self {
        period.map_or(Self::Nothing, Self::Found)
    }
}

/// The search for the light curve on screen.
#[derive(Debug, Default)]
pub struct PeriodSearch {
    searching: Option<Running<FindPeriod>>,
    sought: Option<(FoldKey, Option<Band>, usize)>,
    found: Option<Outcome>,
}

impl PeriodSearch {
    /// True while a period is searched for.
    pub const fn is_under_way(&self) -> bool {
        self.searching.is_some()
    }

    pub(super) fn take_period(&mut self) {
        while let Some(event) = next_event(&mut self.searching) {
            match event {
                TaskEvent::Finished(period) => self.found = Some(period.into()),
                // Where the search broke off there is no period; the panic is reported.
                TaskEvent::Failed(_) => self.found = Some(Outcome::Nothing),
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
            }
        }
    }
}

impl LightCurvePane {
    fn fold_key(&self, shared: &Shared) -> Option<FoldKey> {
        let candidate = shared.candidate()?;
        Some(FoldKey {
            candidate: shared.place.candidate?,
            measured: self.curve_key(shared),
            epochs: candidate.epochs.len(),
            history: candidate.history.len(),
        })
    }

    /// What the light curve on screen is folded by; none while it is searched.
    pub fn folded_by(&self, shared: &Shared) -> Option<FoldedBy> {
        let search = &self.period_search;
        let (key, band, points) = search.sought.as_ref()?;
        let period = match search.found? {
            Outcome::Found(period) => Some(period),
            Outcome::Nothing => None,
        };
        (Some(*key) == self.fold_key(shared)).then(|| FoldedBy {
            band: band.clone(),
            points: *points,
            period,
        })
    }

    /// Has the period of the light curve on screen searched where it is folded.
    pub(crate) fn want_period(&mut self, shared: &mut Shared, cx: &Context) {
        let is_shown = shared.screen == Screen::Inspect && self.curve.fold != Fold::Time;
        let Some(key) = self.fold_key(shared).filter(|_| is_shown) else {
            return;
        };
        let sought = self.period_search.sought.as_ref();
        if sought.is_some_and(|(sought, ..)| *sought == key) {
            return;
        }
        let Curve::Points { points, .. } = shown_curve(self, shared) else {
            return;
        };
        let (band, points) = most_observed(&points);
        let is_enough = points.len() >= FEWEST_POINTS;
        self.period_search = PeriodSearch {
            sought: Some((key, band, points.len())),
            found: (!is_enough).then_some(Outcome::Nothing),
            searching: is_enough.then(|| cx.tasks.start(FindPeriod { points })),
        };
    }
}

/// The detections of the filter that has most of them: time, value, error.
fn most_observed(points: &[Point]) -> (Option<Band>, Vec<Measurement>) {
    let detections = || points.iter().filter(|point| point.is_brightness());
    let mut counts: Vec<(&Option<Band>, usize)> = Vec::new();
    for point in detections() {
        match counts.iter_mut().find(|(band, _)| **band == point.band) {
            Some((_, count)) => *count += 1,
            None => counts.push((&point.band, 1)),
        }
    }
    // The first of equals.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    let band = most.and_then(|(band, _)| (*band).clone());
    let of_band = detections().filter(|point| point.band == band);
    let of_band = of_band.map(|point| (point.mjd.utc_days(), point.value, point.err));
    let of_band = of_band.collect();
    (band, of_band)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Mjd;

    #[test]
    fn the_filter_with_most_detections_is_folded() {
        let point = |mjd: f64, band: &str, is_upper_limit: bool| Point {
            mjd: Mjd::new(mjd).unwrap(),
            value: 20.0 + mjd,
            err: Some(0.1),
            band: Band::from_name(band),
            is_upper_limit,
            is_fading: false,
            epoch: None,
        };
        let points = [
            point(1.0, "r", false),
            point(2.0, "g", true),
            point(3.0, "g", true),
            point(4.0, "r", false),
            point(5.0, "g", false),
        ];
        let (band, points) = most_observed(&points);
        assert_eq!(band, Band::from_name("r"));
        assert_eq!(points, [(1.0, 21.0, Some(0.1)), (4.0, 24.0, Some(0.1))]);
        assert_eq!(most_observed(&[]), (None, Vec::new()));
    }
}
