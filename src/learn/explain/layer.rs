//! Layers as an explanation sees them: forwards as in the network, and relevance backwards.
//!
//! All tensors are (view · candidate, channel, y, x); what is a vector in the network has 1x1 pixels.

use burn::{
    module::Param,
    nn::{Linear, PaddingConfig2d, conv::Conv2d, pool::MaxPool2d},
    tensor::{
        Tensor,
        module::{conv_transpose2d, conv2d},
        ops::{ConvOptions, ConvTransposeOptions},
    },
};

use super::{
    layers::{Layers, forward},
    rule::{Passed, Rule, Weights, share},
};
use crate::learn::{Views, network::rectify};

/// One step of a network.
pub(super) trait Layer: Send {
    /// As the network computes it.
    fn forward(&self, input: Tensor<4>) -> Tensor<4>;

    /// The relevance of the input, out of that of the output.
    fn relevance(&self, input: &Tensor<4>, relevance: Tensor<4>, rule: Rule) -> Passed;
}

/// The alpha-beta rule. What is padded is 0, gives nothing and takes nothing.
pub(super) struct Convolution(pub Conv2d);

struct Kernels {
    weight: Tensor<4>,
    padding: [usize; 2],
}

impl Weights for Kernels {
    fn by_sign(&self) -> [Self; 2] {
        let with = |weight| Self {
            weight,
            padding: self.padding,
        };
        [
            with(self.weight.clone().clamp_min(0.0)),
            with(self.weight.clone().clamp_max(0.0)),
        ]
    }

    fn apply(&self, input: Tensor<4>) -> Tensor<4> {
        let options = ConvOptions::new([1, 1], self.padding, [1, 1], 1);
        conv2d(input, self.weight.clone(), None, options)
    }

    fn apply_transposed(&self, output: Tensor<4>) -> Tensor<4> {
        let options = ConvTransposeOptions::new([1, 1], self.padding, [0, 0], [1, 1], 1);
        conv_transpose2d(output, self.weight.clone(), None, options)
    }
}

impl Layer for Convolution {
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        self.0.forward(input)
    }

    fn relevance(&self, input: &Tensor<4>, relevance: Tensor<4>, rule: Rule) -> Passed {
        let padding = match self.0.padding {
            PaddingConfig2d::Explicit(top, left, ..) => [top, left],
            PaddingConfig2d::Same => self.0.kernel_size.map(|side| side / 2),
            PaddingConfig2d::Valid => [0, 0],
        };
        let kernels = Kernels {
            weight: self.0.weight.val(),
            padding,
        };
        let [outputs, ..] = kernels.weight.dims();
        let bias = self.0.bias.as_ref().map(Param::val);
        let bias = bias_of(bias, outputs, &relevance);
        share(&kernels, &bias, input, &relevance, rule)
    }
}

/// The alpha-beta rule.
pub(super) struct Dense(pub Linear);

impl Dense {
    /// Out of a layer with one output, one with two: that output with its sign turned, and itself.
    pub(super) fn against_and_for(mut layer: Linear) -> Self {
        let both = |weight: Tensor<2>| Tensor::cat(vec![-weight.clone(), weight], 1);
        layer.weight = layer.weight.map(both);
        let both = |bias: Tensor<1>| Tensor::cat(vec![-bias.clone(), bias], 0);
        layer.bias = layer.bias.map(|bias| bias.map(both));
        Self(layer)
    }
}

struct Matrix(Tensor<2>);

impl Weights for Matrix {
    fn by_sign(&self) -> [Self; 2] {
        [
            Self(self.0.clone().clamp_min(0.0)),
            Self(self.0.clone().clamp_max(0.0)),
        ]
    }

    fn apply(&self, input: Tensor<4>) -> Tensor<4> {
        pixel(vector(input).matmul(self.0.clone()))
    }

    fn apply_transposed(&self, output: Tensor<4>) -> Tensor<4> {
        pixel(vector(output).matmul(self.0.clone().transpose()))
    }
}

impl Layer for Dense {
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        pixel(self.0.forward(vector(input)))
    }

    fn relevance(&self, input: &Tensor<4>, relevance: Tensor<4>, rule: Rule) -> Passed {
        let matrix = Matrix(self.0.weight.val());
        let [_, outputs] = matrix.0.dims();
        let bias = self.0.bias.as_ref().map(Param::val);
        let bias = bias_of(bias, outputs, &relevance);
        share(&matrix, &bias, input, &relevance, rule)
    }
}

fn bias_of(bias: Option<Tensor<1>>, outputs: usize, like: &Tensor<4>) -> Tensor<4> {
    let shape = [1, outputs, 1, 1];
    match bias {
        Some(bias) => bias.reshape(shape),
        None => Tensor::zeros(shape, &like.device()),
    }
}

/// ReLU, leaky where the slope below zero is not 0. Each output is one input's own: relevance passes.
pub(super) struct Rectifier {
    /// Slope below zero.
    pub leak: f64,
}

impl Layer for Rectifier {
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        rectify(input, self.leak)
    }

    fn relevance(&self, _: &Tensor<4>, relevance: Tensor<4>, _: Rule) -> Passed {
        Passed::whole(relevance)
    }
}

/// Max pooling of windows that stand side by side: the winner takes all; equals share.
pub(super) struct MaxPooling(pub MaxPool2d);

impl Layer for MaxPooling {
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        self.0.forward(input)
    }

    fn relevance(&self, input: &Tensor<4>, relevance: Tensor<4>, _: Rule) -> Passed {
        let [count, channels, height, width] = input.dims();
        let [.., rows, columns] = relevance.dims();
        let [down, across] = self.0.kernel_size;
        let windows = [count, channels, rows, down, columns, across];
        // A last window may reach beyond the image, or the image beyond the last window.
        let fit = |image: Tensor<4>, [high, wide]: [usize; 2], fill: f32| {
            let [.., height, width] = image.dims();
            let (kept_high, kept_wide) = (high.min(height), wide.min(width));
            let image = image.slice([0..count, 0..channels, 0..kept_high, 0..kept_wide]);
            image.pad([(0, high - kept_high), (0, wide - kept_wide)], fill)
        };
        let covered = [rows * down, columns * across];
        let values = fit(input.clone(), covered, f32::MIN).reshape(windows);
        let largest = values.clone().max_dim(5).max_dim(3);
        let is_winner = values.equal(largest.expand(windows)).float();
        let winners = is_winner.clone().sum_dim(5).sum_dim(3);
        let each = relevance.reshape([count, channels, rows, 1, columns, 1]) / winners;
        let shared = is_winner * each.expand(windows);
        let shared = shared.reshape([count, channels, covered[0], covered[1]]);
        Passed::whole(fit(shared, [height, width], 0.0))
    }
}

/// The four views of a stamp. A pixel has the relevance of its copies, turned back and added up: four
/// times their average, so that nothing is lost.
pub(super) struct FourViews;

impl Layer for FourViews {
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        Views::Four.of(input)
    }

    fn relevance(&self, _: &Tensor<4>, relevance: Tensor<4>, _: Rule) -> Passed {
        Passed::whole(Views::Four.added_back(&relevance))
    }
}

/// The mean over the views: relevance goes to each in proportion to its activation, which after a
/// ReLU is never below 0 (Reyes et al. 2018). Alpha and beta have no part in it.
pub(super) struct CyclicAverage;

impl Layer for CyclicAverage {
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        by_view(input).mean_dim(0).squeeze_dim(0)
    }

    fn relevance(&self, input: &Tensor<4>, relevance: Tensor<4>, _: Rule) -> Passed {
        let shape = input.dims();
        let views = by_view(input.clone());
        let sum = views.clone().sum_dim(0);
        let is_silent = sum.clone().equal_elem(0.0_f32);
        let per_unit = relevance.unsqueeze_dim::<5>(0) / sum.mask_fill(is_silent.clone(), 1.0);
        let shared = views * per_unit.mask_fill(is_silent, 0.0);
        Passed::whole(shared.reshape(shape))
    }
}

/// The features of the views of a candidate one after the other.
pub(super) struct Concatenation;

impl Layer for Concatenation {
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let [rows, features, ..] = input.dims();
        let count = rows / Views::Four.count();
        let joined = by_view(input).swap_dims(0, 1);
        joined.reshape([count, Views::Four.count() * features, 1, 1])
    }

    fn relevance(&self, input: &Tensor<4>, relevance: Tensor<4>, _: Rule) -> Passed {
        let [rows, features, ..] = input.dims();
        let views = Views::Four.count();
        let apart = relevance.reshape([rows / views, views, features, 1, 1]);
        Passed::whole(apart.swap_dims(0, 1).reshape([rows, features, 1, 1]))
    }
}

/// Layers of their own for the first channels and for the others; what comes out of both are the channels of
/// one vector.
pub(super) struct Branches(pub [Layers; 2], pub usize);

impl Branches {
    /// What goes into each.
    fn inputs(&self, input: &Tensor<4>) -> [Tensor<4>; 2] {
        let channels = input.dims()[1];
        let first = input.clone().narrow(1, 0, self.1);
        [first, input.clone().narrow(1, self.1, channels - self.1)]
    }
}

impl Layer for Branches {
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let inputs = self.inputs(&input).into_iter().zip(&self.0);
        let outputs = inputs.map(|(input, layers)| forward(layers, input).1);
        Tensor::cat(outputs.collect(), 1)
    }

    fn relevance(&self, input: &Tensor<4>, relevance: Tensor<4>, rule: Rule) -> Passed {
        let mut first = 0;
        let mut by_biases = 0.0;
        let mut pixels = Vec::new();
        for (input, layers) in self.inputs(input).into_iter().zip(&self.0) {
            let (inputs, output) = forward(layers, input);
            let length = output.dims()[1];
            let mut here = relevance.clone().narrow(1, first, length);
            first += length;
            for (layer, input) in layers.iter().zip(&inputs).rev() {
                let passed = layer.relevance(input, here, rule);
                by_biases += passed.by_biases;
                here = passed.relevance;
            }
            pixels.push(here);
        }
        Passed {
            relevance: Tensor::cat(pixels, 1),
            by_biases,
        }
    }
}

/// All pixels of all channels in one vector.
pub(super) struct Flattening {
    /// True where the channels of a pixel stand together, as Keras has it.
    pub has_channels_last: bool,
}

impl Layer for Flattening {
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let input = if self.has_channels_last {
            input.permute([0, 2, 3, 1])
        } else {
            input
        };
        pixel(input.flatten(1, 3))
    }

    fn relevance(&self, input: &Tensor<4>, relevance: Tensor<4>, _: Rule) -> Passed {
        let [count, channels, height, width] = input.dims();
        Passed::whole(if self.has_channels_last {
            let image = relevance.reshape([count, height, width, channels]);
            image.permute([0, 3, 1, 2])
        } else {
            relevance.reshape([count, channels, height, width])
        })
    }
}

/// (view · candidate, …) to (view, candidate, …).
fn by_view(input: Tensor<4>) -> Tensor<5> {
    let [rows, channels, height, width] = input.dims();
    let views = Views::Four.count();
    input.reshape([views, rows / views, channels, height, width])
}

fn vector(image: Tensor<4>) -> Tensor<2> {
    image.flatten(1, 3)
}

fn pixel(vector: Tensor<2>) -> Tensor<4> {
    let [count, length] = vector.dims();
    vector.reshape([count, length, 1, 1])
}
