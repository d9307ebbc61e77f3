//! The recurrent network: images sixteen at a time whatever sequence they belong to, then the LSTM over the
//! epochs of sixteen sequences.

use rayon::prelude::*;

use burn::nn::LayerNormConfig;

use super::{
    engine::{Epochs, States, softmax},
    stack::{Stack, dense, numbers},
};
use crate::{
    imaging::sequence_input::CONDITIONS,
    learn::{
        kernels::{Convolution, LANES, Lanes, LstmCell, NormLayer, Weights},
        network::{LEAK, Recurrent},
    },
};

/// The weights of a recurrent network.
#[derive(Debug)]
pub(in crate::learn) struct Sequences {
    /// An image to its features, but for the normalisation.
    images: Stack,
    norm: NormLayer,
    /// What is seen and what is remembered (features, conditions, units) to the four gates.
    gates: Convolution,
    classes: Convolution,
}

impl Sequences {
    /// None where the network has a part that the kernels do not know.
    pub fn new(side: usize, network: &Recurrent) -> Option<Self> {
        let convolutions = Stack::convolutions(side, &network.layers())?;
        let places = convolutions.to()?.places();
        let images = convolutions.dense(&network.dense, 1.0, places);
        let features = images.to()?.channels;
        let lstm = &network.lstm;
        let gates = [
            &lstm.input_gate,
            lstm.forget_gate.as_ref()?,
            &lstm.output_gate,
            &lstm.cell_gate,
        ];
        let units = lstm.d_hidden;
        let seen = gates.map(|gate| &gate.input_transform);
        let remembered = gates.map(|gate| &gate.hidden_transform);
        Some(Self {
            images,
            norm: NormLayer {
                scale: numbers(&network.norm.gamma),
                offset: network
                    .norm
                    .beta
                    .as_ref()
                    .map_or_else(|| vec![0.0; features], numbers),
                // The layer keeps it to itself.
                epsilon: LayerNormConfig::new(1).epsilon as f32,
                slope: LEAK as f32,
            },
            gates: joined(
                &dense(&seen, 0..features + CONDITIONS),
                &dense(&remembered, 0..units),
            ),
            classes: Convolution::dense(&dense(&[&network.classes], 0..units), 1.0),
        })
    }

    /// (sequence, epoch, class); the states become those after the last epoch.
    pub fn probabilities(&self, epochs: &Epochs, states: &mut States) -> Vec<f32> {
        let Some(map) = self.images.from() else {
            return Vec::new();
        };
        let size = map.channels * map.height * map.width;
        let features = epochs
            .images
            .par_chunks(LANES * size)
            .map(|images| self.features(images, size));
        let features = features.collect::<Vec<_>>().concat(); // (image, feature)
        let width = self.norm.scale.len();
        let of_group = LANES * epochs.length;
        let predicted = features
            .par_chunks(of_group * width)
            .zip(epochs.conditions.par_chunks(of_group * CONDITIONS))
            .zip(states.cells.par_chunks_mut(LANES * Recurrent::UNITS))
            .zip(states.hiddens.par_chunks_mut(LANES * Recurrent::UNITS))
            .map(|(((features, conditions), cells), hiddens)| {
                self.group(epochs.length, [features, conditions], cells, hiddens)
            });
        predicted.collect::<Vec<_>>().concat()
    }

    /// Up to sixteen images to (image, feature).
    fn features(&self, images: &[f32], size: usize) -> Vec<f32> {
        let count = images.len() / size;
        let fill = |input: &mut [Lanes]| {
            let Some(map) = self.images.from() else {
                return;
            };
            for ((channel, y, x), at) in map.pixels().zip(map.places()) {
                let lanes = &mut input[map.at(channel, y, x)].0;
                for (lane, image) in lanes.iter_mut().zip(images.chunks_exact(size)) {
                    *lane = image[at];
                }
            }
        };
        self.images.run(
            |memory| fill(memory.input()),
            |found| {
                let mut found = found.to_vec();
                self.norm.run(&mut found);
                let of_lane = |lane| found.iter().map(move |value: &Lanes| value.0[lane]);
                (0..count).flat_map(of_lane).collect()
            },
        )
    }

    /// Up to sixteen sequences over their epochs, to (sequence, epoch, class).
    fn group(
        &self,
        length: usize,
        seen: [&[f32]; 2],
        cells: &mut [f32],
        hiddens: &mut [f32],
    ) -> Vec<f32> {
        let units = Recurrent::UNITS;
        let count = cells.len() / units;
        let classes = self.classes.to().channels;
        let mut cell = lanes_of(cells, units);
        let mut hidden = lanes_of(hiddens, units);
        let mut input = self.gates.from().zeros();
        let mut gates = self.gates.to().zeros();
        let mut logits = self.classes.to().zeros();
        let mut work = Vec::new();
        let mut probabilities = vec![0.0; count * length * classes];
        for epoch in 0..length {
            let mut first = 0;
            for part in seen {
                let width = part.len() / (count * length);
                for (sequence, rows) in part.chunks_exact(length * width).enumerate() {
                    let row = &rows[epoch * width..(epoch + 1) * width];
                    for (lanes, value) in input[first..].iter_mut().zip(row) {
                        lanes.0[sequence] = *value;
                    }
                }
                first += width;
            }
            input[first..].copy_from_slice(&hidden);
            self.gates.run(&input, &mut gates, &mut work);
            LstmCell {
                gates: &gates,
                cell: &mut cell,
                hidden: &mut hidden,
            }
            .run();
            self.classes.run(&hidden, &mut logits, &mut work);
            for sequence in 0..count {
                let row = softmax(logits.iter().map(|logit| logit.0[sequence]));
                let at = (sequence * length + epoch) * classes;
                probabilities[at..at + classes]
                    .iter_mut()
                    .zip(row)
                    .for_each(|(probability, found)| *probability = found);
            }
        }
        put_back(&cell, cells);
        put_back(&hidden, hiddens);
        probabilities
    }
}

/// Two dense layers whose outputs are added up, as one of both inputs.
fn joined(seen: &Weights, remembered: &Weights) -> Convolution {
    let gates = seen.bias.len();
    let rows = |of: &Weights| of.weight.len() / gates;
    let pairs = seen
        .weight
        .chunks_exact(rows(seen))
        .zip(remembered.weight.chunks_exact(rows(remembered)));
    let biases = seen.bias.iter().zip(&remembered.bias);
    let weights = Weights {
        weight: pairs
            .flat_map(|(a, b)| a.iter().chain(b))
            .copied()
            .collect(),
        bias: biases.map(|(a, b)| a + b).collect(),
    };
    Convolution::dense(&weights, 1.0)
}

/// (sequence, number) to (number, lane).
fn lanes_of(rows: &[f32], width: usize) -> Vec<Lanes> {
    let mut lanes = vec![Lanes::ZERO; width];
    for (lane, row) in rows.chunks_exact(width).enumerate() {
        for (lanes, value) in lanes.iter_mut().zip(row) {
            lanes.0[lane] = *value;
        }
    }
    lanes
}

/// The other way.
fn put_back(lanes: &[Lanes], rows: &mut [f32]) {
    for (lane, row) in rows.chunks_exact_mut(lanes.len()).enumerate() {
        for (value, lanes) in row.iter_mut().zip(lanes) {
            *value = lanes.0[lane];
        }
    }
}
