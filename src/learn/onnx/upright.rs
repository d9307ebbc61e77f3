//! Turning stamps upright inside the graph, as `latent::upright` turns them, and back.

use burn::tensor::{Device, Tensor, TensorData};

use super::{
    chain::Chain,
    graph::{Graph, Value, integer},
    proto::DataType,
};

/// The eight orientations: transposed or not, then flipped along these axes. In the order of
/// `batch::orient`.
const ORIENTATIONS: [(bool, &[i64]); 8] = [
    (false, &[]),
    (true, &[2]),
    (false, &[2, 3]),
    (true, &[3]),
    (false, &[3]),
    (true, &[]),
    (false, &[2]),
    (true, &[2, 3]),
];
/// The orientation that undoes each.
const BACK: [usize; 8] = [0, 3, 2, 1, 4, 5, 6, 7];

/// Which of the eight orientations each stamp was given: (n, 8, 1, 1, 1), 1 at that and 0 elsewhere.
pub(super) struct Turns(Value);

/// (n, channel, y, x), each stamp turned upright by its first channel.
pub(super) fn upright(graph: &mut Graph, stamps: &Value, side: usize) -> (Value, Turns) {
    let all = orientations(graph, stamps, &[0, 1, 2, 3, 4, 5, 6, 7]);
    let turns = Turns(chosen(graph, &all, side));
    (picked(graph, &all, &turns), turns)
}

/// Stamps that lie as `turns` tells, turned back.
pub(super) fn turned_back(graph: &mut Graph, stamps: &Value, turns: &Turns) -> Value {
    let all = orientations(graph, stamps, &BACK);
    picked(graph, &all, turns)
}

/// (n, channel, y, x) to (n, orientation, channel, y, x).
fn orientations(graph: &mut Graph, stamps: &Value, order: &[usize]) -> Value {
    let transposed = Chain::new(graph, "", stamps).permuted(&[0, 1, 3, 2]).end();
    let second = graph.integers("orientation_axis", &[1]);
    let mut all = Vec::with_capacity(order.len());
    for at in order {
        let (is_transposed, axes) = ORIENTATIONS[*at];
        let from = if is_transposed { &transposed } else { stamps };
        let turned = Chain::new(graph, "", from).flipped(axes);
        let turned = turned.then("orientation", "Unsqueeze", &[&second], Vec::new());
        all.push(turned.end());
    }
    let all: Vec<&Value> = all.iter().collect();
    graph.node("orientations", "Concat", &all, vec![integer("axis", 1)])
}

/// The orientation whose first moment of the first channel points along x, and rather down than up:
/// the first among equals. 64-bit numbers, as in destello, so that equals are equals.
fn chosen(graph: &mut Graph, all: &Value, side: usize) -> Value {
    let lean = graph.weights("upright.lean", &lean(side));
    let [double, float] = [DataType::Double, DataType::Float].map(|kind| kind as i64);
    let lean = graph.node(
        "upright.lean_double",
        "Cast",
        &[&lean],
        vec![integer("to", double)],
    );
    let [first, one, channel, pixels, axes] = [
        ("upright.first", &[0][..]),
        ("upright.one", &[1]),
        ("upright.channel_axis", &[2]),
        ("upright.pixel_axes", &[2, 3, 4]),
        ("upright.new_axes", &[2, 3, 4]),
    ]
    .map(|(name, values)| graph.integers(name, values));
    let numbers = graph.integers("upright.numbers", &[0, 1, 2, 3, 4, 5, 6, 7]);
    Chain::new(graph, "upright.", all)
        .then(
            "first_channel",
            "Slice",
            &[&first, &one, &channel],
            Vec::new(),
        )
        .then("double", "Cast", &[], vec![integer("to", double)])
        .then("moments", "Mul", &[&lean], Vec::new())
        .then(
            "moment",
            "ReduceSum",
            &[&pixels],
            vec![integer("keepdims", 0)],
        )
        .then(
            "largest",
            "ArgMax",
            &[],
            vec![integer("axis", 1), integer("keepdims", 1)],
        )
        .then("is_chosen", "Equal", &[&numbers], Vec::new())
        .then("chosen", "Cast", &[], vec![integer("to", float)])
        .then("turns", "Unsqueeze", &[&axes], Vec::new())
        .end()
}

/// One of the orientations of each stamp. The others count with 0, so that nothing is changed.
fn picked(graph: &mut Graph, all: &Value, Turns(turns): &Turns) -> Value {
    let axis = graph.integers("orientation_axis", &[1]);
    Chain::new(graph, "", all)
        .then("masked", "Mul", &[turns], Vec::new())
        .then(
            "picked",
            "ReduceSum",
            &[&axis],
            vec![integer("keepdims", 0)],
        )
        .end()
}

/// What each pixel adds to the first moment: twice its place along x, and once along y. (y, x).
fn lean(side: usize) -> Tensor<2> {
    let middle = (side as f32 - 1.0) / 2.0;
    let place = |at: usize| 2.0 * ((at % side) as f32 - middle) + (at / side) as f32 - middle;
    let values: Vec<f32> = (0..side * side).map(place).collect();
    Tensor::from_data(TensorData::new(values, [side, side]), &Device::flex())
}
