//! An LSTM over the epochs of sequences as one operation of burn's automatic differentiation.
//!
//! What the epochs contribute to the gates does not depend on what is remembered: it is one product of matrices over
//! all epochs, which burn does. The operation here is what is left: for each epoch one product with what is
//! remembered, and the gates.

use std::sync::Arc;

use burn::{
    backend::{
        Autodiff, Flex,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::NoCheckpointing},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        ops::FloatTensorOps,
    },
    nn::{GateController, Linear, Lstm},
    tensor::Tensor,
};
use rayon::prelude::*;

use super::{Tracked, numbers, plain, tracked};
use crate::learn::kernels::{Convolution, LANES, Lanes, LstmBack, LstmEpoch, Weights};

/// (sequence, epoch, number) to what is remembered after every epoch (sequence, epoch, unit), and cell and hidden state
/// after the last, which have no gradient. None where a tensor is not on the CPU, no gradients are computed, or the LSTM
/// has parts that the kernels do not know.
pub(in crate::learn) fn recurrence(
    lstm: &Lstm,
    input: &Tensor<3>,
) -> Option<(Tensor<3>, [Tensor<2>; 2])> {
    tracked(input)?;
    let forget = lstm.forget_gate.as_ref()?;
    if !lstm.batch_first || lstm.reverse || lstm.clip.is_some() || lstm.input_forget {
        return None;
    }
    let gates = [&lstm.input_gate, forget, &lstm.output_gate, &lstm.cell_gate];
    let seen = gates.map(|gate: &GateController| &gate.input_transform);
    let remembered = gates.map(|gate: &GateController| &gate.hidden_transform);
    let [count, length, width] = input.dims();
    let bias = (biases(seen)? + biases(remembered)?).unsqueeze::<2>();
    let gates = input
        .clone()
        .reshape([count * length, width])
        .matmul(weights(seen))
        + bias;
    let gates = gates.reshape([count, length, 4 * lstm.d_hidden]);
    run(&gates, &weights(remembered))
}

/// (number, gate and unit).
fn weights(gates: [&Linear; 4]) -> Tensor<2> {
    Tensor::cat(gates.map(|gate| gate.weight.val()).to_vec(), 1)
}

fn biases(gates: [&Linear; 4]) -> Option<Tensor<1>> {
    let biases = gates.map(|gate| gate.bias.as_ref().map(burn::module::Param::val));
    let biases: Option<Vec<_>> = biases.into_iter().collect();
    Some(Tensor::cat(biases?, 0))
}

/// What the gradient needs.
#[derive(Debug)]
struct Kept {
    /// Sequences, epochs, units.
    sides: [usize; 3],
    /// (unit, gate and unit).
    weight: Vec<f32>,
    groups: Vec<Group>,
    /// (sequence, epoch, unit).
    hidden: Vec<f32>,
}

/// Sixteen sequences.
#[derive(Debug)]
struct Group {
    /// After their activations: (epoch, gate and unit).
    gates: Vec<Lanes>,
    /// Before the first epoch and after each: (epoch, unit).
    cells: Vec<Lanes>,
    hiddens: Vec<Lanes>,
}

fn run(gates: &Tensor<3>, weight: &Tensor<2>) -> Option<(Tensor<3>, [Tensor<2>; 2])> {
    let [count, length, all] = gates.dims();
    let units = all / 4;
    let device = gates.device();
    let parents = [tracked(gates)?, tracked(weight)?];
    let [values, weight] = [0, 1].map(|at| numbers(parents[at].primitive().clone()));
    let product = Convolution::dense(&transposed(&weight, units), 1.0);
    let groups: Vec<Group> = values
        .par_chunks(LANES * length * all)
        .map(|rows| Group::forward(rows, length, units, &product))
        .collect();
    let mut hidden = vec![0.0; count * length * units];
    let mut last = [vec![0.0; count * units], vec![0.0; count * units]];
    for (at, group) in groups.iter().enumerate() {
        let rows = &mut hidden[at * LANES * length * units..];
        put_out(&group.hiddens[units..], length * units, rows);
        let states = [&group.cells, &group.hiddens];
        for (state, last) in states.into_iter().zip(&mut last) {
            put_out(
                &state[length * units..],
                units,
                &mut last[at * LANES * units..],
            );
        }
    }
    let output = plain(hidden.clone(), [count, length, units]);
    let guards = parents.each_ref().map(Tracked::node);
    let prepared = Backward::<Flex, 2>::prepare::<NoCheckpointing>(Step, guards);
    let output = match prepared.compute_bound().stateful() {
        OpsKind::UnTracked(operation) => operation.finish(output),
        OpsKind::Tracked(operation) => {
            let kept = Kept {
                sides: [count, length, units],
                weight,
                groups,
                hidden,
            };
            operation.finish(Arc::new(kept), output)
        }
    };
    let state = last.map(|values| {
        let data = burn::tensor::TensorData::new(values, [count, units]);
        Tensor::from_data(data, &device)
    });
    Some((Tensor::from_primitive::<Autodiff<Flex>>(output), state))
}

impl Group {
    fn forward(rows: &[f32], length: usize, units: usize, product: &Convolution) -> Self {
        let all = 4 * units;
        let mut gates = vec![Lanes::ZERO; length * all];
        take_in(rows, length * all, &mut gates);
        let mut cells = vec![Lanes::ZERO; (length + 1) * units];
        let mut hiddens = cells.clone();
        let mut remembered = vec![Lanes::ZERO; all];
        let mut work = Vec::new();
        for epoch in 0..length {
            let (before, after) = cells.split_at_mut((epoch + 1) * units);
            let (hidden_before, hidden_after) = hiddens.split_at_mut((epoch + 1) * units);
            product.run(&hidden_before[epoch * units..], &mut remembered, &mut work);
            LstmEpoch {
                gates: &mut gates[epoch * all..(epoch + 1) * all],
                remembered: &remembered,
                before: &before[epoch * units..],
                cell: &mut after[..units],
                hidden: &mut hidden_after[..units],
            }
            .run();
        }
        Self {
            gates,
            cells,
            hiddens,
        }
    }

    /// The gradient of the gates before their activations, (sequence, epoch, gate and unit), from that of what is
    /// remembered.
    fn backward(&self, rows: &[f32], sides: [usize; 3], product: &Convolution) -> Vec<f32> {
        let [count, length, units] = sides;
        let all = 4 * units;
        let mut output = vec![Lanes::ZERO; length * units];
        take_in(rows, length * units, &mut output);
        let mut gradients = vec![Lanes::ZERO; length * all];
        let mut cell = vec![Lanes::ZERO; units];
        let mut later = vec![Lanes::ZERO; units];
        let mut work = Vec::new();
        for epoch in (0..length).rev() {
            let gradient = &mut gradients[epoch * all..(epoch + 1) * all];
            LstmBack {
                gates: &self.gates[epoch * all..(epoch + 1) * all],
                before: &self.cells[epoch * units..(epoch + 1) * units],
                after: &self.cells[(epoch + 1) * units..(epoch + 2) * units],
                output: &output[epoch * units..(epoch + 1) * units],
                later: &later,
                cell: &mut cell,
                gradient,
            }
            .run();
            product.run(gradient, &mut later, &mut work);
        }
        let mut rows = vec![0.0; count * length * all];
        put_out(&gradients, length * all, &mut rows);
        rows
    }
}

/// (sequence, number) into lanes.
fn take_in(rows: &[f32], width: usize, lanes: &mut [Lanes]) {
    for (lane, row) in rows.chunks_exact(width).enumerate() {
        for (lanes, value) in lanes.iter_mut().zip(row) {
            lanes.0[lane] = *value;
        }
    }
}

/// The other way, for as many sequences as there are rows for.
fn put_out(lanes: &[Lanes], width: usize, rows: &mut [f32]) {
    for (lane, row) in rows.chunks_exact_mut(width).take(LANES).enumerate() {
        for (value, lanes) in row.iter_mut().zip(lanes) {
            *value = lanes.0[lane];
        }
    }
}

/// (unit, gate and unit) to (gate and unit, unit).
fn transposed(weight: &[f32], units: usize) -> Weights {
    let all = 4 * units;
    let row = |to: usize| (0..units).map(move |from| weight[from * all + to]);
    Weights {
        weight: (0..all).flat_map(row).collect(),
        bias: vec![0.0; all],
    }
}

/// The gradient of an LSTM.
#[derive(Debug)]
struct Step;

impl Backward<Flex, 2> for Step {
    type State = Arc<Kept>;

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let kept = ops.state;
        let [count, length, units] = kept.sides;
        let all = 4 * units;
        let output = numbers(gradients.consume::<Flex>(&ops.node));
        let product = Weights {
            weight: kept.weight.clone(),
            bias: vec![0.0; units],
        };
        let product = Convolution::dense(&product, 1.0);
        let of_group = LANES * length * units;
        let of_gates: Vec<Vec<f32>> = kept
            .groups
            .par_iter()
            .zip(output.par_chunks(of_group))
            .map(|(group, rows)| {
                let sides = [rows.len() / (length * units), length, units];
                group.backward(rows, sides, &product)
            })
            .collect();
        let of_gates = plain(of_gates.concat(), [count * length, all]);
        let [gates, weight] = ops.parents;
        if let Some(node) = weight {
            // What was remembered before each epoch: nothing before the first.
            let mut before = vec![0.0; count * length * units];
            let sequences = before.chunks_exact_mut(length * units);
            for (before, after) in sequences.zip(kept.hidden.chunks_exact(length * units)) {
                before[units..].copy_from_slice(&after[..(length - 1) * units]);
            }
            let before = plain(before, [count * length, units]);
            let before = Flex::float_transpose(before);
            let gradient = Flex::float_matmul(before, of_gates.clone());
            gradients.register::<Flex>(node.id, gradient);
        }
        if let Some(node) = gates {
            let sides = [count, length, all];
            gradients.register::<Flex>(node.id, Flex::float_reshape(of_gates, sides.into()));
        }
    }
}
