//! A square image while it is being made: larger than the stamp that is cut out of its middle.

/// Square pixels, (y, x).
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    side: usize,
    /// Pixels, `side` × `side`.
    pub pixels: Vec<f32>,
}

impl Image {
    /// An empty one.
    pub fn new(side: usize) -> Self {
        Self {
            side,
            pixels: vec![0.0; side * side],
        }
    }

    /// Width and height, pixels.
    pub const fn side(&self) -> usize {
        self.side
    }

    /// The pixel, along both axes, that becomes the middle of a stamp.
    pub const fn middle(&self) -> usize {
        middle_of(self.side)
    }

    /// The pixel at (x, y).
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.pixels[y * self.side + x]
    }

    /// Adds another image of the same side, times a factor.
    pub fn add(&mut self, other: &Self, factor: f32) {
        for (pixel, added) in self.pixels.iter_mut().zip(&other.pixels) {
            *pixel += factor * added;
        }
    }

    /// A smaller image with the same middle pixel; itself where it is no larger.
    #[must_use]
    pub fn middle_part(self, side: usize) -> Self {
        if side >= self.side {
            return self;
        }
        let pixels = self.stamp_about_middle(side);
        Self { side, pixels }
    }

    fn stamp_about_middle(&self, side: usize) -> Vec<f32> {
        let first = self.middle() - middle_of(side);
        let rows = self.pixels.chunks_exact(self.side).skip(first).take(side);
        rows.flat_map(|row| row[first..first + side].iter().copied())
            .collect()
    }

    /// The middle, `stamp_side` × `stamp_side` pixels, shifted by whole pixels (x, y).
    ///
    /// Pixels outside of the image are NaN.
    pub fn stamp(&self, stamp_side: usize, shift_px: [isize; 2]) -> Vec<f32> {
        let mut stamp = Vec::with_capacity(stamp_side * stamp_side);
        let start = |shift: isize| self.middle() as isize - (stamp_side / 2) as isize + shift;
        let [x0, y0] = shift_px.map(start);
        let side = self.side as isize;
        for y in y0..y0 + stamp_side as isize {
            for x in x0..x0 + stamp_side as isize {
                let is_inside = (0..side).contains(&x) && (0..side).contains(&y);
                stamp.push(if is_inside {
                    self.pixels[(y * side + x) as usize]
                } else {
                    f32::NAN
                });
            }
        }
        stamp
    }

    /// Resamples to a grid shifted by a fraction of a pixel (0 to 1) along each axis, bilinearly.
    ///
    /// Everything moves by minus the fraction, and the noise of neighbouring pixels becomes
    /// correlated. The last row and column stay as they are.
    pub fn resample(&mut self, [fx, fy]: [f32; 2]) {
        let side = self.side;
        for row in self.pixels.chunks_exact_mut(side) {
            for x in 0..side - 1 {
                row[x] += fx * (row[x + 1] - row[x]);
            }
        }
        for at in 0..side * (side - 1) {
            self.pixels[at] += fy * (self.pixels[at + side] - self.pixels[at]);
        }
    }
}

/// The middle pixel of an image of this side.
pub const fn middle_of(side: usize) -> usize {
    (side - 1) / 2
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use super::*;
    use crate::imaging::Moffat;

    #[test]
    fn a_stamp_has_the_middle_pixel_in_its_middle() {
        for side in [21, 22, 40, 41] {
            let mut image = Image::new(side);
            let middle = image.middle();
            image.pixels[middle * side + middle] = 1.0;
            assert_eq!(image.stamp(21, [0, 0])[10 * 21 + 10], 1.0);
            assert_eq!(image.at(middle, middle), 1.0);
            if side > 24 {
                assert_eq!(image.stamp(21, [1, -2])[12 * 21 + 9], 1.0);
            }
        }
        for side in [30, 31] {
            let mut image = Image::new(48);
            let middle = image.middle();
            image.pixels[middle * 48 + middle + 1] = 1.0;
            let part = image.clone().middle_part(side);
            assert_eq!(part.at(part.middle() + 1, part.middle()), 1.0);
            assert_eq!(part.pixels.len(), side * side);
            assert_eq!(image.clone().middle_part(60), image);
        }
        let outside = Image::new(5).stamp(7, [0, 0]);
        assert_eq!(outside.iter().filter(|pixel| pixel.is_nan()).count(), 24);
    }

    #[test]
    fn resampling_moves_by_the_fraction_and_keeps_the_flux() {
        let mut image = Image::new(41);
        Moffat::round(5.0, 4.0).add_to(&mut image.pixels, 41, [20.3, 20.6], 1000.0);
        let before: f32 = image.pixels.iter().sum();
        image.resample([0.3, 0.6]);
        let after: f32 = image.pixels.iter().sum();
        assert!((before - after).abs() < 1.0);
        let moment = |axis: usize| {
            let weighted = image.pixels.iter().enumerate().map(|(at, p)| {
                let place = if axis == 0 { at % 41 } else { at / 41 };
                place as f32 * p
            });
            weighted.sum::<f32>() / after
        };
        assert!((moment(0) - 20.0).abs() < 0.02 && (moment(1) - 20.0).abs() < 0.02);
    }
}
