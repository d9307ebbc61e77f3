//! braai: the real/bogus network of the Zwicky Transient Facility (Duev et al. 2019), version d6_m9.

use burn::{
    module::Module,
    nn::{
        Linear, PaddingConfig2d,
        conv::Conv2d,
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Device, Tensor, activation::relu},
};

use super::{
    convolutions::{Layer, Pooling, convolutions},
    cyclic_average::dense,
    trunk::convolution,
};

/// 312,081 parameters; science, reference and difference of 63x63 pixels.
#[derive(Module, Debug)]
pub struct Braai {
    pub(in crate::learn) conv1: Conv2d,
    pub(in crate::learn) conv2: Conv2d,
    pub(in crate::learn) conv3: Conv2d,
    pub(in crate::learn) conv4: Conv2d,
    pub(in crate::learn) fc_1: Linear,
    pub(in crate::learn) fc_out: Linear,
    pub(in crate::learn) pool_2: MaxPool2d,
    pub(in crate::learn) pool_4: MaxPool2d,
}

impl Braai {
    /// Layers have the names of the published file.
    pub fn init(device: &Device) -> Self {
        let conv = |from, to| convolution(from, to, 3, PaddingConfig2d::Valid, device);
        let pool = |side| MaxPool2dConfig::new([side, side]).with_strides([side, side]);
        Self {
            conv1: conv(3, 16),  // 63 -> 61
            conv2: conv(16, 16), // 59, pooled to 29
            conv3: conv(16, 32), // 27
            conv4: conv(32, 32), // 25, pooled by 4 to 6
            fc_1: dense(32 * 6 * 6, 256, device),
            fc_out: dense(256, 1, device),
            pool_2: pool(2).init(),
            pool_4: pool(4).init(),
        }
    }

    /// Its convolutions.
    pub(in crate::learn) const fn layers(&self) -> [Layer<'_>; 4] {
        [
            Layer::new(&self.conv1, 0.0, Pooling::None),
            Layer::new(&self.conv2, 0.0, Pooling::Max(&self.pool_2)),
            Layer::new(&self.conv3, 0.0, Pooling::None),
            Layer::new(&self.conv4, 0.0, Pooling::Max(&self.pool_4)),
        ]
    }

    /// (n, 3, 63, 63) to (n, 2): the one output is the logit of `real`, beside a 0 for `bogus`, so
    /// that the softmax is the published sigmoid.
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let x = convolutions(input, &self.layers());
        // Keras flattens with the channels last.
        let x = x.permute([0, 2, 3, 1]).flatten(1, 3);
        let real = self.fc_out.forward(relu(self.fc_1.forward(x)));
        Tensor::cat(vec![real.zeros_like(), real], 1)
    }
}
