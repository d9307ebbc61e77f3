//! Encoder and decoder of latent models.

use super::{
    chain::Chain,
    graph::{Graph, Value, word},
};
use crate::learn::latent::{
    coder::{Coder, Decoder, Encoder, LOG_VARIANCE},
    convolutional::{self, sides},
    dense::Stack,
};

/// Names of what comes out of the encoder.
const MEAN: &str = "mean";
const LOG_VARIANCE_NAME: &str = "log_variance";

/// (n, channel, y, x) to means and log-variances of the latent vectors: (n, axis).
pub(super) fn encoded(graph: &mut Graph, coder: &Coder, stamps: &Value) -> [Value; 2] {
    let chain = Chain::new(graph, "encoder.", stamps);
    let features = match &coder.encoder {
        Encoder::Dense(layers) => stack(chain.flattened(), "", layers),
        Encoder::Convolutional(encoder) => chain
            .convolution("conv_1", &encoder.conv_1)
            .rectifier(0.0)
            .convolution("conv_2", &encoder.conv_2)
            .rectifier(0.0)
            .flattened(),
    }
    .end();
    let mean = Chain::new(graph, "", &features)
        .dense(MEAN, &coder.mean)
        .end();
    let limits = LOG_VARIANCE.map(|limit| graph.scalar("log_variance.limit", limit as f32));
    let log_variance = Chain::new(graph, "", &features)
        .dense("log_variance.dense", &coder.log_variance)
        .then(LOG_VARIANCE_NAME, "Clip", &limits.each_ref(), Vec::new())
        .end();
    [mean, log_variance]
}

/// (n, axis) to pixels: (n, channel, y, x).
pub(super) fn decoded(
    graph: &mut Graph,
    coder: &Coder,
    vectors: &Value,
    [channels, side]: [usize; 2],
) -> Value {
    let chain = Chain::new(graph, "decoder.", vectors);
    match &coder.decoder {
        Decoder::Dense(decoder) => stack(chain, "hidden.", &decoder.hidden)
            .dense("pixels", &decoder.pixels)
            .reshaped(&[-1, channels as i64, side as i64, side as i64]),
        Decoder::Convolutional(decoder) => grown(chain, decoder),
    }
    .end()
}

fn stack<'a>(chain: Chain<'a>, within: &str, stack: &Stack) -> Chain<'a> {
    let layers = stack.layers.iter().enumerate();
    layers.fold(chain, |chain, (at, layer)| {
        chain
            .dense(&format!("{within}layers.{at}"), layer)
            .rectifier(0.0)
    })
}

/// The small image that a vector makes, doubled twice.
fn grown<'a>(chain: Chain<'a>, decoder: &convolutional::Decoder) -> Chain<'a> {
    let [whole, half, small] = sides(decoder.side);
    let [_, depth, ..] = decoder.conv_1.weight.dims();
    let chain = chain
        .dense("dense", &decoder.dense)
        .rectifier(0.0)
        .reshaped(&[-1, depth as i64, small as i64, small as i64])
        .convolution("conv_1", &decoder.conv_1)
        .rectifier(0.0);
    let chain = doubled(chain, half)
        .convolution("conv_2", &decoder.conv_2)
        .rectifier(0.0);
    doubled(chain, whole).convolution("conv_3", &decoder.conv_3)
}

/// Every pixel four times, then cut to that side.
fn doubled(mut chain: Chain<'_>, side: usize) -> Chain<'_> {
    let none = Value::none();
    let twice = chain.numbers("double.scales", &[1.0, 1.0, 2.0, 2.0]);
    let cut = [
        chain.integers("cut.starts", &[0, 0]),
        chain.integers("cut.ends", &[side as i64, side as i64]),
        chain.integers("cut.axes", &[2, 3]),
    ];
    let nearest = vec![
        word("mode", "nearest"),
        word("coordinate_transformation_mode", "asymmetric"),
        word("nearest_mode", "floor"),
    ];
    chain
        .then("doubled", "Resize", &[&none, &twice], nearest)
        .then("cut", "Slice", &cut.each_ref(), Vec::new())
}
