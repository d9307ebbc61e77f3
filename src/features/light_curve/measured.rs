//! Light curves measured here: what is asked for, what is under way, what is known.

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

use super::photometer::MeasuredCurve;
use super::{
    folding::Fold,
    photometry::{CandidatePhotometry, PhotometryOrder},
};
use crate::{
    app::{
        effect::Effect,
        state::{AppState, Screen},
    },
    domain::{Candidate, CandidateIx, Role},
};

/// Curves kept: going back and forth measures nothing twice.
const MOST_KEPT: usize = 256;

/// Which light curve is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CurveChoice {
    /// True shows what is measured here even where the data bring magnitudes.
    pub is_measured: bool,
    /// On which stamps.
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
    /// The candidate.
    pub candidate: CandidateIx,
    /// On which stamps.
    pub on: Role,
    /// How many stamps it had: more may be found while files are indexed.
    pub stamps: usize,
}

impl CurveKey {
    /// How it is measured.
    pub fn order(self) -> PhotometryOrder {
        PhotometryOrder {
            on: self.on,
            ..PhotometryOrder::default()
        }
    }
}

/// Curves measured in this opening, the newest last.
#[derive(Clone, Debug, Default)]
pub struct MeasuredCurves {
    known: VecDeque<(CurveKey, Arc<CandidatePhotometry>)>,
    awaited: Option<CurveKey>,
}

impl MeasuredCurves {
    /// The curve of that key.
    pub fn get(&self, key: CurveKey) -> Option<&Arc<CandidatePhotometry>> {
        let mut known = self.known.iter();
        known.find_map(|(known, curve)| (*known == key).then_some(curve))
    }

    /// True while one is being measured.
    pub const fn is_measuring(&self) -> bool {
        self.awaited.is_some()
    }

    fn put(&mut self, key: CurveKey, curve: Arc<CandidatePhotometry>) {
        if self.awaited == Some(key) {
            self.awaited = None;
        }
        if self.get(key).is_none() {
            self.known.push_back((key, curve));
        }
        if self.known.len() > MOST_KEPT {
            self.known.pop_front();
        }
    }
}

impl AppState {
    /// What is to be measured for the light curve on screen; none where the data's own magnitudes
    /// are shown, or there are no stamps with times.
    pub fn curve_key(&self) -> Option<CurveKey> {
        let candidate = self.candidate()?;
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
            candidate: self.place.candidate?,
            on: *on?,
            stamps: candidate
                .epochs
                .iter()
                .map(|epoch| epoch.stamps.len())
                .sum(),
        })
    }

    /// Asks for the curve on screen where it is not known; the newest request wins.
    pub(crate) fn want_curve(&mut self) -> Option<Effect> {
        let key = self
            .curve_key()
            .filter(|_| self.screen == Screen::Inspect)?;
        if self.measured.awaited == Some(key) || self.measured.get(key).is_some() {
            return None;
        }
        let candidate = Box::new(self.candidate()?.clone());
        self.measured.awaited = Some(key);
        Some(Effect::Measure {
            generation: self.generation,
            candidate,
            ix: key.candidate,
            stamps: key.stamps,
            order: key.order(),
        })
    }

    pub(crate) fn take_curve(&mut self, measured: MeasuredCurve) {
        if measured.generation != self.generation {
            return;
        }
        let key = CurveKey {
            candidate: measured.candidate,
            on: measured.order.on,
            stamps: measured.stamps,
        };
        self.measured.put(key, measured.curve);
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
