//! Calibration: a temperature that makes probabilities as sure as they are right (Guo et al. 2017).

use super::{
    Network,
    metrics::calibration::{calibration, expected_calibration_error},
};
use crate::domain::likeliest;

/// Temperatures that are looked at.
const RANGE: [f64; 2] = [0.2, 5.0];
/// Halvings of the golden section: the temperature is found to a thousandth.
const STEPS: usize = 24;

/// A probability row and the class that was right.
pub type Judged<'a> = (&'a [f32], usize);

/// The share of an interval that the golden section keeps.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// The temperature that makes right classes most likely: above 1 the network was too sure.
pub fn best_temperature(rows: &[Judged<'_>]) -> f64 {
    let mut search = TemperatureSearch::default();
    loop {
        if let Some(found) = search.step(rows) {
            return found;
        }
    }
}

/// The search for it under way: two losses of all rows at a time.
#[derive(Clone, Debug)]
pub struct TemperatureSearch {
    /// Logarithms between which it lies.
    between: [f64; 2],
    halvings: usize,
}

impl Default for TemperatureSearch {
    fn default() -> Self {
        Self {
            between: RANGE.map(f64::ln),
            halvings: 0,
        }
    }
}

impl TemperatureSearch {
    /// Goes on with the same rows; the temperature, when it is found.
    pub fn step(&mut self, rows: &[Judged<'_>]) -> Option<f64> {
        let [low, high] = self.between;
        if self.halvings >= STEPS {
            return Some(f64::midpoint(low, high).exp());
        }
        let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        self.between = if loss(rows, left.exp()) < loss(rows, right.exp()) {
            [low, right]
        } else {
            [left, high]
        };
        self.halvings += 1;
        None
    }
}

/// Mean cross-entropy at a temperature, nats.
pub fn loss(rows: &[Judged<'_>], temperature: f64) -> f64 {
    let of = |(row, class): &Judged<'_>| {
        let tempered =
            |value: &f32| (f64::from(value.max(f32::MIN_POSITIVE)).ln() / temperature).exp();
        let sum: f64 = row.iter().map(tempered).sum();
        let right = row.get(*class).map_or(f64::MIN_POSITIVE, tempered);
        -(right / sum).max(f64::MIN_POSITIVE).ln()
    };
    rows.iter().map(of).sum::<f64>() / rows.len().max(1) as f64
}

/// The calibration error of the largest probability, ten bins of equal width; 0 without rows.
pub fn calibration_error(rows: &[Judged<'_>]) -> f64 {
    const BINS: usize = 10;
    let judged = rows.iter().filter_map(|(row, class)| {
        let at = likeliest(row)?;
        Some((f64::from(row[at]), at == *class))
    });
    let (predicted, is_right): (Vec<f64>, Vec<bool>) = judged.unzip();
    let bins = calibration(&predicted, &is_right, &vec![1; predicted.len()], BINS);
    expected_calibration_error(&bins).unwrap_or(0.0)
}

/// A network for which what remains is settled on a validation set when its training is over, a part at
/// a time: between two steps others may have the device.
pub struct Settling {
    /// As it was taught.
    pub(super) network: Network,
    /// Class probabilities after every epoch of every sequence, as it was taught; none before the first
    /// step.
    pub(super) before: Option<Vec<Vec<Vec<f32>>>>,
    pub(super) search: TemperatureSearch,
    /// The network at its temperature, and the same of it.
    pub(super) tempered: Option<(Network, Vec<Vec<Vec<f32>>>)>,
}

impl Settling {
    /// Of a network; nothing is computed yet.
    pub fn new(network: Network) -> Self {
        Self {
            network,
            before: None,
            search: TemperatureSearch::default(),
            tempered: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oversure_network_is_cooled_down_to_its_accuracy() {
        // Right in 8 of 10 cases, and 98 % sure.
        let (right, wrong) = ([0.98, 0.02], [0.02, 0.98]);
        let rows: Vec<Judged<'_>> = (0..10)
            .map(|at| (if at < 8 { &right[..] } else { &wrong[..] }, 0))
            .collect();
        let temperature = best_temperature(&rows);
        // ln(.98 / .02) / ln(.8 / .2)
        assert!((temperature - 2.807).abs() < 0.01, "{temperature}");
        assert!((calibration_error(&rows) - 0.18).abs() < 1e-6);
        assert!(loss(&rows, temperature) < loss(&rows, 1.0));
    }

    #[test]
    fn nothing_at_all_is_no_fault() {
        assert!(best_temperature(&[]).is_finite());
        assert!(calibration_error(&[]).abs() < 1e-12);
    }
}
