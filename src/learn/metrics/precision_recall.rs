//! The precision-recall curve and average precision.

use super::Steps;

impl Steps {
    /// Recall and precision at every threshold, highest threshold first; empty without positives.
    pub fn precision_recall(&self) -> Vec<[f64; 2]> {
        let positives = self.positives() as f64;
        if positives == 0.0 {
            return Vec::new();
        }
        let counts = self.true_positives.iter().zip(&self.false_positives);
        counts
            .filter(|(tp, fp)| **tp + **fp > 0)
            .map(|(tp, fp)| [*tp as f64 / positives, *tp as f64 / (tp + fp) as f64])
            .collect()
    }

    /// Precision averaged over recall: the sum of precision times the gain of recall over all
    /// thresholds, without interpolation (as in scikit-learn).
    pub fn average_precision(&self) -> Option<f64> {
        let curve = self.precision_recall();
        let mut before = 0.0;
        let gains = curve.iter().map(|[recall, precision]| {
            let gain = recall - before;
            before = *recall;
            gain * precision
        });
        let sum = gains.sum();
        (!curve.is_empty()).then_some(sum)
    }
}

#[cfg(test)]
mod tests {
    use crate::learn::metrics::{
        Ranking,
        test_scores::{close, ranking},
    };

    /// Expected: `sklearn.metrics.average_precision_score` and `precision_recall_curve`.
    #[test]
    fn curve_and_average_as_scikit_learn_has_them() {
        let steps = ranking().steps();
        close(steps.average_precision(), 0.681_517_556_517_556_4);
        let curve = steps.precision_recall();
        let expected = [
            1.0,
            0.666_666_666_666_666_6,
            0.75,
            0.6,
            0.571_428_571_428_571_4,
            0.555_555_555_555_555_6,
            0.5,
            0.545_454_545_454_545_4,
            0.5,
        ];
        assert_eq!(curve.len(), expected.len());
        for ([_, precision], expected) in curve.iter().zip(expected) {
            close(Some(*precision), expected);
        }
    }

    #[test]
    fn without_positives_there_is_none() {
        let steps = Ranking::new(&[0.3], &[false]).steps();
        assert_eq!(steps.average_precision(), None);
    }
}
