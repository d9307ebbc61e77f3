//! The convolutional layers that Deep-HiTS and CAP share (Cabrera-Vives et al. 2017, table 1).

use burn::{
    module::Module,
    nn::{
        Initializer, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Device, Tensor, activation},
};

use super::convolutions::{Layer, Pooling, convolutions};

/// Five convolutions and two poolings: (n, channels, 21, 21) to (n, 2304).
#[derive(Module, Debug)]
pub struct Trunk {
    pub(in crate::learn) conv_1: Conv2d,
    pub(in crate::learn) conv_2: Conv2d,
    pub(in crate::learn) conv_3: Conv2d,
    pub(in crate::learn) conv_4: Conv2d,
    pub(in crate::learn) conv_5: Conv2d,
    pub(in crate::learn) pool: MaxPool2d,
    pub(in crate::learn) leak: f64,
}

impl Trunk {
    /// Numbers that come out for each view.
    pub const FEATURES: usize = 64 * 6 * 6;

    /// `leak` is the slope below zero; 0 makes it a ReLU.
    pub fn init(channels: usize, leak: f64, device: &Device) -> Self {
        let conv = |from, to, kernel, pad| {
            convolution(
                from,
                to,
                kernel,
                PaddingConfig2d::Explicit(pad, pad, pad, pad),
                device,
            )
        };
        Self {
            conv_1: conv(channels, 32, 4, 3), // 21 -> 27 padded -> 24
            conv_2: conv(32, 32, 3, 1),       // 24, pooled to 12
            conv_3: conv(32, 64, 3, 1),       // 12
            conv_4: conv(64, 64, 3, 1),       // 12
            conv_5: conv(64, 64, 3, 1),       // 12, pooled to 6
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            leak,
        }
    }

    pub(in crate::learn) const fn layers(&self) -> [Layer<'_>; 5] {
        [
            Layer::new(&self.conv_1, self.leak, Pooling::None),
            Layer::new(&self.conv_2, self.leak, Pooling::Max(&self.pool)),
            Layer::new(&self.conv_3, self.leak, Pooling::None),
            Layer::new(&self.conv_4, self.leak, Pooling::None),
            Layer::new(&self.conv_5, self.leak, Pooling::Max(&self.pool)),
        ]
    }

    /// (n, channels, 21, 21) to (n, 2304).
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        convolutions(input, &self.layers()).flatten(1, 3)
    }
}

/// ReLU, leaky where the slope below zero is not 0.
pub(in crate::learn) fn rectify<const D: usize>(x: Tensor<D>, leak: f64) -> Tensor<D> {
    if leak > 0.0 {
        activation::leaky_relu(x, leak)
    } else {
        activation::relu(x)
    }
}

/// A convolution with weights of He et al. (2015) and biases of 0.
pub(super) fn convolution(
    from: usize,
    to: usize,
    kernel: usize,
    padding: PaddingConfig2d,
    device: &Device,
) -> Conv2d {
    let mut layer = Conv2dConfig::new([from, to], [kernel, kernel])
        .with_padding(padding)
        .with_initializer(he_normal())
        .init(device);
    layer.bias = Some(Initializer::Zeros.init([to], device));
    layer
}

/// Normal with variance 2 / fan-in (He et al. 2015).
pub(in crate::learn) fn he_normal() -> Initializer {
    Initializer::KaimingNormal {
        gain: std::f64::consts::SQRT_2,
        fan_out_only: false,
    }
}
