//! Trains a network, step by step; the job that owns it decides what comes between the steps.

use burn::{
    module::Module,
    optim::{AdamWConfig, GradientsParams, ModuleOptimizer, SgdConfig},
    store::{ModuleRecord, RecordError},
    tensor::{Bytes, Tensor},
};
use serde::{Deserialize, Serialize};

use super::{
    Architecture, Compute, Dataset, LearnError, Network, NetworkShape, TrainingBatch,
    differentiable,
    schedule::{Optimiser, Schedule},
    validation::{Validation, validate},
};
use crate::domain::fnv::{FNV_START, fnv1a};

/// Largest norm of the gradient of one layer's weights that AdamW is given.
const MOST_GRADIENT: f32 = 5.0;

/// How far a training is: what a checkpoint holds beside weights and optimiser.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainerStatus {
    pub step: u64,
    /// Loss of the best validation, and the step it was made at.
    pub best: Option<(f64, u64)>,
}

/// A network that is being taught.
pub struct Trainer {
    /// Always there between steps: the optimiser takes it and gives it back.
    network: Option<Network>,
    best: Option<Network>,
    optimiser: ModuleOptimizer,
    schedule: Schedule,
    compute: Compute,
    seed: u64,
    status: TrainerStatus,
    losses: Losses,
    /// What is kept from step to step is given back when this is dropped.
    _buffers: differentiable::Buffers,
}

/// The mean of losses since it was last asked for.
#[derive(Default)]
struct Losses {
    sum: Option<Tensor<1>>,
    count: u32,
}

impl Trainer {
    /// An untrained network; the same seed gives the same one.
    pub fn new(
        architecture: Architecture,
        shape: NetworkShape,
        schedule: Schedule,
        seed: u64,
        compute: &Compute,
    ) -> Self {
        let _drawing = Compute::drawing();
        compute.seed(seed);
        let network = architecture.init(
            NetworkShape {
                members: 1,
                ..shape
            },
            &compute.plain(),
        );
        Self::of(&network, schedule, seed, compute)
    }

    /// Goes on with a network that knows something already.
    pub fn of(network: &Network, schedule: Schedule, seed: u64, compute: &Compute) -> Self {
        let optimiser = match schedule.optimiser {
            Optimiser::Sgd { .. } => SgdConfig::new().init(),
            Optimiser::AdamW { decay, .. } => AdamWConfig::new()
                .with_weight_decay(decay)
                .with_epsilon(1e-8)
                .with_grad_clipping(Some(burn::grad_clipping::GradientClippingConfig::Norm(
                    MOST_GRADIENT,
                )))
                .init(),
        };
        let device = compute.differentiating();
        Self {
            network: Some(network.clone().fork(&device).train()),
            best: None,
            optimiser,
            schedule,
            compute: compute.clone(),
            seed,
            status: TrainerStatus {
                step: 0,
                best: None,
            },
            losses: Losses::default(),
            _buffers: differentiable::Buffers,
        }
    }

    /// The same, but the features stay as they are and only what tells the classes apart is learned.
    #[must_use]
    pub fn with_head_only(mut self) -> Self {
        self.network = self.network.map(Network::with_head_only);
        self
    }

    pub const fn status(&self) -> TrainerStatus {
        self.status
    }

    /// The course of training.
    pub const fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// True when the last step is done, or validation has not become better for too long.
    pub fn is_finished(&self) -> bool {
        let TrainerStatus { step, best } = self.status;
        let patience = self.schedule.patience;
        let is_stale = best.is_some_and(|(_, at)| patience > 0 && step >= at + patience);
        step >= self.schedule.steps || is_stale
    }

    /// Learns from the examples of one batch.
    ///
    /// # Errors
    /// Where the batch is empty.
    pub fn step(&mut self, dataset: &dyn Dataset, chosen: &[usize]) -> Result<(), LearnError> {
        if chosen.is_empty() {
            return Err(LearnError::Training(
                "there is nothing to learn from".into(),
            ));
        }
        let step = self.status.step;
        // The same at every run of this step, also after a resumption.
        let noise = fnv1a(self.seed ^ FNV_START, step.to_le_bytes());
        let drawing = Compute::drawing();
        self.compute.seed(noise);
        let batch = TrainingBatch {
            chosen,
            noise,
            views: self.schedule.views(),
            log_prior: None,
            is_turned: true,
            device: self.compute.differentiating(),
        };
        let loss = dataset.loss(self.network()?, &batch)?;
        drop(drawing);
        let Some(network) = self.network.take() else {
            return Err(LearnError::Training("an earlier step broke off".into()));
        };
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        self.losses.add(loss.inner());
        let rate = self.schedule.rate(step);
        self.network = Some(self.optimiser.step(rate, network, gradients));
        self.status.step += 1;
        Ok(())
    }

    /// The mean loss since this was asked for last; none where no step was made.
    pub fn take_loss(&mut self) -> Option<f64> {
        self.losses.take()
    }

    /// Classifies examples as in use.
    ///
    /// # Errors
    /// Where there is none.
    pub fn validate(&self, dataset: &dyn Dataset) -> Result<Validation, LearnError> {
        validate(self.network()?, dataset, &self.compute)
    }

    /// Remembers the network as it is where its validation loss is the lowest so far; true where it is.
    pub fn keep_best(&mut self, validation: &Validation) -> bool {
        let is_better = self
            .status
            .best
            .is_none_or(|(best, _)| validation.loss < best);
        if is_better && let Some(network) = &self.network {
            self.best = Some(network.valid());
            self.status.best = Some((validation.loss, self.status.step));
        }
        is_better
    }

    /// The network as it is.
    ///
    /// # Errors
    /// Where a step broke off.
    pub fn network(&self) -> Result<&Network, LearnError> {
        self.network
            .as_ref()
            .ok_or_else(|| LearnError::Training("an earlier step broke off".into()))
    }

    /// The network of the best validation, or as it is where none was made.
    ///
    /// # Errors
    /// Where a step broke off.
    pub fn best(&self) -> Result<&Network, LearnError> {
        match &self.best {
            Some(best) => Ok(best),
            None => self.network(),
        }
    }

    /// Weights and optimiser as they are, each in bytes. The optimiser knows weights by names that
    /// only these bytes keep: those of a model file would not do.
    ///
    /// # Errors
    /// Where they cannot be put down.
    pub fn state(&self) -> Result<[Vec<u8>; 2], LearnError> {
        let network = self.network()?.clone().into_record().into_bytes();
        let network = network.map_err(|error| LearnError::Training(error.to_string()))?;
        let optimiser = self.optimiser.into_bytes();
        let optimiser = optimiser.map_err(|error| LearnError::Training(error.to_string()))?;
        Ok([network.to_vec(), optimiser.to_vec()])
    }

    /// Goes on where [`Self::state`] was taken.
    ///
    /// # Errors
    /// Where the state is another network's.
    pub fn resumed(
        mut self,
        status: TrainerStatus,
        best: Option<Network>,
        [network, optimiser]: [Vec<u8>; 2],
    ) -> Result<Self, LearnError> {
        let refused = |error: RecordError| LearnError::Training(error.to_string());
        let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(network)).map_err(refused)?;
        if let Some(untrained) = self.network.take() {
            self.network = Some(untrained.try_load_record(record).map_err(refused)?);
        }
        let loaded = self.optimiser.from_bytes(Bytes::from_bytes_vec(optimiser));
        self.optimiser = loaded.map_err(refused)?;
        self.best = best;
        self.status = status;
        Ok(self)
    }
}

impl Losses {
    fn add(&mut self, loss: Tensor<1>) {
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum + loss,
            None => loss,
        });
        self.count += 1;
    }

    fn take(&mut self) -> Option<f64> {
        let sum = self.sum.take()?.into_data();
        let mean = sum.iter::<f64>().next()? / f64::from(std::mem::take(&mut self.count));
        Some(mean)
    }
}
