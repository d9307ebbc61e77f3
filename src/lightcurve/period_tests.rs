//! Tests of the period search: against a direct least-squares fit, and on known periods.

use super::*;
use crate::lightcurve::Point;

/// Four visits a night over 30 nights, at uneven hours.
fn times() -> Vec<f64> {
    let night = |night: usize| {
        (0..2).map(move |visit| {
            let uneven = ((night * 7 + visit * 3) as f64 * 0.618).fract();
            57_000.1 + night as f64 + 0.08 * visit as f64 + 0.05 * uneven
        })
    };
    (0..15).flat_map(night).collect()
}

fn curve(flux: impl Fn(f64) -> f64) -> LightCurve {
    let point = |mjd: f64| Point {
        mjd,
        flux: flux(mjd),
        error: 1.0 + (mjd * 3.7).sin().abs(),
    };
    LightCurve::new(times().into_iter().map(point))
}

/// Numbers that look like noise.
fn noise(mjd: f64) -> f64 {
    ((mjd * 129.898).sin() * 43_758.545_3).rem_euclid(1.0)
}

/// Solves three equations by elimination.
fn solve(mut rows: [[f64; 4]; 3]) -> [f64; 3] {
    for at in 0..3 {
        let pivot = (at..3).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs()));
        rows.swap(at, pivot.unwrap());
        let top = rows[at];
        for (other, row) in rows.iter_mut().enumerate() {
            if other != at {
                let factor = row[at] / top[at];
                (0..4).for_each(|k| row[k] -= factor * top[k]);
            }
        }
    }
    std::array::from_fn(|at| rows[at][3] / rows[at][at])
}

/// The power by the normal equations of `a cos + b sin + c`.
fn power_by_fit(curve: &LightCurve, weights: &[f64], frequency: f64) -> f64 {
    let days = curve.days_since_first();
    let terms = |day: f64| {
        let angle = TAU * frequency * day;
        [angle.cos(), angle.sin(), 1.0]
    };
    let mut rows = [[0.0; 4]; 3];
    for ((day, y), w) in days.iter().zip(curve.fluxes()).zip(weights) {
        let x = terms(*day);
        for (i, row) in rows.iter_mut().enumerate() {
            (0..3).for_each(|j| row[j] += w * x[i] * x[j]);
            row[3] += w * x[i] * y;
        }
    }
    let fitted = solve(rows);
    let total: f64 = weights.iter().sum();
    let mean = curve
        .fluxes()
        .iter()
        .zip(weights)
        .map(|(y, w)| w * y)
        .sum::<f64>()
        / total;
    let (mut left, mut all) = (0.0, 0.0);
    for ((day, y), w) in days.iter().zip(curve.fluxes()).zip(weights) {
        let model: f64 = terms(*day).iter().zip(fitted).map(|(x, k)| x * k).sum();
        left += w * (y - model).powi(2);
        all += w * (y - mean).powi(2);
    }
    1.0 - left / all
}

#[test]
fn powers_are_those_of_a_least_squares_fit() {
    let curve = curve(|mjd| 40.0 + 5.0 * (mjd * 2.9).sin() + 4.0 * noise(mjd));
    let days = curve.days_since_first();
    for weights in [
        vec![1.0; curve.len()],
        curve.errors().iter().map(|e| e.powi(-2)).collect(),
    ] {
        let samples = Samples::new(&days, curve.fluxes(), &weights).unwrap();
        let step = 0.0137;
        let powers = samples.powers(step, 500);
        assert_eq!(powers.len(), 500);
        for at in [0, 1, 7, 8, 30, 111, 499] {
            let frequency = (at + 1) as f64 * step;
            let expected = power_by_fit(&curve, &weights, frequency);
            for found in [powers[at], samples.power_at(frequency)] {
                assert!((found - expected).abs() < 1e-9, "{at}: {found} {expected}");
            }
        }
    }
}

#[test]
fn periods_are_found_where_they_are() {
    for days in [0.27, 0.5632, 3.3, 9.1] {
        for weighting in [Weighting::Equal, Weighting::ByError] {
            let curve = curve(|mjd| 300.0 + 40.0 * (TAU * mjd / days).sin() + 6.0 * noise(mjd));
            let found = find(&curve, weighting, &Grid::default()).unwrap();
            // A tenth of the width of a peak.
            let off = (found.days.recip() - days.recip()).abs() * curve.span_days();
            assert!(off < 0.1, "{days}: {found:?}");
            assert!(found.power > 0.95 && found.false_alarm < 1e-9, "{found:?}");
        }
    }
}

#[test]
fn noise_gives_false_alarms() {
    let alarm = |sky: u32| {
        let curve = curve(|mjd| noise(mjd + 1000.0 * f64::from(sky)));
        find(&curve, Weighting::Equal, &Grid::default())
            .unwrap()
            .false_alarm
    };
    let mut alarms: Vec<f64> = (0..21).map(alarm).collect();
    alarms.sort_by(f64::total_cmp);
    assert!(alarms[10] > 0.05 && alarms[0] > 1e-4, "{alarms:?}");
    // Three points fit any wave.
    let few = curve(noise).prefix(3);
    let found = find(&few, Weighting::Equal, &Grid::default()).unwrap();
    assert!(found.false_alarm > 0.999, "{found:?}");
}

#[test]
fn folding_brings_a_cycle_together() {
    let days = 0.731;
    let curve = curve(|mjd| (TAU * mjd / days).cos());
    let period = find(&curve, Weighting::ByError, &Grid::default()).unwrap();
    let folded = fold(&curve, &period);
    assert_eq!(folded.len(), curve.len());
    assert!(folded.iter().all(|point| (0.0..1.0).contains(&point.phase)));
    assert!(folded.is_sorted_by(|a, b| a.phase <= b.phase));
    assert!(period.phase(period.zero_mjd).abs() < 1e-12);
    assert!(period.phase(period.zero_mjd - 1e-20).abs() < 1e-12);
    let start = TAU * period.zero_mjd / days;
    for point in folded {
        let expected = (start + TAU * point.phase).cos();
        assert!(
            (point.value - expected).abs() < 0.05,
            "{point:?} {expected}"
        );
    }
}

#[test]
fn what_has_no_period_has_none() {
    let point = |mjd: f64, flux: f64| Point {
        mjd,
        flux,
        error: 1.0,
    };
    for points in [
        vec![],
        vec![point(1.0, 1.0)],
        vec![point(1.0, 1.0), point(2.0, 5.0)],
        vec![point(1.0, 1.0), point(1.0, 5.0), point(1.0, 2.0)],
        (0..9).map(|at| point(f64::from(at), 0.1)).collect(),
    ] {
        let curve = LightCurve::new(points);
        assert_eq!(
            find(&curve, Weighting::Equal, &Grid::default()),
            None,
            "{curve:?}"
        );
    }
    // A span of ten years is searched on a grid that is no longer than allowed.
    let long = LightCurve::new((0..40).map(|at| point(f64::from(at) * 91.3, noise(f64::from(at)))));
    let found = find(&long, Weighting::Equal, &Grid::default()).unwrap();
    assert!(found.days.is_finite() && found.days > 0.88, "{found:?}");
}
