//! How a network is trained: optimiser, rates and batches.

use serde::{Deserialize, Serialize};

use super::{Architecture, Views};
use crate::domain::canonical::{Canonical, canonical_record, record};

/// Optimiser and its rate in the course of training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Optimiser {
    /// Stochastic gradient descent; the rate is halved every so many steps (Cabrera-Vives et al. 2017).
    Sgd {
        /// First rate.
        rate: f64,
        /// Steps after which it is halved.
        halve_every: u64,
    },
    /// AdamW (Loshchilov & Hutter 2019); the rate rises over the first steps and falls as a cosine.
    AdamW {
        /// Highest rate.
        rate: f64,
        /// Weight decay.
        decay: f32,
    },
}

/// Steps over which the rate of AdamW rises.
const WARM_UP: u64 = 100;
/// What is left of it at the end.
const LAST: f64 = 0.01;

/// A course of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    pub optimiser: Optimiser,
    /// Examples in a batch.
    pub batch: usize,
    /// Batches in all, unless validation stops it earlier.
    pub steps: u64,
    /// Steps from one validation to the next.
    pub validate_every: u64,
    /// Steps without a better validation after which training stops; 0 never stops early.
    pub patience: u64,
    /// True turns every example at random and shows the network that view alone; false shows all four.
    pub is_one_view: bool,
}

impl Canonical for Optimiser {
    fn write(&self, text: &mut String) {
        match self {
            Self::Sgd { rate, halve_every } => {
                record(text, "Sgd", &[("rate", rate), ("halve_every", halve_every)]);
            }
            Self::AdamW { rate, decay } => {
                record(text, "AdamW", &[("rate", rate), ("decay", decay)]);
            }
        }
    }
}

canonical_record!(Schedule, "Schedule" {
    "optimiser": optimiser,
    "batch": batch,
    "steps": steps,
    "validate_every": validate_every,
    "patience": patience,
    "is_one_view": is_one_view,
});

impl Schedule {
    /// As published for Deep-HiTS and CAP: SGD at 0.04 halved every 100,000 steps, batches of 50,
    /// all four views, patience of 100,000 steps.
    pub const fn published(steps: u64) -> Self {
        Self {
            optimiser: Optimiser::Sgd {
                rate: 0.04,
                halve_every: 100_000,
            },
            batch: 50,
            steps,
            validate_every: 5_000,
            patience: 100_000,
            is_one_view: false,
        }
    }

    /// Ours: AdamW over a cosine, batches of 64, one random view where the network allows it.
    pub const fn ours(architecture: Architecture, steps: u64) -> Self {
        let rate = match architecture {
            Architecture::Compact | Architecture::Context => 2e-3,
            Architecture::Recurrent | Architecture::RecurrentWindow => 2.5e-3,
            _ => 1e-3,
        };
        Self {
            optimiser: Optimiser::AdamW { rate, decay: 1e-4 },
            batch: 64,
            steps,
            validate_every: 1_000,
            patience: 0,
            is_one_view: architecture.can_train_on_one_view(),
        }
    }

    /// The same with another highest rate.
    #[must_use]
    pub const fn with_rate(mut self, highest: f64) -> Self {
        match &mut self.optimiser {
            Optimiser::Sgd { rate, .. } | Optimiser::AdamW { rate, .. } => *rate = highest,
        }
        self
    }

    /// The rate at a step, counted from 0.
    pub fn rate(&self, step: u64) -> f64 {
        match self.optimiser {
            Optimiser::Sgd { rate, halve_every } => {
                let halvings = step.checked_div(halve_every).unwrap_or(0).min(60);
                rate * 0.5_f64.powi(halvings as i32)
            }
            Optimiser::AdamW { rate, .. } => {
                // Short courses, as of fine-tuning, have no time to warm up for long.
                let warm_up = WARM_UP.min(self.steps / 10).max(1);
                let warm = ((step + 1) as f64 / warm_up as f64).min(1.0);
                let done = step as f64 / self.steps.max(1) as f64;
                let cosine = 0.5 * (1.0 + (std::f64::consts::PI * done.min(1.0)).cos());
                rate * warm * (LAST + (1.0 - LAST) * cosine)
            }
        }
    }

    /// What a network looks at in training.
    pub const fn views(&self) -> Views {
        if self.is_one_view {
            Views::One
        } else {
            Views::Four
        }
    }

    /// Optimiser and schedule in words, for the card.
    pub fn in_words(&self) -> String {
        let optimiser = match self.optimiser {
            Optimiser::Sgd { rate, halve_every } => {
                format!("SGD, rate {rate} halved every {halve_every} steps")
            }
            Optimiser::AdamW { rate, decay } => {
                format!("AdamW, rate {rate} over a cosine, weight decay {decay}")
            }
        };
        let views = if self.is_one_view {
            "one random orientation of each"
        } else {
            "all four rotations"
        };
        format!(
            "{optimiser}; {} steps of {} examples, {views}",
            self.steps, self.batch
        )
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that must be the very same")]
mod tests {
    use super::*;

    #[test]
    fn the_published_rate_is_halved_every_hundred_thousand_steps() {
        let schedule = Schedule::published(1_000_000);
        assert_eq!(schedule.rate(0), 0.04);
        assert_eq!(schedule.rate(99_999), 0.04);
        assert_eq!(schedule.rate(500_000), 0.00125);
    }

    #[test]
    fn our_rate_rises_and_falls() {
        let schedule = Schedule::ours(Architecture::Compact, 10_000);
        assert!(schedule.rate(0) < 1e-4);
        assert!((schedule.rate(100) - 2e-3).abs() < 1e-5);
        assert!(schedule.rate(9_999) < 3e-5);
    }
}
