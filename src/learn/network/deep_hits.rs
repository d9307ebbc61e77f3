//! Deep-HiTS: the features of all four rotations are joined (Cabrera-Vives et al. 2017).

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear},
    tensor::{Device, Tensor},
};

use super::{
    Trunk, Views,
    cyclic_average::{classes, dense},
    trunk::rectify,
};

/// 697,858 parameters with four channels.
#[derive(Module, Debug)]
pub struct DeepHits {
    pub(in crate::learn) trunk: Trunk,
    pub(in crate::learn) dense_1: Linear,
    pub(in crate::learn) dense_2: Linear,
    pub(in crate::learn) classes: Linear,
    dropout: Dropout,
    pub(in crate::learn) leak: f64,
}

impl DeepHits {
    /// `leak` is the slope below zero, 0.01 as published; 0 makes it a ReLU.
    pub fn init(channels: usize, leak: f64, device: &Device) -> Self {
        let joined = Views::Four.count() * Trunk::FEATURES;
        Self {
            trunk: Trunk::init(channels, leak, device),
            dense_1: dense(joined, 64, device),
            dense_2: dense(64, 64, device),
            classes: classes(64, device),
            dropout: DropoutConfig::new(0.5).init(),
            leak,
        }
    }

    /// (n, channels, 21, 21) to (n, 2).
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let [count, ..] = input.dims();
        let views = Views::Four.count();
        let features = self.trunk.forward(Views::Four.of(input)); // (4 n, 2304)
        let joined = features
            .reshape([views, count, Trunk::FEATURES])
            .swap_dims(0, 1)
            .reshape([count, views * Trunk::FEATURES]); // (n, 9216)
        let x = self
            .dropout
            .forward(rectify(self.dense_1.forward(joined), self.leak));
        let x = self
            .dropout
            .forward(rectify(self.dense_2.forward(x), self.leak));
        self.classes.forward(x)
    }
}
