//! IRAF's zscale interval, with the sampling and rejection of astropy's `ZScaleInterval`.
//!
//! A line is fitted to the sorted sample; its slope, divided by the contrast, spans the
//! interval about the median. Source: `astropy/visualization/interval.py` (BSD), after
//! STScI's numdisplay.

use super::statistics::{percentile_of_sorted, sorted};

/// Where more than this share of the sample is rejected, the interval is min to max.
const MAX_REJECT: f64 = 0.5;
/// Fewer pixels than this cannot carry a fit.
const MIN_PIXELS: usize = 5;
/// Rejection threshold in standard deviations of the residuals.
const REJECT_SIGMA: f64 = 2.5;
/// Rounds of rejection.
const MAX_ITERATIONS: usize = 5;

/// The zscale interval of finite values in row order; none where there are no values.
///
/// `contrast` in 0..=1 (0.25 by custom), `max_samples` pixels are looked at (1000).
pub fn zscale(values: &[f32], contrast: f64, max_samples: usize) -> Option<(f64, f64)> {
    let samples = sorted(sample(values, max_samples.max(1)));
    let count = samples.len();
    let low = f64::from(*samples.first()?);
    let high = f64::from(*samples.last()?);
    let Some(slope) = rejected_slope(&samples) else {
        return Some((low, high));
    };
    let slope = if contrast > 0.0 {
        slope / contrast
    } else {
        slope
    };
    let center = ((count - 1) / 2) as f64;
    let median = percentile_of_sorted(&samples, 50.0)?;
    Some((
        low.max(median - (center - 1.0) * slope),
        high.min(median + (count as f64 - center) * slope),
    ))
}

/// Every n-th value, so that no more than `max_samples` remain.
fn sample(values: &[f32], max_samples: usize) -> Vec<f32> {
    let stride = (values.len() / max_samples).max(1);
    let picked = values.iter().step_by(stride).take(max_samples);
    picked.copied().collect()
}

/// Slope of value against rank after rejection; none where too few pixels survive.
fn rejected_slope(samples: &[f32]) -> Option<f64> {
    let count = samples.len();
    let min_good = MIN_PIXELS.max((count as f64 * MAX_REJECT) as usize);
    let grow = ((count as f64 * 0.01) as usize).max(1);
    let mut is_bad = vec![false; count];
    let (mut good, mut last_good) = (count, count + 1);
    let mut slope = None;
    for _ in 0..MAX_ITERATIONS {
        if good >= last_good || good < min_good {
            break;
        }
        let line = fit_line(samples, &is_bad)?;
        slope = Some(line.slope);
        let residuals: Vec<f64> = samples
            .iter()
            .enumerate()
            .map(|(rank, value)| f64::from(*value) - line.at(rank))
            .collect();
        let threshold = REJECT_SIGMA * good_deviation(&residuals, &is_bad);
        for (bad, residual) in is_bad.iter_mut().zip(&residuals) {
            *bad |= residual.abs() > threshold;
        }
        is_bad = dilated(&is_bad, grow);
        last_good = good;
        good = is_bad.iter().filter(|bad| !**bad).count();
    }
    slope.filter(|_| good >= min_good)
}

struct Line {
    mean_rank: f64,
    mean_value: f64,
    slope: f64,
}

impl Line {
    fn at(&self, rank: usize) -> f64 {
        self.mean_value + self.slope * (rank as f64 - self.mean_rank)
    }
}

/// Least squares over the good pixels; the slope is 0 where they share one rank.
fn fit_line(samples: &[f32], is_bad: &[bool]) -> Option<Line> {
    let good = || {
        let points = samples.iter().zip(is_bad).enumerate();
        points.filter_map(|(rank, (value, bad))| (!bad).then_some((rank as f64, f64::from(*value))))
    };
    let count = good().count();
    if count == 0 {
        return None;
    }
    let mean_rank = good().map(|(rank, _)| rank).sum::<f64>() / count as f64;
    let mean_value = good().map(|(_, value)| value).sum::<f64>() / count as f64;
    let (mut covariance, mut variance) = (0.0, 0.0);
    for (rank, value) in good() {
        covariance += (rank - mean_rank) * (value - mean_value);
        variance += (rank - mean_rank).powi(2);
    }
    Some(Line {
        mean_rank,
        mean_value,
        slope: if variance > 0.0 {
            covariance / variance
        } else {
            0.0
        },
    })
}

/// Population standard deviation of the residuals of good pixels.
fn good_deviation(residuals: &[f64], is_bad: &[bool]) -> f64 {
    let good = || {
        let pairs = residuals.iter().zip(is_bad);
        pairs.filter_map(|(residual, bad)| (!bad).then_some(*residual))
    };
    let count = good().count() as f64;
    let mean = good().sum::<f64>() / count;
    (good().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}

/// The mask convolved with a run of `width` ones, as `numpy.convolve(…, mode="same")`:
/// a run of even width reaches one pixel further towards higher ranks.
fn dilated(mask: &[bool], width: usize) -> Vec<bool> {
    let below = (width - 1) / 2;
    let above = width / 2;
    let mut wide = vec![false; mask.len()];
    for at in (0..mask.len()).filter(|at| mask[*at]) {
        let end = (at + above + 1).min(mask.len());
        wide[at.saturating_sub(below)..end].fill(true);
    }
    wide
}

#[cfg(test)]
mod tests {
    use super::{dilated, sample, zscale};

    #[test]
    fn dilation_is_numpys() {
        let mut mask = [false; 9];
        mask[4] = true;
        let spread = |width| -> Vec<usize> {
            let wide = dilated(&mask, width);
            (0..9).filter(|at| wide[*at]).collect()
        };
        assert_eq!(spread(1), [4]);
        assert_eq!(spread(2), [4, 5]);
        assert_eq!(spread(3), [3, 4, 5]);
        assert_eq!(spread(4), [3, 4, 5, 6]);
        assert_eq!(spread(5), [2, 3, 4, 5, 6]);
    }

    #[test]
    fn the_sample_strides_over_the_whole_image() {
        let values: Vec<f32> = (0..2500).map(|i| i as f32).collect();
        let picked = sample(&values, 1000);
        assert_eq!((picked.len(), picked[1], picked[999]), (1000, 2.0, 1998.0));
    }

    #[test]
    fn a_ramp_is_spanned_by_its_slope() {
        // Slope 1 per rank over contrast 1: about the median by half the count.
        let values: Vec<f32> = (0..101).map(|i| i as f32).collect();
        assert_eq!(zscale(&values, 1.0, 1000), Some((1.0, 100.0)));
    }

    #[test]
    fn few_pixels_give_their_extremes() {
        assert_eq!(zscale(&[], 0.25, 1000), None);
        assert_eq!(zscale(&[3.0], 0.25, 1000), Some((3.0, 3.0)));
        assert_eq!(zscale(&[3.0, 1.0], 0.25, 0), Some((3.0, 3.0)));
        assert_eq!(zscale(&[9.0, 1.0, 5.0], 0.25, 1000), Some((1.0, 9.0)));
    }
}
