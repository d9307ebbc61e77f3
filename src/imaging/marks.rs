//! Pixels that are no measurements: missing, fill values and saturation.
//!
//! They are marked on screen in colours of their own, and they take no part in limits,
//! statistics and histograms (saturated ones do: their value is a lower bound).

use serde::{Deserialize, Serialize};

use crate::domain::Stamp;

/// No survey's unit reaches this; pipelines write ±1e20, ±1e30 or ±f32::MAX for "no value".
pub const SENTINEL: f32 = 1e20;

/// Values that pipelines write, to the last bit, where there is none: -9999 and -99999 by
/// custom, the lowest 16-bit and 32-bit integers where BLANK was lost in a conversion.
pub const FILL_VALUES: [f32; 4] = [-9999.0, -99_999.0, -32_768.0, -2_147_483_648.0];

/// From here a value is suspect: HiTS stamps hold pixels of 9.998e7 among counts of 1e2.
const SUSPECT: f32 = 5e7;

/// A suspect value is a sentinel where it exceeds the stamp's own level by this factor.
/// Stamps in small units (electrons of a deep stack, nJy of a bright star) stay plain.
const SUSPECT_RATIO: f32 = 1000.0;

/// What one pixel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PixelMark {
    /// A measurement.
    Plain,
    /// Not a number: the file has no value here.
    Nan,
    /// A fill value or an infinity.
    Sentinel,
    /// At or above the saturation level of the header.
    Saturated,
}

/// The levels that tell marked pixels of one stamp from plain ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marks {
    /// Magnitudes from here on are sentinels; never above [`SENTINEL`].
    pub sentinel_from: f32,
    /// Values from here on are saturated; infinite where no level is known.
    pub saturated_from: f32,
}

impl Default for Marks {
    fn default() -> Self {
        Self {
            sentinel_from: SENTINEL,
            saturated_from: f32::INFINITY,
        }
    }
}

impl Marks {
    /// The levels of one stamp.
    pub fn of(stamp: &Stamp) -> Self {
        Self::of_pixels(&stamp.pixels, stamp.saturation)
    }

    /// The levels of pixels without a stamp around them, and of this saturation level.
    pub fn of_pixels(pixels: &[f32], saturation: Option<f32>) -> Self {
        let saturated_from = saturation
            .filter(|level| level.is_finite() && *level > 0.0)
            .unwrap_or(f32::INFINITY);
        Self {
            sentinel_from: sentinel_from(pixels),
            saturated_from,
        }
    }

    /// What a pixel of that value is. Twin of `classify` in `shaders/stamp.wgsl`, which
    /// tests bits, because a shader may treat NaN as it likes.
    pub fn classify(self, value: f32) -> PixelMark {
        let magnitude_bits = value.to_bits() & 0x7fff_ffff;
        if magnitude_bits > f32::INFINITY.to_bits() {
            PixelMark::Nan
        } else if magnitude_bits >= self.sentinel_from.to_bits() || is_fill_value(value) {
            PixelMark::Sentinel
        } else if value >= self.saturated_from {
            PixelMark::Saturated
        } else {
            PixelMark::Plain
        }
    }

    /// True for a value that statistics and limits may use.
    pub fn is_usable(self, value: f32) -> bool {
        matches!(
            self.classify(value),
            PixelMark::Plain | PixelMark::Saturated
        )
    }
}

/// The usable values of several stamps, in the order of stamps and rows.
pub fn usable_values(stamps: &[&Stamp]) -> Vec<f32> {
    let mut values = Vec::with_capacity(stamps.iter().map(|stamp| stamp.pixels.len()).sum());
    for stamp in stamps {
        let marks = Marks::of(stamp);
        values.extend(stamp.pixels.iter().filter(|value| marks.is_usable(**value)));
    }
    values
}

/// The usable values of pixels without a stamp around them.
pub fn usable_pixels(pixels: &[f32]) -> Vec<f32> {
    let marks = Marks::of_pixels(pixels, None);
    let is_usable = |value: &f32| marks.is_usable(*value);
    pixels.iter().copied().filter(is_usable).collect()
}

fn is_fill_value(value: f32) -> bool {
    FILL_VALUES
        .iter()
        .any(|fill| fill.to_bits() == value.to_bits())
}

/// [`SENTINEL`], or [`SUSPECT`] where the suspect values tower above all others.
fn sentinel_from(pixels: &[f32]) -> f32 {
    let is_suspect = |value: &f32| value.abs() >= SUSPECT && value.abs() < SENTINEL;
    if !pixels.iter().any(is_suspect) {
        return SENTINEL;
    }
    let highest_plain = pixels
        .iter()
        .filter(|value| value.abs() < SUSPECT && !is_fill_value(**value))
        .fold(0.0_f32, |highest, value| highest.max(value.abs()));
    let has_plain = pixels.iter().any(|value| value.abs() < SUSPECT);
    if has_plain && highest_plain * SUSPECT_RATIO < SUSPECT {
        SUSPECT
    } else {
        SENTINEL
    }
}

#[cfg(test)]
mod tests {
    use super::{Marks, PixelMark, usable_pixels, usable_values};
    use crate::domain::Stamp;

    #[test]
    fn every_kind_of_bad_pixel_is_told_apart() {
        let mut stamp = Stamp::new(2, 1, vec![10.0, 200.0]);
        stamp.saturation = Some(200.0);
        let marks = Marks::of(&stamp);
        for (value, mark) in [
            (10.0, PixelMark::Plain),
            (1e-40, PixelMark::Plain),
            (-199.0, PixelMark::Plain),
            (-200.0, PixelMark::Plain),
            (200.0, PixelMark::Saturated),
            (f32::NAN, PixelMark::Nan),
            (-f32::NAN, PixelMark::Nan),
            (f32::INFINITY, PixelMark::Sentinel),
            (f32::NEG_INFINITY, PixelMark::Sentinel),
            (f32::MIN, PixelMark::Sentinel),
            (1e20, PixelMark::Sentinel),
            (1e30, PixelMark::Sentinel),
            (-9999.0, PixelMark::Sentinel),
            (-9998.9, PixelMark::Plain),
        ] {
            assert_eq!(marks.classify(value), mark, "{value}");
        }
    }

    #[test]
    fn a_hits_sentinel_is_found_among_counts() {
        let stamp = Stamp::new(4, 1, vec![148.0, 152.0, 9.998e7, 140.0]);
        assert_eq!(Marks::of(&stamp).classify(9.998e7), PixelMark::Sentinel);
        assert_eq!(usable_values(&[&stamp]), [148.0, 152.0, 140.0]);
    }

    #[test]
    fn large_values_in_a_small_unit_are_measurements() {
        let values = [1e5, 9e6, 6e7, 7e7];
        assert_eq!(usable_pixels(&values), values);
        let only_large = [6e7, 8e7];
        assert_eq!(usable_pixels(&only_large), only_large);
    }

    #[test]
    fn a_saturation_level_that_says_nothing_marks_nothing() {
        for level in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            let mut stamp = Stamp::new(1, 1, vec![5.0]);
            stamp.saturation = Some(level);
            assert_eq!(Marks::of(&stamp).classify(5.0), PixelMark::Plain, "{level}");
        }
    }
}
