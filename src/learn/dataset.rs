//! What networks learn from: anything that has a loss and can be validated with.

use std::ops::Range;

use burn::{
    module::Module,
    nn::loss::CrossEntropyLossConfig,
    tensor::{Device, Int, Tensor, TensorData, activation::softmax},
};

use super::{
    Compute, Examples, LearnError, Network, Settling, Views,
    infer::{Engine, stamp_kernels},
};
use crate::domain::fnv::fnv1a;

/// Candidates validated at once. More are hardly faster, and would keep others waiting.
const BATCH: usize = 32;

/// One step of learning.
pub struct TrainingBatch<'a> {
    /// Which examples.
    pub chosen: &'a [usize],
    /// What all chance of this step comes out of.
    pub noise: u64,
    /// What a network of single epochs looks at.
    pub views: Views,
    /// Logarithms of how often the classes are shown, where that is to be taken out of what is learned.
    pub(super) log_prior: Option<&'a [f32]>,
    /// False shows every example as it is.
    pub(super) is_turned: bool,
    /// Where the network is.
    pub(super) device: Device,
}

impl TrainingBatch<'_> {
    /// The same with other examples.
    pub(super) fn of<'b>(&'b self, chosen: &'b [usize]) -> TrainingBatch<'b> {
        TrainingBatch {
            chosen,
            device: self.device.clone(),
            ..*self
        }
    }

    /// In which of eight orientations an example of the batch is shown.
    pub(super) fn turn(&self, order: usize) -> u8 {
        if !self.is_turned {
            return 0;
        }
        (fnv1a(self.noise, [order as u8, (order >> 8) as u8]) >> 7) as u8 & 7
    }

    /// What a network said, the last axis being the class, as if all classes were shown equally often:
    /// the loss of a class that is shown rarely does not teach that it is rare (logit adjustment; Menon
    /// et al. 2021).
    pub(super) fn adjusted<const D: usize>(&self, logits: Tensor<D>) -> Tensor<D> {
        let Some(prior) = self.log_prior else {
            return logits;
        };
        let prior = TensorData::new(prior.to_vec(), [prior.len()]);
        logits + Tensor::<1>::from_data(prior, &self.device).unsqueeze()
    }
}

/// Examples of one kind.
pub trait Dataset: Send + Sync {
    fn len(&self) -> usize;

    /// True where there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Classes in order.
    fn classes(&self) -> &[u8];

    /// The loss of a network in training, nats.
    ///
    /// # Errors
    /// Where the network takes inputs of another kind.
    fn loss(&self, network: &Network, batch: &TrainingBatch<'_>) -> Result<Tensor<1>, LearnError>;

    /// Class probabilities of some examples as in use, a row for each: of a sequence after its last
    /// epoch.
    ///
    /// # Errors
    /// Where the network takes inputs of another kind.
    fn classify(
        &self,
        network: &Network,
        range: Range<usize>,
        compute: &Compute,
    ) -> Result<Vec<f32>, LearnError>;

    /// So many of them are classified at once: more would keep others waiting.
    fn validated_at_once(&self) -> usize;

    /// Settles some more of what is settled on a validation set when a training is over, such as how sure
    /// the network may be: the network, and figures for its card, after the last. Nothing, unless a kind
    /// of examples knows better.
    ///
    /// # Errors
    /// As [`Self::classify`].
    fn settle(
        &self,
        settling: &mut Settling,
        _compute: &Compute,
    ) -> Result<Option<Settled>, LearnError> {
        Ok(Some((settling.network.clone(), Vec::new())))
    }
}

/// A network, and figures by name.
pub type Settled = (Network, Vec<(String, f64)>);

/// (n, class) before the softmax, against classes: the mean cross-entropy.
pub(super) fn cross_entropy(logits: Tensor<2>, classes: Vec<i32>, device: &Device) -> Tensor<1> {
    let count = classes.len();
    let targets = Tensor::<1, Int>::from_data(TensorData::new(classes, [count]), device);
    CrossEntropyLossConfig::new()
        .init(device)
        .forward(logits, targets)
}

impl Dataset for Examples {
    fn len(&self) -> usize {
        self.len()
    }

    fn classes(&self) -> &[u8] {
        self.classes()
    }

    fn loss(&self, network: &Network, batch: &TrainingBatch<'_>) -> Result<Tensor<1>, LearnError> {
        let (side, chosen) = (self.side(), batch.chosen);
        let shape = [chosen.len(), self.channels(), side, side];
        let inputs = self.oriented(chosen, |order| batch.turn(order));
        let inputs = Tensor::from_data(TensorData::new(inputs, shape), &batch.device);
        let classes = chosen.iter().map(|at| i32::from(self.classes()[*at]));
        let logits = batch.adjusted(network.forward(inputs, batch.views)?);
        Ok(cross_entropy(logits, classes.collect(), &batch.device))
    }

    /// Four views, no dropout.
    fn classify(
        &self,
        network: &Network,
        range: Range<usize>,
        compute: &Compute,
    ) -> Result<Vec<f32>, LearnError> {
        let (size, side) = (self.size(), self.side());
        let shape = [range.len(), self.channels(), side, side];
        let inputs = &self.inputs()[range.start * size..range.end * size];
        if let Some(kernels) = stamp_kernels(side, network, compute) {
            return kernels.score(inputs);
        }
        let inputs = TensorData::new(inputs.to_vec(), shape);
        let inputs = Tensor::<4>::from_data(inputs, &compute.plain());
        let logits = softmax(network.valid().forward(inputs, Views::Four)?, 1);
        Ok(logits.into_data().iter::<f32>().collect())
    }

    fn validated_at_once(&self) -> usize {
        BATCH
    }
}
