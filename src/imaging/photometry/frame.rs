//! One image as photometry sees it: pixels, and which of them are measurements.

use crate::{
    domain::Stamp,
    imaging::marks::{Marks, PixelMark},
};

/// Pixels (y, x) of one image, with the levels that tell bad pixels from good ones.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` values.
    pub values: &'a [f32],
    marks: Marks,
}

impl<'a> Frame<'a> {
    /// A frame of bare pixels; none where there are not `width * height` of them.
    pub fn new(
        width: usize,
        height: usize,
        values: &'a [f32],
        saturation: Option<f32>,
    ) -> Option<Self> {
        (width * height == values.len() && !values.is_empty()).then(|| Self {
            width,
            height,
            values,
            marks: Marks::of_pixels(values, saturation),
        })
    }

    /// The frame of a stamp; none where it has no pixels.
    pub fn of(stamp: &'a Stamp) -> Option<Self> {
        Self::new(stamp.width, stamp.height, &stamp.pixels, stamp.saturation)
    }

    /// The middle of the frame, pixels from the centre of the first one: (x, y).
    pub fn middle_px(&self) -> [f64; 2] {
        [self.width, self.height].map(|side| (side as f64 - 1.0) / 2.0)
    }

    /// What the pixel of that index is.
    pub(super) fn mark(&self, at: usize) -> PixelMark {
        self.marks.classify(self.values[at])
    }

    /// True where the pixel of that index is a measurement.
    pub(super) fn is_good(&self, at: usize) -> bool {
        self.mark(at) == PixelMark::Plain
    }

    /// The pixels whose centres lie within a radius of a position: index, and x and y of the
    /// centre seen from the position.
    pub(super) fn within(&self, [x, y]: [f64; 2], radius_px: f64) -> Vec<(usize, f64, f64)> {
        let columns = range(x, radius_px, self.width);
        let rows = range(y, radius_px, self.height);
        let mut found = Vec::with_capacity(columns.len() * rows.len());
        let most = radius_px * radius_px;
        for row in rows {
            let dy = row as f64 - y;
            for column in columns.clone() {
                let dx = column as f64 - x;
                if dx * dx + dy * dy <= most {
                    found.push((row * self.width + column, dx, dy));
                }
            }
        }
        found
    }

    /// True where a circle reaches over the edge of the frame.
    pub(super) fn cuts(&self, [x, y]: [f64; 2], radius_px: f64) -> bool {
        let cuts =
            |at: f64, side: usize| at < radius_px - 0.5 || at + radius_px > side as f64 - 0.5;
        cuts(x, self.width) || cuts(y, self.height)
    }
}

/// The indices within a reach of a position, inside of the frame.
fn range(at: f64, reach: f64, side: usize) -> std::ops::Range<usize> {
    let first = (at - reach).ceil().clamp(0.0, side as f64) as usize;
    let end = ((at + reach).floor() + 1.0).clamp(0.0, side as f64) as usize;
    first..end.max(first)
}

#[cfg(test)]
mod tests {
    use super::Frame;

    #[test]
    fn a_circle_holds_the_pixels_whose_centres_it_holds() {
        let values = [0.0; 25];
        let frame = Frame::new(5, 5, &values, None).unwrap();
        assert_eq!(frame.within([2.0, 2.0], 1.0).len(), 5);
        assert_eq!(frame.within([0.0, 0.0], 1.0).len(), 3);
        assert_eq!(frame.within([-9.0, 2.0], 1.0).len(), 0);
        assert_eq!(frame.within([2.0, 2.0], 99.0).len(), 25);
        assert!(!frame.cuts([2.0, 2.0], 2.5));
        assert!(frame.cuts([2.0, 2.0], 2.6));
        assert!(Frame::new(5, 4, &values, None).is_none());
        assert!(Frame::new(0, 0, &[], None).is_none());
    }
}
