//! Blank pixels: half an image, blocks, a reference that is blank under the source, the masked cores of
//! bright stars.

use super::{
    Artefact, Plates,
    around_stars::{spikes, wave_in_one},
    missing_pixels::draw_fill,
    plates::Side,
};
use crate::simulate::{Random, image::Image, triplet_scene::Scene, triplet_setting::Setting};

/// Pixels without measurement in part of a frame.
#[derive(Clone, Debug)]
pub struct Hole {
    shape: Shape,
    /// Border of a half plane or a strip, ragged in steps of this many pixels; 0 for a straight one.
    ragged: Vec<f64>,
}

/// Pixels along a ragged border that lie in one line.
const STEP_PX: f64 = 6.0;

#[derive(Clone, Debug)]
enum Shape {
    /// Beyond a line at a distance from the target, in a direction, and as wide as this.
    Strip {
        cos: f64,
        sin: f64,
        from_px: f64,
        width_px: f64,
    },
    /// Rectangles: first pixel from the target, and size.
    Blocks(Vec<[f64; 4]>),
}

impl Hole {
    /// One whose border lies that far from the target, pixels; below 0 the target is within.
    pub fn draw(from_px: [f64; 2], random: &mut Random) -> Self {
        let from_px = random.uniform(from_px[0], from_px[1]);
        let quarter = random.below(4) as f64 * std::f64::consts::FRAC_PI_2;
        let tilt = match random.weighted(&[0.5, 0.3, 0.2]) {
            0 => 0.0,
            1 => random.normal(0.0, 0.05),
            _ => random.uniform(-0.8, 0.8),
        };
        let (sin, cos) = (quarter + tilt).sin_cos();
        let mut ragged = Vec::new();
        let kind = random.weighted(&[0.5, 0.2, 0.3]);
        let shape = if kind < 2 {
            if random.chance(0.3) {
                let mut offset = 0.0;
                ragged = std::iter::repeat_with(|| {
                    offset += random.below(3) as f64 - 1.0;
                    offset
                })
                .take(64)
                .collect();
            }
            let width_px = if kind == 0 {
                f64::INFINITY
            } else {
                1.0 + random.below(15) as f64
            };
            Shape::Strip {
                cos,
                sin,
                from_px,
                width_px,
            }
        } else {
            let size = [(); 2].map(|()| (4 + random.below(22)) as f64);
            let along = -random.uniform(0.0, size[1]);
            // On one of the four sides of the target.
            let first = match random.below(4) {
                0 => [from_px, along],
                1 => [-from_px - size[0], along],
                2 => [along, from_px],
                _ => [along, -from_px - size[1]],
            };
            let mut blocks = vec![[first[0], first[1], size[0], size[1]]];
            while random.chance(0.4) && blocks.len() < 4 {
                let size = [(); 2].map(|()| (3 + random.below(17)) as f64);
                let first = [(); 2].map(|()| random.uniform(-42.0, 42.0));
                let is_clear = first[0] > 5.0
                    || first[1] > 5.0
                    || first[0] + size[0] < -5.0
                    || first[1] + size[1] < -5.0;
                if is_clear {
                    blocks.push([first[0], first[1], size[0], size[1]]);
                }
            }
            Shape::Blocks(blocks)
        };
        Self { shape, ragged }
    }

    /// Pixels from the border, positive inside; of blocks only whether a pixel is inside.
    fn depth(&self, dx: f64, dy: f64) -> f64 {
        match &self.shape {
            Shape::Strip {
                cos,
                sin,
                from_px,
                width_px,
            } => {
                let along = cos * dy - sin * dx;
                let at = ((along / STEP_PX) + 32.0).clamp(0.0, 63.0) as usize;
                let ragged = self.ragged.get(at).copied().unwrap_or_default();
                let depth = cos * dx + sin * dy - from_px + ragged;
                depth.min(width_px - depth)
            }
            Shape::Blocks(blocks) => {
                let is_inside = |[x, y, wide, high]: &[f64; 4]| {
                    (*x..x + wide).contains(&dx) && (*y..y + high).contains(&dy)
                };
                if blocks.iter().any(is_inside) {
                    1.0
                } else {
                    -1.0
                }
            }
        }
    }

    /// Puts a value, or NaN, into the pixels of an image; `grown_px` is by how much more.
    pub fn cut(&self, image: &mut Image, target: [f64; 2], value: f32, grown_px: f64) {
        let side = image.side();
        for (at, pixel) in image.pixels.iter_mut().enumerate() {
            let (dx, dy) = (
                (at % side) as f64 - target[0],
                (at / side) as f64 - target[1],
            );
            if self.depth(dx, dy) > -grown_px {
                *pixel = value;
            }
        }
    }

    /// Takes the measurements out of science image and reference, as wanted. Of some files a number stands there
    /// that was taken for one in the subtraction.
    pub fn cut_both(
        &self,
        plates: &mut Plates,
        setting: &Setting,
        target: [f64; 2],
        is_cut: [bool; 2],
        random: &mut Random,
    ) {
        plates.fill = draw_fill(setting, random);
        let value = if random.chance(0.7) { f32::NAN } else { 0.0 };
        let grown = random.uniform(0.0, 2.0);
        for (side, is_cut) in [Side::Science, Side::Reference].into_iter().zip(is_cut) {
            if is_cut {
                let target = side.before_resampling(setting, target);
                let grown = if side == Side::Reference { grown } else { 0.0 };
                self.cut(plates.of(side), target, value, grown);
            }
        }
    }
}

/// Half an image, a strip or blocks are blank, and the candidate lies at the border.
#[derive(Clone, Copy, Debug)]
pub struct HalfBlank;

impl HalfBlank {
    /// Where the border lies, pixels from the target.
    const FROM_PX: [f64; 2] = [-4.0, 5.0];
    /// Brightness of what the border cuts, in units of S/N 1, and the share with something.
    const BRIGHTNESS: [f64; 2] = [15.0, 3000.0];
    const ON_SOURCE: f64 = 0.75;
    /// Light along the border over the noise of the sky.
    const GLOW_SIGMAS: [f64; 2] = [3.0, 60.0];
}

impl Artefact for HalfBlank {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        if random.chance(Self::ON_SOURCE) {
            let counts =
                setting.unit_adu() * random.log_uniform(Self::BRIGHTNESS[0], Self::BRIGHTNESS[1]);
            let center = scene.near_target(3.0, random);
            if random.chance(0.75) {
                scene.add_constant_star(center, counts);
            } else {
                scene.add_galaxy(center, 2.0 * counts, random.log_uniform(0.6, 4.0), random);
            }
        }
    }

    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let hole = Hole::draw(Self::FROM_PX, random);
        let is_cut = match random.weighted(&[0.6, 0.25, 0.15]) {
            0 => [false, true],
            1 => [true, false],
            _ => [true, true],
        };
        plates.fill = draw_fill(setting, random);
        for (side, is_cut) in [Side::Science, Side::Reference].into_iter().zip(is_cut) {
            let target = side.before_resampling(setting, scene.target_px);
            let camera = side.camera(setting);
            // Blank: without measurement, or a number that was taken for one.
            let value = match random.weighted(&[0.5, 0.3, 0.1, 0.1]) {
                0 => f32::NAN,
                1 => 0.0,
                2 => -camera.recorder.sky_adu,
                _ => (setting.sky_sigma_adu * random.log_uniform(5.0, 300.0)) as f32,
            };
            let image = plates.of(side);
            if is_cut {
                if random.chance(0.3) {
                    let glow = setting.sky_sigma_adu
                        * random.log_uniform(Self::GLOW_SIGMAS[0], Self::GLOW_SIGMAS[1]);
                    let sign = if random.chance(0.6) { 1.0 } else { -1.0 };
                    glow_along(&hole, image, target, sign * glow, random);
                }
                hole.cut(image, target, value, random.uniform(-1.0, 1.0));
            }
        }
    }

    fn reach_px(&self) -> usize {
        7
    }
}

/// Adds light to the pixels beside a border.
fn glow_along(hole: &Hole, image: &mut Image, target: [f64; 2], glow: f64, random: &mut Random) {
    let side = image.side();
    for (at, pixel) in image.pixels.iter_mut().enumerate() {
        let (dx, dy) = (
            (at % side) as f64 - target[0],
            (at / side) as f64 - target[1],
        );
        let depth = hole.depth(dx, dy);
        if (-1.5..=0.0).contains(&depth) {
            *pixel += (glow * (1.0 + 0.6 * random.standard_normal())) as f32;
        }
    }
}

/// The reference is blank or saturated just where the source is.
#[derive(Clone, Copy, Debug)]
pub struct BlankedReference;

impl Artefact for BlankedReference {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let counts = setting.unit_adu() * random.log_uniform(8.0, 3000.0);
        if random.chance(0.75) {
            scene.add_constant_star(scene.target_px, counts);
        } else {
            let radius = random.log_uniform(0.6, 3.0);
            scene.add_galaxy(scene.target_px, 2.0 * counts, radius, random);
        }
    }

    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let camera = &setting.reference;
        let target = camera.before_resampling(scene.target_px);
        let value = match random.weighted(&[0.45, 0.25, 0.15, 0.15]) {
            0 => 0.0,
            1 => -camera.recorder.sky_adu,
            2 => -(setting.sky_sigma_adu * random.log_uniform(5.0, 200.0)) as f32,
            _ => camera.ceiling_adu(),
        };
        let reach = setting.fwhm_px() * random.uniform(0.7, 3.0) + 1.0;
        let is_round = random.chance(0.4);
        let ratio = random.uniform(0.5, 2.0);
        let grid = plates.reference.side();
        for (at, pixel) in plates.reference.pixels.iter_mut().enumerate() {
            let dx = ((at % grid) as f64 - target[0]).abs();
            let dy = ((at / grid) as f64 - target[1]).abs() * ratio;
            let distance = if is_round { dx.hypot(dy) } else { dx.max(dy) };
            if distance < reach {
                *pixel = value;
            }
        }
    }

    fn reach_px(&self) -> usize {
        5
    }
}

/// A bright star whose saturated core is masked: a blank block, a broken ring of both signs around it,
/// short spikes.
#[derive(Clone, Copy, Debug)]
pub struct MaskedStar;

impl MaskedStar {
    /// Side of the block, pixels.
    const SIDE_PX: [f64; 2] = [5.0, 16.0];
    /// Light at the peak over saturation.
    const OVERLOAD: [f64; 2] = [0.5, 60.0];
    /// Distance of the star from where the detection is looked for, pixels.
    const REACH_PX: f64 = 6.0;
    /// Share of the star's light in waves around it.
    const WAVES: [f64; 2] = [0.002, 0.06];
    /// Light of its spikes over the noise of the sky.
    const SPIKE_SIGMAS: [f64; 2] = [5.0, 400.0];
    /// Share of the stars with spikes.
    const SPIKES: f64 = 0.55;
    /// Share of the blocks that both images have.
    const IN_BOTH: f64 = 0.75;
}

impl Artefact for MaskedStar {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let ceiling = f64::from(setting.science.ceiling_adu().max(0.0));
        let psf = &setting.science.psf_image.pixels;
        let peak = f64::from(psf.iter().copied().fold(0.0, f32::max));
        let overload = random.log_uniform(Self::OVERLOAD[0], Self::OVERLOAD[1]);
        let center = scene.near_target(Self::REACH_PX, random);
        let width = setting.wrong_blur_px2(random.normal_within(0.0, 0.04, [-0.12, 0.12]));
        scene.mismatch.blur_px2[0] += width;
        scene.mismatch.blur_px2[2] += width;
        let shift = random.log_uniform(0.01, 0.3);
        scene.mismatch.shift_px[0] += shift * scene.angle_rad.cos();
        scene.mismatch.shift_px[1] += shift * scene.angle_rad.sin();
        scene.add_constant_star(center, ceiling * overload / peak.max(1e-6));
    }

    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let Some(star) = scene.stars.last() else {
            return;
        };
        wave_in_one(setting, star, Self::WAVES, light, random);
        if random.chance(Self::SPIKES) {
            let level = setting.sky_sigma_adu
                * random.log_uniform(Self::SPIKE_SIGMAS[0], Self::SPIKE_SIGMAS[1]);
            spikes(setting, star.center_px, level, light, random);
        }
    }

    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let Some(star) = scene.stars.last() else {
            return;
        };
        let side_px = random.uniform(Self::SIDE_PX[0], Self::SIDE_PX[1]);
        let is_in_both = random.chance(Self::IN_BOTH);
        let alone = usize::from(random.chance(0.6));
        let form = random.weighted(&[0.6, 0.25, 0.15]);
        plates.fill = draw_fill(setting, random);
        for (number, side) in [Side::Science, Side::Reference].into_iter().enumerate() {
            if !is_in_both && number != alone {
                continue;
            }
            let [cx, cy] = side.before_resampling(setting, star.center_px);
            let half = 0.5 * side_px * random.uniform(0.8, 1.2);
            let value = if random.chance(0.75) { f32::NAN } else { 0.0 };
            let image = plates.of(side);
            let grid = image.side();
            for (at, pixel) in image.pixels.iter_mut().enumerate() {
                let dx = ((at % grid) as f64 - cx).abs();
                let dy = ((at / grid) as f64 - cy).abs();
                let is_masked = match form {
                    0 => dx.max(dy) < half,
                    1 => dx.hypot(dy) < half,
                    // A core with what bleeds out of it.
                    _ => dx.hypot(dy) < half || dx < 1.6 && dy < 2.5 * half,
                };
                if is_masked {
                    *pixel = value;
                }
            }
        }
    }

    fn reach_px(&self) -> usize {
        9
    }
}
