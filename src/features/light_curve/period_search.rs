//! The period of a light curve, searched as a task.

use crate::{
    lightcurve::{
        LightCurve, Point,
        period::{Grid, Weighting, find},
    },
    tasks::{Task, TaskContext},
};

/// Time (MJD), magnitude or flux, and its error where it has one.
pub type Measurement = (f64, f64, Option<f64>);

/// Searches the period of a light curve in one filter.
pub struct FindPeriod {
    pub points: Vec<Measurement>,
}

impl Task for FindPeriod {
    const NAME: &'static str = "period";
    type Update = ();
    /// None where there is none.
    type Output = Option<FoundPeriod>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Option<FoundPeriod>> {
        cx.abandonable("the search of a period", move || best_period(&self.points))
    }
}

/// The best period of a light curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoundPeriod {
    /// The period, days.
    pub days: f64,
    /// Share of the sum of squares about the mean that a wave of this period takes away, 0 to 1.
    pub power: f64,
    /// An estimate of the probability that noise without a period has a wave as strong.
    pub false_alarm: f64,
    /// The time at phase 0, MJD.
    pub zero_mjd: f64,
}

impl FoundPeriod {
    /// The phase of a time when folded by so many periods, 0 to 1.
    pub fn phase(&self, mjd: f64, periods: f64) -> f64 {
        ((mjd - self.zero_mjd) / (periods * self.days)).rem_euclid(1.0)
    }
}

/// The best period; none of fewer than three points, of equal ones, or of one time. Where a point has
/// no error all count the same.
fn best_period(points: &[Measurement]) -> Option<FoundPeriod> {
    let is_weighted = points
        .iter()
        .all(|(.., error)| error.is_some_and(|e| e > 0.0));
    let curve = LightCurve::new(points.iter().map(|(mjd, value, error)| Point {
        mjd: *mjd,
        flux: *value,
        error: error.filter(|_| is_weighted).unwrap_or(1.0),
    }));
    let weighting = if is_weighted {
        Weighting::ByError
    } else {
        Weighting::Equal
    };
    let found = find(&curve, weighting, &Grid::default())?;
    Some(FoundPeriod {
        days: found.days,
        power: found.power,
        false_alarm: found.false_alarm,
        zero_mjd: found.zero_mjd,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_found_with_and_without_errors() {
        let wave = |at: u32| {
            // Uneven steps: even ones let many periods fit.
            let mjd = 57000.0 + 0.37 * f64::from(at) + 0.05 * f64::from(at * at % 7);
            (
                mjd,
                20.0 + 0.3 * (std::f64::consts::TAU * mjd / 0.563).sin(),
            )
        };
        for error in [None, Some(0.02)] {
            let points: Vec<_> = (0..40).map(wave).map(|(t, v)| (t, v, error)).collect();
            let found = best_period(&points).unwrap();
            assert!((found.days - 0.563).abs() < 1e-3, "{found:?}");
            assert!(found.power > 0.95 && found.false_alarm < 1e-6);
            let later = found.phase(found.zero_mjd + 1.25 * found.days, 1.0);
            assert!((later - 0.25).abs() < 1e-9);
        }
        assert_eq!(best_period(&[(1.0, 2.0, None); 2]), None);
    }
}
