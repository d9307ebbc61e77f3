//! The learning curve: losses while a network learns, validations, and how far it is.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One validation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Steps done, over all members of an ensemble.
    pub step: u64,
    /// Mean training loss since the point before, nats; none where no step was made since.
    pub loss: Option<f64>,
    /// Loss on examples that are not learned from, nats.
    pub validation_loss: f64,
    /// Share of right classes among them.
    pub validation_accuracy: f64,
}

/// Mean training loss over some steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossPoint {
    /// The last of them, over all members of an ensemble.
    pub step: u64,
    /// Nats.
    pub loss: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TrainingNews {
    /// Steps done, over all members.
    pub step: u64,
    /// Steps in all, unless it stops early.
    pub steps: u64,
    pub losses: Arc<[LossPoint]>,
    /// Validations so far.
    pub curve: Arc<[CurvePoint]>,
    /// Examples learned from in a second; 0 before the first step.
    pub examples_per_s: f64,
    /// Seconds left, as far as known.
    pub seconds_left: Option<f64>,
}

/// Steps of the first point of training loss.
const FIRST_WIDTH: u64 = 5;
/// Points of training loss kept: at this number neighbours are joined.
const MOST_POINTS: usize = 512;

/// Training loss in points that grow wider the longer it lasts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Losses {
    points: Vec<LossPoint>,
    width: u64,
    /// Steps since the last point.
    #[serde(skip)]
    open: u64,
    /// Sum and number of the losses since the last validation.
    #[serde(skip)]
    since: (f64, u64),
}

impl Default for Losses {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            width: FIRST_WIDTH,
            open: 0,
            since: (0.0, 0),
        }
    }
}

impl Losses {
    /// Counts a step; true where it is time for a point.
    pub const fn count_step(&mut self) -> bool {
        self.open += 1;
        self.open >= self.width
    }

    /// Adds the mean loss of the steps since the last point.
    pub fn put(&mut self, step: u64, loss: f64) {
        let steps = std::mem::take(&mut self.open);
        self.since.0 += loss * steps as f64;
        self.since.1 += steps;
        self.points.push(LossPoint { step, loss });
        if self.points.len() >= MOST_POINTS {
            let joined = |pair: &[LossPoint]| LossPoint {
                step: pair[pair.len() - 1].step,
                loss: pair.iter().map(|point| point.loss).sum::<f64>() / pair.len() as f64,
            };
            self.points = self.points.chunks(2).map(joined).collect();
            self.width *= 2;
        }
    }

    /// The mean since this was asked for last; none where no step was made.
    pub fn take_mean(&mut self) -> Option<f64> {
        let (sum, steps) = std::mem::take(&mut self.since);
        (steps > 0).then(|| sum / steps as f64)
    }

    pub fn points(&self) -> &[LossPoint] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_grow_wider_and_the_mean_is_that_of_the_steps() {
        let mut losses = Losses::default();
        for step in 1..=100_000 {
            if losses.count_step() {
                losses.put(step, 1.0 + step as f64 / 1e5);
            }
        }
        let points = losses.points();
        assert!((200..MOST_POINTS).contains(&points.len()));
        assert!(points.is_sorted_by(|a, b| a.step < b.step && a.loss < b.loss));
        let mean = losses.take_mean().unwrap();
        assert!((mean - 1.5).abs() < 0.01, "{mean}");
        assert_eq!(losses.take_mean(), None);
    }
}
