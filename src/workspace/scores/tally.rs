//! One number for every candidate, in order: what a threshold counts and a queue sorts by.

use std::sync::Arc;

use super::shown::{ReadyModel, refusal};
use crate::domain::{CandidateIx, Prediction, likeliest};

/// Scores by where they came from; each epoch counts once for each model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Computed now.
    pub computed: usize,
    /// Held by the project.
    pub kept: usize,
}

/// What one model predicts for each candidate.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By candidate; NaN where there is no score.
    best: Vec<f32>,
    /// The scores alone, smallest first.
    sorted: Vec<f32>,
    refused: usize,
    first_refusal: Option<Arc<str>>,
    /// Candidates by the class that they are called.
    called: Vec<usize>,
}

impl Tally {
    /// Takes in news: for each candidate its score, or why it has none. A candidate comes once.
    pub fn put(&mut self, news: impl IntoIterator<Item = (CandidateIx, Result<f32, Arc<str>>)>) {
        for (CandidateIx(ix), score) in news {
            let at = ix as usize;
            if self.best.len() <= at {
                self.best.resize(at + 1, f32::NAN);
            }
            match score {
                Ok(score) if !score.is_nan() => {
                    self.best[at] = score;
                    self.sorted.push(score);
                }
                Ok(_) => self.refused += 1,
                Err(why) => {
                    self.refused += 1;
                    self.first_refusal.get_or_insert(why);
                }
            }
        }
        // What was sorted before is one run: this merges.
        self.sorted.sort_by(f32::total_cmp);
    }

    /// The score of a candidate that a model predicts that for, or why it has none; counts what it is called.
    pub fn number_of(
        &mut self,
        model: &ReadyModel,
        predictions: &[Prediction],
    ) -> Result<f32, Arc<str>> {
        let score = if let Some(real) = model.real {
            let all = predictions
                .iter()
                .filter_map(|prediction| prediction.probability(real));
            all.max_by(f32::total_cmp)
        } else {
            let last = model.predictions(predictions).last();
            let class = last.and_then(likeliest);
            if let Some(class) = class {
                self.call(class);
            }
            last.zip(class).map(|(row, class)| row[class])
        };
        let why = || {
            let why = predictions.first().and_then(refusal);
            why.unwrap_or("has no epoch").into()
        };
        score.ok_or_else(why)
    }

    /// Counts a candidate that is called so; a candidate comes once.
    pub fn call(&mut self, class: usize) {
        if self.called.len() <= class {
            self.called.resize(class + 1, 0);
        }
        self.called[class] += 1;
    }

    /// Candidates that are called so.
    pub fn called(&self, class: usize) -> usize {
        self.called.get(class).copied().unwrap_or(0)
    }

    pub fn score(&self, candidate: CandidateIx) -> Option<f32> {
        let score = *self.best.get(candidate.0 as usize)?;
        (!score.is_nan()).then_some(score)
    }

    /// Candidates with a score.
    pub const fn scored(&self) -> usize {
        self.sorted.len()
    }

    /// Candidates with a score or a refusal.
    pub const fn done(&self) -> usize {
        self.sorted.len() + self.refused
    }

    /// Candidates whose score is not below the threshold.
    pub fn real(&self, threshold: f32) -> usize {
        let below = self.sorted.partition_point(|score| *score < threshold);
        self.sorted.len() - below
    }

    /// Why the first of the refused candidates has no score.
    pub fn first_refusal(&self) -> Option<&str> {
        self.first_refusal.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_counted_on_either_side_of_any_threshold() {
        let mut tally = Tally::default();
        let ok = |ix, score| (CandidateIx(ix), Ok(score));
        tally.put([ok(4, 0.9), ok(0, 0.2)]);
        tally.put([ok(1, 0.5), (CandidateIx(2), Err("has no reference".into()))]);
        assert_eq!((tally.scored(), tally.done()), (3, 4));
        assert_eq!(tally.real(0.5), 2, "the threshold itself is real");
        assert_eq!((tally.real(0.0), tally.real(0.91)), (3, 0));
        assert_eq!(tally.score(CandidateIx(4)), Some(0.9));
        assert_eq!(tally.score(CandidateIx(2)), None);
        assert_eq!(tally.score(CandidateIx(3)), None);
        assert_eq!(tally.score(CandidateIx(99)), None);
        assert_eq!(tally.first_refusal(), Some("has no reference"));
    }
}
