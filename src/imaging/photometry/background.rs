//! The local sky: level and scatter of a ring of pixels round a source, outliers clipped.

use super::frame::Frame;
use crate::imaging::{
    sigma_clip::sigma_clip,
    statistics::{mad_sigma, median},
};

/// Pixels further from the median than so many standard deviations are other sources.
const CLIP_SIGMA: f64 = 3.0;
const CLIP_ROUNDS: usize = 8;
/// Standard deviation of a normal distribution cut at 3 sigma, in units of the uncut one:
/// √(1 - 6 φ(3) / (2 Φ(3) - 1)).
const CLIPPED_SIGMA: f64 = 0.986_578;
/// Fewer pixels than these tell no scatter.
const LEAST_PIXELS: usize = 8;

/// A ring of pixels by the distances of their centres from a source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ring {
    /// Inner radius, pixels.
    pub inner_px: f64,
    /// Outer radius, pixels.
    pub outer_px: f64,
}

impl Ring {
    /// The ring for a source of that width in a frame of that size: from twice the FWHM on, but
    /// never so far out that a small stamp has no ring; as wide as it is far. Our choice.
    pub fn around(fwhm_px: f64, width: usize, height: usize) -> Self {
        let half_side = width.min(height) as f64 / 2.0;
        let inner_px = (2.0 * fwhm_px).max(5.0).min(0.8 * half_side);
        Self {
            inner_px,
            outer_px: (2.0 * inner_px).max(inner_px + 6.0),
        }
    }
}

/// The sky at a source, in the unit of the pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Background {
    /// Mean of the pixels that were kept.
    pub level: f64,
    /// Standard deviation of one pixel.
    pub scatter: f64,
    /// Standard deviation of the level.
    pub error: f64,
    /// Pixels that were kept.
    pub used_px: usize,
}

/// The background of a source at a position.
///
/// None where the ring has fewer than eight good pixels.
pub fn background(frame: &Frame<'_>, position_px: [f64; 2], ring: Ring) -> Option<Background> {
    SkyPixels::of(frame, position_px, ring).background()
}

/// The good pixels of a ring, gathered once for all rounds of a measurement.
pub(super) struct SkyPixels {
    at: Vec<usize>,
    values: Vec<f32>,
    /// What was kept when outliers were last looked for.
    bounds: (f64, f64),
}

impl SkyPixels {
    pub fn of(frame: &Frame<'_>, position_px: [f64; 2], ring: Ring) -> Self {
        let hole = ring.inner_px * ring.inner_px;
        let inside = frame.within(position_px, ring.outer_px).into_iter();
        let is_ring = |(_, dx, dy): &(usize, f64, f64)| dx * dx + dy * dy >= hole;
        let at = inside.filter(is_ring).map(|(at, ..)| at);
        let at: Vec<usize> = at.filter(|at| frame.is_good(*at)).collect();
        let values: Vec<f32> = at.iter().map(|at| frame.values[*at]).collect();
        let bounds = clip(&values);
        Self {
            bounds: bounds.unwrap_or((f64::NAN, f64::NAN)),
            at,
            values,
        }
    }

    /// Where the pixels lie.
    pub fn places(&self) -> &[usize] {
        &self.at
    }

    pub fn background(&self) -> Option<Background> {
        kept(&self.values, self.bounds)
    }

    /// The background without the light of a source of that flux: the wings of a bright star
    /// reach into any ring. Outliers are looked for anew where those wings are no small matter
    /// against the scatter.
    pub fn without_star(&mut self, psf: &[f32], flux: f64) -> Option<Background> {
        let flux = flux as f32;
        let pixels = self.at.iter().zip(&self.values);
        let values: Vec<f32> = pixels.map(|(at, value)| value - flux * psf[*at]).collect();
        let highest = self.at.iter().map(|at| psf[*at]).fold(0.0, f32::max);
        if f64::from(flux.abs() * highest) > WINGS_THAT_CLIP * (self.bounds.1 - self.bounds.0) {
            self.bounds = clip(&values)?;
        }
        kept(&values, self.bounds)
    }
}

/// Wings above this share of the kept range may have made good pixels outliers.
const WINGS_THAT_CLIP: f64 = 0.03;

/// The interval outside which pixels are outliers: begun from the median and its absolute
/// deviations, which no neighbour moves far, then by mean and standard deviation of what is kept.
/// None where there are too few values.
fn clip(values: &[f32]) -> Option<(f64, f64)> {
    let center = median(values)?;
    let sigma = mad_sigma(values, center)?;
    if sigma == 0.0 {
        // Half of the pixels are equal: coarse counts, or a blank.
        return sigma_clip(values, CLIP_SIGMA, CLIP_ROUNDS);
    }
    let about =
        |center: f64, sigma: f64| (center - CLIP_SIGMA * sigma, center + CLIP_SIGMA * sigma);
    let mut bounds = about(center, sigma);
    let mut used_px = 0;
    for _ in 0..CLIP_ROUNDS {
        let next = kept(values, bounds)?;
        if next.used_px == used_px {
            break;
        }
        used_px = next.used_px;
        bounds = about(next.level, next.scatter);
    }
    Some(bounds)
}

/// The background of the values within bounds.
fn kept(values: &[f32], (low, high): (f64, f64)) -> Option<Background> {
    // Sums about a value within the bounds lose no digits.
    let pivot = low.midpoint(high);
    let (mut used_px, mut sum, mut squares) = (0, 0.0, 0.0);
    for value in values {
        let value = f64::from(*value);
        if value >= low && value <= high {
            let off = value - pivot;
            used_px += 1;
            sum += off;
            squares += off * off;
        }
    }
    if used_px < LEAST_PIXELS {
        return None;
    }
    let count = used_px as f64;
    let variance = (squares - sum * sum / count).max(0.0) / (count - 1.0);
    let scatter = variance.sqrt() / CLIPPED_SIGMA;
    Some(Background {
        level: pivot + sum / count,
        scatter,
        error: scatter / count.sqrt(),
        used_px,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::photometry::test_sky::{Noise, star};

    #[test]
    fn a_neighbour_does_not_lift_the_sky() {
        let mut noise = Noise::new(3);
        let (mut levels, mut scatters) = (0.0, 0.0);
        for _ in 0..100 {
            let mut values: Vec<f32> = (0..441).map(|_| 100.0 + 5.0 * noise.normal()).collect();
            for (value, light) in values.iter_mut().zip(star(21, [18.0, 17.0], 3.0)) {
                *value += 20_000.0 * light;
            }
            let frame = Frame::new(21, 21, &values, None).unwrap();
            let ring = Ring::around(4.0, 21, 21);
            let sky = background(&frame, [10.0, 10.0], ring).unwrap();
            levels += sky.level / 100.0;
            scatters += sky.scatter / 100.0;
        }
        assert!((levels - 100.0).abs() < 1.0, "{levels}");
        assert!((scatters - 5.0).abs() < 0.5, "{scatters}");
    }

    #[test]
    fn a_ring_without_pixels_tells_nothing() {
        let values = [1.0; 9];
        let frame = Frame::new(3, 3, &values, None).unwrap();
        let ring = Ring::around(3.0, 3, 3);
        assert!(background(&frame, [50.0, 1.0], ring).is_none());
        assert!(kept(&[1.0; 7], (0.0, 2.0)).is_none());
    }
}
