//! Light curves that the features are tested with.

use super::named::{Named, place};
use crate::lightcurve::{LightCurve, Point};

/// The fluxes of [`uneven`], in the order of time.
pub(super) const FLUXES: [f64; 12] = [
    3.0, 7.5, -1.0, 4.25, 9.0, 2.0, 6.5, 12.0, 5.0, 0.5, 8.0, 4.0,
];
/// Its times, days.
pub(super) const TIMES: [f64; 12] = [
    100.0, 100.3, 101.1, 101.4, 102.9, 103.05, 104.2, 106.0, 106.2, 107.7, 108.1, 110.0,
];
pub(super) const ERRORS: [f64; 12] = [1.0, 0.5, 2.0, 1.0, 0.8, 1.0, 1.5, 0.5, 1.0, 2.0, 1.0, 0.7];

/// Twelve epochs at uneven times.
pub(super) fn uneven() -> LightCurve {
    curve(&TIMES, &FLUXES, &ERRORS)
}

/// A light curve of these numbers.
pub(super) fn curve(times: &[f64], fluxes: &[f64], errors: &[f64]) -> LightCurve {
    let points = times.iter().zip(fluxes).zip(errors);
    LightCurve::new(points.map(|((mjd, flux), error)| Point {
        mjd: *mjd,
        flux: *flux,
        error: *error,
    }))
}

/// A light curve of these fluxes, one a day.
pub(super) fn daily(fluxes: &[f64]) -> LightCurve {
    let times: Vec<f64> = (0..fluxes.len()).map(|at| at as f64).collect();
    curve(&times, fluxes, &vec![1.0; fluxes.len()])
}

/// Compares what a group of features gives with expected numbers.
pub(super) fn check(fill: impl Fn(&mut Named), expected: &[(&str, f64)]) {
    let mut named = Named::default();
    fill(&mut named);
    for (name, expected) in expected {
        let found = f64::from(named.0[place(name).expect(name)]);
        let is_close = (found - expected).abs() <= 2e-6 * expected.abs().max(1.0);
        assert!(is_close, "{name}: {found}, expected {expected}");
    }
}
