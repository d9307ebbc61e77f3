//! S/N of a difference image whose survey gives none.

use crate::imaging::statistics::{mad_sigma, median};

/// Electrons per count of ZTF's camera, which stands for others where no gain is told.
const USUAL_GAIN: f64 = 6.2;

/// Difference over the root of its variance; where the variance is no positive number, NaN.
/// None where no pixel is left.
pub(super) fn from_variance(difference: &[f32], variance: &[f32]) -> Option<Vec<f32>> {
    let divided = difference.iter().zip(variance).map(|(value, variance)| {
        if *variance > 0.0 {
            value / variance.sqrt()
        } else {
            f32::NAN
        }
    });
    let snr: Vec<f32> = divided.collect();
    snr.iter().any(|value| value.is_finite()).then_some(snr)
}

/// Difference less its median over a noise of two parts: the scatter of the whole stamp (pixels that
/// are exactly 0 are blank and do not count), and the photons of the science image above its sky
/// where there is one. None where no pixel can be used.
pub(super) fn estimated(difference: &[f32], science: Option<&[f32]>) -> Option<Vec<f32>> {
    let used = |pixels: &[f32]| -> Vec<f32> {
        let known = pixels.iter().copied();
        known.filter(|v| v.is_finite() && *v != 0.0).collect()
    };
    let known = used(difference);
    let middle = median(&known)?;
    let scatter = mad_sigma(&known, middle)?.max(f64::from(f32::MIN_POSITIVE));
    let sky = science.and_then(|science| median(&used(science)));
    let snr = difference.iter().enumerate().map(|(at, value)| {
        let light = match (science, sky) {
            (Some(science), Some(sky)) => (f64::from(science[at]) - sky).max(0.0) / USUAL_GAIN,
            _ => 0.0,
        };
        let light = if light.is_finite() { light } else { 0.0 };
        ((f64::from(*value) - middle) / (scatter.powi(2) + light).sqrt()) as f32
    });
    Some(snr.collect())
}
