//! The receiver operating characteristic; the area under it is [`Steps::auc`].

use super::Steps;

impl Steps {
    /// False-positive rate and true-positive rate (recall) from the corner at 0, 0 to that at
    /// 1, 1; empty where one of the two kinds is missing.
    pub fn roc(&self) -> Vec<[f64; 2]> {
        if !self.has_both() {
            return Vec::new();
        }
        [[0.0; 2]].into_iter().chain(self.rates()).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::learn::metrics::{
        Ranking,
        test_scores::{POSITIVE, SCORES, close, ranking},
    };

    /// Expected: `sklearn.metrics.roc_auc_score`, `scipy.stats.mannwhitneyu` (U = 23.5).
    #[test]
    fn the_area_equals_mann_whitney_with_ties() {
        let auc = ranking().steps().auc();
        close(auc, 0.652_777_777_777_777_8);
        close(auc, 23.5 / 36.0);
        let mut pairs = 0.0;
        for (a, of_a) in SCORES.iter().zip(POSITIVE) {
            for (b, of_b) in SCORES.iter().zip(POSITIVE) {
                if of_a == 1 && of_b == 0 {
                    pairs += match a.total_cmp(b) {
                        std::cmp::Ordering::Greater => 1.0,
                        std::cmp::Ordering::Equal => 0.5,
                        std::cmp::Ordering::Less => 0.0,
                    };
                }
            }
        }
        close(auc, pairs / 36.0);
    }

    /// Expected: `sklearn.metrics.roc_curve(drop_intermediate=False)`.
    #[test]
    fn the_curve_has_a_point_for_every_score() {
        let roc = ranking().steps().roc();
        let sixths: Vec<_> = roc
            .iter()
            .map(|rates| rates.map(|rate| (rate * 6.0).round() as u8))
            .collect();
        let expected = [
            [0, 0],
            [0, 1],
            [1, 2],
            [1, 3],
            [2, 3],
            [3, 4],
            [4, 5],
            [5, 5],
            [5, 6],
            [6, 6],
        ];
        assert_eq!(sixths, expected);
    }

    #[test]
    fn one_kind_alone_has_no_curve() {
        let steps = Ranking::new(&[0.1, 0.9], &[true, true]).steps();
        assert_eq!(steps.auc(), None);
        assert!(steps.roc().is_empty());
    }
}
