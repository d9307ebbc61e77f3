//! The recurrent network, one epoch at a time: what it remembers goes out, and in again with the next.

use burn::{
    module::Param,
    nn::{GateController, Linear, Lstm},
    tensor::Tensor,
};

use super::{
    chain::Chain,
    graph::{Graph, PROBABILITIES, Value, integer, preparation, put_out},
    proto::GraphProto,
};
use crate::{
    domain::{ModelCard, ModelInput},
    imaging::sequence_input::CONDITIONS,
    learn::{
        LearnError,
        network::{LEAK, Recurrent},
    },
};

/// Names of what goes in and comes out.
const IMAGES: &str = "images";
const CONDITIONS_NAME: &str = "conditions";
const HIDDEN: &str = "hidden";
const CELL: &str = "cell";

/// One epoch of each of n candidates.
pub(super) fn graph(card: &ModelCard, network: &Recurrent) -> Result<GraphProto, LearnError> {
    let mut graph = Graph::new(&card.name);
    let side = side_of(card)?;
    let [_, channels, ..] = network.conv_1.weight.dims();
    let prepared = format!("(candidate, channel, y, x), no unit. {}", preparation(card));
    let images = graph.input(IMAGES, &[channels, side, side], &prepared);
    let about = "(candidate, condition), no unit: what is known of the epoch beside its image";
    let conditions = graph.input(CONDITIONS_NAME, &[CONDITIONS], about);
    let units = [Recurrent::UNITS];
    let about =
        "(candidate, unit): 0 for a candidate's first epoch, then what came out for the one before";
    let memory = [HIDDEN, CELL].map(|name| graph.input(name, &units, about));
    let seen = features(&mut graph, network, &images);
    let seen = Chain::new(&mut graph, "", &seen)
        .then("seen", "Concat", &[&conditions], vec![integer("axis", 1)])
        .end();
    let next = lstm(&mut graph, &network.lstm, &seen, &memory)?;
    let [hidden, _] = &next;
    let probabilities = Chain::new(&mut graph, "", hidden)
        .dense("classes", &network.classes)
        .softmax(PROBABILITIES)
        .end();
    put_out(&mut graph, card, &probabilities);
    for value in &next {
        let about = "(candidate, unit): goes in with the candidate's next epoch";
        graph.output(value, &units, about);
    }
    Ok(graph.finished(&card.about))
}

fn side_of(card: &ModelCard) -> Result<usize, LearnError> {
    match &card.input {
        ModelInput::Sequence(plan) => Ok(plan.side_px),
        _ => Err(LearnError::Kind("sequences", "single epochs")),
    }
}

/// (n, channel, 21, 21) to (n, 80).
fn features(graph: &mut Graph, network: &Recurrent, images: &Value) -> Value {
    Chain::new(graph, "", images)
        .convolution("conv_1", &network.conv_1)
        .rectifier(LEAK)
        .convolution("conv_2", &network.conv_2)
        .rectifier(LEAK)
        .convolution("conv_3", &network.conv_3)
        .rectifier(LEAK)
        .average_pooling(&network.pool)
        .flattened()
        .dense("dense", &network.dense)
        .layer_norm("norm", &network.norm)
        .rectifier(LEAK)
        .end()
}

/// One step: hidden state and cell state afterwards. ONNX wants an axis of epochs and one of directions.
fn lstm(
    graph: &mut Graph,
    lstm: &Lstm,
    seen: &Value,
    [hidden, cell]: &[Value; 2],
) -> Result<[Value; 2], LearnError> {
    let missing = || LearnError::Training("an LSTM without forget gate has no form in ONNX".into());
    let forget = lstm.forget_gate.as_ref().ok_or_else(missing)?;
    // The order of ONNX.
    let gates = [&lstm.input_gate, &lstm.output_gate, forget, &lstm.cell_gate];
    let input = gates.map(|gate: &GateController| &gate.input_transform);
    let recurrence = gates.map(|gate| &gate.hidden_transform);
    let weights = [
        graph.weights("lstm.input_weight", &rows(input)),
        graph.weights("lstm.hidden_weight", &rows(recurrence)),
        graph.weights("lstm.bias", &biases(input, recurrence)),
    ];
    let first = graph.integers("first_axis", &[0]);
    let with_axis = |graph: &mut Graph, value: &Value| {
        graph.node("unsqueeze", "Unsqueeze", &[value, &first], Vec::new())
    };
    let [seen, hidden, cell] = [seen, hidden, cell].map(|value| with_axis(graph, value));
    let none = Value::none();
    let [weight, recurrence, bias] = &weights;
    let inputs = [&seen, weight, recurrence, bias, &none, &hidden, &cell];
    let settings = vec![integer("hidden_size", lstm.d_hidden as i64)];
    let after = graph.node_of_last_two("lstm", "LSTM", &inputs, settings, [HIDDEN, CELL]);
    let names = [HIDDEN, CELL].map(|name| format!("{name}_next"));
    let [hidden, cell] = &after;
    Ok([(hidden, &names[0]), (cell, &names[1])]
        .map(|(value, name)| graph.node(name, "Squeeze", &[value, &first], Vec::new())))
}

/// The weights of four gates below each other: (1, gate · unit, input).
fn rows(gates: [&Linear; 4]) -> Tensor<3> {
    let transposed = gates.map(|gate| gate.weight.val().transpose());
    Tensor::cat(transposed.to_vec(), 0).unsqueeze_dim(0)
}

/// The biases of four gates for what is seen, then those for what is remembered: (1, 2 · gate · unit).
fn biases(input: [&Linear; 4], recurrence: [&Linear; 4]) -> Tensor<2> {
    let bias = |gate: &Linear| {
        let [_, units] = gate.weight.dims();
        let zeros = || Tensor::zeros([units], &gate.weight.device());
        gate.bias.as_ref().map_or_else(zeros, Param::val)
    };
    let all = input.into_iter().chain(recurrence).map(bias);
    Tensor::cat(all.collect(), 0).unsqueeze_dim(0)
}
