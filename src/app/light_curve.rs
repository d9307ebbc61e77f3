//! The light curve of a candidate: its epochs and its history as points on one time axis.

use crate::domain::{Band, Candidate, Mjd};

/// One point of a light curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Time.
    pub mjd: Mjd,
    /// Magnitude; for an upper limit the limiting magnitude.
    pub mag: f64,
    /// Standard deviation, magnitudes.
    pub mag_err: Option<f64>,
    /// Filter.
    pub band: Option<Band>,
    /// True where nothing was detected down to `mag`.
    pub is_upper_limit: bool,
    /// The epoch (from 0) it belongs to, where there are images.
    pub epoch: Option<usize>,
}

/// The points of a candidate: those of its epochs first, then its history.
///
/// An epoch with images but without magnitude stands as an upper limit where its limiting
/// magnitude is known. A history point at the time of an epoch (within a tenth of a second)
/// is that epoch and left out.
pub fn light_curve(candidate: &Candidate) -> Vec<Point> {
    let mut points: Vec<_> = candidate
        .epochs
        .iter()
        .enumerate()
        .filter_map(|(at, epoch)| {
            let mag = epoch.mag.filter(|mag| mag.is_finite());
            let limit = epoch.limiting_mag.filter(|mag| mag.is_finite());
            Some(Point {
                mjd: epoch.mjd?,
                mag: f64::from(mag.or(limit)?),
                mag_err: mag
                    .and(epoch.mag_err)
                    .filter(|err| err.is_finite())
                    .map(f64::from),
                band: epoch.band.clone(),
                is_upper_limit: mag.is_none(),
                epoch: Some(at),
            })
        })
        .collect();
    for earlier in &candidate.history {
        let is_known = candidate.epochs.iter().any(|epoch| {
            epoch
                .mjd
                .is_some_and(|mjd| (mjd.days() - earlier.mjd.days()).abs() < 1e-6)
        });
        if !is_known && earlier.mag.is_finite() {
            points.push(Point {
                mjd: earlier.mjd,
                mag: f64::from(earlier.mag),
                mag_err: earlier.mag_err.map(f64::from),
                band: earlier.band.clone(),
                is_upper_limit: earlier.is_upper_limit,
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
        .filter_map(|(at, epoch)| epoch.mjd.map(|time| (at, (time.days() - mjd).abs())));
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
        };
        let candidate = Candidate {
            epochs: vec![epoch(10.0, Some(19.0), None), epoch(11.0, None, Some(21.0))],
            history: vec![earlier(5.0, true), earlier(10.0, false)],
            ..Candidate::default()
        };
        let points = light_curve(&candidate);
        assert_eq!(points.len(), 3);
        assert_eq!(
            (points[0].epoch, points[0].is_upper_limit),
            (Some(0), false)
        );
        assert_eq!((points[1].epoch, points[1].is_upper_limit), (Some(1), true));
        assert_eq!(
            (points[2].mjd.days(), points[2].is_upper_limit),
            (5.0, true)
        );
        assert_eq!(nearest_epoch(&candidate, 10.7), Some(1));
    }
}
