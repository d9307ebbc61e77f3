//! The default on CPUs: cyclic average pooling over a trunk eleven times cheaper than CAP's.

use burn::{
    module::Module,
    nn::{
        PaddingConfig2d,
        conv::Conv2d,
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Device, Tensor},
};

use super::{
    Head, Views,
    convolutions::{Layer, Pooling, convolutions},
    trunk::convolution,
};

/// Four convolutions, of which only the first sees all 21x21 pixels, and CAP's head.
#[derive(Module, Debug)]
pub struct Compact {
    pub(in crate::learn) conv_1: Conv2d,
    pub(in crate::learn) conv_2: Conv2d,
    pub(in crate::learn) conv_3: Conv2d,
    pub(in crate::learn) conv_4: Conv2d,
    pub(in crate::learn) pool: MaxPool2d,
    pub(in crate::learn) head: Head,
}

impl Compact {
    const FEATURES: usize = 32 * 6 * 6;

    /// For so many channels of 21x21 pixels.
    pub fn init(channels: usize, device: &Device) -> Self {
        let conv =
            |from, to| convolution(from, to, 3, PaddingConfig2d::Explicit(1, 1, 1, 1), device);
        Self {
            conv_1: conv(channels, 12), // 21, pooled to 11
            conv_2: conv(12, 24),       // 11
            conv_3: conv(24, 32),       // 11, pooled to 6
            conv_4: conv(32, 32),       // 6
            pool: MaxPool2dConfig::new([2, 2])
                .with_strides([2, 2])
                .with_ceil_mode(true)
                .init(),
            head: Head::init(Self::FEATURES, device),
        }
    }

    /// The same with nothing to be learned but the dense layers.
    pub(super) fn with_head_only(self) -> Self {
        Self {
            conv_1: self.conv_1.no_grad(),
            conv_2: self.conv_2.no_grad(),
            conv_3: self.conv_3.no_grad(),
            conv_4: self.conv_4.no_grad(),
            ..self
        }
    }

    /// Its convolutions.
    pub(in crate::learn) const fn layers(&self) -> [Layer<'_>; 4] {
        [
            Layer::new(&self.conv_1, 0.0, Pooling::Max(&self.pool)),
            Layer::new(&self.conv_2, 0.0, Pooling::None),
            Layer::new(&self.conv_3, 0.0, Pooling::Max(&self.pool)),
            Layer::new(&self.conv_4, 0.0, Pooling::None),
        ]
    }

    /// (n, channels, 21, 21) to (n, 2).
    pub fn forward(&self, input: Tensor<4>, views: Views) -> Tensor<2> {
        let x = convolutions(views.of(input), &self.layers());
        self.head.forward(x.flatten(1, 3), views)
    }
}
