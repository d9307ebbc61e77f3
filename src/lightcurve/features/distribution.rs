//! How the fluxes are distributed: what FATS takes from them in order of size by place and by
//! percentile, and their scatter about the weighted mean.

use super::named::Named;
use crate::lightcurve::LightCurve;

/// Parts of the sorted light curve that are held against its middle 90 %, in percent from below.
const RANGES: [(&str, f64, f64); 5] = [
    ("FluxPercentileRatioMid20", 0.40, 0.60),
    ("FluxPercentileRatioMid35", 0.325, 0.675),
    ("FluxPercentileRatioMid50", 0.25, 0.75),
    ("FluxPercentileRatioMid65", 0.175, 0.825),
    ("FluxPercentileRatioMid80", 0.10, 0.90),
];

/// Fills in `Amplitude`, `Q31`, `Gskew`, `PercentDifferenceFluxPercentile` and the five ratios.
pub(super) fn fill(curve: &LightCurve, named: &mut Named) {
    let mut sorted = curve.fluxes().to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(middle) = median(&sorted) else {
        return;
    };
    let n = sorted.len();
    // FATS takes the element with the number ⌈share × N⌉ counted from 0; below 20 epochs there is
    // none for 0.95, and the last stands in.
    let at = |share: f64| sorted[((share * n as f64).ceil() as usize).min(n - 1)];
    let bulk = at(0.95) - at(0.05);
    for (name, from, to) in RANGES {
        named.set(name, Some((at(to) - at(from)) / bulk));
    }
    named.set("PercentDifferenceFluxPercentile", Some(bulk / middle));
    // Half the distance of the medians of the upper and lower 5 %.
    let tail = (0.05 * n as f64).ceil() as usize;
    let ends = median(&sorted[n - tail..]).zip(median(&sorted[..tail]));
    named.set(
        "Amplitude",
        ends.map(|(upper, lower)| (upper - lower) / 2.0),
    );
    let quartiles = percentile(&sorted, 0.75) - percentile(&sorted, 0.25);
    named.set("Q31", Some(quartiles));
    named.set("Gskew", skew(&sorted, middle));
}

/// The medians of what lies at or beyond the 3rd and 97th percentile, seen from the median.
fn skew(sorted: &[f64], middle: f64) -> Option<f64> {
    let (low, high) = (percentile(sorted, 0.03), percentile(sorted, 0.97));
    let below = sorted.partition_point(|y| *y <= low);
    let above = sorted.partition_point(|y| *y < high);
    Some(median(&sorted[..below])? + median(&sorted[above..])? - 2.0 * middle)
}

/// Between the two nearest values, as numpy interpolates.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

/// The middle of sorted values.
fn median(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len();
    (n > 0).then(|| f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]))
}

/// Fills in `Beyond1Std`: the share of the fluxes further from the weighted mean than the standard
/// deviation (N - 1) about it.
pub(super) fn fill_beyond(curve: &LightCurve, named: &mut Named) {
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
        super::test_curve::{check, curve, daily, uneven},
        *,
    };

    // Sorted: -1 .5 2 3 4 4.25 5 6.5 7.5 8 9 12.
    #[test]
    fn places_are_those_of_fats() {
        // ⌈.05 × 12⌉ = 1: .5; ⌈.95 × 12⌉ = 12 is beyond the end: 12. The bulk is 11.5.
        let expected = [
            ("FluxPercentileRatioMid20", (7.5 - 4.25) / 11.5),
            ("FluxPercentileRatioMid35", (8.0 - 4.0) / 11.5),
            ("FluxPercentileRatioMid50", (8.0 - 3.0) / 11.5),
            ("FluxPercentileRatioMid65", (9.0 - 3.0) / 11.5),
            ("FluxPercentileRatioMid80", (12.0 - 2.0) / 11.5),
            ("PercentDifferenceFluxPercentile", 11.5 / 4.625),
            ("Amplitude", 6.5),
            // numpy: places 8.25 and 2.75.
            ("Q31", 7.625 - 2.75),
            // The 3rd and 97th percentile hold only the ends.
            ("Gskew", 12.0 - 1.0 - 2.0 * 4.625),
        ];
        check(|named| fill(&uneven(), named), &expected);
    }

    #[test]
    fn of_many_epochs_the_tails_hold_several() {
        // 0 to 79, in another order. ⌈.05 × 80⌉ = 4 and ⌈.95 × 80⌉ = 76.
        let fluxes: Vec<f64> = (0..80).map(|k| f64::from(k * 27 % 80)).collect();
        let expected = [
            ("Amplitude", (77.5 - 1.5) / 2.0),
            ("FluxPercentileRatioMid50", 40.0 / 72.0),
            ("PercentDifferenceFluxPercentile", 72.0 / 39.5),
            ("Q31", 39.5),
            // Percentiles 2.37 and 76.63: medians 1 and 78.
            ("Gskew", 1.0 + 78.0 - 79.0),
        ];
        check(|named| fill(&daily(&fluxes), named), &expected);
    }

    #[test]
    fn the_weighted_mean_counts() {
        // Weights 1, 1 and 1/100: mean 2.035, deviation (N - 1) 3.478; only 6 lies beyond.
        let times = [0.0, 1.0, 2.0];
        let light = curve(&times, &[1.0, 3.0, 6.0], &[1.0, 1.0, 10.0]);
        check(
            |named| fill_beyond(&light, named),
            &[("Beyond1Std", 1.0 / 3.0)],
        );
        // Equal weights: mean 3.33, deviation 2.52; 6 lies beyond by 2.67. Of 1 and 5 none does.
        let light = curve(&times, &[1.0, 3.0, 6.0], &[1.0; 3]);
        check(
            |named| fill_beyond(&light, named),
            &[("Beyond1Std", 1.0 / 3.0)],
        );
        let light = curve(&times, &[1.0, 3.0, 5.0], &[1.0; 3]);
        check(|named| fill_beyond(&light, named), &[("Beyond1Std", 0.0)]);
        // Weighted mean 7.137, deviation 4.316: beyond are -1, 12, 2 and .5 (numpy).
        check(
            |named| fill_beyond(&uneven(), named),
            &[("Beyond1Std", 4.0 / 12.0)],
        );
    }
}
