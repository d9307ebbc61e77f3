//! Structure functions: how differences grow with the time between.

use super::named::Named;
use crate::lightcurve::LightCurve;

/// Points that the light curve is interpolated at, at even times from the first to the last.
const POINTS: usize = 100;

/// Fills in `StructureFunction_index_21`, `_31` and `_32`: slopes between the logarithms of the
/// structure functions of orders 1, 2 and 3 (mean size of the difference to these powers) over all
/// lags of the light curve that is interpolated at 100 even times.
pub(super) fn fill(curve: &LightCurve, named: &mut Named) {
    let Some(even) = interpolated(curve) else {
        return;
    };
    let logs: Vec<[f64; 3]> = (1..POINTS)
        .map(|lag| structure(&even, lag))
        .filter(|orders| orders.iter().all(|mean| *mean > 0.0))
        .map(|orders| orders.map(f64::log10))
        .collect();
    let slope = |x: usize, y: usize| slope(logs.iter().map(|orders| (orders[x], orders[y])));
    named.set("StructureFunction_index_21", slope(0, 1));
    named.set("StructureFunction_index_31", slope(0, 2));
    named.set("StructureFunction_index_32", slope(1, 2));
}

fn structure(even: &[f64], lag: usize) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for (a, b) in even.iter().zip(&even[lag..]) {
        let size = (a - b).abs();
        let square = size * size;
        sums[0] += size;
        sums[1] += square;
        sums[2] += size * square;
    }
    sums.map(|sum| sum / (even.len() - lag) as f64)
}

/// Fluxes at even times, on straight lines between the epochs; of epochs of one time the last
/// counts. None where no time passes.
fn interpolated(curve: &LightCurve) -> Option<Vec<f64>> {
    let (times, fluxes) = (curve.times(), curve.fluxes());
    let (first, span) = (*times.first()?, curve.span_days());
    let last = *fluxes.last()?;
    let at = |k: usize| {
        let time = first + span * k as f64 / (POINTS - 1) as f64;
        let after = times.partition_point(|known| *known <= time);
        if after == 0 || after >= times.len() {
            return last;
        }
        let share = (time - times[after - 1]) / (times[after] - times[after - 1]);
        fluxes[after - 1] + share * (fluxes[after] - fluxes[after - 1])
    };
    (span > 0.0).then(|| (0..POINTS).map(at).collect())
}

/// The slope of a straight line by least squares.
fn slope(points: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let n = points.clone().count() as f64;
    let (sx, sy) = points
        .clone()
        .fold((0.0, 0.0), |(x, y), p| (x + p.0, y + p.1));
    let (mx, my) = (sx / n, sy / n);
    let (xx, xy) = points.fold((0.0, 0.0), |(xx, xy), (x, y)| {
        (xx + (x - mx).powi(2), xy + (x - mx) * (y - my))
    });
    (n >= 2.0 && xx > 0.0).then(|| xy / xx)
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_curve::{check, daily, uneven},
        *,
    };

    #[test]
    fn on_a_straight_line_differences_are_powers_of_the_lag() {
        let rising: Vec<f64> = (0..7).map(|k| f64::from(k) * 2.5).collect();
        let expected = [
            ("StructureFunction_index_21", 2.0),
            ("StructureFunction_index_31", 3.0),
            ("StructureFunction_index_32", 1.5),
        ];
        check(|named| fill(&daily(&rising), named), &expected);
    }

    #[test]
    fn a_single_step_has_the_same_share_at_every_order() {
        // Differences are 0 or of one size (but for the few points on the slope): all orders alike.
        let times = [0.0, 0.5, 0.500_001, 1.0];
        let light = super::super::test_curve::curve(&times, &[0.0, 0.0, 4.0, 4.0], &[1.0; 4]);
        let expected = [
            ("StructureFunction_index_21", 1.0),
            ("StructureFunction_index_31", 1.0),
            ("StructureFunction_index_32", 1.0),
        ];
        check(|named| fill(&light, named), &expected);
    }

    // Numbers of a numpy twin: interp, mean of powers, polyfit of the logarithms.
    #[test]
    fn slopes_are_those_of_numpy() {
        check(|named| fill(&uneven(), named), &SLOPES);
    }

    const SLOPES: [(&str, f64); 3] = [
        ("StructureFunction_index_21", 1.955_941_843_8),
        ("StructureFunction_index_31", 2.881_718_116_7),
        ("StructureFunction_index_32", 1.493_175_794_9),
    ];
}
