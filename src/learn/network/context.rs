//! Real or bogus by the whole cutout: a trunk for its middle at full resolution, a smaller one for all of it at
//! a third, and CAP's head over both.

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

/// Two trunks as cheap together as the one of `compact`. The first half of the channels is the middle, the
/// second the whole cutout.
#[derive(Module, Debug)]
pub struct Context {
    pub(in crate::learn) middle_1: Conv2d,
    pub(in crate::learn) middle_2: Conv2d,
    pub(in crate::learn) middle_3: Conv2d,
    pub(in crate::learn) middle_4: Conv2d,
    pub(in crate::learn) whole_1: Conv2d,
    pub(in crate::learn) whole_2: Conv2d,
    pub(in crate::learn) whole_3: Conv2d,
    pub(in crate::learn) pool: MaxPool2d,
    pub(in crate::learn) head: Head,
}

impl Context {
    /// Pixels a channel that come out of both trunks.
    const SQUARE: usize = 6 * 6;

    /// For so many channels of 21x21 pixels, both views counted.
    pub fn init(channels: usize, device: &Device) -> Self {
        let of_view = channels / 2;
        let conv =
            |from, to| convolution(from, to, 3, PaddingConfig2d::Explicit(1, 1, 1, 1), device);
        Self {
            middle_1: conv(of_view, 12), // 21, pooled to 11
            middle_2: conv(12, 16),      // 11
            middle_3: conv(16, 24),      // 11, pooled to 6
            middle_4: conv(24, 24),      // 6
            whole_1: conv(of_view, 8),   // 21, pooled to 11
            whole_2: conv(8, 12),        // 11, pooled to 6
            whole_3: conv(12, 16),       // 6
            pool: MaxPool2dConfig::new([2, 2])
                .with_strides([2, 2])
                .with_ceil_mode(true)
                .init(),
            head: Head::init((24 + 16) * Self::SQUARE, device),
        }
    }

    /// The same with nothing to be learned but the dense layers.
    pub(super) fn with_head_only(self) -> Self {
        Self {
            middle_1: self.middle_1.no_grad(),
            middle_2: self.middle_2.no_grad(),
            middle_3: self.middle_3.no_grad(),
            middle_4: self.middle_4.no_grad(),
            whole_1: self.whole_1.no_grad(),
            whole_2: self.whole_2.no_grad(),
            whole_3: self.whole_3.no_grad(),
            ..self
        }
    }

    pub(in crate::learn) fn channels_of_view(&self) -> usize {
        self.middle_1.weight.dims()[1]
    }

    /// The convolutions over the middle.
    pub(in crate::learn) const fn middle(&self) -> [Layer<'_>; 4] {
        [
            Layer::new(&self.middle_1, 0.0, Pooling::Max(&self.pool)),
            Layer::new(&self.middle_2, 0.0, Pooling::None),
            Layer::new(&self.middle_3, 0.0, Pooling::Max(&self.pool)),
            Layer::new(&self.middle_4, 0.0, Pooling::None),
        ]
    }

    /// Those over the whole cutout.
    pub(in crate::learn) const fn whole(&self) -> [Layer<'_>; 3] {
        [
            Layer::new(&self.whole_1, 0.0, Pooling::Max(&self.pool)),
            Layer::new(&self.whole_2, 0.0, Pooling::Max(&self.pool)),
            Layer::new(&self.whole_3, 0.0, Pooling::None),
        ]
    }

    /// (n, channels, 21, 21) to (n, 2).
    pub fn forward(&self, input: Tensor<4>, views: Views) -> Tensor<2> {
        let turned = views.of(input);
        let of_view = self.channels_of_view();
        let middle = convolutions(turned.clone().narrow(1, 0, of_view), &self.middle());
        let whole = convolutions(turned.narrow(1, of_view, of_view), &self.whole());
        let features = Tensor::cat(vec![middle.flatten(1, 3), whole.flatten(1, 3)], 1);
        self.head.forward(features, views)
    }
}
