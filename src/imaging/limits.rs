//! The interval of pixel values that a picture shows, and the rules that choose it.

use serde::{Deserialize, Serialize};

use crate::domain::Stamp;

use super::{
    marks::{Marks, usable_pixels, usable_values},
    sigma_clip::sigma_clip,
    sky_limits::{StampSky, limits_above_sky},
    statistics::{median, percentile},
    zscale::zscale,
};

/// Limits stay within this, so that their difference fits into 32 bits.
const MAX_MAGNITUDE: f64 = 1e30;
/// The least width, above the denormal numbers that a GPU takes for zero.
const MIN_WIDTH: f64 = 1e-30;
/// The least width as a share of the values: eight steps of a 32-bit number.
const MIN_RELATIVE_WIDTH: f64 = 1e-6;

/// The shown interval, in the unit of the pixels: finite, `low < high`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// The value shown as the first colour of the map.
    pub low: f32,
    /// The value shown as the last colour.
    pub high: f32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            low: 0.0,
            high: 1.0,
        }
    }
}

impl Limits {
    /// Limits out of two values in either order.
    ///
    /// Equal values are widened about themselves, so that a constant picture is shown in the
    /// middle of its map; 0 to 1 where a value is not finite.
    pub fn new(low: f64, high: f64) -> Self {
        if !(low.is_finite() && high.is_finite()) {
            return Self::default();
        }
        let (low, high) = (low.min(high), low.max(high));
        let low = low.clamp(-MAX_MAGNITUDE, MAX_MAGNITUDE);
        let high = high.clamp(-MAX_MAGNITUDE, MAX_MAGNITUDE);
        let least = (low.abs().max(high.abs()) * MIN_RELATIVE_WIDTH).max(MIN_WIDTH);
        let missing = (least - (high - low)).max(0.0) / 2.0;
        Self {
            low: (low - missing) as f32,
            high: (high + missing) as f32,
        }
    }

    /// The narrowest limits about zero that hold these.
    #[must_use]
    pub fn symmetric(self) -> Self {
        let reach = f64::from(self.low.abs().max(self.high.abs()));
        Self::new(-reach, reach)
    }

    /// The limits of the same pixels with their sign flipped.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            low: -self.high,
            high: -self.low,
        }
    }

    /// Both limits, higher by so much.
    #[must_use]
    pub fn raised(self, by: f64) -> Self {
        Self::new(f64::from(self.low) + by, f64::from(self.high) + by)
    }

    /// The limits that hold both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    /// Where a value lies: 0 at `low`, 1 at `high`, clamped. NaN stays NaN.
    pub fn fraction(self, value: f32) -> f32 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// How limits are chosen from pixels. NaN, infinities and fill values take no part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitRule {
    /// Smallest to largest value.
    MinMax,
    /// Two percentiles, interpolated as astropy's `AsymmetricPercentileInterval` does.
    Percentile {
        /// Percent of pixels below the lower limit.
        lower: f64,
        /// Percent of pixels below the upper limit.
        upper: f64,
    },
    /// IRAF's zscale, as astropy's `ZScaleInterval`.
    ZScale {
        /// 0.25 by custom; larger shows less.
        contrast: f64,
        /// Pixels looked at; 1000 in astropy, 600 in DS9.
        samples: u32,
    },
    /// The bounds of sigma clipping about the median.
    SigmaClip {
        /// Rejection threshold in standard deviations.
        sigma: f64,
        /// Rounds of rejection.
        iterations: u32,
    },
    /// From the sky of each stamp: see [`super::sky_limits`]. Stamps that share them share the
    /// interval above their skies.
    AboveSky {
        /// Standard deviations of the sky that the lower limit lies under it.
        below: f64,
        /// Percent of pixels below the upper limit.
        upper: f64,
    },
    /// Fixed values.
    Manual {
        /// Lower limit.
        low: f32,
        /// Upper limit.
        high: f32,
    },
    /// ALeRCE: from the minimum plus `median_share` of the median absolute deviation, to the
    /// largest value of the box of `side` pixels in the middle.
    CentralBox {
        /// Side of the box, pixels.
        side: u32,
        /// Share of the median absolute deviation added to the minimum.
        median_share: f64,
    },
}

impl LimitRule {
    /// Above the sky, smallest to largest, percentiles 0.5 to 99.7, zscale, sigma clip, ALeRCE's
    /// box, fixed: each with the usual parameters, for a list to choose from.
    pub const ALL: [Self; 7] = [
        Self::AboveSky {
            below: 2.0,
            upper: 99.8,
        },
        Self::MinMax,
        Self::Percentile {
            lower: 0.5,
            upper: 99.7,
        },
        Self::ZScale {
            contrast: 0.25,
            samples: 1000,
        },
        Self::SigmaClip {
            sigma: 3.0,
            iterations: 5,
        },
        Self::CentralBox {
            side: 4,
            median_share: 0.2,
        },
        Self::Manual {
            low: 0.0,
            high: 1.0,
        },
    ];

    /// The rule's name on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AboveSky { .. } => "above sky",
            Self::MinMax => "min-max",
            Self::Percentile { .. } => "percentile",
            Self::ZScale { .. } => "zscale",
            Self::SigmaClip { .. } => "sigma clip",
            Self::Manual { .. } => "manual",
            Self::CentralBox { .. } => "central box",
        }
    }

    pub fn limits(self, stamp: &Stamp) -> Limits {
        let limits = self.limits_over(&[stamp]);
        match (self, StampSky::of(stamp)) {
            (Self::AboveSky { .. }, Some(sky)) => limits.raised(sky.level),
            _ => limits,
        }
    }

    /// Common limits of several stamps, those above the sky without it; 0 to 1 where none has a
    /// usable pixel.
    pub fn limits_over(self, stamps: &[&Stamp]) -> Limits {
        match self {
            Self::Manual { low, high } => Limits::new(f64::from(low), f64::from(high)),
            Self::AboveSky { below, upper } => limits_above_sky(stamps, below, upper),
            Self::CentralBox { side, median_share } => stamps
                .iter()
                .filter_map(|stamp| central_box(stamp, side as usize, median_share))
                .reduce(Limits::union)
                .unwrap_or_default(),
            _ => self.limits_of_usable(usable_values(stamps)),
        }
    }

    /// The limits of pixels without a shape: a central box is all of them.
    pub fn limits_of_pixels(self, pixels: &[f32]) -> Limits {
        match self {
            Self::CentralBox { .. } | Self::AboveSky { .. } => {
                self.limits(&Stamp::new(pixels.len(), 1, pixels.to_vec()))
            }
            _ => self.limits_of_usable(usable_pixels(pixels)),
        }
    }

    fn limits_of_usable(self, values: Vec<f32>) -> Limits {
        let found = match self {
            Self::ZScale { contrast, samples } => zscale(&values, contrast, samples as usize),
            Self::SigmaClip { sigma, iterations } => {
                sigma_clip(&values, sigma, iterations as usize)
            }
            Self::Percentile { lower, upper } => percentiles(values, lower, upper),
            Self::Manual { low, high } => Some((f64::from(low), f64::from(high))),
            Self::MinMax | Self::CentralBox { .. } | Self::AboveSky { .. } => {
                percentiles(values, 0.0, 100.0)
            }
        };
        found.map_or_else(Limits::default, |(low, high)| Limits::new(low, high))
    }
}

fn percentiles(mut values: Vec<f32>, lower: f64, upper: f64) -> Option<(f64, f64)> {
    Some((
        percentile(&mut values, lower)?,
        percentile(&mut values, upper)?,
    ))
}

/// ALeRCE's recipe for science and reference stamps (its stamp service, `get_max`).
fn central_box(stamp: &Stamp, side: usize, median_share: f64) -> Option<Limits> {
    let marks = Marks::of(stamp);
    let values = usable_values(&[stamp]);
    let center = median(&values)?;
    let deviations: Vec<f32> = values
        .iter()
        .map(|value| (f64::from(*value) - center).abs() as f32)
        .collect();
    let min = values.iter().copied().reduce(f32::min)?;
    let window = |size: usize| {
        let start = (size / 2).saturating_sub(side / 2);
        start..(start + side.max(1)).min(size)
    };
    let max = window(stamp.height)
        .flat_map(|y| window(stamp.width).filter_map(move |x| stamp.at(x, y)))
        .filter(|value| marks.is_usable(*value))
        .reduce(f32::max)
        .or_else(|| values.iter().copied().reduce(f32::max))?;
    let low = f64::from(min) + median_share * median(&deviations)?;
    // A source fainter than its surroundings would turn the picture over.
    Some(Limits::new(low, f64::from(max).max(low)))
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
