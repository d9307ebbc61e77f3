//! How a latent network is trained: batches, steps and rates.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::{Bound, LatentKind};
use crate::domain::canonical::canonical_record;

/// What is left of a rate at the end of its course.
const LAST_RATE: f64 = 0.05;

/// A course of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatentCourse {
    /// Examples in a batch.
    pub batch: usize,
    /// Steps as an autoencoder, before anything else.
    pub pretraining: u64,
    /// Steps that make the bound larger.
    pub steps: u64,
    pub pretraining_rate: f64,
    /// Highest rate of encoder and decoder.
    pub rate: f64,
    /// Highest rate of the mixture.
    pub mixture_rate: f64,
    /// What is made large, where there is no mixture.
    pub is_importance_weighted: bool,
}

canonical_record!(LatentCourse, "LatentCourse" {
    "batch": batch,
    "pretraining": pretraining,
    "steps": steps,
    "pretraining_rate": pretraining_rate,
    "rate": rate,
    "mixture_rate": mixture_rate,
    "is_importance_weighted": is_importance_weighted,
});

impl LatentCourse {
    /// The usual course over so many steps. VaDE: `recipes.md` (Adam 1e-3, then 5e-4 and 1e-3, falling as
    /// a cosine). The plain autoencoder: a rate ten times the published one, for fewer steps.
    pub const fn usual(kind: LatentKind, pretraining: u64, steps: u64) -> Self {
        let has_mixture = kind.has_mixture();
        Self {
            batch: 128,
            pretraining: if has_mixture { pretraining } else { 0 },
            steps,
            pretraining_rate: 1e-3,
            rate: if has_mixture { 5e-4 } else { 1e-3 },
            mixture_rate: 1e-3,
            is_importance_weighted: false,
        }
    }

    pub const fn bound(&self) -> Bound {
        if self.is_importance_weighted {
            Bound::Importance
        } else {
            Bound::Evidence
        }
    }

    pub const fn all_steps(&self) -> u64 {
        self.pretraining + self.steps
    }

    /// How much of its highest value a rate has at a step.
    pub(super) fn share_of_rate(&self, step: u64) -> f64 {
        let done = step.saturating_sub(self.pretraining) as f64 / self.steps.max(1) as f64;
        let cosine = 0.5 * (1.0 + (PI * done.min(1.0)).cos());
        LAST_RATE + (1.0 - LAST_RATE) * cosine
    }

    /// In words, for the card.
    pub fn in_words(&self) -> String {
        let Self {
            batch,
            pretraining,
            steps,
            rate,
            mixture_rate,
            ..
        } = self;
        let bound = self.bound().name();
        format!(
            "{pretraining} steps as an autoencoder, then {steps} of {bound} with {batch} examples; \
             Adam, rate {rate} (mixture {mixture_rate}) over a cosine"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_fall_after_the_pretraining_which_only_a_mixture_needs() {
        let course = LatentCourse::usual(LatentKind::Vade, 100, 1000);
        assert_eq!(course.all_steps(), 1100);
        assert!((course.share_of_rate(50) - 1.0).abs() < 1e-9);
        assert!((course.share_of_rate(100) - 1.0).abs() < 1e-9);
        let middle = f64::midpoint(1.0, LAST_RATE);
        assert!((course.share_of_rate(600) - middle).abs() < 1e-9);
        assert!((course.share_of_rate(5000) - LAST_RATE).abs() < 1e-9);
        assert_eq!(
            LatentCourse::usual(LatentKind::Vae, 100, 1000).all_steps(),
            1000
        );
    }
}
