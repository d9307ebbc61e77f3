//! CAP and the compact network: every view has the same head, and their means are classified.

use super::{
    PROBABILITIES,
    chain::Chain,
    graph::{Graph, Value},
    trunk::trunk,
};
use crate::learn::{
    Views,
    network::{Compact, CyclicAverage, Head},
};

/// (n, channel, 21, 21) to the probabilities (n, class); `within` is what a member's names begin with,
/// and nothing where there is only one.
pub(super) fn cap(
    graph: &mut Graph,
    within: &str,
    network: &CyclicAverage,
    stamps: &Value,
) -> Value {
    let views = Chain::new(graph, within, stamps).four_views();
    head(trunk(views, &network.trunk), &network.head).end()
}

/// (n, channel, 21, 21) to the probabilities (n, class).
pub(super) fn compact(graph: &mut Graph, network: &Compact, stamps: &Value) -> Value {
    let features = Chain::new(graph, "", stamps)
        .four_views()
        .convolution("conv_1", &network.conv_1)
        .max_pooling(&network.pool)
        .rectifier(0.0)
        .convolution("conv_2", &network.conv_2)
        .rectifier(0.0)
        .convolution("conv_3", &network.conv_3)
        .max_pooling(&network.pool)
        .rectifier(0.0)
        .convolution("conv_4", &network.conv_4)
        .rectifier(0.0)
        .flattened();
    head(features, &network.head).end()
}

/// (view · n, feature) to the probabilities (n, class).
fn head<'a>(chain: Chain<'a>, head: &Head) -> Chain<'a> {
    let units = head.dense_2.weight.dims()[1] as i64;
    chain
        .dense("head.dense_1", &head.dense_1)
        .rectifier(0.0)
        .dense("head.dense_2", &head.dense_2)
        .rectifier(0.0)
        .reshaped(&[Views::Four.count() as i64, -1, units])
        .averaged_over_first()
        .dense("head.classes", &head.classes)
        .softmax(PROBABILITIES)
}
