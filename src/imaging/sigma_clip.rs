//! Sigma clipping: the interval outside which pixels are outliers.
//!
//! The same as astropy's `sigma_clip(…, cenfunc="median", stdfunc="std")` and its
//! `return_bounds`.

use super::statistics::{percentile_of_sorted, sorted};

/// The last rejection bounds, `median ± sigma · std` of what had survived; none where there
/// are no values.
pub fn sigma_clip(values: &[f32], sigma: f64, max_iterations: usize) -> Option<(f64, f64)> {
    let values = sorted(values.to_vec());
    let mut kept = values.as_slice();
    let mut bounds = None;
    for _ in 0..max_iterations.max(1) {
        let Some(median) = percentile_of_sorted(kept, 50.0) else {
            break;
        };
        let reach = sigma * standard_deviation(kept);
        let (low, high) = (median - reach, median + reach);
        bounds = Some((low, high));
        let first = kept.partition_point(|value| f64::from(*value) < low);
        let end = kept.partition_point(|value| f64::from(*value) <= high);
        let is_settled = first == 0 && end == kept.len();
        kept = &kept[first.min(end)..end];
        if is_settled {
            break;
        }
    }
    bounds
}

/// Population standard deviation; 0 where there are no values.
fn standard_deviation(values: &[f32]) -> f64 {
    let count = values.len().max(1) as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum();
    (squares / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::sigma_clip;

    #[test]
    fn an_outlier_widens_nothing() {
        let mut values: Vec<f32> = (0..100).map(|i| (i % 10) as f32).collect();
        let (low, high) = sigma_clip(&values, 3.0, 5).unwrap();
        values.push(1e6);
        let clipped = sigma_clip(&values, 3.0, 5).unwrap();
        assert!((clipped.0 - low).abs() < 0.6 && (clipped.1 - high).abs() < 0.6);
    }

    #[test]
    fn nothing_and_constants_are_no_trouble() {
        assert_eq!(sigma_clip(&[], 3.0, 5), None);
        assert_eq!(sigma_clip(&[4.0; 9], 3.0, 5), Some((4.0, 4.0)));
        assert_eq!(sigma_clip(&[4.0, 5.0], 0.0, 5), Some((4.5, 4.5)));
    }
}
