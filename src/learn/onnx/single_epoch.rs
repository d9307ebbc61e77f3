//! Networks of single epochs: Deep-HiTS, CAP and its ensemble, the compact network, braai.

use burn::{nn::Linear, tensor::Tensor};

use super::{
    chain::Chain,
    graph::{Graph, PROBABILITIES, STAMPS, Value, integer, preparation, put_out},
    proto::GraphProto,
};
use crate::{
    domain::{InputPlan, ModelCard},
    learn::{
        LearnError, Views,
        network::{Braai, Compact, Context, CyclicAverage, DeepHits, Head, Network, Trunk},
    },
};

/// Stamps of n candidates to the probabilities of the classes.
pub(super) fn graph(
    card: &ModelCard,
    plan: &InputPlan,
    network: &Network,
) -> Result<GraphProto, LearnError> {
    let mut graph = Graph::new(&card.name);
    let channels: Vec<&str> = plan.channels.iter().map(|role| role.name()).collect();
    let about = format!(
        "(candidate, channel, y, x), no unit. Channels: {}. {}",
        channels.join(", "),
        preparation(card)
    );
    let shape = [plan.planes(), plan.side_px, plan.side_px];
    let stamps = graph.input(STAMPS, &shape, &about);
    let probabilities = match network {
        Network::DeepHits(network) => deep_hits(&mut graph, network, &stamps),
        Network::Cap(network) => cap(&mut graph, "", network, &stamps),
        Network::Cape(members) => ensemble(&mut graph, members, &stamps),
        Network::Compact(network) => compact(&mut graph, network, &stamps),
        Network::Context(network) => context(&mut graph, network, &stamps),
        Network::Braai(network) => braai(&mut graph, network, &stamps),
        Network::Recurrent(_) => return Err(LearnError::Kind("single epochs", "sequences")),
    };
    put_out(&mut graph, card, &probabilities);
    Ok(graph.finished(&card.about))
}

/// The mean of what the members say.
fn ensemble(graph: &mut Graph, members: &[CyclicAverage], stamps: &Value) -> Value {
    let members = members.iter().enumerate();
    let outputs: Vec<Value> = members
        .map(|(at, member)| cap(graph, &format!("{at}."), member, stamps))
        .collect();
    let outputs: Vec<&Value> = outputs.iter().collect();
    graph.node(PROBABILITIES, "Mean", &outputs, Vec::new())
}

/// Deep-HiTS, where the features of all four views are joined: (n, channel, 21, 21) to the probabilities (n, class).
fn deep_hits(graph: &mut Graph, network: &DeepHits, stamps: &Value) -> Value {
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

/// CAP, where every view has the same head, and their means are classified: (n, channel, 21, 21) to the probabilities (n, class); `within` is what a member's names begin with,
/// and nothing where there is only one.
fn cap(graph: &mut Graph, within: &str, network: &CyclicAverage, stamps: &Value) -> Value {
    let views = Chain::new(graph, within, stamps).four_views();
    head(trunk(views, &network.trunk), &network.head).end()
}

/// The compact network: (n, channel, 21, 21) to the probabilities (n, class).
fn compact(graph: &mut Graph, network: &Compact, stamps: &Value) -> Value {
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

/// The network of two views: (n, channel, 21, 21) to the probabilities (n, class).
fn context(graph: &mut Graph, network: &Context, stamps: &Value) -> Value {
    let of_view = network.channels_of_view() as i64;
    let views = Chain::new(graph, "", stamps).four_views().end();
    let middle = Chain::new(graph, "", &views)
        .part_of_channels(0, of_view)
        .convolution("middle_1", &network.middle_1)
        .max_pooling(&network.pool)
        .rectifier(0.0)
        .convolution("middle_2", &network.middle_2)
        .rectifier(0.0)
        .convolution("middle_3", &network.middle_3)
        .max_pooling(&network.pool)
        .rectifier(0.0)
        .convolution("middle_4", &network.middle_4)
        .rectifier(0.0)
        .flattened()
        .end();
    let whole = Chain::new(graph, "", &views)
        .part_of_channels(of_view, 2 * of_view)
        .convolution("whole_1", &network.whole_1)
        .max_pooling(&network.pool)
        .rectifier(0.0)
        .convolution("whole_2", &network.whole_2)
        .max_pooling(&network.pool)
        .rectifier(0.0)
        .convolution("whole_3", &network.whole_3)
        .rectifier(0.0)
        .flattened()
        .end();
    let features =
        Chain::new(graph, "", &middle).then("both", "Concat", &[&whole], vec![integer("axis", 1)]);
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

/// The convolutional layers that Deep-HiTS and CAP share: (view · n, channel, 21, 21) to (view · n, 2304).
fn trunk<'a>(chain: Chain<'a>, trunk: &Trunk) -> Chain<'a> {
    let (leak, pool) = (trunk.leak, &trunk.pool);
    chain
        .convolution("trunk.conv_1", &trunk.conv_1)
        .rectifier(leak)
        .convolution("trunk.conv_2", &trunk.conv_2)
        .max_pooling(pool)
        .rectifier(leak)
        .convolution("trunk.conv_3", &trunk.conv_3)
        .rectifier(leak)
        .convolution("trunk.conv_4", &trunk.conv_4)
        .rectifier(leak)
        .convolution("trunk.conv_5", &trunk.conv_5)
        .max_pooling(pool)
        .rectifier(leak)
        .flattened()
}

/// braai, one view and one output: (n, 3, 63, 63) to the probabilities of `bogus` and `real`: (n, 2).
fn braai(graph: &mut Graph, network: &Braai, stamps: &Value) -> Value {
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
