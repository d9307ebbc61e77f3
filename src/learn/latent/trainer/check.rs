//! A check between passes: how far the network is on stamps that it does not learn from, and dead
//! components are set to work again. Some stamps at a time: between two steps others may have the device.

use burn::tensor::{Distribution, Tensor};

use super::{BATCH, FNV_START, LatentTrainer};
use crate::learn::{
    Compute, Examples, LearnError,
    chance::Chance,
    latent::{
        LatentNetwork,
        clusters::members,
        mixture_fit::Points,
        reseed::{occupancy, reseed},
        vade::Vade,
    },
};

/// After this share of the course dead components are left alone, so that the rest settles.
const REVIVED_UNTIL: f64 = 0.7;

/// A check under way; nothing is learned meanwhile.
pub struct Checking(Stage);

enum Stage {
    Validating {
        network: Box<LatentNetwork>,
        /// (sample, stamp, axis), for each batch that is still to come; the next one is the last.
        noise: Vec<Tensor<3>>,
        sum: f64,
        done: usize,
    },
    Placing(Placing),
}

/// Finds out which components are dead.
struct Placing {
    loss: f64,
    network: Box<Vade>,
    /// Means of the latent vectors so far, and their components' probabilities.
    means: Vec<f32>,
    gamma: Vec<f32>,
    done: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked {
    /// Mean loss of stamps that are not learned from, nats.
    pub loss: f64,
    /// Dead components that were set to work again.
    pub revived: usize,
}

impl LatentTrainer {
    /// A check of the network as it is, with the same noise every time; nothing is computed yet.
    ///
    /// # Errors
    /// Where there is no example to validate with.
    pub fn begin_check(&self, validation: &Examples) -> Result<Checking, LearnError> {
        if validation.is_empty() {
            return Err(LearnError::Training(
                "there is nothing to validate with".into(),
            ));
        }
        let network = Box::new(self.network()?.at_rest());
        let (samples, axes) = (self.course.bound().samples(), network.coder().dimensions());
        let device = self.compute.plain();
        let _drawing = Compute::drawing();
        self.compute.seed(self.seed ^ FNV_START);
        // All of it now: others draw random numbers of the device between the steps.
        let batch = |from: usize| {
            let count = BATCH.min(validation.len() - from);
            Tensor::random(
                [samples, count, axes],
                Distribution::Normal(0.0, 1.0),
                &device,
            )
        };
        let starts = (0..validation.len()).step_by(BATCH);
        let mut noise: Vec<Tensor<3>> = starts.map(batch).collect();
        noise.reverse();
        Ok(Checking(Stage::Validating {
            network,
            noise,
            sum: 0.0,
            done: 0,
        }))
    }

    /// Looks at some more stamps. What was found, after the last: the network is remembered where its loss
    /// is the lowest so far, and its dead components work again.
    ///
    /// # Errors
    /// Where a step broke off, or the device fails.
    pub fn check(
        &mut self,
        checking: &mut Checking,
        validation: &Examples,
        training: &Examples,
    ) -> Result<Option<Checked>, LearnError> {
        match &mut checking.0 {
            Stage::Validating {
                network,
                noise,
                sum,
                done,
            } => {
                if let Some(noise) = noise.pop() {
                    let batch = self.some(validation, *done);
                    let losses = network.loss(&batch, noise, self.course.bound());
                    *sum += losses.into_data().iter::<f64>().sum::<f64>();
                    *done += BATCH;
                }
                if !noise.is_empty() {
                    return Ok(None);
                }
                let loss = *sum / validation.len() as f64;
                self.keep_best(loss);
                let Some(network) = self.to_be_revived()? else {
                    return Ok(Some(Checked { loss, revived: 0 }));
                };
                checking.0 = Stage::Placing(Placing {
                    loss,
                    network,
                    means: Vec::new(),
                    gamma: Vec::new(),
                    done: 0,
                });
                Ok(None)
            }
            Stage::Placing(placing) => {
                if placing.done < training.len() {
                    let batch = self.some(training, placing.done);
                    let mean = placing.network.coder.encode(batch).mean;
                    let mean: Vec<f32> = mean.into_data().iter::<f32>().collect();
                    let mixture = &placing.network.mixture;
                    let gamma = mixture.responsibilities(&mean, &self.compute.plain());
                    placing.gamma.extend(gamma);
                    placing.means.extend(mean);
                    placing.done += BATCH;
                }
                if placing.done < training.len() {
                    return Ok(None);
                }
                let loss = placing.loss;
                let revived = self.revive(placing)?;
                Ok(Some(Checked { loss, revived }))
            }
        }
    }

    /// A batch of examples from that one on.
    fn some(&self, examples: &Examples, from: usize) -> Tensor<2> {
        let size = examples.size();
        let until = (from + BATCH).min(examples.len());
        self.batch(&examples.inputs()[from * size..until * size], examples)
    }

    /// The network whose dead components are looked for; none near the end of the course.
    fn to_be_revived(&self) -> Result<Option<Box<Vade>>, LearnError> {
        let done = self.status.step.saturating_sub(self.course.pretraining) as f64;
        let is_settling = done > REVIVED_UNTIL * self.course.steps as f64;
        let LatentNetwork::Vade(network) = self.network()?.at_rest() else {
            return Ok(None);
        };
        let is_looked_at = !is_settling && self.status.has_mixture;
        Ok(is_looked_at.then(|| Box::new(network)))
    }

    /// Sets dead components to work again; how many there were.
    fn revive(&mut self, placing: &Placing) -> Result<usize, LearnError> {
        if placing.means.is_empty() {
            return Err(LearnError::Training(
                "there is nothing to learn from".into(),
            ));
        }
        let mut network = (*placing.network).clone();
        let components = network.mixture.len();
        let counts = occupancy(&placing.gamma, components);
        let mut fitted = network.mixture.fitted();
        let mut chance = Chance::new(self.seed ^ self.status.step);
        let points = Points {
            values: &placing.means,
            dimensions: network.coder.dimensions(),
        };
        let of_points = members(&placing.gamma, components);
        let dead = reseed(&mut fitted, points, &of_points, &counts, &mut chance);
        if dead > 0 {
            network.mixture = network.mixture.with(&fitted);
            self.put(LatentNetwork::Vade(network));
            self.status.revived += dead;
        }
        Ok(dead)
    }
}
