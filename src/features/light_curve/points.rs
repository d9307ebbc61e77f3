//! The light curve of a candidate: its epochs and its history as points on one time axis, as the
//! data give them or as they are measured here.

use std::sync::Arc;

use super::photometry::order::{CandidatePhotometry, EpochPhotometry};
use crate::{
    domain::{Band, Candidate, Mjd, Role},
    imaging::photometry::Brightness,
    language::translated_static,
    text,
};

/// One point of a light curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub mjd: Mjd,
    /// Magnitude or flux; for an upper limit the limiting magnitude.
    pub value: f64,
    /// Standard deviation, in the same unit.
    pub err: Option<f64>,
    pub band: Option<Band>,
    /// True where nothing was detected down to `value`.
    pub is_upper_limit: bool,
    /// True where it was fainter than in the reference: `value` is that of the flux that was missing.
    pub is_fading: bool,
    /// The epoch (from 0) it belongs to, where there are images.
    pub epoch: Option<usize>,
}

impl Point {
    /// True for what is the light of the source: no limit, and no light that was missing.
    pub const fn is_brightness(&self) -> bool {
        !self.is_upper_limit && !self.is_fading
    }
}

/// What values mean.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// Magnitudes: bright is small.
    Magnitudes,
    /// Fluxes in this unit.
    Fluxes(Arc<str>),
}

/// The day that times of a candidate are counted from on screen, MJD in UTC: surveys count in several scales.
pub fn time_origin(candidate: &Candidate) -> f64 {
    let epochs = candidate.epochs.iter().filter_map(|epoch| epoch.mjd);
    let history = candidate.history.iter().map(|point| point.mjd);
    let first = epochs.chain(history).map(Mjd::utc_days);
    let first = first.fold(f64::INFINITY, f64::min);
    if first.is_finite() {
        first.floor()
    } else {
        0.0
    }
}

/// From when to when plots of a candidate reach, MJD in UTC: over its epochs and its history, and a little
/// beyond, so that the prediction of the last epoch can be seen. None where no epoch has a time.
pub fn time_range(candidate: &Candidate) -> Option<[f64; 2]> {
    /// Share of the time seen so far, and days where there is one epoch only.
    const BEYOND: (f64, f64) = (0.03, 1.0);
    let times = candidate.epochs.iter().filter_map(|epoch| epoch.mjd);
    let mut times: Vec<f64> = times.map(Mjd::utc_days).collect();
    if times.is_empty() {
        return None;
    }
    times.extend(candidate.history.iter().map(|point| point.mjd.utc_days()));
    let first = times.iter().copied().reduce(f64::min)?;
    let last = times.iter().copied().reduce(f64::max)?;
    let seen = last - first;
    let beyond = if seen > 0.0 {
        BEYOND.0 * seen
    } else {
        BEYOND.1
    };
    Some([first, last + beyond])
}

/// Where the axis of time begins and ends, days since [`time_origin`], with a margin: the same for all
/// plots of a candidate. None where no epoch has a time.
pub fn time_axis(candidate: &Candidate) -> Option<[f64; 2]> {
    const MARGIN: f64 = 0.02;
    let [from, to] = time_range(candidate)?.map(|mjd| mjd - time_origin(candidate));
    let margin = MARGIN * (to - from);
    Some([from - margin, to + margin])
}

/// The light curve on screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// Nothing to show, and why.
    Nothing(String),
    Measuring,
    Points {
        /// In any order.
        points: Vec<Point>,
        /// What their values mean.
        scale: Scale,
        /// How they came about, where they are not the data's own.
        caption: Option<String>,
    },
}

/// Magnitudes where any epoch has a zero point, else fluxes.
pub(super) fn measured_curve(
    candidate: &Candidate,
    measured: &CandidatePhotometry,
    on: Role,
) -> Curve {
    let epochs = &measured.epochs;
    let Some(first) = epochs.first() else {
        let cause = measured.problems.first();
        return Curve::Nothing(match cause {
            Some(problem) => text!("No epoch could be measured: {why}", why = problem.why),
            None => text!("No epoch could be measured.").into(),
        });
    };
    let is_calibrated = measured.uncalibrated() < epochs.len();
    let point = |epoch: &EpochPhotometry| {
        let known = candidate.epochs.get(epoch.epoch)?;
        let (value, err, is_upper_limit) = match (is_calibrated, epoch.brightness) {
            (false, _) => (epoch.measured.flux, Some(epoch.measured.flux_err), false),
            (true, Some(Brightness::Magnitude { mag, mag_err })) => (mag, Some(mag_err), false),
            (true, Some(Brightness::Limit(limit))) => (limit, None, true),
            (true, None) => return None,
        };
        Some(Point {
            mjd: known.mjd?,
            value,
            err,
            band: known.band.clone(),
            is_upper_limit,
            is_fading: false,
            epoch: Some(epoch.epoch),
        })
    };
    let scale = if is_calibrated {
        Scale::Magnitudes
    } else {
        Scale::Fluxes(first.unit.clone().unwrap_or_else(|| "counts".into()))
    };
    let points = epochs.iter().filter_map(point).collect();
    let caption = Some(caption(measured, on, &scale));
    Curve::Points {
        points,
        scale,
        caption,
    }
}

fn caption(measured: &CandidatePhotometry, on: Role, scale: &Scale) -> String {
    let unit = match scale {
        Scale::Magnitudes => text!("magnitudes"),
        Scale::Fluxes(unit) => unit,
    };
    let role = translated_static(on.name());
    let how = text!(
        "measured here: optimal photometry of the {role} stamps, in {unit}",
        role,
        unit
    );
    let missing = measured.uncalibrated();
    let is_partly = missing > 0 && *scale == Scale::Magnitudes;
    let missing = is_partly.then(|| text!("left out for want of a zero point: {missing}", missing));
    let unusable = measured.problems.len();
    let unusable =
        (unusable > 0).then(|| text!("stamps that could not be used: {unusable}", unusable));
    let sentences = [Some(how), missing, unusable].into_iter().flatten();
    sentences.collect::<Vec<_>>().join("; ")
}

/// The points that the data give: those of the epochs first, then the history.
///
/// An epoch with images but without magnitude stands as an upper limit where its limiting
/// magnitude is known. A history point at the time of an epoch (within a tenth of a second)
/// is that epoch and left out.
pub fn given_points(candidate: &Candidate) -> Vec<Point> {
    let mut points: Vec<_> = candidate
        .epochs
        .iter()
        .enumerate()
        .filter_map(|(at, epoch)| {
            let mag = epoch.mag.filter(|mag| mag.is_finite());
            let limit = epoch.limiting_mag.filter(|mag| mag.is_finite());
            Some(Point {
                mjd: epoch.mjd?,
                value: f64::from(mag.or(limit)?),
                err: mag
                    .and(epoch.mag_err)
                    .filter(|err| err.is_finite())
                    .map(f64::from),
                band: epoch.band.clone(),
                is_upper_limit: mag.is_none(),
                is_fading: mag.is_some() && epoch.is_fading(),
                epoch: Some(at),
            })
        })
        .collect();
    for earlier in &candidate.history {
        let is_known = candidate.epochs.iter().any(|epoch| {
            epoch
                .mjd
                .is_some_and(|mjd| (mjd.utc_days() - earlier.mjd.utc_days()).abs() < 1e-6)
        });
        if !is_known && earlier.mag.is_finite() {
            points.push(Point {
                mjd: earlier.mjd,
                value: f64::from(earlier.mag),
                err: earlier.mag_err.map(f64::from),
                band: earlier.band.clone(),
                is_upper_limit: earlier.is_upper_limit,
                is_fading: earlier.is_fading,
                epoch: None,
            });
        }
    }
    points
}

/// The epoch nearest in time, where any has a time.
pub fn nearest_epoch(candidate: &Candidate, mjd: f64) -> Option<usize> {
    let with_time = candidate
        .epochs
        .iter()
        .enumerate()
        .filter_map(|(at, epoch)| epoch.mjd.map(|time| (at, (time.utc_days() - mjd).abs())));
    with_time
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Epoch, Photometry};

    #[test]
    fn epochs_history_and_limits_become_points_once() {
        let epoch = |mjd, mag, limiting_mag| Epoch {
            mjd: Mjd::new(mjd),
            mag,
            limiting_mag,
            ..Epoch::default()
        };
        let earlier = |mjd, is_upper_limit| Photometry {
            mjd: Mjd::new(mjd).unwrap(),
            band: None,
            mag: 20.5,
            mag_err: None,
            is_upper_limit,
            is_fading: false,
        };
        let candidate = Candidate {
            epochs: vec![epoch(10.0, Some(19.0), None), epoch(11.0, None, Some(21.0))],
            history: vec![earlier(5.0, true), earlier(10.0, false)],
            ..Candidate::default()
        };
        let points = given_points(&candidate);
        assert_eq!(points.len(), 3);
        assert_eq!(
            (points[0].epoch, points[0].is_upper_limit),
            (Some(0), false)
        );
        assert_eq!((points[1].epoch, points[1].is_upper_limit), (Some(1), true));
        assert_eq!(
            (points[2].mjd.utc_days(), points[2].is_upper_limit),
            (5.0, true)
        );
        assert_eq!(nearest_epoch(&candidate, 10.7), Some(1));
    }
}
