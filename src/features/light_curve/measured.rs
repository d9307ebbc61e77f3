//! Light curves measured here: what is asked for, what is under way, what is known.

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    folding::Fold,
    photometry::{
        order::{CandidatePhotometry, PhotometryOrder},
        task::Measure,
    },
    points::measured_curve,
};
use crate::{
    domain::{Candidate, CandidateIx, Role},
    features::light_curve::{
        points::{Curve, Scale, given_points},
        state::LightCurvePane,
    },
    tasks::{Running, TaskEvent, next_event},
    text,
    workspace::{context::Context, screen::Screen, shared::Shared},
};

/// Curves kept: going back and forth measures nothing twice.
const MOST_KEPT: usize = 256;

/// Which light curve is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CurveChoice {
    /// True shows what is measured here even where the data bring magnitudes.
    pub is_measured: bool,
    pub on: Role,
    /// Over time, or folded.
    pub fold: Fold,
}

impl Default for CurveChoice {
    fn default() -> Self {
        Self {
            is_measured: false,
            on: Role::Science,
            fold: Fold::Time,
        }
    }
}

/// What makes two measurements the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurveKey {
    pub candidate: CandidateIx,
    pub on: Role,
    /// How many stamps it had: more may be found while files are indexed.
    pub stamps: usize,
}

impl CurveKey {
    pub fn order(self) -> PhotometryOrder {
        PhotometryOrder {
            on: self.on,
            ..PhotometryOrder::default()
        }
    }
}

/// Curves measured in this opening, the newest last.
#[derive(Debug, Default)]
pub struct MeasuredCurves {
    known: VecDeque<(CurveKey, Arc<CandidatePhotometry>)>,
    measuring: Option<Running<Measure>>,
    awaited: Option<CurveKey>,
}

impl MeasuredCurves {
    pub fn get(&self, key: CurveKey) -> Option<&Arc<CandidatePhotometry>> {
        let mut known = self.known.iter();
        known.find_map(|(known, curve)| (*known == key).then_some(curve))
    }

    /// True while one is being measured.
    pub const fn is_measuring(&self) -> bool {
        self.measuring.is_some()
    }

    fn put(&mut self, key: CurveKey, curve: Arc<CandidatePhotometry>) {
        if self.get(key).is_none() {
            self.known.push_back((key, curve));
        }
        if self.known.len() > MOST_KEPT {
            self.known.pop_front();
        }
    }
}

impl LightCurvePane {
    /// What is to be measured for the light curve on screen; none where the data's own magnitudes
    /// are shown, or there are no stamps with times.
    pub fn curve_key(&self, shared: &Shared) -> Option<CurveKey> {
        let candidate = shared.candidate()?;
        let is_wanted = self.curve.is_measured || !has_magnitudes(candidate);
        let has_times = candidate.epochs.iter().any(|epoch| epoch.mjd.is_some());
        if !(is_wanted && has_times) {
            return None;
        }
        let on = measured_roles(candidate);
        let on = on
            .iter()
            .find(|role| **role == self.curve.on)
            .or(on.first());
        Some(CurveKey {
            candidate: shared.place.candidate?,
            on: *on?,
            stamps: candidate
                .epochs
                .iter()
                .map(|epoch| epoch.stamps.len())
                .sum(),
        })
    }

    /// Has the curve on screen measured where it is not known, instead of another one.
    pub(crate) fn want_curve(&mut self, shared: &mut Shared, cx: &Context) {
        let key = self
            .curve_key(shared)
            .filter(|_| shared.screen == Screen::Inspect);
        let (Some(key), Some(candidate)) = (key, shared.candidate()) else {
            return;
        };
        if self.measured.awaited == Some(key) || self.measured.get(key).is_some() {
            return;
        }
        let candidate = Box::new(candidate.clone());
        self.measured.awaited = Some(key);
        self.measured.measuring = Some(cx.tasks.start(Measure {
            candidate,
            order: key.order(),
            decoder: shared.stamps.decoder().clone(),
        }));
    }

    /// Takes in what was measured, and which period was found.
    pub(crate) fn poll_light_curve(&mut self) {
        while let Some(event) = next_event(&mut self.measured.measuring) {
            let curve = match event {
                TaskEvent::Finished(curve) => curve,
                // Where measuring broke off there is no curve; the panic is reported.
                TaskEvent::Failed(_) => CandidatePhotometry::default(),
                TaskEvent::Update(()) | TaskEvent::Cancelled => continue,
            };
            if let Some(key) = self.measured.awaited.take() {
                self.measured.put(key, Arc::new(curve));
            }
        }
        self.period_search.take_period();
    }
}

/// True where the data bring magnitudes of detections.
pub fn has_magnitudes(candidate: &Candidate) -> bool {
    let of_epoch = candidate.epochs.iter().any(|epoch| {
        let is_number = epoch.mag.is_some_and(f32::is_finite);
        is_number && epoch.mjd.is_some()
    });
    let mut history = candidate.history.iter();
    of_epoch || history.any(|point| !point.is_upper_limit && point.mag.is_finite())
}

/// The roles that can be measured and that any epoch has.
pub fn measured_roles(candidate: &Candidate) -> Vec<Role> {
    let mut roles = candidate.roles();
    roles.retain(|role| matches!(role, Role::Science | Role::Difference));
    roles
}

/// The light curve of the candidate on screen.
pub fn shown_curve(light_curve: &LightCurvePane, shared: &Shared) -> Curve {
    let Some(candidate) = shared.candidate() else {
        return Curve::Nothing(String::new());
    };
    let Some(key) = light_curve.curve_key(shared) else {
        let points = given_points(candidate);
        if points.is_empty() {
            let why = text!("No light curve: this candidate has no magnitudes with times.");
            return Curve::Nothing(why.into());
        }
        let scale = Scale::Magnitudes;
        return Curve::Points {
            points,
            scale,
            caption: None,
        };
    };
    match light_curve.measured.get(key) {
        Some(measured) => measured_curve(candidate, measured, key.on),
        None => Curve::Measuring,
    }
}
