//! Deep-HiTS: the features of all four views are joined.

use super::{
    PROBABILITIES,
    chain::Chain,
    graph::{Graph, Value},
    trunk::trunk,
};
use crate::learn::{
    Views,
    network::{DeepHits, Trunk},
};

/// (n, channel, 21, 21) to the probabilities (n, class).
pub(super) fn probabilities(graph: &mut Graph, network: &DeepHits, stamps: &Value) -> Value {
    let views = Views::Four.count();
    let joined = [-1, (views * Trunk::FEATURES) as i64];
    let features = Chain::new(graph, "", stamps).four_views();
    trunk(features, &network.trunk)
        .reshaped(&[views as i64, -1, Trunk::FEATURES as i64])
        .permuted(&[1, 0, 2])
        .reshaped(&joined)
        .dense("dense_1", &network.dense_1)
        .rectifier(network.leak)
        .dense("dense_2", &network.dense_2)
        .rectifier(network.leak)
        .dense("classes", &network.classes)
        .softmax(PROBABILITIES)
        .end()
}
