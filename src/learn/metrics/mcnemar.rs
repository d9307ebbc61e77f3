//! McNemar's test (McNemar 1947): do two classifiers err equally often on the same things?

use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, DiscreteCDF};

/// Below this many things that only one of them gets right, the exact test is made (our choice).
const FEW: u64 = 50;

/// What the test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McNemar {
    /// Things that only the first gets right.
    pub only_first: u64,
    /// Things that only the second gets right.
    pub only_second: u64,
    /// The chance of so uneven counts, or more uneven ones, where both err equally often.
    pub p_value: f64,
    /// True where that chance is exact (binomial), false where it is that of a chi-square.
    pub is_exact: bool,
}

/// The test, two-sided: binomial for few, else chi-square with the continuity correction of
/// Edwards (1948).
pub fn mcnemar(only_first: u64, only_second: u64) -> McNemar {
    let unequal = only_first + only_second;
    let is_exact = unequal < FEW;
    let p_value = if is_exact {
        exact(only_first.min(only_second), unequal)
    } else {
        corrected(only_first.abs_diff(only_second), unequal)
    };
    McNemar {
        only_first,
        only_second,
        p_value: p_value.unwrap_or(1.0),
        is_exact,
    }
}

fn exact(less: u64, unequal: u64) -> Option<f64> {
    let law = Binomial::new(0.5, unequal).ok()?;
    (unequal > 0).then(|| (2.0 * law.cdf(less)).min(1.0))
}

fn corrected(difference: u64, unequal: u64) -> Option<f64> {
    let statistic = (difference as f64 - 1.0).max(0.0).powi(2) / unequal as f64;
    Some(ChiSquared::new(1.0).ok()?.sf(statistic))
}

#[cfg(test)]
mod tests {
    use super::mcnemar;

    /// Expected: `scipy.stats.binomtest` and `scipy.stats.chi2.sf`.
    #[test]
    fn chances_as_scipy_has_them() {
        for (first, second, expected) in [
            (3, 9, 0.145_996_093_75),
            (10, 2, 0.038_574_218_75),
            (0, 0, 1.0),
            (5, 5, 1.0),
            (30, 52, 0.020_391_672_237_361_193),
            (40, 40, 1.0),
            (100, 20, 5.526_559_103_055_169e-13),
        ] {
            let test = mcnemar(first, second);
            let off = (test.p_value - expected).abs();
            assert!(off <= 1e-9 * expected.max(1e-3), "{test:?} {expected}");
            assert_eq!(test.is_exact, first + second < 50);
        }
    }
}
