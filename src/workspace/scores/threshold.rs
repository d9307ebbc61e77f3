//! A threshold chosen on labelled candidates, and what labels show of the one in force.

use crate::{domain::Ranking, text, workspace::shared::Shared};

/// Labelled bogus below which nothing is known of how well this sky's artefacts are turned away
/// (our choice: about ten, as the rate is then known to some 15 %).
pub const ENOUGH_BOGUS: usize = 10;

/// What the labelled candidates show of the threshold in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Labelled real ones with a score.
    pub real: usize,
    /// Those of them that are called real.
    pub found: usize,
    /// Labelled bogus ones with a score.
    pub bogus: usize,
    /// Those of them that are called bogus.
    pub rejected: usize,
}

impl Evidence {
    /// The share of labelled real ones that are called real.
    pub fn recall(&self) -> Option<f32> {
        (self.real > 0).then(|| self.found as f32 / self.real as f32)
    }

    /// What is known of bogus rejection, in words.
    pub fn rejection_words(&self) -> String {
        if self.bogus < ENOUGH_BOGUS {
            return text!(
                "Label about {enough} bogus to measure rejection ({bogus} so far)",
                enough = ENOUGH_BOGUS,
                bogus = self.bogus
            );
        }
        text!(
            "rejects {rejected} of {bogus} labelled bogus",
            rejected = self.rejected,
            bogus = self.bogus
        )
    }

    /// The same for a narrow place.
    pub fn rejection_in_short(&self) -> String {
        if self.bogus < ENOUGH_BOGUS {
            return text!("bogus rejection unknown").into();
        }
        text!(
            "rejects {rejected}/{bogus}",
            rejected = self.rejected,
            bogus = self.bogus
        )
    }
}

/// The highest threshold that still finds the wanted share of these real ones, as the evaluation has it; none
/// without any.
pub fn threshold_for_recall(real: &[f32], wanted: f32) -> Option<f32> {
    let scores: Vec<f64> = real.iter().copied().map(f64::from).collect();
    let steps = Ranking::new(&scores, &vec![true; scores.len()]).steps();
    let point = steps.at_recall(f64::from(wanted))?;
    Some(point.threshold as f32)
}

impl Shared {
    /// Scores of labelled candidates by the active model: of the real ones, and of the bogus. Those whose labels
    /// it has learned are left out.
    pub fn labelled_scores(&self) -> [Vec<f32>; 2] {
        let active = self.scores.active();
        let learned = active.ready.as_ref().map(|ready| &ready.learned);
        let is_learned = |ix| {
            let candidate = self.catalogue.get(ix);
            candidate.is_some_and(|one| learned.is_some_and(|all| all.contains(&one.id)))
        };
        let of = |known: Vec<_>| {
            let unseen = known.into_iter().filter(|ix| !is_learned(*ix));
            unseen.filter_map(|ix| active.tally.score(ix)).collect()
        };
        [
            of(self.label_count.real().collect()),
            of(self.label_count.bogus().collect()),
        ]
    }

    /// What the labels show of the threshold in force.
    pub fn evidence(&self) -> Evidence {
        let [real, bogus] = self.labelled_scores();
        let model = self.scores.active();
        Evidence {
            real: real.len(),
            found: real.iter().filter(|score| model.is_real(**score)).count(),
            bogus: bogus.len(),
            rejected: bogus.iter().filter(|score| !model.is_real(**score)).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_finds_the_wanted_share_and_no_more_than_it_must() {
        let scores: Vec<f32> = (0..20).map(|at| at as f32 / 20.0).collect();
        assert_eq!(threshold_for_recall(&scores, 0.95), Some(0.05));
        assert_eq!(threshold_for_recall(&scores, 1.0), Some(0.0));
        assert_eq!(threshold_for_recall(&scores, 0.5), Some(0.5));
        assert_eq!(threshold_for_recall(&[0.7], 0.95), Some(0.7));
        assert_eq!(threshold_for_recall(&[0.7], 0.0), Some(0.7));
        assert_eq!(threshold_for_recall(&[], 0.95), None);
    }

    #[test]
    fn few_bogus_measure_nothing() {
        let mut evidence = Evidence {
            bogus: 9,
            rejected: 9,
            ..Evidence::default()
        };
        assert!(evidence.rejection_words().contains("(9 so far)"));
        evidence.bogus = 10;
        assert_eq!(evidence.rejection_words(), "rejects 9 of 10 labelled bogus");
        assert_eq!(evidence.recall(), None);
    }
}
