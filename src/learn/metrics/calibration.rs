//! Calibration: of what gets a probability of 0.8, is 0.8 so?

/// Things of like probability.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CalibrationBin {
    pub count: u64,
    /// Mean of their probabilities; 0 without any.
    pub mean_probability: f64,
    /// Share that is so; 0 without any.
    pub share: f64,
}

/// Bins of equal width over 0 to 1. `predicted` are probabilities, `is_so` whether they came true.
pub fn calibration(
    predicted: &[f64],
    is_so: &[bool],
    weights: &[u32],
    bins: usize,
) -> Vec<CalibrationBin> {
    let mut sums = vec![(0_u64, 0.0, 0_u64); bins.max(1)];
    for ((probability, is_so), weight) in predicted.iter().zip(is_so).zip(weights) {
        let at = (probability * bins as f64) as usize;
        let (count, sum, so) = &mut sums[at.min(bins.saturating_sub(1))];
        *count += u64::from(*weight);
        *sum += probability * f64::from(*weight);
        *so += u64::from(*is_so) * u64::from(*weight);
    }
    let bin = |(count, sum, so): (u64, f64, u64)| {
        let whole = count.max(1) as f64;
        CalibrationBin {
            count,
            mean_probability: sum / whole,
            share: so as f64 / whole,
        }
    };
    sums.into_iter().map(bin).collect()
}

/// Expected calibration error (Guo et al. 2017): the mean distance of probability and share, bins
/// weighted by how many they hold.
pub fn expected_calibration_error(bins: &[CalibrationBin]) -> Option<f64> {
    let total: u64 = bins.iter().map(|bin| bin.count).sum();
    let off = bins
        .iter()
        .map(|bin| bin.count as f64 * (bin.mean_probability - bin.share).abs());
    let off: f64 = off.sum();
    (total > 0).then(|| off / total as f64)
}

/// The Brier score (Brier 1950) of two classes: the mean square of probability less outcome.
pub fn brier(predicted: &[f64], is_so: &[bool], weights: &[u32]) -> Option<f64> {
    let (mut sum, mut total) = (0.0, 0_u64);
    for ((probability, is_so), weight) in predicted.iter().zip(is_so).zip(weights) {
        let outcome = f64::from(u8::from(*is_so));
        sum += (probability - outcome).powi(2) * f64::from(*weight);
        total += u64::from(*weight);
    }
    (total > 0).then(|| sum / total as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::metrics::test_scores::{SCORES, close, positive};

    /// Expected: `sklearn.metrics.brier_score_loss`, and numpy for the five bins.
    #[test]
    fn brier_and_calibration_error_as_computed_elsewhere() {
        let once = [1; 12];
        close(brier(&SCORES, &positive(), &once), 0.241_666_666_666_666_66);
        let bins = calibration(&SCORES, &positive(), &once, 5);
        assert_eq!(bins.each_count(), [1, 2, 4, 2, 3]);
        close(Some(bins[4].mean_probability), 0.833_333_333_333_333_4);
        close(Some(bins[4].share), 2.0 / 3.0);
        close(expected_calibration_error(&bins), 0.133_333_333_333_333_36);
    }

    #[test]
    fn the_ends_have_a_bin_and_nothing_has_no_error() {
        let bins = calibration(&[0.0, 1.0], &[false, true], &[1, 1], 10);
        assert_eq!((bins[0].count, bins[9].count), (1, 1));
        close(expected_calibration_error(&bins), 0.0);
        assert_eq!(
            expected_calibration_error(&calibration(&[], &[], &[], 4)),
            None
        );
        assert_eq!(brier(&[], &[], &[]), None);
    }

    trait EachCount {
        fn each_count(&self) -> Vec<u64>;
    }

    impl EachCount for Vec<CalibrationBin> {
        fn each_count(&self) -> Vec<u64> {
            self.iter().map(|bin| bin.count).collect()
        }
    }
}
