//! Trains a latent network: pretraining as an autoencoder, the start of its mixture, and the bound.

mod check;
mod start;

pub use check::{Checked, Checking};

use burn::{
    grad_clipping::GradientClippingConfig,
    module::Module,
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    store::{ModuleRecord, RecordError},
    tensor::{Bytes, Distribution, Tensor, TensorData},
};
use serde::{Deserialize, Serialize};

use super::{LatentCourse, LatentKind, LatentNetwork, LatentShape};
use crate::{
    domain::fnv::{FNV_START, fnv1a},
    learn::{Compute, Examples, LearnError},
};

/// Largest norm of the gradient of one layer's weights.
const MOST_GRADIENT: f32 = 10.0;
/// Stamps computed at once without gradients.
const BATCH: usize = 512;
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LatentTrainerStatus {
    pub step: u64,
    /// True where the mixture has its start.
    pub has_mixture: bool,
    /// Loss of the best validation, and the step it was made at.
    pub best: Option<(f64, u64)>,
    /// Components that were dead and set to work again.
    pub revived: usize,
}

/// A network that is being taught.
pub struct LatentTrainer {
    /// Always there between steps: the optimisers take it and give it back.
    network: Option<LatentNetwork>,
    best: Option<LatentNetwork>,
    coder_optimiser: ModuleOptimizer,
    mixture_optimiser: ModuleOptimizer,
    course: LatentCourse,
    compute: Compute,
    seed: u64,
    status: LatentTrainerStatus,
    loss: (f64, u32),
}

fn optimiser(epsilon: f32) -> ModuleOptimizer {
    AdamConfig::new()
        .with_epsilon(epsilon)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(MOST_GRADIENT)))
        .init()
}

/// Of the pretraining, and of the rest (Jiang et al. 2017).
const EPSILONS: [f32; 2] = [1e-8, 1e-4];

impl LatentTrainer {
    /// An untrained network; the same seed gives the same one.
    pub fn new(
        kind: LatentKind,
        shape: &LatentShape,
        course: LatentCourse,
        seed: u64,
        compute: &Compute,
    ) -> Self {
        let _drawing = Compute::drawing();
        compute.seed(seed);
        let network = LatentNetwork::init(kind, shape, &compute.plain());
        Self {
            network: Some(network.fork(&compute.differentiating()).train()),
            best: None,
            coder_optimiser: optimiser(EPSILONS[usize::from(course.pretraining == 0)]),
            mixture_optimiser: optimiser(EPSILONS[1]),
            course,
            compute: compute.clone(),
            seed,
            status: LatentTrainerStatus::default(),
            loss: (0.0, 0),
        }
    }

    /// Goes on with a network that knows something already: without pretraining, its mixture as it is.
    #[must_use]
    pub fn with_network(mut self, network: &LatentNetwork) -> Self {
        let network = network.clone().fork(&self.compute.differentiating());
        self.network = Some(network.train());
        self.status.has_mixture = true;
        self
    }

    pub const fn status(&self) -> LatentTrainerStatus {
        self.status
    }

    pub const fn course(&self) -> &LatentCourse {
        &self.course
    }

    /// True while it learns as an autoencoder.
    pub const fn is_pretraining(&self) -> bool {
        self.status.step < self.course.pretraining
    }

    /// True where [`Self::start_mixture`] comes next.
    pub fn needs_mixture(&self) -> bool {
        let is_vade = matches!(self.network, Some(LatentNetwork::Vade(_)));
        is_vade && !self.is_pretraining() && !self.status.has_mixture
    }

    /// True when the last step is done.
    pub const fn is_finished(&self) -> bool {
        self.status.step >= self.course.all_steps()
    }

    /// The network as it is.
    ///
    /// # Errors
    /// Where a step broke off.
    pub fn network(&self) -> Result<&LatentNetwork, LearnError> {
        self.network.as_ref().ok_or_else(broke_off)
    }

    /// The network of the best validation, or as it is where none was made.
    ///
    /// # Errors
    /// Where a step broke off.
    pub fn best(&self) -> Result<&LatentNetwork, LearnError> {
        match &self.best {
            Some(best) => Ok(best),
            None => self.network(),
        }
    }

    /// Learns from the examples of one batch.
    ///
    /// # Errors
    /// Where the batch is empty, the mixture has no start yet, or the loss is no number.
    pub fn step(&mut self, examples: &Examples, chosen: &[usize]) -> Result<(), LearnError> {
        if chosen.is_empty() {
            return Err(LearnError::Training(
                "there is nothing to learn from".into(),
            ));
        }
        if self.needs_mixture() {
            return Err(LearnError::Training("the mixture has no start yet".into()));
        }
        let step = self.status.step;
        // The same at every run of this step, also after a resumption.
        let drawing = Compute::drawing();
        self.compute
            .seed(fnv1a(self.seed ^ FNV_START, step.to_le_bytes()));
        let inputs = chosen.iter().flat_map(|at| examples.input(*at));
        let shape = [chosen.len(), examples.size()];
        let data = TensorData::new(inputs.copied().collect::<Vec<f32>>(), shape);
        let input = Tensor::<2>::from_data(data, &self.compute.differentiating());
        let network = self.network.take().ok_or_else(broke_off)?;
        let loss = if step < self.course.pretraining {
            network.autoencoding_loss(&input)
        } else {
            self.losses(&network, &input).mean()
        };
        drop(drawing);
        self.note(&loss)?;
        self.network = Some(self.descend(network, &loss));
        self.status.step += 1;
        Ok(())
    }

    /// The loss of each example, with noise of the present seed.
    fn losses(&self, network: &LatentNetwork, input: &Tensor<2>) -> Tensor<1> {
        let bound = self.course.bound();
        let axes = network.coder().dimensions();
        let shape = [bound.samples(), input.dims()[0], axes];
        let noise = Tensor::random(shape, Distribution::Normal(0.0, 1.0), &input.device());
        network.loss(input, noise, bound)
    }

    fn note(&mut self, loss: &Tensor<1>) -> Result<(), LearnError> {
        let value = loss.clone().into_data().iter::<f64>().next();
        let value = value.filter(|value| value.is_finite()).ok_or_else(|| {
            let why = "the loss is no number any more: a lower rate may help";
            LearnError::Training(why.into())
        })?;
        self.loss.0 += value;
        self.loss.1 += 1;
        Ok(())
    }

    /// A step down: encoder and decoder at one rate, the mixture at its own.
    fn descend(&mut self, network: LatentNetwork, loss: &Tensor<1>) -> LatentNetwork {
        let course = &self.course;
        let share = course.share_of_rate(self.status.step);
        let is_pretraining = self.status.step < course.pretraining;
        let rate = if is_pretraining {
            course.pretraining_rate
        } else {
            course.rate * share
        };
        let mut gradients = loss.backward();
        match network {
            LatentNetwork::Vade(mut network) => {
                let of_coder = GradientsParams::from_module(&mut gradients, &network.coder);
                network.coder = self.coder_optimiser.step(rate, network.coder, of_coder);
                if !is_pretraining {
                    let rate = course.mixture_rate * share;
                    let of_mixture = GradientsParams::from_module(&mut gradients, &network.mixture);
                    let moved = self
                        .mixture_optimiser
                        .step(rate, network.mixture, of_mixture);
                    network.mixture = moved.clamped();
                }
                LatentNetwork::Vade(network)
            }
            LatentNetwork::Vae(network) => {
                let gradients = GradientsParams::from_grads(gradients, &network);
                LatentNetwork::Vae(self.coder_optimiser.step(rate, network, gradients))
            }
        }
    }

    /// The mean loss since this was asked for last; none where no step was made.
    pub fn take_loss(&mut self) -> Option<f64> {
        let (sum, count) = std::mem::take(&mut self.loss);
        (count > 0).then(|| sum / f64::from(count))
    }

    fn batch(&self, inputs: &[f32], examples: &Examples) -> Tensor<2> {
        let shape = [inputs.len() / examples.size(), examples.size()];
        let data = TensorData::new(inputs.to_vec(), shape);
        Tensor::from_data(data, &self.compute.plain())
    }

    /// Remembers the network as it is where its validation loss is the lowest so far; true where it is.
    pub fn keep_best(&mut self, loss: f64) -> bool {
        let is_better = self.status.best.is_none_or(|(best, _)| loss < best);
        if is_better && let Some(network) = &self.network {
            self.best = Some(network.at_rest());
            self.status.best = Some((loss, self.status.step));
        }
        is_better
    }

    /// Weights and optimisers as they are, each in bytes.
    ///
    /// # Errors
    /// Where they cannot be put down.
    pub fn state(&self) -> Result<[Vec<u8>; 3], LearnError> {
        let network = self.network()?.clone().into_record().into_bytes();
        let optimisers = [&self.coder_optimiser, &self.mixture_optimiser];
        let [coder, mixture] = optimisers.map(ModuleOptimizer::into_bytes);
        let bytes = |bytes: Result<Bytes, RecordError>| bytes.map_err(refused);
        let all = [bytes(network)?, bytes(coder)?, bytes(mixture)?];
        Ok(all.map(|bytes| bytes.to_vec()))
    }

    /// Goes on where [`Self::state`] was taken.
    ///
    /// # Errors
    /// Where the state is another network's.
    pub fn resumed(
        mut self,
        status: LatentTrainerStatus,
        best: Option<LatentNetwork>,
        [network, coder, mixture]: [Vec<u8>; 3],
    ) -> Result<Self, LearnError> {
        let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(network)).map_err(refused)?;
        let untrained = self.network.take().ok_or_else(broke_off)?;
        self.network = Some(untrained.try_load_record(record).map_err(refused)?);
        let is_pretraining = status.step < self.course.pretraining || !status.has_mixture;
        let is_plain = matches!(self.network, Some(LatentNetwork::Vae(_)));
        let epsilon = EPSILONS[usize::from(is_plain || !is_pretraining)];
        let read = |optimiser: ModuleOptimizer, bytes: Vec<u8>| {
            optimiser
                .from_bytes(Bytes::from_bytes_vec(bytes))
                .map_err(refused)
        };
        self.coder_optimiser = read(optimiser(epsilon), coder)?;
        self.mixture_optimiser = read(optimiser(EPSILONS[1]), mixture)?;
        self.best = best;
        self.status = status;
        Ok(self)
    }
}

fn broke_off() -> LearnError {
    LearnError::Training("an earlier step broke off".into())
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn refused(error: RecordError) -> LearnError {
    LearnError::Training(error.to_string())
}
