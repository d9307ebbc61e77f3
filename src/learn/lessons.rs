//! What networks learn from: anything that has a loss and can be validated with.

use burn::{
    module::Module,
    nn::loss::CrossEntropyLossConfig,
    tensor::{Device, Int, Tensor, TensorData, activation::softmax},
};

use super::{Compute, Examples, LearnError, Network, Views, trainer::Validation};
use crate::domain::fnv::fnv1a;

/// Candidates validated at once.
const BATCH: usize = 128;

/// One step of learning.
pub struct Lesson<'a> {
    /// Which examples.
    pub chosen: &'a [usize],
    /// What all chance of this step comes out of.
    pub noise: u64,
    /// What a network of single epochs looks at.
    pub views: Views,
    /// Where the network is.
    pub(super) device: Device,
}

impl Lesson<'_> {
    /// The same with other examples.
    pub(super) fn of<'b>(&'b self, chosen: &'b [usize]) -> Lesson<'b> {
        Lesson {
            chosen,
            noise: self.noise,
            views: self.views,
            device: self.device.clone(),
        }
    }

    /// In which of eight orientations an example of the batch is shown.
    pub(super) fn turn(&self, order: usize) -> u8 {
        (fnv1a(self.noise, [order as u8, (order >> 8) as u8]) >> 7) as u8 & 7
    }
}

/// Examples of one kind.
pub trait Lessons: Send + Sync {
    /// How many.
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
    fn loss(&self, network: &Network, lesson: &Lesson<'_>) -> Result<Tensor<1>, LearnError>;

    /// Classifies all examples as in use.
    ///
    /// # Errors
    /// Where there is none, or the network takes inputs of another kind.
    fn validate(&self, network: &Network, compute: &Compute) -> Result<Validation, LearnError>;

    /// What is settled on a validation set when a training is over, such as how sure the network may
    /// be: the network, and figures for its card. Nothing, unless a kind of examples knows better.
    ///
    /// # Errors
    /// As [`Self::validate`].
    fn settle(&self, network: Network, _compute: &Compute) -> Result<Settled, LearnError> {
        Ok((network, Vec::new()))
    }
}

/// A network, and figures by name.
pub type Settled = (Network, Vec<(String, f64)>);

/// (n, class) before the softmax, against classes: the mean cross-entropy.
pub(super) fn cross_entropy(said: Tensor<2>, classes: Vec<i32>, device: &Device) -> Tensor<1> {
    let count = classes.len();
    let targets = Tensor::<1, Int>::from_data(TensorData::new(classes, [count]), device);
    CrossEntropyLossConfig::new()
        .init(device)
        .forward(said, targets)
}

impl Lessons for Examples {
    fn len(&self) -> usize {
        self.len()
    }

    fn classes(&self) -> &[u8] {
        self.classes()
    }

    fn loss(&self, network: &Network, lesson: &Lesson<'_>) -> Result<Tensor<1>, LearnError> {
        let (side, chosen) = (self.side(), lesson.chosen);
        let shape = [chosen.len(), self.channels(), side, side];
        let inputs = self.oriented(chosen, |order| lesson.turn(order));
        let inputs = Tensor::from_data(TensorData::new(inputs, shape), &lesson.device);
        let classes = chosen.iter().map(|at| i32::from(self.classes()[*at]));
        let said = network.forward(inputs, lesson.views)?;
        Ok(cross_entropy(said, classes.collect(), &lesson.device))
    }

    /// Four views, no dropout.
    fn validate(&self, network: &Network, compute: &Compute) -> Result<Validation, LearnError> {
        let network = network.valid();
        let device = compute.plain();
        let mut probabilities = Vec::new();
        for batch in self.inputs().chunks((BATCH * self.size()).max(1)) {
            let side = self.side();
            let count = batch.len() / self.size();
            let shape = [count, self.channels(), side, side];
            let batch = Tensor::<4>::from_data(TensorData::new(batch.to_vec(), shape), &device);
            let said = softmax(network.forward(batch, Views::Four)?, 1).into_data();
            probabilities.extend(said.iter::<f32>());
        }
        Validation::of(probabilities, self.classes())
    }
}

impl Validation {
    /// Loss and accuracy of class probabilities, a row for each example.
    ///
    /// # Errors
    /// Where there is none.
    pub fn of(probabilities: Vec<f32>, classes: &[u8]) -> Result<Self, LearnError> {
        if classes.is_empty() {
            let why = "there is nothing to validate with";
            return Err(LearnError::Training(why.into()));
        }
        let width = probabilities.len() / classes.len();
        let mut loss = 0.0;
        let mut right = 0;
        for (row, class) in probabilities.chunks(width.max(1)).zip(classes) {
            let class = usize::from(*class);
            let said = row.get(class).copied().unwrap_or(0.0);
            loss -= f64::from(said.max(f32::MIN_POSITIVE)).ln();
            let most = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            right += usize::from(most.is_some_and(|(most, _)| most == class));
        }
        let count = classes.len() as f64;
        Ok(Self {
            loss: loss / count,
            accuracy: right as f64 / count,
            probabilities,
        })
    }
}
