//! Shapes that artefacts are painted with.

use crate::simulate::image::Image;

/// A straight line with a Gaussian profile across.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Its middle, pixels from the middle of the first: (x, y).
    pub center_px: [f64; 2],
    /// Radians from x to y.
    pub angle_rad: f64,
    /// Standard deviation across, pixels.
    pub sigma_px: f64,
    /// Length, pixels; infinite for one that crosses the image.
    pub length_px: f64,
}

/// Ends fade over this many pixels, or this share of the width.
const END_PX: f64 = 0.35;
const END_SIGMAS: f64 = 0.6;

impl Line {
    /// Adds `amplitude(along)` at the ridge, `along` in pixels from the middle.
    pub fn add_to(&self, image: &mut Image, amplitude: impl Fn(f64) -> f64) {
        let (sin, cos) = self.angle_rad.sin_cos();
        let end = END_PX.max(END_SIGMAS * self.sigma_px);
        paint(image, |x, y| {
            let (dx, dy) = (x - self.center_px[0], y - self.center_px[1]);
            let across = (cos * dy - sin * dx) / self.sigma_px;
            if across.abs() > 5.0 {
                return 0.0;
            }
            let along = cos * dx + sin * dy;
            let beyond = (along.abs() - 0.5 * self.length_px) / end;
            if beyond > 12.0 {
                return 0.0;
            }
            amplitude(along) * (-0.5 * across * across).exp() / (1.0 + beyond.exp())
        });
    }
}

/// Adds a value to every pixel (x, y).
pub fn paint(image: &mut Image, value: impl Fn(f64, f64) -> f64) {
    let side = image.side();
    for (y, row) in image.pixels.chunks_exact_mut(side).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel += value(x as f64, y as f64) as f32;
        }
    }
}

/// 1 inside of a radius and 0 outside, with an edge of this softness, pixels.
pub fn disc(distance_px: f64, radius_px: f64, softness_px: f64) -> f64 {
    1.0 / (1.0
        + ((distance_px - radius_px) / softness_px)
            .clamp(-30.0, 30.0)
            .exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_length_width_and_direction() {
        let line = Line {
            center_px: [20.0, 20.0],
            angle_rad: std::f64::consts::FRAC_PI_2,
            sigma_px: 1.5,
            length_px: 12.0,
        };
        let mut image = Image::new(41);
        line.add_to(&mut image, |_| 2.0);
        let sum: f32 = image.pixels.iter().sum();
        let expected = 2.0 * 12.0 * 1.5 * std::f32::consts::TAU.sqrt();
        assert!((sum / expected - 1.0).abs() < 0.02, "{sum} {expected}");
        assert!(image.at(20, 22) > 1.9 && image.at(25, 20) < 0.02 && image.at(20, 31) < 0.02);
    }
}
