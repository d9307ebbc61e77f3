//! Errors against another number, such as S/N, bin by bin.

use crate::domain::{confusion::ratio, share::wilson};

/// What errs within a bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorBin {
    /// Lower end, included.
    pub from: f64,
    /// Upper end, not included; infinite for the last bin.
    pub to: f64,
    /// How many things.
    pub count: u64,
    pub wrong: u64,
}

impl ErrorBin {
    /// The share that is wrong; none without any.
    pub fn error(&self) -> Option<f64> {
        ratio(self.wrong, self.count)
    }

    /// The interval of Wilson (1927) of one standard deviation about the share.
    pub fn interval(&self) -> Option<[f64; 2]> {
        Some(wilson(self.error()?, self.count as f64))
    }
}

/// Counts in bins that begin at `edges` (ascending), the last of which has no end. What lies below
/// the first edge, or is no number, is not counted.
pub fn error_by_bin(values: impl IntoIterator<Item = (f64, bool)>, edges: &[f64]) -> Vec<ErrorBin> {
    let ends = edges.iter().skip(1).copied().chain([f64::INFINITY]);
    let bin = |(from, to): (&f64, f64)| ErrorBin {
        from: *from,
        to,
        count: 0,
        wrong: 0,
    };
    let mut bins: Vec<_> = edges.iter().zip(ends).map(bin).collect();
    for (value, is_wrong) in values {
        let above = edges.partition_point(|edge| *edge <= value);
        if let Some(bin) = above.checked_sub(1).and_then(|at| bins.get_mut(at)) {
            bin.count += 1;
            bin.wrong += u64::from(is_wrong);
        }
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::error_by_bin;

    #[test]
    fn values_fall_into_the_bin_that_begins_with_them() {
        let values = [
            (5.0, true),
            (7.0, false),
            (7.5, true),
            (400.0, false),
            (1.0, true),
            (f64::NAN, true),
        ];
        let bins = error_by_bin(values, &[5.0, 7.0, 15.0]);
        let counts: Vec<_> = bins.iter().map(|bin| (bin.count, bin.wrong)).collect();
        assert_eq!(counts, [(1, 1), (2, 1), (1, 0)]);
        assert!(bins[2].to.is_infinite());
        assert_eq!(bins[1].error(), Some(0.5));
    }

    /// Expected: Wilson's formula by hand, z = 1, 10 of 100.
    #[test]
    fn the_interval_is_wilsons() {
        let values = (0..100).map(|at| (1.0, at < 10));
        let [low, high] = error_by_bin(values, &[0.0])[0].interval().unwrap();
        assert!((low - 0.073_847_710).abs() < 1e-7, "{low}");
        assert!((high - 0.134_073_082).abs() < 1e-7, "{high}");
        assert_eq!(error_by_bin([], &[0.0])[0].interval(), None);
    }
}
