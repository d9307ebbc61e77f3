//! Stamps at half, a quarter, an eighth… of their resolution, for drawing where the memory of
//! the GPU does not take all pixels. What is measured is always measured on all of them.
//!
//! At level n a texel stands for 2ⁿ×2ⁿ pixels; those at the right and lower edge for fewer.

use super::marks::{Marks, PixelMark};

/// Texels along a side of so many pixels.
pub const fn texels(side: usize, level: u32) -> usize {
    side.div_ceil(1 << level)
}

/// The lowest level at which neither side has more than `most` texels.
pub fn level_to_fit(size: [usize; 2], most: usize) -> u32 {
    let longest = size[0].max(size[1]);
    (0..usize::BITS - 1)
        .find(|level| texels(longest, *level) <= most.max(1))
        .unwrap_or_default()
}

/// The texels of a stamp at a level, row by row.
///
/// A block with a saturated pixel becomes its highest one, so that it is shown as saturated: the
/// cores of stars must not look sound because their wings are. Else a block of which at least
/// half has no measurement is marked like the first of those pixels; a single bad pixel is left
/// out, for otherwise a few per cent of them would hide all others. Every other block is the mean
/// of its measurements.
pub fn shrink(pixels: &[f32], width: usize, marks: Marks, level: u32) -> Vec<f32> {
    if level == 0 || width == 0 {
        return pixels.to_vec();
    }
    let side = 1_usize << level;
    let columns = texels(width, level);
    let mut blocks = vec![Block::default(); columns];
    let mut shrunk = Vec::with_capacity(columns * texels(pixels.len() / width, level));
    for band in pixels.chunks(width * side) {
        blocks.fill(Block::default());
        for row in band.chunks(width) {
            for (block, values) in blocks.iter_mut().zip(row.chunks(side)) {
                for value in values {
                    block.add(*value, marks.classify(*value));
                }
            }
        }
        shrunk.extend(blocks.iter().map(|block| block.value(marks)));
    }
    shrunk
}

#[derive(Clone, Copy, Default)]
struct Block {
    sum: f64,
    plain: u32,
    first_plain: Option<f32>,
    bad: u32,
    first_bad: Option<f32>,
    saturated: Option<f32>,
}

impl Block {
    fn add(&mut self, value: f32, mark: PixelMark) {
        match mark {
            PixelMark::Plain => {
                self.sum += f64::from(value);
                self.plain += 1;
                self.first_plain.get_or_insert(value);
            }
            PixelMark::Nan | PixelMark::Sentinel => {
                self.bad += 1;
                self.first_bad.get_or_insert(value);
            }
            PixelMark::Saturated => {
                let highest = self.saturated.unwrap_or(value).max(value);
                self.saturated = Some(highest);
            }
        }
    }

    fn value(&self, marks: Marks) -> f32 {
        match (self.saturated, self.first_bad, self.first_plain) {
            (Some(value), _, _) => value,
            (None, Some(value), _) if self.bad >= self.plain => value,
            (None, _, Some(first)) => {
                let mean = (self.sum / f64::from(self.plain)) as f32;
                // A mean that happens to be a fill value must not be taken for one.
                match marks.classify(mean) {
                    PixelMark::Plain => mean,
                    _ => first,
                }
            }
            (None, _, None) => f32::NAN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shrunk(pixels: &[f32], width: usize, saturation: Option<f32>, level: u32) -> Vec<f32> {
        shrink(pixels, width, Marks::of_pixels(pixels, saturation), level)
    }

    #[test]
    fn a_block_is_the_mean_of_its_pixels_and_edge_blocks_of_fewer() {
        let pixels: Vec<f32> = (0..15).map(|value| value as f32).collect();
        // 5×3: columns 0..1, 2..3, 4; rows 0..1, 2.
        let expected = [3.0, 5.0, 6.5, 10.5, 12.5, 14.0];
        assert_eq!(shrunk(&pixels, 5, None, 1), expected);
        assert_eq!(shrunk(&pixels, 5, None, 0), pixels);
        assert_eq!(shrunk(&pixels, 5, None, 3), [7.0]);
        assert_eq!(shrunk(&[1.0, 3.0, 8.0], 3, None, 1), [2.0, 8.0]);
    }

    #[test]
    fn marks_survive_by_rule() {
        let (nan, fill) = (f32::NAN, -9999.0);
        let one_bad = shrunk(&[1.0, nan, 3.0, 5.0], 2, None, 1);
        assert_eq!(one_bad, [3.0], "a single bad pixel is left out");
        let half_bad = shrunk(&[1.0, nan, fill, 5.0], 2, None, 1);
        assert!(half_bad[0].is_nan(), "half of a block is bad");
        assert_eq!(shrunk(&[fill, fill, nan, 5.0], 2, None, 1), [fill]);
        assert_eq!(shrunk(&[fill; 4], 2, None, 1), [fill]);
        let core = shrunk(&[60.0, nan, 1.0, 70.0], 2, Some(50.0), 1);
        assert_eq!(core, [70.0], "a saturated core stays saturated");
    }

    #[test]
    fn a_mean_is_never_taken_for_a_mark() {
        let pixels = [-9998.0, -10_000.0];
        let marks = Marks::of_pixels(&pixels, None);
        let shrunk = shrink(&pixels, 2, marks, 1);
        assert_eq!(marks.classify(shrunk[0]), PixelMark::Plain);
    }

    #[test]
    fn the_lowest_level_that_fits_is_found() {
        for (size, level) in [
            ([1024, 7], 0),
            ([1025, 3], 1),
            ([3000, 2000], 2),
            ([8000, 1], 3),
            ([1, 8193], 4),
        ] {
            assert_eq!(level_to_fit(size, 1024), level, "{size:?}");
        }
    }
}
