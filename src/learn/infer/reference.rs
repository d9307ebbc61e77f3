//! burn: the definition of the networks, on any device.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData, activation::softmax},
};

use super::engine::{Engine, Epochs, States};
use crate::{
    domain::{InputPlan, ModelCard},
    imaging::sequence_input::{CHANNELS, CONDITIONS},
    learn::{
        Compute, LearnError, Network, Views,
        network::{Recurrent, RecurrentState, SequenceBatch},
    },
};

/// Candidates computed at once: enough to keep two cores busy, little enough to stay in their caches.
const BATCH: usize = 64;

/// A network at rest, on its device.
#[derive(Debug)]
pub(in crate::learn) struct Reference<'a> {
    pub card: &'a ModelCard,
    pub network: &'a Network,
    pub compute: &'a Compute,
}

impl Engine for Reference<'_> {
    fn name(&self) -> String {
        format!("burn, {}", self.compute.name())
    }

    fn score(&self, stamps: &[f32]) -> Result<Vec<f32>, LearnError> {
        self.probabilities(stamps, Views::Four)
    }

    fn score_one_view(&self, stamps: &[f32]) -> Result<Option<Vec<f32>>, LearnError> {
        let is_averaged = matches!(
            self.network,
            Network::Cap(_) | Network::Cape(_) | Network::Compact(_) | Network::Context(_)
        );
        let scored = is_averaged.then(|| self.probabilities(stamps, Views::One));
        scored.transpose()
    }

    fn follow(&self, epochs: &Epochs, states: &mut States) -> Result<Vec<f32>, LearnError> {
        self.followed(epochs, states)
    }
}

impl Reference<'_> {
    fn probabilities(&self, stamps: &[f32], views: Views) -> Result<Vec<f32>, LearnError> {
        let plan = self.card.input.stamps();
        let plan = plan.ok_or(LearnError::Kind("single epochs", "sequences"))?;
        let size = plan.len();
        let mut probabilities = Vec::with_capacity(stamps.len() / size.max(1) * 2);
        for batch in stamps.chunks((BATCH * size).max(1)) {
            let batch = tensor(plan, batch, &self.compute.plain());
            let output = softmax(self.network.forward(batch, views)?, 1);
            probabilities.extend(self.compute.numbers(output)?);
        }
        Ok(probabilities)
    }

    fn followed(&self, epochs: &Epochs, states: &mut States) -> Result<Vec<f32>, LearnError> {
        let network = self.network.recurrent()?.valid();
        let device = self.compute.plain();
        let &Epochs { count, length, .. } = epochs;
        let images = count * length;
        let side = ((epochs.images.len() / (images * CHANNELS).max(1)) as f64).sqrt() as usize;
        let shape = [images, CHANNELS, side, side];
        let batch = SequenceBatch {
            images: Tensor::from_data(TensorData::new(epochs.images.clone(), shape), &device),
            conditions: Tensor::from_data(
                TensorData::new(epochs.conditions.clone(), [images, CONDITIONS]),
                &device,
            ),
            lengths: vec![length; count],
        };
        let state = |values: &[f32]| {
            let data = TensorData::new(values.to_vec(), [count, Recurrent::UNITS]);
            Tensor::<2>::from_data(data, &device)
        };
        let before = RecurrentState {
            cell: state(&states.cells),
            hidden: state(&states.hiddens),
        };
        let (logits, after) = network.forward(batch, Some(before));
        let classes = logits.dims()[2];
        let probabilities = softmax(logits, 2).reshape([images, classes]);
        let probabilities = self.compute.numbers(probabilities)?;
        states.cells = self.compute.numbers(after.cell)?;
        states.hiddens = self.compute.numbers(after.hidden)?;
        Ok(probabilities)
    }
}

/// (n, channel, y, x) on a device.
pub(in crate::learn) fn tensor(plan: &InputPlan, inputs: &[f32], device: &Device) -> Tensor<4> {
    let [channels, side] = [plan.planes(), plan.side_px];
    let count = inputs.len() / plan.len().max(1);
    let data = TensorData::new(inputs.to_vec(), [count, channels, side, side]);
    Tensor::from_data(data, device)
}
