//! Histogram of pixel values, for the panel with draggable limits.

use crate::domain::Stamp;

use super::{marks::usable_values, statistics::sorted};

/// Share of pixels on either side that may fall outside the bins.
const TAIL: f64 = 0.005;

/// Counts in bins of equal width, and what lies outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Pixels in each bin.
    pub bins: Vec<u32>,
    /// Pixels below the first bin.
    pub below: u32,
    /// Pixels above the last.
    pub above: u32,
}

/// A histogram of the usable pixels of some stamps.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Lower edge of the first bin, in the unit of the pixels.
    pub low: f32,
    /// Upper edge of the last bin.
    pub high: f32,
    pub counts: Counts,
}

impl Histogram {
    /// A histogram over a range that holds 99 % of the pixels and half as much again on
    /// either side, so that one hot pixel does not squeeze the rest into one bin.
    /// None without bins or usable pixels.
    pub fn over(stamps: &[&Stamp], bins: usize) -> Option<Self> {
        let values = sorted(usable_values(stamps));
        let (low, high) = robust_range(&values)?;
        let bins = (bins > 0).then(|| vec![0_u32; bins])?;
        let mut counts = Counts {
            bins,
            below: 0,
            above: 0,
        };
        let last = counts.bins.len() - 1;
        let per_value = counts.bins.len() as f64 / (high - low);
        for value in values.iter().map(|value| f64::from(*value)) {
            if value < low {
                counts.below += 1;
            } else if value > high {
                counts.above += 1;
            } else {
                counts.bins[(((value - low) * per_value) as usize).min(last)] += 1;
            }
        }
        Some(Self {
            low: low as f32,
            high: high as f32,
            counts,
        })
    }
}

/// The range to show of sorted values, wider than zero.
fn robust_range(values: &[f32]) -> Option<(f64, f64)> {
    let (min, max) = (f64::from(*values.first()?), f64::from(*values.last()?));
    let last = values.len() - 1;
    // With few pixels one on either side is left out all the same: it may be the hot one.
    let tail = if values.len() > 4 {
        ((values.len() as f64 * TAIL).ceil() as usize).max(1)
    } else {
        0
    };
    let (inner_low, inner_high) = (f64::from(values[tail]), f64::from(values[last - tail]));
    let margin = (inner_high - inner_low) / 2.0;
    let (low, high) = (min.max(inner_low - margin), max.min(inner_high + margin));
    if high > low {
        return Some((low, high));
    }
    let half = (low.abs() * 1e-3).max(1e-6);
    Some((low - half, high + half))
}

#[cfg(test)]
mod tests {
    use super::Histogram;
    use crate::domain::Stamp;

    fn total(histogram: &Histogram) -> u32 {
        let counts = &histogram.counts;
        counts.bins.iter().sum::<u32>() + counts.below + counts.above
    }

    #[test]
    fn one_hot_pixel_does_not_squeeze_the_rest() {
        let mut pixels: Vec<f32> = (0..441).map(|i| (i % 21) as f32).collect();
        pixels[7] = 4e6;
        pixels[8] = f32::NAN;
        let histogram = Histogram::over(&[&Stamp::new(21, 21, pixels)], 30).unwrap();
        assert_eq!((histogram.counts.above, total(&histogram)), (1, 440));
        assert!(histogram.high < 40.0, "{}", histogram.high);
        assert!(histogram.counts.bins.iter().filter(|n| **n > 0).count() > 15);
    }

    #[test]
    fn every_pixel_is_counted_once() {
        let pixels: Vec<f32> = (0..100).map(|i| i as f32).collect();
        let histogram = Histogram::over(&[&Stamp::new(10, 10, pixels)], 7).unwrap();
        assert_eq!(total(&histogram), 100);
    }

    #[test]
    fn poison_is_survived() {
        let of =
            |pixels: &[f32]| Histogram::over(&[&Stamp::new(pixels.len(), 1, pixels.to_vec())], 8);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[f32::NAN, f32::INFINITY]), None);
        assert_eq!(total(&of(&[5.0]).unwrap()), 1);
        assert_eq!(total(&of(&[0.0; 12]).unwrap()), 12);
        assert_eq!(total(&of(&[1e-40, 2e-40]).unwrap()), 2);
        assert_eq!(total(&of(&[-1e19, 1e19, 1e18, 2e18, 3e18]).unwrap()), 5);
        assert_eq!(Histogram::over(&[&Stamp::new(1, 1, vec![1.0])], 0), None);
    }
}
