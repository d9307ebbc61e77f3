//! The convolutional encoder and decoder (Huijse et al. 2018): two convolutions that halve the image,
//! and two that follow a doubling of it.

use burn::{
    module::Module,
    nn::{
        Linear, LinearConfig, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Tensor, activation::relu},
};

use super::LatentShape;
use crate::learn::network::he_normal;

/// Sides of the image: whole, halved, halved again; the odd pixel is kept.
pub(in crate::learn) const fn sides(side: usize) -> [usize; 3] {
    let half = side.div_ceil(2);
    [side, half, half.div_ceil(2)]
}

/// Channels after the two convolutions of an encoder of that width.
const fn depths(shape: &LatentShape) -> [usize; 2] {
    let width = shape.base_width();
    [width.div_ceil(4), width.div_ceil(2)]
}

/// Numbers that an encoder of that shape makes of a stamp.
pub(super) const fn features(shape: &LatentShape) -> usize {
    let [_, _, small] = sides(shape.side_px);
    depths(shape)[1] * small * small
}

fn convolution(from: usize, to: usize, stride: usize, device: &Device) -> Conv2d {
    Conv2dConfig::new([from, to], [3, 3])
        .with_stride([stride, stride])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .with_initializer(he_normal())
        .init(device)
}

/// (n, pixel) to (n, feature).
#[derive(Module, Debug)]
pub struct Encoder {
    pub(in crate::learn) conv_1: Conv2d,
    pub(in crate::learn) conv_2: Conv2d,
    channels: usize,
    side: usize,
}

impl Encoder {
    /// Untrained.
    pub fn init(shape: &LatentShape, device: &Device) -> Self {
        let [shallow, deep] = depths(shape);
        Self {
            conv_1: convolution(shape.channels, shallow, 2, device), // 21 to 11
            conv_2: convolution(shallow, deep, 2, device),           // 11 to 6
            channels: shape.channels,
            side: shape.side_px,
        }
    }

    /// (n, channel * y * x) to (n, feature).
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let [count, _] = input.dims();
        let image = input.reshape([count, self.channels, self.side, self.side]);
        let x = relu(self.conv_1.forward(image));
        relu(self.conv_2.forward(x)).flatten(1, 3)
    }
}

/// (n, axis) to (n, pixel).
#[derive(Module, Debug)]
pub struct Decoder {
    pub(in crate::learn) dense: Linear,
    pub(in crate::learn) conv_1: Conv2d,
    pub(in crate::learn) conv_2: Conv2d,
    pub(in crate::learn) conv_3: Conv2d,
    pub(in crate::learn) side: usize,
}

impl Decoder {
    /// Channels of the small image that is grown.
    const fn seed_depth(shape: &LatentShape) -> usize {
        shape.base_width().div_ceil(8)
    }

    /// Numbers of that image.
    pub(super) const fn hidden_width(shape: &LatentShape) -> usize {
        let [_, _, small] = sides(shape.side_px);
        Self::seed_depth(shape) * small * small
    }

    /// Untrained.
    pub fn init(shape: &LatentShape, device: &Device) -> Self {
        let [shallow, deep] = depths(shape);
        let seed = Self::seed_depth(shape);
        let dense = LinearConfig::new(shape.dimensions, Self::hidden_width(shape));
        Self {
            dense: dense.with_initializer(he_normal()).init(device),
            conv_1: convolution(seed, deep, 1, device), // 6, then doubled to 11
            conv_2: convolution(deep, shallow, 1, device), // 11, then doubled to 21
            conv_3: convolution(shallow, shape.channels, 1, device), // 21
            side: shape.side_px,
        }
    }

    /// (n, axis) to the small image: (n, number).
    pub fn hidden(&self, vectors: Tensor<2>) -> Tensor<2> {
        relu(self.dense.forward(vectors))
    }

    /// The small image to (n, channel * y * x).
    pub fn pixels(&self, hidden: Tensor<2>) -> Tensor<2> {
        let [whole, half, small] = sides(self.side);
        let [count, numbers] = hidden.dims();
        let depth = numbers / (small * small);
        let x = hidden.reshape([count, depth, small, small]);
        let x = doubled(relu(self.conv_1.forward(x)), half);
        let x = doubled(relu(self.conv_2.forward(x)), whole);
        self.conv_3.forward(x).flatten(1, 3)
    }

    /// The same with its first layer changed.
    #[must_use]
    pub fn with_first(mut self, change: impl FnOnce(Linear) -> Linear) -> Self {
        self.dense = change(self.dense);
        self
    }
}

/// Every pixel four times, then cut to that side.
fn doubled(image: Tensor<4>, side: usize) -> Tensor<4> {
    let [count, channels, height, width] = image.dims();
    image
        .reshape([count * channels, height, 1, width, 1])
        .repeat(&[1, 1, 2, 1, 2])
        .reshape([count, channels, 2 * height, 2 * width])
        .slice([0..count, 0..channels, 0..side, 0..side])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_doubled_and_cut() {
        let device = Device::flex();
        let image = Tensor::<1>::from_floats([1.0, 2.0, 3.0, 4.0], &device);
        let large = doubled(image.reshape([1, 1, 2, 2]), 3).into_data();
        let large: Vec<f32> = large.iter::<f32>().collect();
        assert_eq!(large, [1.0, 1.0, 2.0, 1.0, 1.0, 2.0, 3.0, 3.0, 4.0]);
    }
}
