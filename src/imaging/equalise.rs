//! Histogram equalisation: a table of quantiles, and the share of pixels below a value.
//!
//! The table holds pixel values, not fractions of the interval: comparing a stored value
//! with itself is exact on every device, so equal pixels never fall on two sides of a step.

use std::sync::Arc;

use crate::domain::Stamp;

use super::{
    limits::Limits,
    marks::usable_values,
    statistics::{percentile_of_sorted, sorted},
};

/// Quantiles in a table.
pub const QUANTILES: usize = 256;

/// Values nearer to zero than this are zero on a GPU that flushes denormal numbers.
const FLUSHED: f32 = 1e-30;

/// The quantiles of the pixels within the limits, rising from `low` to `high`; none where
/// no pixel lies within.
pub fn quantiles(stamps: &[&Stamp], limits: Limits) -> Option<Arc<[f32]>> {
    let mut values = usable_values(stamps);
    values.retain(|value| (limits.low..=limits.high).contains(value));
    let values = sorted(values);
    let mut table = Vec::with_capacity(QUANTILES);
    for step in 0..QUANTILES {
        let percent = 100.0 * step as f64 / (QUANTILES - 1) as f64;
        let value = percentile_of_sorted(&values, percent)? as f32;
        table.push(if value.abs() < FLUSHED { 0.0 } else { value });
    }
    table[0] = limits.low;
    table[QUANTILES - 1] = limits.high;
    Some(table.into())
}

/// The share of pixels below a value, 0..=1: its place in a rising table, interpolated.
/// Twin of `equalised` in `shaders/stamp.wgsl`.
pub fn fraction_below(table: &[f32], value: f32) -> f32 {
    let (Some(first), Some(end)) = (table.first(), table.last()) else {
        return 0.0;
    };
    if value <= *first {
        return 0.0;
    }
    if value >= *end {
        return 1.0;
    }
    // Invariant: table[below] <= value < table[above].
    let (mut below, mut above) = (0, table.len() - 1);
    while above - below > 1 {
        let middle = usize::midpoint(below, above);
        if table[middle] <= value {
            below = middle;
        } else {
            above = middle;
        }
    }
    let step = (value - table[below]) / (table[above] - table[below]);
    (below as f32 + step.clamp(0.0, 1.0)) / (table.len() - 1) as f32
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the ends of the table are exact")]
mod tests {
    use super::{QUANTILES, fraction_below, quantiles};
    use crate::{domain::Stamp, imaging::Limits};

    #[test]
    fn equalised_pixels_are_spread_evenly() {
        let pixels: Vec<f32> = (0..1000).map(|i| (i as f32 / 100.0).exp()).collect();
        let limits = Limits::new(1.0, f64::from(pixels[999]));
        let table = quantiles(&[&Stamp::new(1000, 1, pixels.clone())], limits).unwrap();
        assert_eq!(table.len(), QUANTILES);
        for (rank, value) in pixels.iter().enumerate() {
            let share = fraction_below(&table, *value);
            assert!(
                (share - rank as f32 / 999.0).abs() < 3e-3,
                "{rank}: {share}"
            );
        }
    }

    #[test]
    fn ends_are_fixed_and_the_share_rises() {
        let pixels = vec![0.0, 0.0, 0.0, 0.0, 5.0, 5.0, 9.0, f32::NAN, 1e30];
        let limits = Limits::new(-1.0, 10.0);
        let table = quantiles(&[&Stamp::new(9, 1, pixels)], limits).unwrap();
        assert_eq!(fraction_below(&table, -1.0), 0.0);
        assert_eq!(fraction_below(&table, 10.0), 1.0);
        let mut last = 0.0;
        for step in 0..=1100 {
            let share = fraction_below(&table, -1.0 + step as f32 / 100.0);
            assert!(share.is_finite() && share >= last);
            last = share;
        }
    }

    #[test]
    fn nothing_within_the_limits_gives_no_table() {
        let stamp = Stamp::new(2, 1, vec![f32::NAN, 50.0]);
        assert!(quantiles(&[&stamp], Limits::new(0.0, 1.0)).is_none());
        assert!(quantiles(&[], Limits::default()).is_none());
        assert_eq!(fraction_below(&[], 3.0), 0.0);
    }
}
