//! Networks of others: any ONNX file that classifies single epochs, computed by rten on the CPU.
//!
//! A recipe ([`Recipe`], TOML) names what the network takes and what its output means. An imported model is the same
//! ONNX file with a card among its texts ([`mod@file`]), so that other programs still read it. Before it is used it is
//! checked: names and shapes against the recipe, and a trial with made-up stamps.

mod check;
pub mod file;
mod propose;
mod recipe;

use std::sync::Arc;

use rten::{NodeId, Value};

pub use propose::proposal;
pub use recipe::Recipe;

use super::{LearnError, infer, speed};
use crate::domain::{
    ModelCard, ModelId,
    foreign::{Axes, ForeignImages, ForeignPlan, OutputKind},
};

/// Candidates computed at once.
const BATCH: usize = 64;

/// A network of others with its card.
#[derive(Clone)]
pub struct ForeignModel {
    card: ModelCard,
    id: ModelId,
    plan: ForeignPlan,
    session: Arc<rten::Model>,
    inputs: Vec<Input>,
    output: NodeId,
    /// Candidates that the file takes at once, where it takes no other number.
    batch: Option<usize>,
}

impl std::fmt::Debug for ForeignModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ForeignModel({})", self.id)
    }
}

/// An input of the file.
#[derive(Clone, Debug)]
struct Input {
    node: NodeId,
    /// Its sides after the first.
    sides: Vec<usize>,
}

impl Input {
    fn len(&self) -> usize {
        self.sides.iter().product()
    }
}

/// The sides of an image input after the first.
pub(super) fn sides_of(images: &ForeignImages) -> Vec<usize> {
    let (channels, side) = (images.channels.len(), images.side_px);
    match images.axes {
        Axes::Nchw => vec![channels, side, side],
        Axes::Nhwc => vec![side, side, channels],
    }
}

impl ForeignModel {
    pub const fn card(&self) -> &ModelCard {
        &self.card
    }

    pub const fn id(&self) -> &ModelId {
        &self.id
    }

    /// How epochs are prepared for it.
    pub const fn plan(&self) -> &ForeignPlan {
        &self.plan
    }

    /// What computes it, in words.
    pub fn engine_name(&self) -> String {
        "rten on the CPU".into()
    }

    /// Class probabilities of prepared inputs, one after the other: `classes` numbers for each.
    ///
    /// # Errors
    /// Where the inputs are not whole ones, or the network cannot be computed.
    pub fn score(&self, inputs: &[f32]) -> Result<Vec<f32>, LearnError> {
        let size = self.plan.len();
        if !inputs.len().is_multiple_of(size) {
            return Err(LearnError::Input {
                expected: size,
                found: inputs.len(),
            });
        }
        let mut probabilities = Vec::new();
        for rows in inputs.chunks(size * self.batch.unwrap_or(BATCH)) {
            let count = rows.len() / size;
            let mut numbers = self.run(rows)?;
            numbers.truncate(numbers.len() / self.batch.unwrap_or(count).max(1) * count);
            probabilities.extend(self.probabilities(&numbers, count));
        }
        Ok(probabilities)
    }

    /// Candidates that are scored in a second, once they are prepared.
    ///
    /// # Errors
    /// Where the network cannot be computed.
    pub fn rate(&self) -> Result<f64, LearnError> {
        let inputs = infer::questions(BATCH, self.plan.len());
        speed::timed(BATCH, || self.score(&inputs).map(|_| ()))
    }

    /// The numbers of the output for rows of inputs; a file that takes a fixed number gets the first row for those
    /// that lack.
    fn run(&self, rows: &[f32]) -> Result<Vec<f32>, LearnError> {
        let size = self.plan.len();
        let found = rows.len() / size;
        let count = self.batch.unwrap_or(found);
        let failed = |why: String| LearnError::Device {
            device: self.card.name.clone(),
            why,
        };
        let mut from = 0;
        let mut values = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            let length = input.len();
            let of_row = |row: usize| {
                let first = if row < found { row * size } else { 0 };
                &rows[first + from..first + from + length]
            };
            let numbers: Vec<f32> = (0..count).flat_map(of_row).copied().collect();
            let sides = [&[count], &input.sides[..]].concat();
            let value = Value::from_shape(sides, numbers);
            let value = value.map_err(|error| failed(error.to_string()))?;
            values.push((input.node, value.into()));
            from += length;
        }
        let outputs = self.session.run(values, &[self.output], None);
        let outputs = outputs.map_err(|error| failed(error.to_string()))?;
        let numbers = outputs.into_iter().next();
        let numbers = numbers.and_then(Value::into_tensor::<f32>);
        let numbers = numbers.ok_or_else(|| failed("its output is no 32-bit floats".into()))?;
        Ok(numbers.into_data())
    }

    /// (candidate, output) of so many candidates to (candidate, class).
    fn probabilities(&self, numbers: &[f32], count: usize) -> Vec<f32> {
        let width = numbers.len() / count.max(1);
        match self.plan.output.kind {
            OutputKind::Softmax => numbers.to_vec(),
            OutputKind::Sigmoid => numbers.iter().flat_map(|p| [1.0 - p, *p]).collect(),
            OutputKind::Logits if width == 1 => {
                let logits = numbers.iter();
                let rows = logits.flat_map(|logit| infer::softmax([0.0, *logit].into_iter()));
                rows.collect()
            }
            OutputKind::Logits => {
                let rows = numbers.chunks(width.max(1));
                rows.flat_map(|row| infer::softmax(row.iter().copied()))
                    .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests;
