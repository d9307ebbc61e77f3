//! Convolutions in a row, each with its rectifier and its pooling: what most of the work of every network is.

use burn::{
    nn::{
        PaddingConfig2d,
        conv::Conv2d,
        pool::{AvgPool2d, MaxPool2d},
    },
    tensor::Tensor,
};

use super::rectify;
use crate::learn::{differentiable, kernels::Pool};

/// A convolution and what follows it.
#[derive(Clone, Copy)]
pub(in crate::learn) struct Layer<'a> {
    pub convolution: &'a Conv2d,
    /// Slope of the rectifier below zero.
    pub leak: f64,
    pub pooling: Pooling<'a>,
}

/// How pixels are joined.
#[derive(Clone, Copy)]
pub(in crate::learn) enum Pooling<'a> {
    None,
    Max(&'a MaxPool2d),
    Mean(&'a AvgPool2d),
}

impl<'a> Layer<'a> {
    pub const fn new(convolution: &'a Conv2d, leak: f64, pooling: Pooling<'a>) -> Self {
        Self {
            convolution,
            leak,
            pooling,
        }
    }

    /// The same for the kernels; none where its windows overlap or have a border.
    pub fn for_kernels(self) -> Option<(&'a Conv2d, f64, Pool)> {
        let pool = match self.pooling {
            Pooling::None => Pool::None,
            Pooling::Max(layer) => {
                let side = plain_side(layer.kernel_size, layer.stride, &layer.padding)?;
                let is_last_cut = layer.ceil_mode;
                (layer.dilation == [1, 1]).then_some(Pool::Max { side, is_last_cut })?
            }
            Pooling::Mean(layer) => {
                let side = plain_side(layer.kernel_size, layer.stride, &layer.padding)?;
                (!layer.ceil_mode).then_some(Pool::Mean { side })?
            }
        };
        Some((self.convolution, self.leak, pool))
    }
}

/// The side of square windows that lie side by side.
fn plain_side(kernel: [usize; 2], stride: [usize; 2], padding: &PaddingConfig2d) -> Option<usize> {
    let side = kernel[0];
    let is_plain = kernel == [side, side] && stride == kernel && *padding == PaddingConfig2d::Valid;
    is_plain.then_some(side)
}

/// (n, channel, y, x) through layers: by the kernels in training on a CPU, else by burn.
pub(super) fn convolutions(input: Tensor<4>, layers: &[Layer<'_>]) -> Tensor<4> {
    let for_kernels: Option<Vec<_>> = layers.iter().map(|layer| layer.for_kernels()).collect();
    let by_kernels = for_kernels.and_then(|layers| differentiable::convolutions(&input, &layers));
    by_kernels.unwrap_or_else(|| by_burn(input, layers))
}

/// The definition.
pub(in crate::learn) fn by_burn(input: Tensor<4>, layers: &[Layer<'_>]) -> Tensor<4> {
    layers.iter().fold(input, |x, layer| {
        let x = layer.convolution.forward(x);
        match layer.pooling {
            Pooling::None => rectify(x, layer.leak),
            // The same as the other way round for a function that grows everywhere, and cheaper.
            Pooling::Max(pool) => rectify(pool.forward(x), layer.leak),
            Pooling::Mean(pool) => pool.forward(rectify(x, layer.leak)),
        }
    })
}
