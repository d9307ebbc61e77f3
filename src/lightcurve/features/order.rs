//! What the fluxes tell by their order alone, whatever the times between them.

use super::named::Named;
use crate::lightcurve::LightCurve;

/// Fluxes in a row that `Con` asks for.
const IN_A_ROW: usize = 3;
/// Fluxes at the end that `PairSlopeTrend` looks at.
const LAST: usize = 30;

/// Fills in `Con`, `PairSlopeTrend` and `Autocor_length`.
pub(super) fn fill(curve: &LightCurve, named: &mut Named) {
    let fluxes = curve.fluxes();
    let n = fluxes.len() as f64;
    let mean = fluxes.iter().sum::<f64>() / n;
    let squares: f64 = fluxes.iter().map(|y| (y - mean).powi(2)).sum();
    let deviation = (squares / n).sqrt();
    named.set("Con", consecutive(fluxes, mean, deviation));
    named.set("PairSlopeTrend", Some(trend(fluxes)));
    named.set(
        "Autocor_length",
        autocorrelation_length(fluxes, mean, squares),
    );
}

/// The share of the triples in a row of which all lie beyond two standard deviations.
fn consecutive(fluxes: &[f64], mean: f64, deviation: f64) -> Option<f64> {
    let is_out = |y: &f64| (y - mean).abs() > 2.0 * deviation;
    let triples = fluxes.windows(IN_A_ROW);
    let count = triples.len();
    let out = triples.filter(|triple| triple.iter().all(is_out)).count();
    (count > 0).then(|| out as f64 / count as f64)
}

/// Rises less falls (equal fluxes are falls) among the last 30 fluxes, over 30.
fn trend(fluxes: &[f64]) -> f64 {
    let last = &fluxes[fluxes.len().saturating_sub(LAST)..];
    let steps = last.windows(2);
    let signs = steps.map(|pair| if pair[1] > pair[0] { 1.0 } else { -1.0 });
    signs.sum::<f64>() / LAST as f64
}

/// The first lag, in epochs, at which the autocorrelation (about the mean, over the sum of squares
/// of all fluxes) is below 1/e.
fn autocorrelation_length(fluxes: &[f64], mean: f64, squares: f64) -> Option<f64> {
    if squares <= 0.0 {
        return None;
    }
    let at_lag = |lag: &usize| {
        let pairs = fluxes.iter().zip(&fluxes[*lag..]);
        let products: f64 = pairs.map(|(a, b)| (a - mean) * (b - mean)).sum();
        products / squares
    };
    let below = (0..fluxes.len()).find(|lag| at_lag(lag) < (-1.0_f64).exp());
    below.map(|lag| lag as f64)
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_curve::{check, daily, uneven},
        *,
    };

    #[test]
    fn rises_and_falls_are_counted() {
        // Steps of the curve: + - + + - + + - - + -: six up, five down.
        check(
            |named| fill(&uneven(), named),
            &[("PairSlopeTrend", 1.0 / 30.0)],
        );
        // Of 40 only the last 30 count: 29 steps up, whatever was before.
        let fluxes: Vec<f64> = (0..40)
            .map(|k| {
                if k < 10 {
                    99.0 - f64::from(k)
                } else {
                    f64::from(k)
                }
            })
            .collect();
        check(
            |named| fill(&daily(&fluxes), named),
            &[("PairSlopeTrend", 29.0 / 30.0)],
        );
        check(
            |named| fill(&daily(&[4.0, 4.0]), named),
            &[("PairSlopeTrend", -1.0 / 30.0)],
        );
    }

    #[test]
    fn triples_far_out_are_counted() {
        // 20 zeros and four at 10: mean 1.667, deviation 3.727; the four are out, in two triples.
        let mut fluxes = vec![0.0; 24];
        fluxes[10..14].fill(10.0);
        check(|named| fill(&daily(&fluxes), named), &[("Con", 2.0 / 22.0)]);
        fluxes.swap(11, 0);
        check(|named| fill(&daily(&fluxes), named), &[("Con", 0.0)]);
    }

    #[test]
    fn the_autocorrelation_ends_where_it_falls_below_one_over_e() {
        // Of 0 … 9 about 4.5 (squares 82.5) the autocorrelation is 1, .7, .412, .148.
        let fluxes: Vec<f64> = (0..10).map(f64::from).collect();
        check(
            |named| fill(&daily(&fluxes), named),
            &[("Autocor_length", 3.0)],
        );
        let fluxes: Vec<f64> = (0..10).map(|k| f64::from(k % 2)).collect();
        check(
            |named| fill(&daily(&fluxes), named),
            &[("Autocor_length", 1.0)],
        );
        check(
            |named| fill(&daily(&[2.0; 5]), named),
            &[("Autocor_length", 0.0)],
        );
    }
}
