//! Layer-wise relevance propagation through a network: the score of a class, handed back layer by
//! layer until it lies on pixels.

use burn::tensor::Tensor;

use super::{
    layers::Layers,
    rule::{Passed, Rule},
};

/// The scores of all classes, (1, class, 1, 1), and what each layer was given.
pub(super) fn forward(layers: &Layers, input: Tensor<4>) -> (Vec<Tensor<4>>, Tensor<4>) {
    let mut inputs = Vec::with_capacity(layers.len());
    let mut here = input;
    for layer in layers {
        inputs.push(here.clone());
        here = layer.forward(here);
    }
    (inputs, here)
}

/// The relevance of one input, (1, channel, y, x), for a class. The start is the score of that class;
/// other classes have none.
pub(super) fn propagate(layers: &Layers, input: Tensor<4>, class: usize, rule: Rule) -> Passed {
    let (inputs, scores) = forward(layers, input);
    let score = scores.clone().narrow(1, class, 1);
    let mut relevance = scores
        .zeros_like()
        .slice_assign([0..1, class..class + 1, 0..1, 0..1], score);
    let mut by_biases = 0.0;
    for (layer, input) in layers.iter().zip(&inputs).rev() {
        let passed = layer.relevance(input, relevance, rule);
        relevance = passed.relevance;
        by_biases += passed.by_biases;
    }
    Passed {
        relevance,
        by_biases,
    }
}
