//! Features that `light-curve-feature` has too.
//!
//! It divides by N - 1 where FATS divides by N, and corrects for small samples where FATS does not:
//! the factors between them stand at each feature. (s is the standard deviation with N - 1.)

use light_curve_feature::{
    AndersonDarlingNormal, Cusum, EtaE, FeatureEvaluator, Kurtosis, LinearTrend, MaximumSlope,
    Mean, MeanVariance, MedianAbsoluteDeviation, MedianBufferRangePercentage, PercentAmplitude,
    Skew, StandardDeviation, StetsonK, TimeSeries,
};

use super::named::Named;
use crate::lightcurve::LightCurve;

/// `MedianBRP` counts within a tenth of the whole range; the crate takes shares of its half.
const BUFFER_OF_HALF_RANGE: f32 = 0.2;

/// Fills them in. An empty light curve has none.
pub(super) fn fill(curve: &LightCurve, named: &mut Named) {
    if curve.is_empty() {
        return;
    }
    let days = curve.days_since_first();
    let weights: Vec<f64> = curve.errors().iter().map(|e| (e * e).recip()).collect();
    let mut series = TimeSeries::new(&days, curve.fluxes(), &weights);
    let n = curve.len() as f64;
    of_values(&mut series, n, named);
    // The crate takes slopes for given that somewhere time passes.
    if curve.span_days() > 0.0 {
        named.set("MaxSlope", first(&MaximumSlope::new(), &mut series));
        named.set("LinearTrend", first(&LinearTrend::new(), &mut series));
        // FATS: T² Σ(Δy/Δt)² / (N² (N - 1) σ²); the crate: T² Σ(Δy/Δt)² / ((N - 1)³ s²). Pairs of
        // one time are left out.
        let eta = first(&EtaE::new(), &mut series);
        named.set("Eta_e", eta.map(|eta| eta * (n - 1.0) / n));
    }
}

fn of_values(series: &mut TimeSeries<'_, f64>, n: f64, named: &mut Named) {
    // σ = s √((N - 1)/N).
    let sigma_of_s = ((n - 1.0) / n).sqrt();
    named.set("Mean", first(&Mean::new(), series));
    let std = first(&StandardDeviation::new(), series);
    named.set("Std", std.map(|s| s * sigma_of_s));
    let ratio = first(&MeanVariance::new(), series);
    named.set("Meanvariance", ratio.map(|ratio| ratio * sigma_of_s));
    let range = first(&Cusum::new(), series);
    named.set("Rcs", range.map(|range| range / sigma_of_s));
    named.set("StetsonK", first(&StetsonK::new(), series));
    named.set(
        "MedianAbsDev",
        first(&MedianAbsoluteDeviation::new(), series),
    );
    let within = MedianBufferRangePercentage::new(BUFFER_OF_HALF_RANGE);
    named.set("MedianBRP", first(&within, series));
    // The largest distance from the median; FATS divides it by the median.
    let farthest = first(&PercentAmplitude::new(), series);
    let median = series.m.get_median();
    named.set(
        "PercentAmplitude",
        farthest.map(|farthest| farthest / median),
    );
    // FATS: Σ(y - m)³ / (N σ³), that of the sample.
    let skew = first(&Skew::new(), series);
    named.set(
        "Skew",
        skew.map(|skew| skew * (n - 2.0) / (n * (n - 1.0)).sqrt()),
    );
    // FATS puts σ where the unbiased kurtosis has s.
    let unbiased = first(&Kurtosis::new(), series);
    let less = 3.0 * (n - 1.0).powi(2) / ((n - 2.0) * (n - 3.0));
    let kurtosis = unbiased.map(|k| (k + less) / sigma_of_s.powi(4) - less);
    named.set("SmallKurtosis", kurtosis);
    // FATS takes A² without the correction for small samples, and bends it to 0 … 1.
    let corrected = first(&AndersonDarlingNormal::new(), series);
    let anderson = corrected.map(|a| a / (1.0 + 4.0 / n - (5.0 / n).powi(2)));
    let bent = anderson.map(|a| 1.0 / (1.0 + (-10.0 * (a - 0.3)).exp()));
    named.set("AndersonDarling", bent);
}

/// The first value of a feature; none where the light curve is too short or flat for it.
fn first<F: FeatureEvaluator<f64>>(feature: &F, series: &mut TimeSeries<'_, f64>) -> Option<f64> {
    feature.eval(series).ok()?.first().copied()
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_curve::{ERRORS, FLUXES, TIMES, check, uneven},
        *,
    };

    fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
        let values: Vec<f64> = values.into_iter().collect();
        values.iter().sum::<f64>() / values.len() as f64
    }

    fn moment(power: i32) -> f64 {
        let middle = mean(FLUXES);
        mean(FLUXES.iter().map(|y| (y - middle).powi(power)))
    }

    // As the code of FATS computes them, word by word.
    #[test]
    fn moments_are_those_of_fats() {
        let n = 12.0;
        let sigma = moment(2).sqrt();
        let c1 = n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0));
        let c2 = 3.0 * (n - 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0));
        let expected = [
            ("Mean", mean(FLUXES)),
            ("Std", sigma),
            ("Meanvariance", sigma / mean(FLUXES)),
            ("Skew", moment(3) / sigma.powi(3)),
            ("SmallKurtosis", c1 * n * moment(4) / sigma.powi(4) - c2),
        ];
        check(|named| fill(&uneven(), named), &expected);
    }

    #[test]
    fn sums_in_the_order_of_time_are_those_of_fats() {
        let n = 12.0;
        let sigma = moment(2).sqrt();
        let mut sum = 0.0;
        let sums = FLUXES.map(|y| {
            sum += y - mean(FLUXES);
            sum / (n * sigma)
        });
        let most = sums.iter().copied().fold(f64::MIN, f64::max);
        let least = sums.iter().copied().fold(f64::MAX, f64::min);
        let steps: Vec<(f64, f64)> = (1..12)
            .map(|at| (TIMES[at] - TIMES[at - 1], FLUXES[at] - FLUXES[at - 1]))
            .collect();
        let weights: Vec<f64> = steps.iter().map(|(dt, _)| dt.powi(-2)).collect();
        let s1: f64 = steps.iter().map(|(dt, dy)| dy * dy / (dt * dt)).sum();
        let s2: f64 = weights.iter().sum();
        let span: f64 = TIMES[11] - TIMES[0];
        let eta = mean(weights) * span * span * s1 / (moment(2) * s2 * n * n);
        let slope = steps
            .iter()
            .map(|(dt, dy)| dy.abs() / dt)
            .fold(0.0, f64::max);
        let t = mean(TIMES);
        let products = TIMES
            .iter()
            .zip(FLUXES)
            .map(|(x, y)| (x - t) * y)
            .sum::<f64>();
        let squares = TIMES.iter().map(|x| (x - t) * (x - t)).sum::<f64>();
        let expected = [
            ("Rcs", most - least),
            ("Eta_e", eta),
            ("MaxSlope", slope),
            ("LinearTrend", products / squares),
        ];
        check(|named| fill(&uneven(), named), &expected);
    }

    // Sorted: -1 .5 2 3 4 4.25 5 6.5 7.5 8 9 12, median 4.625, range 13.
    #[test]
    fn medians_are_those_of_fats() {
        let expected = [
            // Distances: .375 .375 .625 1.625 1.875 2.625 2.875 3.375 4.125 4.375 5.625 7.375.
            ("MedianAbsDev", 2.75),
            // Within 1.3: 4, 4.25, 5.
            ("MedianBRP", 3.0 / 12.0),
            ("PercentAmplitude", 7.375 / 4.625),
        ];
        check(|named| fill(&uneven(), named), &expected);
    }

    #[test]
    fn stetson_k_is_that_of_fats() {
        let weights = ERRORS.map(|e| 1.0 / (e * e));
        let weighed: f64 = FLUXES.iter().zip(weights).map(|(y, w)| y * w).sum();
        let middle = weighed / weights.iter().sum::<f64>();
        let factor = (12.0_f64 / 11.0).sqrt();
        let scaled = FLUXES
            .iter()
            .zip(ERRORS)
            .map(|(y, e)| factor * (y - middle) / e);
        let scaled: Vec<f64> = scaled.collect();
        let sizes: f64 = scaled.iter().map(|x| x.abs()).sum();
        let squares: f64 = scaled.iter().map(|x| x * x).sum();
        let k = sizes / 12.0_f64.sqrt() / squares.sqrt();
        check(|named| fill(&uneven(), named), &[("StetsonK", k)]);
    }

    // A² = -N - Σ (2i - 1)/N (ln Φ(z_i) + ln(1 - Φ(z_(N+1-i)))) = 0.104754546 (numpy with erf), bent.
    #[test]
    fn anderson_darling_is_that_of_fats() {
        check(
            |named| fill(&uneven(), named),
            &[("AndersonDarling", 0.124_285_962_4)],
        );
    }
}
