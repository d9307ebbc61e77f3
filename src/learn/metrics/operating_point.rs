//! Operating points: the threshold for a wanted recall, and what it costs.

use super::Steps;
use crate::domain::confusion::ratio;

/// A threshold and its rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoint {
    /// Scores of at least this are called positive; infinite where nothing is.
    pub threshold: f64,
    /// Share of the positive things that are called so; none without any.
    pub recall: Option<f64>,
    /// Share of the others that are not called so; none without any.
    pub specificity: Option<f64>,
}

/// How many of so many positive things a wanted recall must find: one at least. In counts, so that 0.95 of 20 are
/// 19 whatever the rounding, also where the recall was a single-precision number.
fn wanted_count(recall: f64, positives: u64) -> u64 {
    let wanted = (recall * positives as f64 - 1e-6).ceil().max(1.0) as u64;
    wanted.min(positives)
}

impl Steps {
    /// The highest threshold that keeps at least that share of the positive things.
    pub fn at_recall(&self, recall: f64) -> Option<OperatingPoint> {
        let positives = self.positives();
        let wanted = wanted_count(recall, positives);
        let at = self.true_positives.iter().position(|tp| *tp >= wanted)?;
        (positives > 0).then(|| self.point(at, self.thresholds[at]))
    }

    /// What a threshold does.
    pub fn at_threshold(&self, threshold: f64) -> OperatingPoint {
        let above = self.thresholds.partition_point(|step| *step >= threshold);
        match above.checked_sub(1) {
            Some(at) => self.point(at, threshold),
            None => OperatingPoint {
                threshold,
                recall: (self.positives() > 0).then_some(0.0),
                specificity: (self.negatives() > 0).then_some(1.0),
            },
        }
    }

    fn point(&self, at: usize, threshold: f64) -> OperatingPoint {
        let let_in = ratio(self.false_positives[at], self.negatives());
        OperatingPoint {
            threshold,
            recall: ratio(self.true_positives[at], self.positives()),
            specificity: let_in.map(|let_in| 1.0 - let_in),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::wanted_count;
    use crate::learn::metrics::{
        Ranking,
        test_scores::{close, ranking},
    };

    #[test]
    fn the_threshold_for_a_recall_is_the_strictest_that_keeps_it() {
        let steps = ranking().steps();
        let point = steps.at_recall(0.5).unwrap();
        assert!((point.threshold - 0.7).abs() < 1e-12);
        close(point.recall, 0.5);
        close(point.specificity, 5.0 / 6.0);
        let all = steps.at_recall(1.0).unwrap();
        assert!((all.threshold - 0.2).abs() < 1e-12);
        close(all.specificity, 1.0 / 6.0);
        assert_eq!(Ranking::new(&[0.1], &[false]).steps().at_recall(0.5), None);
    }

    #[test]
    fn counts_are_wanted_whatever_the_rounding() {
        let counts = [
            (0.95, 20),
            (f64::from(0.8_f32), 10),
            (0.0, 7),
            (1.0, 7),
            (0.5, 0),
        ];
        let wanted = counts.map(|(recall, positives)| wanted_count(recall, positives));
        assert_eq!(wanted, [19, 8, 1, 7, 0]);
    }

    #[test]
    fn a_threshold_between_scores_counts_what_lies_above() {
        let steps = ranking().steps();
        let point = steps.at_threshold(0.5);
        close(point.recall, 4.0 / 6.0);
        close(point.specificity, 0.5);
        assert_eq!(steps.at_threshold(0.45).recall, point.recall);
        close(steps.at_threshold(2.0).recall, 0.0);
        close(steps.at_threshold(2.0).specificity, 1.0);
        close(steps.at_threshold(-1.0).specificity, 0.0);
    }
}
