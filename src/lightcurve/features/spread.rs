//! Scatter about the weighted mean.

use super::named::Named;
use crate::lightcurve::LightCurve;

/// Fills in `Beyond1Std`: the share of the fluxes further from the weighted mean than the standard
/// deviation (N - 1) about it.
pub(super) fn fill(curve: &LightCurve, named: &mut Named) {
    let n = curve.len();
    if n < 2 {
        return;
    }
    let weights = curve.errors().iter().map(|error| (error * error).recip());
    let (mut sum, mut weight) = (0.0, 0.0);
    for (flux, w) in curve.fluxes().iter().zip(weights) {
        sum += w * flux;
        weight += w;
    }
    let mean = sum / weight;
    let squares: f64 = curve.fluxes().iter().map(|y| (y - mean).powi(2)).sum();
    let deviation = (squares / (n as f64 - 1.0)).sqrt();
    let beyond = curve
        .fluxes()
        .iter()
        .filter(|y| (*y - mean).abs() > deviation);
    named.set("Beyond1Std", Some(beyond.count() as f64 / n as f64));
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_curve::{check, curve, uneven},
        *,
    };

    #[test]
    fn the_weighted_mean_counts() {
        // Weights 1, 1 and 1/100: mean 2.035, deviation (N - 1) 3.478; only 6 lies beyond.
        let times = [0.0, 1.0, 2.0];
        let light = curve(&times, &[1.0, 3.0, 6.0], &[1.0, 1.0, 10.0]);
        check(|named| fill(&light, named), &[("Beyond1Std", 1.0 / 3.0)]);
        // Equal weights: mean 3.33, deviation 2.52; 6 lies beyond by 2.67. Of 1 and 5 none does.
        let light = curve(&times, &[1.0, 3.0, 6.0], &[1.0; 3]);
        check(|named| fill(&light, named), &[("Beyond1Std", 1.0 / 3.0)]);
        let light = curve(&times, &[1.0, 3.0, 5.0], &[1.0; 3]);
        check(|named| fill(&light, named), &[("Beyond1Std", 0.0)]);
        // Weighted mean 7.137, deviation 4.316: beyond are -1, 12, 2 and .5 (numpy).
        check(
            |named| fill(&uneven(), named),
            &[("Beyond1Std", 4.0 / 12.0)],
        );
    }
}
