//! CAP: every rotation has the same head, and their means are classified (Reyes et al. 2018).

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Initializer, Linear, LinearConfig},
    tensor::{Device, Tensor, activation::relu},
};

use super::{Trunk, Views, trunk::he_normal};

/// Trunk and head: 255,490 parameters with four channels.
#[derive(Module, Debug)]
pub struct CyclicAverage {
    pub(in crate::learn) trunk: Trunk,
    pub(in crate::learn) head: Head,
}

impl CyclicAverage {
    /// As published, ReLU throughout.
    pub fn init_cap(channels: usize, device: &Device) -> Self {
        Self {
            trunk: Trunk::init(channels, 0.0, device),
            head: Head::init(Trunk::FEATURES, device),
        }
    }

    /// The same with nothing to be learned but the dense layers.
    pub(super) fn with_head_only(self) -> Self {
        Self {
            trunk: self.trunk.no_grad(),
            head: self.head,
        }
    }

    /// (n, channels, 21, 21) to (n, 2).
    pub fn forward(&self, input: Tensor<4>, views: Views) -> Tensor<2> {
        let features = self.trunk.forward(views.of(input));
        self.head.forward(features, views)
    }
}

/// Two dense layers for each view, their mean over the views, and the classes.
#[derive(Module, Debug)]
pub struct Head {
    pub(in crate::learn) dense_1: Linear,
    pub(in crate::learn) dense_2: Linear,
    pub(in crate::learn) classes: Linear,
    dropout: Dropout,
}

impl Head {
    const UNITS: usize = 64;

    /// For so many features of a view.
    pub fn init(features: usize, device: &Device) -> Self {
        Self {
            dense_1: dense(features, Self::UNITS, device),
            dense_2: dense(Self::UNITS, Self::UNITS, device),
            classes: classes(Self::UNITS, device),
            dropout: DropoutConfig::new(0.5).init(),
        }
    }

    /// (views · n, features) to (n, 2).
    pub fn forward(&self, features: Tensor<2>, views: Views) -> Tensor<2> {
        let count = features.dims()[0] / views.count();
        let x = self.dropout.forward(relu(self.dense_1.forward(features)));
        let x = self.dropout.forward(relu(self.dense_2.forward(x)));
        let mean = match views {
            Views::One => x,
            Views::Four => x
                .reshape([views.count(), count, Self::UNITS])
                .mean_dim(0)
                .reshape([count, Self::UNITS]),
        };
        self.classes.forward(mean)
    }
}

/// A dense layer with weights of He et al. (2015) and biases of 0.
pub(super) fn dense(from: usize, to: usize, device: &Device) -> Linear {
    linear(from, to, he_normal(), device)
}

/// The last layer: small weights, so that training starts undecided (our choice).
pub(super) fn classes(from: usize, device: &Device) -> Linear {
    let small = Initializer::Normal {
        mean: 0.0,
        std: 0.05,
    };
    linear(from, 2, small, device)
}

fn linear(from: usize, to: usize, weights: Initializer, device: &Device) -> Linear {
    let mut layer = LinearConfig::new(from, to)
        .with_initializer(weights)
        .init(device);
    layer.bias = Some(Initializer::Zeros.init([to], device));
    layer
}
