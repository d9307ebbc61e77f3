//! Scoring in two steps: one orientation of every candidate, then all four where that leaves the decision open.
//!
//! Networks with cyclic average pooling give a score from any number of orientations. Most candidates of a night are
//! bogus without a doubt, and one of four orientations is enough to decide about them.

use super::{LearnError, Model};

/// Where the decision is made, and how near to it a score of one orientation leaves it open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cascade {
    /// Probability of `real` from which a candidate is called real.
    pub threshold: f32,
    /// Reach on either side, in logits.
    pub reach: f32,
}

/// Probabilities, and which candidates were scored from all orientations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TwoSteps {
    /// (n, class).
    pub probabilities: Vec<f32>,
    /// For every candidate.
    pub is_full: Vec<bool>,
}

impl Cascade {
    /// The usual reach: chosen on simulated nights of which 5 % are real, where it changes about one decision in a
    /// thousand (`cargo bench --bench networks -- cascade`).
    pub const REACH: f32 = 1.0;

    pub const fn about(threshold: f32) -> Self {
        Self {
            threshold,
            reach: Self::REACH,
        }
    }

    /// True where a probability from one orientation does not decide.
    pub fn is_open(self, probability: f32) -> bool {
        let apart = (logit(probability) - logit(self.threshold)).abs();
        // What is no number is open too.
        apart.is_nan() || apart <= self.reach
    }
}

/// Finite also where rounding gives 0 or 1.
fn logit(probability: f32) -> f32 {
    let p = f64::from(probability).clamp(1e-9, 1.0 - 1e-9);
    let logit = (p / (1.0 - p)).ln() as f32;
    if probability.is_nan() {
        f32::NAN
    } else {
        logit
    }
}

impl Model {
    /// Class probabilities of prepared inputs in two steps. A network that cannot do so, or has no class `real`,
    /// scores all in full.
    ///
    /// # Errors
    /// Where the inputs are not whole ones, or the device fails.
    pub fn score_in_two_steps(
        &self,
        inputs: &[f32],
        cascade: Cascade,
    ) -> Result<TwoSteps, LearnError> {
        let (size, classes) = (self.stamps()?.len(), self.card().classes.len());
        let in_full = || -> Result<TwoSteps, LearnError> {
            let probabilities = self.score(inputs)?;
            let is_full = vec![true; probabilities.len() / classes.max(1)];
            Ok(TwoSteps {
                probabilities,
                is_full,
            })
        };
        let Some(real) = self.card().positive_class() else {
            return in_full();
        };
        if size == 0 || !inputs.len().is_multiple_of(size) {
            return in_full();
        }
        let first = self.with_engine(|engine| engine.score_one_view(inputs))?;
        let Some(mut probabilities) = first else {
            return in_full();
        };
        let rows = probabilities.chunks(classes);
        let is_full: Vec<bool> = rows.map(|row| cascade.is_open(row[real])).collect();
        let open: Vec<&[f32]> = inputs
            .chunks(size)
            .zip(&is_full)
            .filter_map(|(input, is_open)| is_open.then_some(input))
            .collect();
        if !open.is_empty() {
            let scored = self.score(&open.concat())?;
            let rows = probabilities.chunks_mut(classes).zip(&is_full);
            let rows = rows.filter_map(|(row, is_open)| is_open.then_some(row));
            for (row, scored) in rows.zip(scored.chunks(classes)) {
                row.copy_from_slice(scored);
            }
        }
        Ok(TwoSteps {
            probabilities,
            is_full,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{
        Views,
        infer::{largest_difference, questions},
        model_file::tests::untrained,
    };
    use burn::tensor::activation::softmax;

    #[test]
    fn one_view_is_what_burn_computes_of_one() {
        for network in ["compact", "cap", "cape"] {
            let model = untrained(network);
            let inputs = questions(21, model.stamps().unwrap().len());
            let never = Cascade {
                threshold: 0.5,
                reach: -1.0,
            };
            let scored = model.score_in_two_steps(&inputs, never).unwrap();
            assert!(scored.is_full.iter().all(|is_full| !is_full), "{network}");
            let batch = model.tensor(&inputs, &model.compute().plain()).unwrap();
            let expected = softmax(model.network().forward(batch, Views::One).unwrap(), 1);
            let expected = model.compute().numbers(expected).unwrap();
            let off = largest_difference(&scored.probabilities, &expected);
            assert!(off < 1e-5, "{network}: off by {off}");
            let by_burn = model.by_burn().score_in_two_steps(&inputs, never).unwrap();
            let off = largest_difference(&scored.probabilities, &by_burn.probabilities);
            assert!(off < 1e-5, "{network}: off by {off}");
        }
    }

    #[test]
    fn what_is_within_reach_has_the_score_of_all_views() {
        let model = untrained("compact");
        let inputs = questions(40, model.stamps().unwrap().len());
        let full = model.score(&inputs).unwrap();
        let one = model
            .score_in_two_steps(
                &inputs,
                Cascade {
                    threshold: 0.5,
                    reach: -1.0,
                },
            )
            .unwrap();
        // Half of them lie nearer than the middle one.
        let mut apart: Vec<f32> = one
            .probabilities
            .chunks(2)
            .map(|row| logit(row[1]).abs())
            .collect();
        apart.sort_by(f32::total_cmp);
        let cascade = Cascade {
            threshold: 0.5,
            reach: apart[19],
        };
        let scored = model.score_in_two_steps(&inputs, cascade).unwrap();
        assert_eq!(
            scored.is_full.iter().filter(|is_full| **is_full).count(),
            20
        );
        for (at, is_full) in scored.is_full.iter().enumerate() {
            let row = 2 * at..2 * at + 2;
            let expected = if *is_full { &full } else { &one.probabilities };
            let off = largest_difference(&scored.probabilities[row.clone()], &expected[row]);
            assert!(off < 1e-6, "{at}: off by {off}");
        }
    }

    #[test]
    fn networks_that_need_all_views_and_what_is_no_number_are_scored_in_full() {
        for network in ["deep_hits", "braai"] {
            let model = untrained(network);
            let inputs = questions(3, model.stamps().unwrap().len());
            let scored = model
                .score_in_two_steps(&inputs, Cascade::about(0.5))
                .unwrap();
            assert_eq!(scored.is_full, [true; 3], "{network}");
            assert_eq!(scored.probabilities, model.score(&inputs).unwrap());
        }
        let cascade = Cascade::about(0.9);
        assert!(cascade.is_open(f32::NAN) && cascade.is_open(0.9) && cascade.is_open(0.8));
        assert!(!cascade.is_open(0.01) && !cascade.is_open(1.0));
    }
}
