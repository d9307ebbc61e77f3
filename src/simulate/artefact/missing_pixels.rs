//! Missing pixels: borders of detectors with what the pixels beside them show, and blocks of masked or
//! spoilt pixels through an object.

use super::{Artefact, Plates, plates::Side};
use crate::simulate::{Random, triplet_scene::Scene, triplet_setting::Setting};

/// A border at the target, with a glow or with a star that it cuts.
#[derive(Clone, Copy, Debug)]
pub struct Edge;

/// Nearest distance at which pixels are missing, from the target, of either class: resampling
/// takes up to one pixel more, and the target's own is kept.
pub const NEAREST_PX: f64 = 1.5;

impl Edge {
    /// Glow over the noise of the sky.
    const GLOW_SIGMAS: [f64; 2] = [1.5, 40.0];
}

impl Artefact for Edge {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        if random.chance(0.4) {
            let counts = setting.unit_adu() * random.log_uniform(30.0, 3000.0);
            let center = scene.near_target(2.0, random);
            scene.add_constant_star(center, counts);
        }
    }

    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let gap = Gap::draw([NEAREST_PX, 5.0], random);
        let side = if random.chance(0.7) {
            Side::Science
        } else {
            Side::Reference
        };
        if random.chance(0.75) {
            let glow = setting.sky_sigma_adu
                * random.log_uniform(Self::GLOW_SIGMAS[0], Self::GLOW_SIGMAS[1]);
            let glow = if random.chance(0.6) { glow } else { -glow };
            let reach = random.uniform(0.5, 2.5);
            let target = side.before_resampling(setting, scene.target_px);
            let image = plates.of(side);
            let grid = image.side();
            for (at, pixel) in image.pixels.iter_mut().enumerate() {
                let distance = gap.distance(at, grid, target);
                if distance >= 0.0 && distance < 6.0 * reach {
                    let scatter = 1.0 + 0.6 * random.standard_normal();
                    *pixel += (glow * (-distance / reach).exp() * scatter) as f32;
                }
            }
        }
        let other = random.chance(0.5);
        gap.cut(
            plates,
            setting,
            scene.target_px,
            [
                side == Side::Science || other,
                side == Side::Reference || other,
            ],
        );
        plates.fill = draw_fill(setting, random);
    }
}

/// What files hold where there is no measurement.
pub fn draw_fill(setting: &Setting, random: &mut Random) -> f32 {
    match random.weighted(&[0.6, 0.3, 0.1]) {
        0 => f32::NAN,
        1 => 0.0,
        _ => setting.visit.sky_adu,
    }
}

/// A half-plane without measurements.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    axis: usize,
    sign: f64,
    from_px: f64,
}

impl Gap {
    /// One that begins this far from the target, pixels, in any of the four directions.
    pub fn draw(from_px: [f64; 2], random: &mut Random) -> Self {
        Self {
            axis: random.below(2),
            sign: if random.chance(0.5) { 1.0 } else { -1.0 },
            from_px: random.uniform(from_px[0], from_px[1]),
        }
    }

    /// Distance of a pixel from the gap; negative within.
    fn distance(&self, at: usize, grid: usize, target: [f64; 2]) -> f64 {
        let place = if self.axis == 0 { at % grid } else { at / grid };
        self.from_px - self.sign * (place as f64 - target[self.axis])
    }

    /// Takes the measurements out of science image and reference, as wanted.
    pub fn cut(&self, plates: &mut Plates, setting: &Setting, target: [f64; 2], is_cut: [bool; 2]) {
        let grid = plates.science.side();
        for (side, is_cut) in [Side::Science, Side::Reference].into_iter().zip(is_cut) {
            let target = side.before_resampling(setting, target);
            for (at, pixel) in plates.of(side).pixels.iter_mut().enumerate() {
                if is_cut && self.distance(at, grid, target) < 0.0 {
                    *pixel = f32::NAN;
                }
            }
        }
    }
}

/// A rectangle of missing, zero, constant, negative or saturated pixels in one of the images.
#[derive(Clone, Copy, Debug)]
pub struct MaskedBlock;

impl MaskedBlock {
    /// Brightness of the object in units of S/N 1.
    const BRIGHTNESS: [f64; 2] = [30.0, 4000.0];
    /// Share of the objects that are stars.
    const STARS: f64 = 0.7;
}

impl Artefact for MaskedBlock {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let counts =
            setting.unit_adu() * random.log_uniform(Self::BRIGHTNESS[0], Self::BRIGHTNESS[1]);
        let center = scene.near_target(1.5, random);
        if random.chance(Self::STARS) {
            scene.add_constant_star(center, counts);
        } else {
            scene.add_galaxy(center, 2.0 * counts, random.log_uniform(0.6, 4.0), random);
        }
    }

    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let side = if random.chance(0.6) {
            Side::Reference
        } else {
            Side::Science
        };
        let camera = side.camera(setting);
        let target = camera.before_resampling(scene.target_px);
        // Counts above the sky: none, those of a file filled with 0, a dark hole, a full well.
        let value = match random.weighted(&[0.3, 0.25, 0.15, 0.2, 0.1]) {
            0 => f32::NAN,
            1 => 0.0,
            2 => -camera.recorder.sky_adu,
            3 => -(setting.sky_sigma_adu * random.log_uniform(10.0, 300.0)) as f32,
            _ => camera.ceiling_adu(),
        };
        plates.fill = draw_fill(setting, random);
        let grid = plates.science.side();
        let short = 2 + random.below(7);
        let long = if random.chance(0.5) {
            grid
        } else {
            3 + random.below(12)
        };
        let size = if random.chance(0.5) {
            [short, long]
        } else {
            [long, short]
        };
        // The block covers part of the object, so that the rest of it is left over.
        let first = [0, 1].map(|axis| {
            let inside = random.below(size[axis] + 2) as isize;
            target[axis].round() as isize + 1 - inside
        });
        let image = plates.of(side);
        for at in Plates::rectangle(grid, first, size) {
            image.pixels[at] = value;
        }
    }
}
