//! The start of the mixture.

use burn::module::Module;

use super::{BATCH, EPSILONS, LatentTrainer, broke_off, optimiser};
use crate::learn::{
    Examples, LearnError,
    latent::{
        LatentNetwork,
        mixture_fit::{Points, fit},
    },
};

/// Latent vectors whose spread is less than this share of their size are all the same.
const LEAST_SPREAD: f64 = 1e-6;

impl LatentTrainer {
    /// Gives the latent space unit spread, and fits the mixture to where the examples lie.
    ///
    /// # Errors
    /// Where there are fewer examples than components, or all of them are alike.
    pub fn start_mixture(&mut self, examples: &Examples) -> Result<(), LearnError> {
        let network = self.network.take().ok_or_else(broke_off)?;
        let LatentNetwork::Vade(mut network) = network.at_rest() else {
            self.network = Some(network);
            return Ok(());
        };
        let mut means = self.means(&LatentNetwork::Vade(network.clone()), examples)?;
        let dimensions = network.coder.dimensions();
        let spread = spread(Points {
            values: &means,
            dimensions,
        });
        if spread <= 0.0 {
            let count = examples.len();
            let why = format!("all {count} stamps are alike: there are no clusters in them");
            return Err(LearnError::Training(why));
        }
        for value in &mut means {
            *value /= spread as f32;
        }
        let points = Points {
            values: &means,
            dimensions,
        };
        let fitted = fit(points, network.mixture.len(), self.seed)?;
        network.coder = network.coder.rescaled(spread);
        network.mixture = network.mixture.with(&fitted);
        self.put(LatentNetwork::Vade(network));
        self.coder_optimiser = optimiser(EPSILONS[1]);
        self.status.has_mixture = true;
        self.loss = (0.0, 0);
        Ok(())
    }

    /// Means of the latent vectors of all examples.
    fn means(&self, network: &LatentNetwork, examples: &Examples) -> Result<Vec<f32>, LearnError> {
        let mut all = Vec::new();
        for inputs in examples.inputs().chunks(BATCH * examples.size().max(1)) {
            let mean = network.coder().encode(self.batch(inputs, examples)).mean;
            all.extend(mean.into_data().iter::<f32>());
        }
        if all.is_empty() {
            return Err(LearnError::Training(
                "there is nothing to learn from".into(),
            ));
        }
        Ok(all)
    }

    pub(super) fn put(&mut self, network: LatentNetwork) {
        self.network = Some(network.fork(&self.compute.differentiating()).train());
    }
}

/// Root mean square of all coordinates, about the mean of each axis; 0 where the points differ by no
/// more than rounding.
fn spread(points: Points<'_>) -> f64 {
    let count = points.len().max(1) as f64;
    let of_axis = |axis: usize| {
        let values = || {
            let on_axis = points.values.iter().skip(axis);
            on_axis
                .step_by(points.dimensions)
                .map(|value| f64::from(*value))
        };
        let mean = values().sum::<f64>() / count;
        let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        [variance, mean * mean]
    };
    let axes = (0..points.dimensions).map(of_axis);
    let sums = axes.fold([0.0; 2], |[a, b], [c, d]| [a + c, b + d]);
    let [variance, square] = sums.map(|sum| sum / points.dimensions.max(1) as f64);
    let is_rounding = variance <= (variance + square) * LEAST_SPREAD * LEAST_SPREAD;
    if is_rounding { 0.0 } else { variance.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_is_that_about_the_mean_of_each_axis() {
        let points = |values| Points {
            values,
            dimensions: 2,
        };
        let apart = spread(points(&[4.0, -7.0, 6.0, -7.0]));
        assert!((apart - 0.5_f64.sqrt()).abs() < 1e-9, "{apart}");
        let alike = [4.0, -7.0, 4.0, -7.0, 4.000_001, -7.0];
        assert!(spread(points(&alike)).abs() < 1e-12);
    }
}
