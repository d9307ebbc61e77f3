//! What is not a convolution: layer normalisation, and the cell of an LSTM. (number, lane) throughout.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the instructions that were chosen"
)]

use pulp::{Arch, Simd, WithSimd};

use super::lanes::{LANES, Lanes};

/// Mean and variance of each image taken out, then a scale and an offset for each number, then a rectifier.
#[derive(Clone, Debug)]
pub(in crate::learn) struct NormLayer {
    pub scale: Vec<f32>,
    pub offset: Vec<f32>,
    pub epsilon: f32,
    /// Slope of the rectifier below zero.
    pub slope: f32,
}

impl NormLayer {
    /// In place.
    pub fn run(&self, values: &mut [Lanes]) {
        let count = values.len() as f32;
        for lane in 0..LANES {
            let of_lane = |value: &Lanes| value.0[lane];
            let mean = values.iter().map(of_lane).sum::<f32>() / count;
            let square = |value: &Lanes| (value.0[lane] - mean) * (value.0[lane] - mean);
            let variance = values.iter().map(square).sum::<f32>() / count;
            let width = (variance + self.epsilon).sqrt();
            let weights = self.scale.iter().zip(&self.offset);
            for (value, (scale, offset)) in values.iter_mut().zip(weights) {
                let normed = (value.0[lane] - mean) / width * scale + offset;
                value.0[lane] = normed.max(self.slope * normed);
            }
        }
    }
}

/// One epoch of sixteen sequences: `gates` are four times the units, before their activations, in the order
/// input, forget, output, cell.
pub(in crate::learn) struct LstmCell<'a> {
    pub gates: &'a [Lanes],
    pub cell: &'a mut [Lanes],
    pub hidden: &'a mut [Lanes],
}

impl LstmCell<'_> {
    /// Cell and hidden state become those after the epoch.
    pub fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for LstmCell<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let units = self.cell.len();
        let (input, rest) = self.gates.split_at(units);
        let (forget, rest) = rest.split_at(units);
        let (output, candidate) = rest.split_at(units);
        let gates = input.iter().zip(forget).zip(output).zip(candidate);
        let states = self.cell.iter_mut().zip(self.hidden);
        for ((((input, forget), output), candidate), (cell, hidden)) in gates.zip(states) {
            for lane in 0..LANES {
                let kept = sigmoid(forget.0[lane]) * cell.0[lane];
                let new = sigmoid(input.0[lane]) * tanh(candidate.0[lane]);
                cell.0[lane] = kept + new;
                hidden.0[lane] = sigmoid(output.0[lane]) * tanh(cell.0[lane]);
            }
        }
    }
}

#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (1.0 + exp(2.0 * x))
}

/// The exponential function to two units of the last place, without branches so that it becomes vectors
/// (Cephes, expf: 2^n times a polynomial on half of ln 2 around zero).
#[inline(always)]
#[expect(
    clippy::excessive_precision,
    reason = "the numbers are those of the published polynomial"
)]
pub(super) fn exp(x: f32) -> f32 {
    // Adding it rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let power = rounded - ROUND;
    let rest = (x - power * 0.693_359_375) + power * 2.121_944_4e-4;
    let mut sum = 1.987_569_15e-4;
    for factor in [
        1.398_199_95e-3,
        8.333_451_9e-3,
        4.166_579_6e-2,
        1.666_666_55e-1,
        0.5,
    ] {
        sum = sum * rest + factor;
    }
    let near = sum * rest * rest + rest + 1.0;
    near * f32::from_bits(rounded.to_bits().wrapping_add(127) << 23)
}

/// One epoch of sixteen sequences in training, where everything is kept. Gates are in the order input, forget, output,
/// cell.
pub(in crate::learn) struct LstmEpoch<'a> {
    /// What the epoch contributes, to become the gates after their activations.
    pub gates: &'a mut [Lanes],
    /// What is remembered contributes.
    pub remembered: &'a [Lanes],
    /// The cell before.
    pub before: &'a [Lanes],
    pub cell: &'a mut [Lanes],
    pub hidden: &'a mut [Lanes],
}

impl LstmEpoch<'_> {
    /// Gates, cell and hidden state become those after the epoch.
    pub fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for LstmEpoch<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let units = self.cell.len();
        for (at, (gate, remembered)) in self.gates.iter_mut().zip(self.remembered).enumerate() {
            for (gate, remembered) in gate.0.iter_mut().zip(&remembered.0) {
                *gate += remembered;
            }
            for gate in &mut gate.0 {
                *gate = if at < 3 * units {
                    sigmoid(*gate)
                } else {
                    tanh(*gate)
                };
            }
        }
        for unit in 0..units {
            let [input, forget, output, candidate] =
                [0, 1, 2, 3].map(|gate| &self.gates[gate * units + unit].0);
            let before = &self.before[unit].0;
            let (cell, hidden) = (&mut self.cell[unit].0, &mut self.hidden[unit].0);
            for lane in 0..LANES {
                cell[lane] = forget[lane] * before[lane] + input[lane] * candidate[lane];
                hidden[lane] = output[lane] * tanh(cell[lane]);
            }
        }
    }
}

/// The gradient of one epoch of sixteen sequences.
pub(in crate::learn) struct LstmBack<'a> {
    /// After their activations.
    pub gates: &'a [Lanes],
    /// The cell before and after the epoch.
    pub before: &'a [Lanes],
    pub after: &'a [Lanes],
    /// The gradient of the hidden state: what follows from it outside, and in the next epoch.
    pub output: &'a [Lanes],
    pub later: &'a [Lanes],
    /// The gradient of the cell after the epoch, to become that of the cell before it.
    pub cell: &'a mut [Lanes],
    /// The gradient of the gates before their activations.
    pub gradient: &'a mut [Lanes],
}

impl LstmBack<'_> {
    /// Gives the gradients of gates and cell.
    pub fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for LstmBack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let units = self.cell.len();
        for unit in 0..units {
            let [input, forget, output, candidate] =
                [0, 1, 2, 3].map(|gate| self.gates[gate * units + unit].0);
            let (before, after) = (&self.before[unit].0, &self.after[unit].0);
            let (outside, later) = (&self.output[unit].0, &self.later[unit].0);
            let of_cell = &mut self.cell[unit].0;
            let mut of_gates = [[0.0; LANES]; 4];
            for lane in 0..LANES {
                let hidden = outside[lane] + later[lane];
                let shown = tanh(after[lane]);
                let cell = of_cell[lane] + hidden * output[lane] * (1.0 - shown * shown);
                let slope = |gate: f32| gate * (1.0 - gate);
                of_gates[0][lane] = cell * candidate[lane] * slope(input[lane]);
                of_gates[1][lane] = cell * before[lane] * slope(forget[lane]);
                of_gates[2][lane] = hidden * shown * slope(output[lane]);
                of_gates[3][lane] = cell * input[lane] * (1.0 - candidate[lane] * candidate[lane]);
                of_cell[lane] = cell * forget[lane];
            }
            for (gate, gradient) in of_gates.into_iter().enumerate() {
                self.gradient[gate * units + unit].0 = gradient;
            }
        }
    }
}
