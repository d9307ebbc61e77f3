//! A look: everything that turns a pixel value into a colour.
//!
//! [`Look::color`] is the twin of the fragment shader `shaders/stamp.wgsl`, step by step:
//! mark, limits, stretch, inversion, contrast and bias, colour map.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::Stamp;

use super::{
    color_map::{COLORS, ColorMap},
    equalise::{fraction_below, quantiles},
    limits::Limits,
    marks::PixelMark,
    stretch::Stretch,
};

/// Colours of pixels that are no measurements (sRGB). No map of [`ColorMap`] comes near the
/// usual ones, and no class has a colour like them; tests hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkColors {
    /// The file has no value here.
    pub nan: [u8; 3],
    /// A fill value or an infinity.
    pub sentinel: [u8; 3],
    /// Saturated; none shows such pixels as all others.
    pub saturated: Option<[u8; 3]>,
}

impl Default for MarkColors {
    fn default() -> Self {
        Self {
            nan: [0, 240, 240],
            sentinel: [255, 0, 255],
            saturated: Some([0, 255, 60]),
        }
    }
}

/// How one stamp is coloured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The interval of values shown.
    pub limits: Limits,
    /// How it is bent.
    pub stretch: Stretch,
    /// The parameter of the stretch, where it has one.
    pub stretch_parameter: f32,
    /// The colours.
    pub color_map: ColorMap,
    /// True runs through the map backwards.
    pub is_inverted: bool,
    /// DS9's contrast: slope about the bias, 1 for none.
    pub contrast: f32,
    /// DS9's bias: the place that is shown in the middle of the map, 0.5 for none.
    pub bias: f32,
    /// Colours of marked pixels.
    pub marks: MarkColors,
    /// Quantiles for [`Stretch::HistogramEqual`], made by [`Look::equalise_over`].
    #[serde(skip)]
    pub equalise: Option<Arc<[f32]>>,
}

impl Default for Look {
    fn default() -> Self {
        Self::new(Limits::default(), Stretch::Linear, ColorMap::Grey)
    }
}

impl Look {
    /// A look with the stretch's usual parameter and nothing else changed.
    pub fn new(limits: Limits, stretch: Stretch, color_map: ColorMap) -> Self {
        Self {
            limits,
            stretch,
            stretch_parameter: stretch.usual_parameter().unwrap_or_default(),
            color_map,
            is_inverted: false,
            contrast: 1.0,
            bias: 0.5,
            marks: MarkColors::default(),
            equalise: None,
        }
    }

    /// Makes the table that a histogram-equal stretch needs; drops it for all others.
    pub fn equalise_over(&mut self, stamps: &[&Stamp]) {
        self.equalise = match self.stretch {
            Stretch::HistogramEqual => quantiles(stamps, self.limits),
            _ => None,
        };
    }

    /// The colour of a pixel. `value` is what the stamp stores, with its sign flipped where
    /// the picture is; `mark` is the mark of what the stamp stores.
    pub fn color(&self, value: f32, mark: PixelMark) -> [u8; 3] {
        match mark {
            PixelMark::Nan => return self.marks.nan,
            PixelMark::Sentinel => return self.marks.sentinel,
            PixelMark::Saturated => {
                if let Some(color) = self.marks.saturated {
                    return color;
                }
            }
            PixelMark::Plain => {}
        }
        self.map_color(self.position(value))
    }

    /// Where a value falls in the colour map, 0..=1.
    pub fn position(&self, value: f32) -> f32 {
        let stretched = match (&self.equalise, self.stretch) {
            (Some(table), Stretch::HistogramEqual) => fraction_below(table, value),
            _ => self
                .stretch
                .apply(self.limits.fraction(value), self.stretch_parameter),
        };
        self.adjusted(stretched)
    }

    /// Inversion, then contrast and bias: `(x - bias) contrast + 0.5`, clamped, as DS9 does
    /// (there an inverted map mirrors the bias, which is the same).
    pub fn adjusted(&self, stretched: f32) -> f32 {
        let turned = if self.is_inverted {
            1.0 - stretched
        } else {
            stretched
        };
        ((turned - self.bias) * self.contrast + 0.5).clamp(0.0, 1.0)
    }

    /// The colour at a place in the map, interpolated between entries: steps between
    /// neighbours would show rounding that differs from device to device.
    pub fn map_color(&self, position: f32) -> [u8; 3] {
        let table = self.color_map.table();
        let at = position.clamp(0.0, 1.0) * (COLORS - 1) as f32;
        let below = (at.floor() as usize).min(COLORS - 2);
        let step = at - below as f32;
        std::array::from_fn(|c| {
            let (low, high) = (f32::from(table[below][c]), f32::from(table[below + 1][c]));
            (low + (high - low) * step).round() as u8
        })
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small binary fractions are exact")]
mod tests {
    use super::{Look, MarkColors};
    use crate::domain::{Class, Vocabulary};
    use crate::{
        domain::Stamp,
        imaging::{ColorMap, Limits, PixelMark, Stretch},
    };

    fn grey(low: f64, high: f64) -> Look {
        Look::new(Limits::new(low, high), Stretch::Linear, ColorMap::Grey)
    }

    #[test]
    fn limits_take_the_ends_of_the_map() {
        let look = grey(-10.0, 30.0);
        for (value, shade) in [
            (-50.0, 0),
            (-10.0, 0),
            (10.0, 128),
            (30.0, 255),
            (99.0, 255),
        ] {
            assert_eq!(look.color(value, PixelMark::Plain), [shade; 3], "{value}");
        }
    }

    #[test]
    fn inversion_turns_the_map() {
        let mut look = grey(0.0, 255.0);
        look.is_inverted = true;
        assert_eq!(look.color(0.0, PixelMark::Plain), [255; 3]);
        assert_eq!(look.color(200.0, PixelMark::Plain), [55; 3]);
    }

    #[test]
    fn contrast_and_bias_are_ds9s() {
        let mut look = grey(0.0, 1.0);
        look.contrast = 2.0;
        look.bias = 0.25;
        assert_eq!(look.position(0.0), 0.0);
        assert_eq!(look.position(0.25), 0.5);
        assert_eq!(look.position(0.5), 1.0);
        look.contrast = 0.0;
        assert_eq!(look.position(0.9), 0.5);
    }

    #[test]
    fn marked_pixels_have_colours_of_their_own() {
        let mut look = grey(0.0, 1.0);
        assert_eq!(look.color(f32::NAN, PixelMark::Nan), look.marks.nan);
        assert_eq!(look.color(1e30, PixelMark::Sentinel), look.marks.sentinel);
        assert_eq!(
            Some(look.color(1.0, PixelMark::Saturated)),
            look.marks.saturated
        );
        look.marks.saturated = None;
        assert_eq!(look.color(1.0, PixelMark::Saturated), [255; 3]);
    }

    #[test]
    fn no_map_comes_near_a_mark() {
        let marks = MarkColors::default();
        let colors = [marks.nan, marks.sentinel, marks.saturated.unwrap()];
        for map in ColorMap::ALL {
            for entry in map.table() {
                for mark in colors {
                    let squares = (0..3).map(|c| (i32::from(entry[c]) - i32::from(mark[c])).pow(2));
                    let distance = f64::from(squares.sum::<i32>()).sqrt();
                    assert!(distance > 40.0, "{map:?} {entry:?} {mark:?}: {distance}");
                }
            }
        }
    }

    #[test]
    fn no_class_has_the_colour_of_a_mark() {
        let marks = MarkColors::default();
        let vocabularies = Vocabulary::built_ins();
        let classes = vocabularies.iter().flat_map(|all| &all.classes);
        for class in classes.filter_map(Class::rgb) {
            for mark in [marks.nan, marks.sentinel] {
                let squares = (0..3).map(|c| (i32::from(class[c]) - i32::from(mark[c])).pow(2));
                let distance = f64::from(squares.sum::<i32>()).sqrt();
                assert!(distance > 90.0, "{class:?} {mark:?}: {distance}");
            }
        }
    }

    #[test]
    fn histogram_equal_needs_its_table_and_drops_it_after() {
        let stamp = Stamp::new(4, 1, vec![0.0, 1.0, 2.0, 100.0]);
        let mut look = grey(0.0, 100.0);
        look.stretch = Stretch::HistogramEqual;
        assert!(look.position(2.0) < 0.1);
        look.equalise_over(&[&stamp]);
        assert!(look.position(2.0) > 0.6);
        look.stretch = Stretch::Linear;
        look.equalise_over(&[&stamp]);
        assert_eq!(look.equalise, None);
    }
}
