//! The light of a galaxy: an exponential disc plus a de Vaucouleurs bulge.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the instructions that were chosen"
)]

use super::{Random, image::Image};
use crate::imaging::fast_math::{Vectorised, exp, vectorised};

/// A galaxy of unit total flux, before the point-spread function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GalaxyProfile {
    /// Half-light radius along the major axis, pixels.
    pub radius_px: f64,
    /// Minor over major axis.
    pub axis_ratio: f64,
    /// Direction of the major axis, radians from x towards y.
    pub angle_rad: f64,
    /// Share of the flux in the de Vaucouleurs profile (n = 4); the rest is exponential (n = 1).
    pub bulge_share: f64,
}

/// Exponent b and total flux over 2π q I(Re) Re² of a Sérsic profile,
/// I(r) = I(Re) exp(−b ((r/Re)^(1/n) − 1)) (Graham & Driver 2005, equations 1, 4 and 6):
/// n e^b b^(−2n) Γ(2n).
const EXPONENTIAL: [f64; 2] = [1.678_347, 1.901_3];
const DE_VAUCOULEURS: [f64; 2] = [7.669_249, 3.606_7];

/// Sub-pixels along an axis near the centre.
const SUB_PIXELS: usize = 5;
/// Half-width of the region that is sub-sampled, pixels.
const STEEP_PX: f64 = 4.0;

impl GalaxyProfile {
    /// Adds the galaxy to an image, not convolved, `center` in pixels from the middle of the
    /// first. Light beyond the image is lost, as it is on the sky.
    pub fn add_to(&self, image: &mut Image, center: [f64; 2], counts: f64) {
        vectorised(Light {
            shape: Shape::of(self, counts),
            image,
            center,
        });
    }

    /// A place in the disc, drawn from its light: pixels from the centre along x and y.
    pub fn draw_offset(&self, random: &mut Random) -> [f64; 2] {
        // r exp(−r/h) is the density of the sum of two exponential numbers.
        let scale = self.radius_px / EXPONENTIAL[0];
        let radius = random.exponential(scale) + random.exponential(scale);
        let turn = random.uniform(0.0, std::f64::consts::TAU);
        let (along, across) = (radius * turn.cos(), radius * turn.sin() * self.axis_ratio);
        let (sin, cos) = self.angle_rad.sin_cos();
        [along * cos - across * sin, along * sin + across * cos]
    }
}

/// The light of a galaxy that is being added.
struct Light<'a> {
    shape: Shape,
    image: &'a mut Image,
    center: [f64; 2],
}

impl Vectorised for Light<'_> {
    #[inline(always)]
    fn run(self) {
        let Self {
            shape,
            image,
            center,
        } = self;
        let side = image.side();
        let column = |x: f64| x.clamp(0.0, side as f64) as usize;
        let first = column((center[0] - STEEP_PX).ceil());
        let end = column((center[0] + STEEP_PX).floor() + 1.0).max(first);
        for (y, row) in image.pixels.chunks_exact_mut(side).enumerate() {
            let dy = y as f64 - center[1];
            let dx = |x: usize| x as f64 - center[0];
            if dy.abs() >= STEEP_PX {
                shape.add_row(row, dx(0), dy);
                continue;
            }
            shape.add_row(&mut row[..first], dx(0), dy);
            shape.add_row(&mut row[end..], dx(end), dy);
            for (x, pixel) in row[first..end].iter_mut().enumerate() {
                *pixel += shape.integrated(dx(first + x), dy);
            }
        }
    }
}

struct Shape {
    sin: f32,
    cos: f32,
    inverse_ratio: f32,
    inverse_radius: f32,
    disc: f32,
    bulge: f32,
}

impl Shape {
    fn of(profile: &GalaxyProfile, counts: f64) -> Self {
        let (sin, cos) = profile.angle_rad.sin_cos();
        let area = std::f64::consts::TAU * profile.axis_ratio * profile.radius_px.powi(2);
        let bulge = profile.bulge_share * counts / (DE_VAUCOULEURS[1] * area);
        let disc = (1.0 - profile.bulge_share) * counts / (EXPONENTIAL[1] * area);
        Self {
            sin: sin as f32,
            cos: cos as f32,
            inverse_ratio: (1.0 / profile.axis_ratio) as f32,
            inverse_radius: (1.0 / profile.radius_px) as f32,
            disc: disc as f32,
            bulge: bulge as f32,
        }
    }

    /// Adds the light along a row that begins at `dx`.
    #[inline(always)]
    fn add_row(&self, row: &mut [f32], dx: f64, dy: f64) {
        for (at, pixel) in row.iter_mut().enumerate() {
            *pixel += self.at(dx + at as f64, dy);
        }
    }

    #[inline(always)]
    fn at(&self, dx: f64, dy: f64) -> f32 {
        let (dx, dy) = (dx as f32, dy as f32);
        let along = dx * self.cos + dy * self.sin;
        let across = (dy * self.cos - dx * self.sin) * self.inverse_ratio;
        let radius = (along * along + across * across).sqrt() * self.inverse_radius;
        let mut light = self.disc * exp(-EXPONENTIAL[0] as f32 * (radius - 1.0));
        if self.bulge > 0.0 {
            let root = radius.sqrt().sqrt();
            light += self.bulge * exp(-DE_VAUCOULEURS[0] as f32 * (root - 1.0));
        }
        light
    }

    #[inline(always)]
    fn integrated(&self, dx: f64, dy: f64) -> f32 {
        let offset = |at: usize| (at as f64 + 0.5) / SUB_PIXELS as f64 - 0.5;
        let mut sum = 0.0;
        for y in 0..SUB_PIXELS {
            for x in 0..SUB_PIXELS {
                sum += self.at(dx + offset(x), dy + offset(y));
            }
        }
        sum / (SUB_PIXELS * SUB_PIXELS) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn galaxy(radius_px: f64, bulge_share: f64) -> GalaxyProfile {
        GalaxyProfile {
            radius_px,
            axis_ratio: 0.6,
            angle_rad: 0.5,
            bulge_share,
        }
    }

    #[test]
    fn the_flux_is_that_asked_for_and_half_lies_within_the_radius() {
        // The wings of de Vaucouleurs' law reach far: the image is large and misses 3 %.
        for (bulge_share, tolerance) in [(0.0, 0.01), (1.0, 0.05), (0.4, 0.03)] {
            let profile = galaxy(6.0, bulge_share);
            let mut image = Image::new(301);
            profile.add_to(&mut image, [150.2, 149.9], 1000.0);
            let sum: f64 = image.pixels.iter().map(|p| f64::from(*p)).sum();
            assert!(
                (sum / 1000.0 - 1.0).abs() < tolerance,
                "{bulge_share}: {sum}"
            );
            let (sin, cos) = profile.angle_rad.sin_cos();
            let inside: f64 = (0..301 * 301)
                .filter(|at| {
                    let (dx, dy) = ((at % 301) as f64 - 150.2, (at / 301) as f64 - 149.9);
                    let (u, v) = (dx * cos + dy * sin, (dy * cos - dx * sin) / 0.6);
                    u.hypot(v) < 6.0
                })
                .map(|at| f64::from(image.pixels[at]))
                .sum();
            assert!(
                (inside / 1000.0 - 0.5).abs() < 0.02,
                "{bulge_share}: {inside}"
            );
        }
    }

    #[test]
    fn offsets_follow_the_light_of_the_disc() {
        let mut random = Random::of(5, 0, 0);
        let profile = galaxy(4.0, 0.0);
        let (sin, cos) = profile.angle_rad.sin_cos();
        let inside = (0..4000).filter(|_| {
            let [x, y] = profile.draw_offset(&mut random);
            let (u, v) = (x * cos + y * sin, (y * cos - x * sin) / 0.6);
            u.hypot(v) < 4.0
        });
        let share = inside.count() as f64 / 4000.0;
        assert!((share - 0.5).abs() < 0.03, "{share}");
    }
}
