//! Robust statistics of pixels: median, percentiles, scatter.

use crate::domain::Stamp;

use super::marks::{Marks, PixelMark};

/// Standard deviations per median absolute deviation of a normal distribution, 1/Φ⁻¹(3/4).
pub const SIGMA_PER_MAD: f64 = 1.482_602_218_505_602;

/// The percentile of sorted values, interpolated linearly between ranks as numpy does.
///
/// `percent` is clamped to 0..=100; none where there are no values.
pub fn percentile_of_sorted(sorted: &[f32], percent: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let (below, fraction) = rank(last, percent);
    let above = (below + 1).min(last);
    Some(between(sorted[below], sorted[above], fraction))
}

/// The same of values in any order, which are moved about: several times faster than
/// sorting, which matters when limits are shared by all epochs of an object.
pub fn percentile(values: &mut [f32], percent: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let (below, fraction) = rank(last, percent);
    let (_, low, higher) = values.select_nth_unstable_by(below, f32::total_cmp);
    let low = *low;
    let high = higher.iter().copied().min_by(f32::total_cmp);
    Some(between(low, high.unwrap_or(low), fraction))
}

/// The rank below a percentile, and the fraction of the way to the next.
fn rank(last: usize, percent: f64) -> (usize, f64) {
    let rank = percent.clamp(0.0, 100.0) / 100.0 * last as f64;
    let below = (rank.floor() as usize).min(last);
    (below, rank - below as f64)
}

fn between(low: f32, high: f32, fraction: f64) -> f64 {
    let (low, high) = (f64::from(low), f64::from(high));
    if fraction < 0.5 {
        low + (high - low) * fraction
    } else {
        high - (high - low) * (1.0 - fraction)
    }
}

/// The median; none where there are no values. Values must not be NaN.
pub fn median(values: &[f32]) -> Option<f64> {
    percentile(&mut values.to_vec(), 50.0)
}

/// Standard deviation estimated from the median absolute deviation about `center`.
pub fn mad_sigma(values: &[f32], center: f64) -> Option<f64> {
    let deviations = values
        .iter()
        .map(|value| (f64::from(*value) - center).abs() as f32);
    percentile(&mut deviations.collect::<Vec<_>>(), 50.0).map(|mad| mad * SIGMA_PER_MAD)
}

/// The values in ascending order.
pub fn sorted(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// What the pixels of one stamp are like. Values are in the stamp's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StampStatistics {
    /// Pixels that were used: all but NaN and sentinels.
    pub usable: usize,
    /// NaN pixels.
    pub nan: usize,
    /// Fill values and infinities.
    pub sentinel: usize,
    /// Saturated pixels (they are used too).
    pub saturated: usize,
    /// Smallest used value.
    pub min: f32,
    /// Largest used value.
    pub max: f32,
    /// Arithmetic mean.
    pub mean: f64,
    pub median: f64,
    /// Standard deviation from the median absolute deviation.
    pub sigma: f64,
}

impl StampStatistics {
    /// The statistics of a stamp; none where no pixel is usable.
    pub fn of(stamp: &Stamp) -> Option<Self> {
        let marks = Marks::of(stamp);
        let mut counts = [0_usize; 3];
        let mut values = Vec::with_capacity(stamp.pixels.len());
        for value in stamp.pixels.iter().copied() {
            match marks.classify(value) {
                PixelMark::Nan => counts[0] += 1,
                PixelMark::Sentinel => counts[1] += 1,
                PixelMark::Saturated => {
                    counts[2] += 1;
                    values.push(value);
                }
                PixelMark::Plain => values.push(value),
            }
        }
        let values = sorted(values);
        let median = percentile_of_sorted(&values, 50.0)?;
        let sum: f64 = values.iter().map(|value| f64::from(*value)).sum();
        Some(Self {
            usable: values.len(),
            nan: counts[0],
            sentinel: counts[1],
            saturated: counts[2],
            min: *values.first()?,
            max: *values.last()?,
            mean: sum / values.len() as f64,
            median,
            sigma: mad_sigma(&values, median)?,
        })
    }

    /// How many standard deviations a value lies above the median; none without scatter.
    pub fn in_sigma(&self, value: f32) -> Option<f64> {
        let is_known = value.is_finite() && self.sigma > 0.0;
        is_known.then(|| (f64::from(value) - self.median) / self.sigma)
    }
}

#[cfg(test)]
mod tests {
    use super::{StampStatistics, mad_sigma, median, percentile, percentile_of_sorted};
    use crate::domain::Stamp;

    #[test]
    fn percentiles_interpolate_between_ranks() {
        let values = [1.0, 2.0, 4.0, 8.0];
        for (percent, expected) in [(0.0, 1.0), (50.0, 3.0), (75.0, 5.0), (100.0, 8.0)] {
            assert_eq!(percentile_of_sorted(&values, percent), Some(expected));
            let mut shuffled = [4.0, 1.0, 8.0, 2.0];
            assert_eq!(percentile(&mut shuffled, percent), Some(expected));
        }
        assert_eq!(percentile_of_sorted(&[], 50.0), None);
        assert_eq!(percentile_of_sorted(&[3.0], 99.0), Some(3.0));
    }

    #[test]
    fn scatter_ignores_one_wild_pixel() {
        let values = [1.0, 2.0, 3.0, 4.0, 1e6];
        assert_eq!(median(&values), Some(3.0));
        assert_eq!(mad_sigma(&values, 3.0), Some(1.482_602_218_505_602));
    }

    #[test]
    fn counts_say_what_was_left_out() {
        let pixels = vec![1.0, 2.0, 3.0, f32::NAN, f32::INFINITY, -9999.0, 50.0, 2.0];
        let mut stamp = Stamp::new(4, 2, pixels);
        stamp.saturation = Some(50.0);
        let found = StampStatistics::of(&stamp).unwrap();
        assert_eq!((found.usable, found.nan, found.sentinel), (5, 1, 2));
        assert_eq!((found.saturated, found.min, found.max), (1, 1.0, 50.0));
        assert_eq!((found.median, found.mean), (2.0, 11.6));
        assert_eq!(found.in_sigma(2.0), Some(0.0));
        assert_eq!(found.in_sigma(f32::NAN), None);
    }

    #[test]
    fn a_stamp_without_usable_pixels_has_none() {
        assert_eq!(StampStatistics::of(&Stamp::new(1, 1, vec![f32::NAN])), None);
        assert_eq!(StampStatistics::of(&Stamp::new(0, 0, vec![])), None);
        let constant = StampStatistics::of(&Stamp::new(2, 1, vec![7.0, 7.0])).unwrap();
        assert_eq!((constant.sigma, constant.in_sigma(8.0)), (0.0, None));
    }
}
