//! Fields and noise for the tests of light curves.

use super::{LightCurve, Sampling};
use crate::domain::{Band, Mjd, Visit};
use crate::simulate::Survey;
use crate::simulate::survey::Magnitudes;

/// A field with its visits; noise as the limiting magnitudes say.
pub struct TestSurvey {
    pub visits: Vec<Visit>,
    pub band: Band,
}

impl TestSurvey {
    /// Calls with the sampling of this field.
    pub fn sample<T>(&self, with: impl FnOnce(&Sampling<'_>) -> T) -> T {
        let sky_error: Vec<_> = self
            .visits
            .iter()
            .map(|visit| visit.counts(f64::from(visit.limiting_mag)) / 5.0)
            .collect();
        with(&Sampling {
            visits: &self.visits,
            band: &self.band,
            counts_error: &|visit, counts| (sky_error[visit].powi(2) + counts / 4.0).sqrt(),
        })
    }

    pub fn magnitude(&self, curve: &LightCurve, visit: usize) -> f64 {
        let visit = &self.visits[visit];
        curve.magnitude(visit.mjd.days(), &visit.band)
    }

    /// The same visits with another limiting magnitude.
    pub fn with_limit(mut self, limiting_mag: f32) -> Self {
        for visit in &mut self.visits {
            visit.limiting_mag = limiting_mag;
        }
        self
    }
}

pub fn visit(mjd: f64, band: Band, limiting_mag: f32) -> Visit {
    Visit {
        mjd: Mjd::new(mjd).unwrap(),
        band,
        exposure_s: 86.0,
        seeing_arcsec: 1.3,
        airmass: 1.2,
        sky_adu: 120.0,
        limiting_mag,
        zero_point: 25.05,
    }
}

/// 25 visits in g: five a night for four nights, then gaps.
pub fn hits() -> TestSurvey {
    let nights = [0.0, 1.0, 2.0, 3.0].into_iter();
    let dense = nights.flat_map(|night| (0..5).map(move |k| night + 0.075 * f64::from(k)));
    let days = dense.chain([5.0, 8.0, 13.0, 19.0, 25.0]);
    TestSurvey {
        visits: days
            .map(|day| visit(57_070.0 + day, Band::G, 23.6))
            .collect(),
        band: Band::G,
    }
}

/// g and r every three days for three months.
pub fn ztf() -> TestSurvey {
    let visits = (0..30).flat_map(|k| {
        let mjd = 58_300.0 + 3.0 * f64::from(k);
        [visit(mjd, Band::G, 20.6), visit(mjd + 0.03, Band::R, 20.5)]
    });
    TestSurvey {
        visits: visits.collect(),
        band: Band::G,
    }
}

/// All six bands in turn.
pub fn rubin() -> TestSurvey {
    let bands = [Band::U, Band::G, Band::R, Band::I, Band::Z, Band::Y];
    let limits = [23.7, 24.8, 24.3, 23.8, 23.2, 22.4];
    let turns = (0..48).map(|k| {
        let turn = k as usize % 6;
        visit(
            61_000.0 + 1.3 * f64::from(k),
            bands[turn].clone(),
            limits[turn],
        )
    });
    TestSurvey {
        visits: turns.collect(),
        band: Band::R,
    }
}

/// The magnitudes of HiTS.
pub fn magnitudes() -> Magnitudes {
    Survey::built_in("hits2015").unwrap().magnitudes
}

/// Two samples come from one distribution, by Kolmogorov and Smirnov: their cumulative
/// distributions differ by less than is exceeded once in a thousand times. With a fixed seed this
/// either holds for good or not at all.
pub fn assert_same_distribution(found: &[f64], expected: &[f64]) {
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values
    };
    let (found, expected) = (sorted(found), sorted(expected));
    let share = |values: &[f64], x: f64| {
        values.partition_point(|value| *value <= x) as f64 / values.len() as f64
    };
    let apart = |x: &f64| (share(&found, *x) - share(&expected, *x)).abs();
    let statistic = found.iter().chain(&expected).map(apart).fold(0.0, f64::max);
    let critical = 1.95 * (1.0 / found.len() as f64 + 1.0 / expected.len() as f64).sqrt();
    assert!(statistic < critical, "{statistic} is not below {critical}");
}
