//! What a network has seen of a candidate so far, and the input that the next image makes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CHANNELS, CONDITIONS, CalibratedEpoch};
use crate::domain::{Band, SequenceForm};

/// Counts at which the brightness scale turns from linear to logarithmic.
pub(super) const SOFTENING: f32 = 20.0;
/// Largest relative and largest significant difference that is told apart.
pub(super) const MOST_RELATIVE: f32 = 4.0;
/// The relative difference is floored where the source is fainter than so many times the noise.
pub(super) const FAINTEST_PEAK: f32 = 4.0;
/// The peak of what was seen is looked for that close to the middle, pixels.
pub(super) const PEAK_WITHIN_PX: usize = 4;
/// Noise at which the significance scale turns from linear to logarithmic.
pub(super) const SIGNIFICANT: f32 = 3.0;

/// The images before the next one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    form: SequenceForm,
    side: usize,
    /// For every filter what was seen through it: brightness in one is no measure for another.
    bands: BTreeMap<Option<Band>, Seen>,
    /// The images one and two epochs ago, brightness scale.
    last: [Option<Vec<f32>>; 2],
    last_mjd: Option<f64>,
}

/// What was seen through one filter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Seen {
    epochs: u32,
    /// Sums and numbers of the measured values of each pixel.
    sums: Vec<f32>,
    counts: Vec<u16>,
    /// Sum of the variances of a pixel of sky.
    variance: f32,
}

impl History {
    /// Nothing seen yet.
    pub fn new(form: SequenceForm, side: usize) -> Self {
        Self {
            form,
            side,
            bands: BTreeMap::new(),
            last: [None, None],
            last_mjd: None,
        }
    }

    /// True where it was begun with that form and size, and has all of what it needs.
    pub fn is_of(&self, form: SequenceForm, side: usize) -> bool {
        let size = side * side;
        let mut seen = self.bands.values();
        let mut last = self.last.iter().flatten();
        (self.form, self.side) == (form, side)
            && seen.all(|seen| seen.sums.len() == size && seen.counts.len() == size)
            && last.all(|image| image.len() == size)
    }

    pub fn epochs(&self) -> usize {
        self.bands.values().map(|seen| seen.epochs as usize).sum()
    }

    /// The input of the next epoch, which then counts as seen.
    ///
    /// Appends (channel, y, x) to `channels`, all finite. `RunningDifference`: the image on an asinh
    /// scale; its difference to the mean of the earlier images of the same filter, relative to that
    /// mean's smoothed peak; the same difference in units of its noise, on an asinh scale. `Window`:
    /// this image, the one before and the one before that, on an asinh scale, 0 where there is none.
    ///
    /// Returned are the conditions: log days since the epoch before, width of a point source (tens of
    /// pixels), log noise, log number of earlier epochs of the filter, and 1 at the first of them. The
    /// scales are our choice.
    pub fn next(&mut self, epoch: &CalibratedEpoch, channels: &mut Vec<f32>) -> [f32; CONDITIONS] {
        let bright: Vec<f32> = epoch
            .pixels
            .iter()
            .map(|value| brightness(*value))
            .collect();
        let size = self.side * self.side;
        let seen = self
            .bands
            .entry(epoch.band.clone())
            .or_insert_with(|| Seen::none(size));
        let before = seen.epochs;
        channels.extend_from_slice(&bright);
        match self.form {
            SequenceForm::RunningDifference => {
                seen.differences(epoch, self.side, channels);
                seen.add(epoch);
            }
            SequenceForm::Window => {
                for past in &self.last {
                    match past {
                        Some(past) => channels.extend_from_slice(past),
                        None => channels.extend(std::iter::repeat_n(0.0, size)),
                    }
                }
                seen.epochs += 1;
                self.last.swap(0, 1);
                self.last[0] = Some(bright);
            }
        }
        debug_assert!(channels.len().is_multiple_of(CHANNELS * size));
        let waited = self
            .last_mjd
            .map_or(0.0, |last| (epoch.mjd - last).max(0.0));
        self.last_mjd = Some(epoch.mjd);
        [
            (1.0 + waited as f32).ln() / 2.0,
            (epoch.fwhm_px / 10.0).min(2.0),
            (epoch.noise / 10.0).ln() / 2.0,
            (1.0 + before as f32).ln() / 2.0,
            if before == 0 { 1.0 } else { 0.0 },
        ]
    }
}

impl Seen {
    fn none(size: usize) -> Self {
        Self {
            epochs: 0,
            sums: vec![0.0; size],
            counts: vec![0; size],
            variance: 0.0,
        }
    }

    fn add(&mut self, epoch: &CalibratedEpoch) {
        self.epochs += 1;
        self.variance += epoch.noise * epoch.noise;
        let places = self.sums.iter_mut().zip(&mut self.counts);
        for ((sum, count), value) in places.zip(&epoch.pixels) {
            if value.is_finite() && *count < u16::MAX {
                *sum += value;
                *count += 1;
            }
        }
    }

    /// Two channels: zeros at the first epoch.
    fn differences(&self, epoch: &CalibratedEpoch, side: usize, channels: &mut Vec<f32>) {
        let size = side * side;
        if self.epochs == 0 {
            channels.extend(std::iter::repeat_n(0.0, 2 * size));
            return;
        }
        let mean: Vec<f32> = self
            .sums
            .iter()
            .zip(&self.counts)
            .map(|(sum, count)| {
                if *count == 0 {
                    f32::NAN
                } else {
                    sum / f32::from(*count)
                }
            })
            .collect();
        let epochs = self.epochs as f32;
        let of_mean = self.variance / (epochs * epochs);
        let peak = smoothed_peak(&mean, side).max(FAINTEST_PEAK * of_mean.sqrt());
        let noise = (epoch.noise * epoch.noise + of_mean).sqrt();
        let difference: Vec<f32> = epoch
            .pixels
            .iter()
            .zip(&mean)
            .map(|(value, mean)| {
                if (value - mean).is_finite() {
                    value - mean
                } else {
                    0.0
                }
            })
            .collect();
        let relative = |d: &f32| (3.0 * d / peak).clamp(-MOST_RELATIVE, MOST_RELATIVE);
        channels.extend(difference.iter().map(relative));
        let significant = |d: &f32| (d / (SIGNIFICANT * noise)).asinh() / 2.0;
        channels.extend(difference.iter().map(significant));
    }
}

fn brightness(counts: f32) -> f32 {
    if counts.is_finite() {
        (counts / SOFTENING).asinh() / 4.0
    } else {
        0.0
    }
}

/// The largest mean of 3x3 pixels within the middle part of the image.
fn smoothed_peak(image: &[f32], side: usize) -> f32 {
    let middle = side / 2;
    let reach = middle.min(PEAK_WITHIN_PX);
    let mut peak = 0.0_f32;
    for y in middle - reach..=(middle + reach).min(side - 1) {
        for x in middle - reach..=(middle + reach).min(side - 1) {
            let (mut sum, mut count) = (0.0, 0.0);
            for (dy, dx) in (0..9).map(|at| (at / 3, at % 3)) {
                let (row, column) = ((y + dy).wrapping_sub(1), (x + dx).wrapping_sub(1));
                if row < side && column < side {
                    let value = image[row * side + column];
                    if value.is_finite() {
                        sum += value;
                        count += 1.0;
                    }
                }
            }
            if count > 0.0 {
                peak = peak.max(sum / count);
            }
        }
    }
    peak
}
