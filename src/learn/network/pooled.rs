//! Biases of the classes and a temperature put into the last layer of a network: its probabilities are then
//! those of the pool.

use burn::{
    nn::Linear,
    tensor::{Tensor, TensorData},
};

use super::{CyclicAverage, Network};
use crate::domain::log_pool::LogPool;

impl Network {
    /// The same network whose probabilities are calibrated by a pool of one model. Of an ensemble each member
    /// is; of a network that gives one number, the difference of the two biases is added.
    #[must_use]
    pub fn with_pool(self, pool: &LogPool) -> Self {
        let (weight, biases) = (pool.weights.first().copied().unwrap_or(1.0), &pool.biases);
        let member = |mut member: CyclicAverage| {
            member.head.classes = pooled(member.head.classes, weight, biases);
            member
        };
        match self {
            Self::DeepHits(mut network) => {
                network.classes = pooled(network.classes, weight, biases);
                Self::DeepHits(network)
            }
            Self::Cap(network) => Self::Cap(member(network)),
            Self::Cape(members) => Self::Cape(members.into_iter().map(member).collect()),
            Self::Compact(mut network) => {
                network.head.classes = pooled(network.head.classes, weight, biases);
                Self::Compact(network)
            }
            Self::Context(mut network) => {
                network.head.classes = pooled(network.head.classes, weight, biases);
                Self::Context(network)
            }
            Self::Braai(mut network) => {
                let real = biases.get(1).zip(biases.first());
                let real = real.map_or(0.0, |(real, bogus)| real - bogus);
                network.fc_out = pooled(network.fc_out, weight, &[real]);
                Self::Braai(network)
            }
            Self::Recurrent(mut network) => {
                network.classes = pooled(network.classes, weight, biases);
                Self::Recurrent(network)
            }
        }
    }
}

fn pooled(mut layer: Linear, weight: f64, biases: &[f64]) -> Linear {
    layer.weight = layer.weight.map(|weights| weights.mul_scalar(weight));
    let bias = layer.bias.take();
    layer.bias = bias.map(|bias| {
        bias.map(|bias| {
            let numbers: Vec<f32> = biases.iter().map(|bias| *bias as f32).collect();
            if numbers.len() != bias.shape().num_elements() {
                return bias;
            }
            let added = TensorData::new(numbers, [biases.len()]);
            {
                let added = Tensor::from_data(added, &bias.device());
                bias.mul_scalar(weight) + added
            }
        })
    });
    layer
}

#[cfg(test)]
mod tests {
    use burn::tensor::activation::softmax;

    use super::*;
    use crate::learn::{Architecture, Compute, NetworkShape, Views};

    #[test]
    fn probabilities_are_those_of_the_pool() {
        let device = Compute::cpu().plain();
        let pool = LogPool {
            weights: vec![0.7],
            biases: vec![0.4, -0.3],
        };
        for architecture in [
            Architecture::Compact,
            Architecture::Cap,
            Architecture::DeepHits,
            Architecture::Braai,
        ] {
            let shape = NetworkShape {
                channels: 3,
                classes: 2,
                members: 1,
            };
            let side = if architecture == Architecture::Braai {
                63
            } else {
                21
            };
            let count = 2 * 3 * side * side;
            let numbers: Vec<f32> = (0..count).map(|at| (at % 13) as f32 / 13.0).collect();
            let input = TensorData::new(numbers, [2, 3, side, side]);
            let input = Tensor::<4>::from_data(input, &device);
            let network = architecture.init(shape, &device);
            let rows = |network: &Network| -> Vec<f32> {
                let predicted = network.forward(input.clone(), Views::Four).unwrap();
                softmax(predicted, 1).into_data().iter::<f32>().collect()
            };
            let before = rows(&network);
            let after = rows(&network.with_pool(&pool));
            for (before, after) in before.chunks(2).zip(after.chunks(2)) {
                let expected = pool.apply(&[before]);
                for (found, expected) in after.iter().zip(&expected) {
                    let name = architecture.name();
                    assert!((found - expected).abs() < 1e-4, "{name} {found} {expected}");
                }
            }
        }
    }
}
