//! The detection error trade-off (DET, Martin et al. 1997): what is missed against what is let in.

use statrs::distribution::{ContinuousCDF, Normal};

use super::Steps;

impl Steps {
    /// False-positive rate and false-negative rate at every threshold, highest threshold first;
    /// empty where one of the two kinds is missing.
    pub fn det(&self) -> Vec<[f64; 2]> {
        if !self.has_both() {
            return Vec::new();
        }
        self.rates().map(|[fpr, tpr]| [fpr, 1.0 - tpr]).collect()
    }

    /// The smallest false-negative rate that a threshold with a false-positive rate of at most
    /// `fpr` gives. A threshold above all scores always exists, so that the answer may be 1.
    pub fn fnr_at_fpr(&self, fpr: f64) -> Option<f64> {
        if !self.has_both() {
            return None;
        }
        let kept = self.rates().take_while(|[rate, _]| *rate <= fpr);
        Some(kept.last().map_or(1.0, |[_, tpr]| 1.0 - tpr))
    }
}

/// The normal deviate of a rate: 0 for one half, negative below. On axes of such deviates the DET
/// curve of two normal distributions of scores is a straight line.
///
/// Rates of 0 and 1 have none; they are drawn at half a count, `0.5 / count`.
pub fn deviate(rate: f64, count: u64) -> Option<f64> {
    let least = 0.5 / (count.max(1) as f64);
    let normal = Normal::new(0.0, 1.0).ok()?;
    (0.0..=1.0)
        .contains(&rate)
        .then(|| normal.inverse_cdf(rate.clamp(least, 1.0 - least)))
}

#[cfg(test)]
mod tests {
    use super::deviate;
    use crate::learn::metrics::{
        Ranking,
        test_scores::{close, ranking},
    };

    /// Expected: `scipy.stats.norm.ppf`.
    #[test]
    fn deviates_as_scipy_has_them() {
        for (rate, expected) in [
            (1e-3, -3.090_232_306_167_813),
            (1e-2, -2.326_347_874_040_840_8),
            (0.1, -1.281_551_565_544_600_4),
            (0.975, 1.959_963_984_540_054),
        ] {
            let found = deviate(rate, 1_000_000).unwrap();
            assert!((found - expected).abs() < 1e-8, "{found} {expected}");
        }
        assert!(deviate(0.0, 50).unwrap() > -2.4);
        assert_eq!(deviate(f64::NAN, 50), None);
    }

    /// Expected: `sklearn.metrics.det_curve`, whose points these are and two more at the ends.
    #[test]
    fn what_is_missed_against_what_is_let_in() {
        let det = ranking().steps().det();
        for [fpr, fnr] in [[5.0 / 6.0, 1.0 / 6.0], [0.5, 1.0 / 3.0], [0.0, 5.0 / 6.0]] {
            let is_there =
                |point: &[f64; 2]| (point[0] - fpr).abs() < 1e-12 && (point[1] - fnr).abs() < 1e-12;
            assert!(det.iter().any(is_there), "{fpr} {fnr}");
        }
    }

    #[test]
    fn a_rate_that_lies_between_two_thresholds_takes_the_stricter_one() {
        let steps = ranking().steps();
        close(steps.fnr_at_fpr(0.0), 5.0 / 6.0);
        close(steps.fnr_at_fpr(0.2), 0.5);
        close(steps.fnr_at_fpr(1.0), 0.0);
        let worst = Ranking::new(&[0.9, 0.1], &[false, true]).steps();
        close(worst.fnr_at_fpr(0.5), 1.0);
        let one_kind = Ranking::new(&[0.9], &[true]).steps();
        assert_eq!(one_kind.fnr_at_fpr(0.01), None);
    }
}
