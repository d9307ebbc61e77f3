//! Probabilities corrected for class shares, and the threshold that follows from them.

/// A row of probabilities brought from the shares that a model was trained with to other ones (Saerens et al.
/// 2002, eq. 2.4). Classes whose `target` is 0 get 0. A row that would be 0 in all classes stays as it is:
/// only classes that were left out are likely there. The result sums to 1.
pub fn correct(probabilities: &[f32], trained: &[f64], target: &[f64]) -> Vec<f32> {
    let shares = trained.iter().zip(target);
    let weighted = probabilities
        .iter()
        .zip(shares)
        .map(|(p, (trained, target))| {
            if *trained > 0.0 {
                f64::from(*p) * target / trained
            } else {
                0.0
            }
        });
    let weighted: Vec<f64> = weighted.collect();
    let sum: f64 = weighted.iter().sum();
    if !(sum.is_normal() && weighted.len() == probabilities.len()) {
        return probabilities.to_vec();
    }
    weighted.iter().map(|p| (p / sum) as f32).collect()
}

/// Where a threshold on the probability of the second of two classes goes when the shares change from
/// `trained` to `target`, so that the same balance of errors is struck: its odds are divided by the ratio of
/// the odds of the shares. 0.5 becomes the threshold with which most are right.
pub fn followed_threshold(threshold: f64, trained: [f64; 2], target: [f64; 2]) -> f64 {
    let gain = |at: usize| target[at] / trained[at];
    let odds = threshold / (1.0 - threshold) * gain(0) / gain(1);
    if odds.is_nan() {
        return threshold;
    }
    if odds.is_infinite() {
        return 1.0;
    }
    odds / (1.0 + odds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_follows_the_shares_by_the_rule_of_bayes() {
        // Trained half and half, used where the first class is nine times as frequent.
        let row = correct(&[0.5, 0.5], &[0.5, 0.5], &[0.9, 0.1]);
        assert!((row[0] - 0.9).abs() < 1e-6 && (row[1] - 0.1).abs() < 1e-6);
        // What was trained with 3 to 1 and says 3 to 1 has seen nothing.
        let row = correct(&[0.75, 0.25], &[0.75, 0.25], &[0.5, 0.5]);
        assert!((row[0] - 0.5).abs() < 1e-6);
        let row = correct(&[0.7, 0.2, 0.1], &[1.0 / 3.0; 3], &[0.0, 0.5, 0.5]);
        assert!(row[0].abs() < f32::MIN_POSITIVE);
        assert!((row[1] - 2.0 / 3.0).abs() < 1e-6);
        assert_eq!(correct(&[1.0, 0.0], &[0.5, 0.5], &[0.0, 1.0]), [1.0, 0.0]);
    }

    #[test]
    fn a_threshold_and_a_corrected_probability_agree() {
        let (trained, target) = ([0.5, 0.5], [0.8, 0.2]);
        let threshold = followed_threshold(0.5, trained, target);
        assert!((threshold - 0.8).abs() < 1e-12);
        for score in [0.1_f32, 0.5, 0.79, 0.81, 0.95] {
            let corrected = correct(&[1.0 - score, score], &trained, &target)[1];
            assert_eq!(f64::from(score) >= threshold, corrected >= 0.5, "{score}");
        }
        for (target, expected) in [(trained, 0.3), ([1.0, 0.0], 1.0), ([0.0, 1.0], 0.0)] {
            let followed = followed_threshold(0.3, trained, target);
            assert!((followed - expected).abs() < 1e-12, "{target:?} {followed}");
        }
    }
}
