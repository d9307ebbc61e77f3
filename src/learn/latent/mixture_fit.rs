//! A mixture of normal distributions with diagonal covariances fitted to points: k-means++ seeds
//! (Arthur & Vassilvitskii 2007), then expectation and maximisation (Dempster et al. 1977).

use crate::learn::LearnError;
use crate::learn::chance::Chance;

/// Variances are at least this.
const LEAST_VARIANCE: f64 = 1e-3;
/// Rounds of expectation and maximisation, at most.
const ROUNDS: usize = 100;
/// It is over where the mean log-likelihood grows by less than this in a round, nats.
const SETTLED: f64 = 1e-4;
/// Fits from other seeds; the likeliest counts.
const TRIES: u64 = 2;
/// Points that seeds are chosen from, at most: more would only take longer.
const SEEDED_FROM: usize = 5000;

/// Points of some dimensions, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Points<'a> {
    /// (point, axis).
    pub values: &'a [f32],
    /// Axes.
    pub dimensions: usize,
}

impl Points<'_> {
    pub fn len(&self) -> usize {
        self.values.len() / self.dimensions.max(1)
    }

    /// True without a point.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, at: usize) -> &[f32] {
        &self.values[at * self.dimensions..(at + 1) * self.dimensions]
    }

    fn iter(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.dimensions.max(1))
    }
}

/// A fitted mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// (component); they sum to 1.
    pub weights: Vec<f64>,
    /// (component, axis).
    pub means: Vec<f64>,
    /// (component, axis).
    pub variances: Vec<f64>,
}

/// Fits so many components; the same seed gives the same mixture.
///
/// # Errors
/// Where there are fewer points than components, or a point is no number.
pub fn fit(points: Points<'_>, components: usize, seed: u64) -> Result<Fitted, LearnError> {
    if points.len() < components || components == 0 {
        return Err(LearnError::Training(format!(
            "{components} components cannot be separated in {} stamps",
            points.len()
        )));
    }
    if points.values.iter().any(|value| !value.is_finite()) {
        let why = "the encoder gives what are no numbers: a lower rate may help";
        return Err(LearnError::Training(why.into()));
    }
    let tries = (0..TRIES).map(|number| {
        let mut chance = Chance::new(seed.wrapping_add(number));
        climb(points, seeds(points, components, &mut chance))
    });
    let best = tries.max_by(|a, b| a.1.total_cmp(&b.1));
    let (best, _) = best.ok_or_else(|| LearnError::Training("nothing was fitted".into()))?;
    Ok(best)
}

/// Components at points far from each other, as wide as all points together.
fn seeds(points: Points<'_>, components: usize, chance: &mut Chance) -> Fitted {
    let count = points.len().min(SEEDED_FROM);
    let stride = points.len() / count;
    let chosen = |at: usize| points.get(at * stride);
    let mut means = chosen(chance.below(count)).to_vec();
    let mut nearest = vec![f64::INFINITY; count];
    for number in 1..components {
        let last = &means[(number - 1) * points.dimensions..];
        for (at, nearest) in nearest.iter_mut().enumerate() {
            let pairs = chosen(at).iter().zip(last);
            let distance: f64 = pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum();
            *nearest = nearest.min(distance);
        }
        let mut left = chance.share() * nearest.iter().sum::<f64>();
        let passed = nearest.iter().position(|distance| {
            left -= distance;
            left < 0.0
        });
        // Where all points are taken, any will do.
        let at = passed.unwrap_or_else(|| chance.below(count));
        means.extend_from_slice(chosen(at));
    }
    Fitted {
        weights: vec![1.0 / components as f64; components],
        means: means.into_iter().map(f64::from).collect(),
        variances: spread(points).repeat(components),
    }
}

/// The variance of all points along each axis.
fn spread(points: Points<'_>) -> Vec<f64> {
    let count = points.len() as f64;
    let of_axis = |axis: usize| {
        let values = || points.iter().map(|point| f64::from(point[axis]));
        let mean = values().sum::<f64>() / count;
        let variance = values().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
        variance.max(LEAST_VARIANCE)
    };
    (0..points.dimensions).map(of_axis).collect()
}

/// Makes a mixture likelier until it settles: the mixture, and its mean log-likelihood.
fn climb(points: Points<'_>, mut mixture: Fitted) -> (Fitted, f64) {
    let mut before = f64::NEG_INFINITY;
    for _ in 0..ROUNDS {
        let (next, likelihood) = round(points, &mixture);
        mixture = next;
        if likelihood - before < SETTLED {
            return (mixture, likelihood);
        }
        before = likelihood;
    }
    (mixture, before)
}

/// One round of expectation and maximisation; the likelihood is that of the mixture before it.
fn round(points: Points<'_>, mixture: &Fitted) -> (Fitted, f64) {
    let (components, dimensions) = (mixture.weights.len(), points.dimensions);
    let constants = constants(mixture);
    let mut counts = vec![0.0; components];
    let mut sums = vec![0.0; components * dimensions];
    let mut squares = sums.clone();
    let mut gamma = vec![0.0; components];
    let mut likelihood = 0.0;
    for point in points.iter() {
        likelihood += responsibilities(point, mixture, &constants, &mut gamma);
        for (component, share) in gamma.iter().enumerate() {
            // Far components change nothing that can be seen.
            if *share > 1e-12 {
                counts[component] += share;
                for (axis, value) in point.iter().enumerate() {
                    let value = f64::from(*value);
                    sums[component * dimensions + axis] += share * value;
                    squares[component * dimensions + axis] += share * value * value;
                }
            }
        }
    }
    let all = points.len() as f64;
    let mut next = mixture.clone();
    for (component, count) in counts.iter().enumerate() {
        next.weights[component] = count / all;
        // A component without points stays where it is.
        if *count > 1e-9 {
            for at in component * dimensions..(component + 1) * dimensions {
                let mean = sums[at] / count;
                next.means[at] = mean;
                let variance = squares[at] / count - mean * mean;
                next.variances[at] = variance.max(0.0) + LEAST_VARIANCE;
            }
        }
    }
    (next, likelihood / all)
}

/// ln of weight over the norm of each component's density.
fn constants(mixture: &Fitted) -> Vec<f64> {
    let dimensions = mixture.means.len() / mixture.weights.len().max(1);
    let variances = mixture.variances.chunks(dimensions.max(1));
    let pairs = mixture.weights.iter().zip(variances);
    let norm = |variances: &[f64]| -> f64 {
        let logs = variances.iter().map(|v| v.ln() + super::terms::LN_TAU);
        logs.sum::<f64>() / 2.0
    };
    pairs
        .map(|(weight, variances)| weight.max(f64::MIN_POSITIVE).ln() - norm(variances))
        .collect()
}

/// Fills in the probability of each component; the log-likelihood of the point.
fn responsibilities(point: &[f32], mixture: &Fitted, constants: &[f64], gamma: &mut [f64]) -> f64 {
    let dimensions = point.len().max(1);
    let rows = mixture
        .means
        .chunks(dimensions)
        .zip(mixture.variances.chunks(dimensions));
    for ((gamma, constant), (means, variances)) in gamma.iter_mut().zip(constants).zip(rows) {
        let axes = point.iter().zip(means.iter().zip(variances));
        let squares =
            axes.map(|(value, (mean, variance))| (f64::from(*value) - mean).powi(2) / variance);
        *gamma = constant - squares.sum::<f64>() / 2.0;
    }
    let largest = gamma.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = gamma.iter().map(|value| (value - largest).exp()).sum();
    let likelihood = largest + sum.ln();
    for value in gamma.iter_mut() {
        *value = (*value - likelihood).exp();
    }
    likelihood
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two clouds of uniform points about (-3, 0) and (3, 1), of half-widths 1 and 0.5; one in three
    /// belongs to the first.
    fn clouds(count: usize) -> Vec<f32> {
        let mut chance = Chance::new(7);
        let mut values = Vec::new();
        for at in 0..count {
            let (x, y, width) = if at % 3 == 0 {
                (-3.0, 0.0, 1.0)
            } else {
                (3.0, 1.0, 0.5)
            };
            let mut off = || width * (2.0 * chance.share() - 1.0);
            values.extend([x + off(), y + off()].map(|value| value as f32));
        }
        values
    }

    #[test]
    fn two_clouds_are_found_with_their_weights_and_widths() {
        let values = clouds(3000);
        let points = Points {
            values: &values,
            dimensions: 2,
        };
        let found = fit(points, 2, 1).unwrap();
        let first = usize::from(found.means[0] > 0.0);
        assert!((found.weights[first] - 1.0 / 3.0).abs() < 1e-3);
        let expected = [-3.0, 0.0, 3.0, 1.0];
        for (at, expected) in expected.into_iter().enumerate() {
            let place = if first == 0 { at } else { (at + 2) % 4 };
            assert!((found.means[place] - expected).abs() < 0.06, "{found:?}");
            // A uniform distribution of half-width w has variance w^2 / 3.
            let variance = if expected.abs() < 2.0 && at < 2 || at == 0 {
                1.0 / 3.0
            } else {
                0.25 / 3.0
            };
            let off = found.variances[place] - LEAST_VARIANCE - variance;
            assert!(off.abs() < 0.03, "{found:?}");
        }
        assert_eq!(found, fit(points, 2, 1).unwrap());
    }

    #[test]
    fn points_that_are_all_alike_and_too_few_are_no_fault_or_refused() {
        let points = Points {
            values: &[1.5; 12],
            dimensions: 2,
        };
        let found = fit(points, 3, 1).unwrap();
        assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(found.means.iter().all(|mean| (mean - 1.5).abs() < 1e-9));
        let refusal = fit(points, 7, 1).unwrap_err().to_string();
        assert!(refusal.contains("7 components") && refusal.contains("6 stamps"));
        let broken = Points {
            values: &[f32::NAN; 12],
            dimensions: 2,
        };
        assert!(fit(broken, 2, 1).is_err());
    }
}
