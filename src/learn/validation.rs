//! How well a network does on examples that it does not learn from, a batch at a time.

use burn::module::Module;

use super::{Compute, Dataset, LearnError, Network};
use crate::domain::likeliest;

/// How well a network does on examples that it does not learn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// Mean cross-entropy, nats.
    pub loss: f64,
    /// Share of right classes.
    pub accuracy: f64,
    /// Class probabilities, one row for each example: of a sequence after its last epoch.
    pub probabilities: Vec<f32>,
}

/// A validation under way: between two steps others may have the device.
pub struct Validating {
    network: Network,
    compute: Compute,
    probabilities: Vec<f32>,
    done: usize,
}

impl Validating {
    /// Of this network as it is now; nothing is computed yet.
    pub fn new(network: &Network, compute: &Compute) -> Self {
        Self {
            network: network.valid(),
            compute: compute.clone(),
            probabilities: Vec::new(),
            done: 0,
        }
    }

    /// Classifies one more batch as in use. What was found, after the last.
    ///
    /// # Errors
    /// Where there is no example.
    pub fn step(&mut self, examples: &dyn Dataset) -> Result<Option<Validation>, LearnError> {
        if examples.is_empty() {
            return Err(LearnError::Training(
                "there is nothing to validate with".into(),
            ));
        }
        let until = (self.done + examples.validated_at_once()).min(examples.len());
        let predicted = examples.classify(&self.network, self.done..until, &self.compute)?;
        self.probabilities.extend(predicted);
        self.done = until;
        let is_done = until == examples.len();
        Ok(is_done.then(|| {
            let probabilities = std::mem::take(&mut self.probabilities);
            judged(probabilities, examples.classes())
        }))
    }
}

/// Classifies all examples as in use.
///
/// # Errors
/// Where there is none.
pub fn validate(
    network: &Network,
    examples: &dyn Dataset,
    compute: &Compute,
) -> Result<Validation, LearnError> {
    let mut validating = Validating::new(network, compute);
    loop {
        if let Some(validation) = validating.step(examples)? {
            return Ok(validation);
        }
    }
}

fn judged(probabilities: Vec<f32>, known: &[u8]) -> Validation {
    let classes = (probabilities.len() / known.len().max(1)).max(1);
    let mut loss = 0.0;
    let mut right = 0;
    for (row, class) in probabilities.chunks(classes).zip(known) {
        let class = usize::from(*class);
        loss -= f64::from(row[class].max(f32::MIN_POSITIVE)).ln();
        right += usize::from(likeliest(row) == Some(class));
    }
    let count = known.len() as f64;
    Validation {
        loss: loss / count,
        accuracy: right as f64 / count,
        probabilities,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{Architecture, Example, Examples, model_file::tests::untrained};

    /// Numbers of no meaning, the same every time.
    fn noise(count: usize) -> Vec<f32> {
        let value = |at: usize| {
            let mixed = (at as u32).wrapping_mul(2_654_435_761);
            (mixed >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..count).map(value).collect()
    }

    #[test]
    fn how_many_are_classified_at_once_changes_nothing() {
        for architecture in [
            Architecture::Compact,
            Architecture::Context,
            Architecture::Cap,
        ] {
            let model = untrained(architecture.name());
            let plan = model.stamps().unwrap();
            let mut examples = Examples::new(plan.planes(), plan.side_px);
            for input in noise(130 * plan.len()).chunks(plan.len()) {
                let input = input.to_vec();
                examples.push(&Example { input, class: 0 }).unwrap();
            }
            let in_parts = |size: usize| -> Vec<f32> {
                let starts = (0..examples.len()).step_by(size);
                let predicted = starts.flat_map(|from| {
                    let range = from..(from + size).min(examples.len());
                    let compute = Compute::cpu();
                    examples.classify(model.network(), range, &compute).unwrap()
                });
                predicted.collect()
            };
            let at_once = in_parts(128);
            for size in [16, 32, 64, 130] {
                // A batch of another size is summed in another order: the last bits may differ.
                let parts = in_parts(size);
                assert_eq!(parts.len(), at_once.len());
                for (part, whole) in parts.iter().zip(&at_once) {
                    let name = architecture.name();
                    assert!(
                        (part - whole).abs() < 1e-5,
                        "{name} of {size}: {part} {whole}"
                    );
                }
            }
        }
    }
}
