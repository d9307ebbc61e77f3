//! braai: one view, one output.

use burn::{nn::Linear, tensor::Tensor};

use super::{
    PROBABILITIES,
    chain::Chain,
    graph::{Graph, Value},
};
use crate::learn::network::Braai;

/// (n, 3, 63, 63) to the probabilities of `bogus` and `real`: (n, 2).
pub(super) fn probabilities(graph: &mut Graph, network: &Braai, stamps: &Value) -> Value {
    Chain::new(graph, "", stamps)
        .convolution("conv1", &network.conv1)
        .rectifier(0.0)
        .convolution("conv2", &network.conv2)
        .rectifier(0.0)
        .max_pooling(&network.pool_2)
        .convolution("conv3", &network.conv3)
        .rectifier(0.0)
        .convolution("conv4", &network.conv4)
        .rectifier(0.0)
        .max_pooling(&network.pool_4)
        // Keras flattens with the channels last.
        .permuted(&[0, 2, 3, 1])
        .flattened()
        .dense("fc_1", &network.fc_1)
        .rectifier(0.0)
        .dense("fc_out", &beside_zero(network.fc_out.clone()))
        .softmax(PROBABILITIES)
        .end()
}

/// Out of a layer with one output, one with two: 0, and that output.
fn beside_zero(mut layer: Linear) -> Linear {
    let zero = |weight: Tensor<2>| Tensor::cat(vec![weight.zeros_like(), weight], 1);
    layer.weight = layer.weight.map(zero);
    let zero = |bias: Tensor<1>| Tensor::cat(vec![bias.zeros_like(), bias], 0);
    layer.bias = layer.bias.map(|bias| bias.map(zero));
    layer
}
