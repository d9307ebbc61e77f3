//! Between two networks of one shape: weights averaged. A taught network, drawn back half of the way to
//! the one that it was taught from, keeps most of what both know (Wortsman et al. 2022).

use std::collections::VecDeque;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::Tensor,
};

use super::Network;

/// The weights of a network in the order of visits.
#[derive(Default)]
struct Collected(VecDeque<Vec<f32>>);

impl ModuleVisitor for Collected {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data();
        self.0.push_back(data.iter::<f32>().collect());
    }
}

/// Moves each weight that share of the way to another one.
struct Toward {
    other: VecDeque<Vec<f32>>,
    share: f64,
}

impl ModuleMapper for Toward {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(other) = self.other.pop_front() else {
            return param;
        };
        let share = self.share;
        param.map(|weights| {
            let shape = weights.shape();
            if other.len() != shape.num_elements() {
                return weights;
            }
            let other = burn::tensor::TensorData::new(other, shape);
            let other = Tensor::from_data(other, &weights.device());
            weights.mul_scalar(1.0 - share) + other.mul_scalar(share)
        })
    }
}

impl Network {
    /// This network, its weights moved that share of the way (0 to 1) to those of another one of the same
    /// shape.
    #[must_use]
    pub fn toward(self, other: &Self, share: f64) -> Self {
        let mut collected = Collected::default();
        other.visit(&mut collected);
        self.map(&mut Toward {
            other: collected.0,
            share,
        })
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::*;
    use crate::learn::{Architecture, Compute, NetworkShape};

    fn weights(network: &Network) -> Vec<f32> {
        let mut collected = Collected::default();
        network.visit(&mut collected);
        collected.0.into_iter().flatten().collect()
    }

    #[test]
    fn every_weight_lies_between_those_of_both() {
        let device = Compute::cpu().plain();
        let shape = NetworkShape {
            channels: 2,
            classes: 7,
            members: 1,
        };
        let [one, other] = [(); 2].map(|()| Architecture::Recurrent.init(shape, &device));
        let quarter = weights(&one.clone().toward(&other, 0.25));
        let (ones, others) = (weights(&one), weights(&other));
        let differs = |(one, other): (&f32, &f32)| (one - other).abs() > 1e-3;
        assert!(ones.iter().zip(&others).any(differs));
        for ((found, one), other) in quarter.iter().zip(&ones).zip(&others) {
            assert!((found - (0.75 * one + 0.25 * other)).abs() < 1e-6);
        }
        let back = one.clone().toward(&other, 0.0);
        assert_eq!(
            TensorData::from(&weights(&back)[..]),
            TensorData::from(&ones[..])
        );
    }
}
