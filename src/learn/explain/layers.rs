//! Every network as the list of its layers, and the score of a class that they compute.

use burn::tensor::Tensor;

use super::layer::{
    Branches, Concatenation, Convolution, CyclicAverage, Dense, Flattening, FourViews, Layer,
    MaxPooling, Rectifier,
};
use crate::learn::{
    LearnError,
    network::{self, Braai, Compact, Context, DeepHits, Head, Network, Trunk},
};

/// Layers in the order in which they are computed.
pub(super) type Layers = Vec<Box<dyn Layer>>;

/// A score shared out.
pub(super) struct Shares {
    pub start: f32,
    pub rest: f32,
    pub pixels: Tensor<4>,
}

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

/// The score of a class for each input of a batch: (input), the mean over the members.
pub(super) fn score(members: &[Layers], inputs: &Tensor<4>, class: usize) -> Tensor<1> {
    let scores = members.iter().map(|layers| {
        let (_, scores) = forward(layers, inputs.clone());
        scores.narrow(1, class, 1).flatten::<1>(0, 3)
    });
    let sum = scores.reduce(|sum, more| sum + more);
    let none = || Tensor::zeros([inputs.dims()[0]], &inputs.device());
    sum.unwrap_or_else(none) / members.len().max(1) as f32
}

/// The layers of each member: one list for all networks but ensembles. The last layer gives a score
/// for every class, before the softmax.
pub(super) fn layers_of(network: &Network) -> Result<Vec<Layers>, LearnError> {
    Ok(match network {
        Network::DeepHits(network) => vec![of_deep_hits(network)],
        Network::Cap(network) => vec![of_cap(network)],
        Network::Cape(members) => members.iter().map(of_cap).collect(),
        Network::Compact(network) => vec![of_compact(network)],
        Network::Context(network) => vec![of_context(network)],
        Network::Braai(network) => vec![of_braai(network)],
        Network::Recurrent(_) => return Err(LearnError::Kind("single epochs", "sequences")),
    })
}

const RELU: Rectifier = Rectifier { leak: 0.0 };
const FLATTENING: Flattening = Flattening {
    has_channels_last: false,
};

fn of_cap(network: &network::CyclicAverage) -> Layers {
    let mut layers = of_trunk(&network.trunk);
    layers.extend(of_head(&network.head));
    layers
}

fn of_trunk(trunk: &Trunk) -> Layers {
    let leak = trunk.leak;
    let convolution = |layer: &_| Box::new(Convolution(Clone::clone(layer)));
    let rectifier = || Box::new(Rectifier { leak });
    let pooling = || Box::new(MaxPooling(trunk.pool.clone()));
    vec![
        Box::new(FourViews),
        convolution(&trunk.conv_1),
        rectifier(),
        convolution(&trunk.conv_2),
        pooling(),
        rectifier(),
        convolution(&trunk.conv_3),
        rectifier(),
        convolution(&trunk.conv_4),
        rectifier(),
        convolution(&trunk.conv_5),
        pooling(),
        rectifier(),
        Box::new(FLATTENING),
    ]
}

fn of_head(head: &Head) -> Layers {
    vec![
        Box::new(Dense(head.dense_1.clone())),
        Box::new(RELU),
        Box::new(Dense(head.dense_2.clone())),
        Box::new(RELU),
        Box::new(CyclicAverage),
        Box::new(Dense(head.classes.clone())),
    ]
}

fn of_deep_hits(network: &DeepHits) -> Layers {
    let rectifier = || Rectifier { leak: network.leak };
    let mut layers = of_trunk(&network.trunk);
    let head: Layers = vec![
        Box::new(Concatenation),
        Box::new(Dense(network.dense_1.clone())),
        Box::new(rectifier()),
        Box::new(Dense(network.dense_2.clone())),
        Box::new(rectifier()),
        Box::new(Dense(network.classes.clone())),
    ];
    layers.extend(head);
    layers
}

fn of_compact(network: &Compact) -> Layers {
    let pooling = || Box::new(MaxPooling(network.pool.clone()));
    let mut layers: Layers = vec![
        Box::new(FourViews),
        Box::new(Convolution(network.conv_1.clone())),
        pooling(),
        Box::new(RELU),
        Box::new(Convolution(network.conv_2.clone())),
        Box::new(RELU),
        Box::new(Convolution(network.conv_3.clone())),
        pooling(),
        Box::new(RELU),
        Box::new(Convolution(network.conv_4.clone())),
        Box::new(RELU),
        Box::new(FLATTENING),
    ];
    layers.extend(of_head(&network.head));
    layers
}

fn of_context(network: &Context) -> Layers {
    let pooling = || Box::new(MaxPooling(network.pool.clone()));
    let convolution = |layer: &_| Box::new(Convolution(Clone::clone(layer)));
    let middle: Layers = vec![
        convolution(&network.middle_1),
        pooling(),
        Box::new(RELU),
        convolution(&network.middle_2),
        Box::new(RELU),
        convolution(&network.middle_3),
        pooling(),
        Box::new(RELU),
        convolution(&network.middle_4),
        Box::new(RELU),
        Box::new(FLATTENING),
    ];
    let whole: Layers = vec![
        convolution(&network.whole_1),
        pooling(),
        Box::new(RELU),
        convolution(&network.whole_2),
        pooling(),
        Box::new(RELU),
        convolution(&network.whole_3),
        Box::new(RELU),
        Box::new(FLATTENING),
    ];
    let mut layers: Layers = vec![
        Box::new(FourViews),
        Box::new(Branches([middle, whole], network.channels_of_view())),
    ];
    layers.extend(of_head(&network.head));
    layers
}

/// braai has one output, the score of `real`; that of `bogus` is the same with its sign turned.
fn of_braai(network: &Braai) -> Layers {
    vec![
        Box::new(Convolution(network.conv1.clone())),
        Box::new(RELU),
        Box::new(Convolution(network.conv2.clone())),
        Box::new(RELU),
        Box::new(MaxPooling(network.pool_2.clone())),
        Box::new(Convolution(network.conv3.clone())),
        Box::new(RELU),
        Box::new(Convolution(network.conv4.clone())),
        Box::new(RELU),
        Box::new(MaxPooling(network.pool_4.clone())),
        Box::new(Flattening {
            has_channels_last: true,
        }),
        Box::new(Dense(network.fc_1.clone())),
        Box::new(RELU),
        Box::new(Dense::against_and_for(network.fc_out.clone())),
    ]
}
