//! Bright stars: flat tops with charge bleeding along columns, spikes of diffraction, and what is left
//! where the image does not follow the model: ringing, speckle, one side that is too bright.

use super::{Artefact, Plates, plates::Side, shape::Line};
use crate::simulate::{
    Random,
    image::Image,
    triplet_scene::Scene,
    triplet_setting::{Camera, Setting},
};

/// A star beyond the full well.
#[derive(Clone, Copy, Debug)]
pub struct SaturatedStar;

impl SaturatedStar {
    /// Light at the peak over saturation.
    const OVERLOAD: [f64; 2] = [1.3, 80.0];
    /// Share of the stars that bleed.
    const BLEEDING: f64 = 0.5;
}

impl Artefact for SaturatedStar {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let ceiling = f64::from(setting.science.ceiling_adu().max(0.0));
        let peak = f64::from(
            setting
                .science
                .psf_image
                .pixels
                .iter()
                .copied()
                .fold(0.0, f32::max),
        );
        let counts =
            ceiling * random.log_uniform(Self::OVERLOAD[0], Self::OVERLOAD[1]) / peak.max(1e-6);
        scene.add_constant_star(scene.target_px, counts);
    }

    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        if !random.chance(Self::BLEEDING) {
            return;
        }
        // Along the columns of the CCD, which may lie along either axis of the stamp.
        let is_along_y = random.chance(0.5);
        let grid = plates.science.side();
        let width = 1 + random.below(3);
        for side in [Side::Science, Side::Reference] {
            if side == Side::Reference && random.chance(0.4) {
                continue;
            }
            let camera = side.camera(setting);
            let target = camera.before_resampling(scene.target_px);
            let [x, y] = target.map(|place| place.round() as isize);
            let level = camera.ceiling_adu() * random.uniform(0.5, 1.0) as f32;
            let half = random.log_uniform(3.0, grid as f64) as isize;
            let length = 2 * half as usize + 1;
            let across = (width / 2) as isize;
            let (first, size) = if is_along_y {
                ([x - across, y - half], [width, length])
            } else {
                ([x - half, y - across], [length, width])
            };
            let image = plates.of(side);
            for at in Plates::rectangle(grid, first, size) {
                image.pixels[at] = image.pixels[at].max(level);
            }
        }
    }
}

/// A spike that is stronger, or turned, in one of the images; its star may be in the stamp.
#[derive(Clone, Copy, Debug)]
pub struct DiffractionSpike;

impl DiffractionSpike {
    /// Light at the target over the noise of the sky.
    const AMPLITUDE_SIGMAS: [f64; 2] = [2.0, 60.0];
    /// Distance of the star, pixels.
    const STAR_PX: [f64; 2] = [6.0, 40.0];
    /// Share of the spikes with one in the other image too.
    const IN_BOTH: f64 = 0.6;
    /// Brightness of the star in units of S/N 1.
    const BRIGHTNESS: [f64; 2] = [300.0, 30_000.0];
}

impl Artefact for DiffractionSpike {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        // Spiders stand along the axes or the diagonals.
        let eighth = std::f64::consts::FRAC_PI_4;
        scene.angle_rad = random.below(8) as f64 * eighth + random.normal(0.0, 0.03);
        let distance = random.log_uniform(Self::STAR_PX[0], Self::STAR_PX[1]);
        let (sin, cos) = scene.angle_rad.sin_cos();
        let [x, y] = scene.target_px;
        let counts =
            setting.unit_adu() * random.log_uniform(Self::BRIGHTNESS[0], Self::BRIGHTNESS[1]);
        scene.add_constant_star([x - distance * cos, y - distance * sin], counts);
    }

    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let amplitude = setting.sky_sigma_adu
            * random.log_uniform(Self::AMPLITUDE_SIGMAS[0], Self::AMPLITUDE_SIGMAS[1]);
        let decay = random.log_uniform(8.0, 40.0);
        let first = usize::from(random.chance(0.3));
        let centers = [&setting.science, &setting.reference]
            .map(|camera| camera.before_resampling(scene.target_px));
        let line = Line {
            center_px: centers[first],
            angle_rad: scene.angle_rad,
            sigma_px: random.uniform(0.6, 1.6),
            length_px: f64::INFINITY,
        };
        let falls = |along: f64| amplitude * (-along / decay).clamp(-3.0, 3.0).exp();
        line.add_to(&mut light[first], falls);
        if random.chance(Self::IN_BOTH) {
            let ratio = random.uniform(0.2, 1.1);
            let turned = Line {
                center_px: centers[1 - first],
                angle_rad: line.angle_rad + random.normal(0.0, 0.05),
                sigma_px: line.sigma_px * random.uniform(0.8, 1.3),
                ..line
            };
            turned.add_to(&mut light[1 - first], |along| ratio * falls(along));
        }
    }
}

/// A bright star, unsaturated or barely so, whose image does not follow the model.
#[derive(Clone, Copy, Debug)]
pub struct BrightStarResidual;

impl BrightStarResidual {
    /// Brightness in units of S/N 1.
    const BRIGHTNESS: [f64; 2] = [150.0, 8000.0];
    /// Share of the star's light that is elsewhere.
    const STRENGTH: [f64; 2] = [0.02, 0.15];
    /// Share of the residuals that lie in the reference.
    const IN_REFERENCE: f64 = 0.3;
}

impl Artefact for BrightStarResidual {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let counts =
            setting.unit_adu() * random.log_uniform(Self::BRIGHTNESS[0], Self::BRIGHTNESS[1]);
        let width = setting.wrong_blur_px2(random.normal_within(0.0, 0.03, [-0.1, 0.1]));
        scene.mismatch.blur_px2 = [width, 0.0, width];
        scene.add_constant_star(scene.target_px, counts);
    }

    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let Some(star) = scene.stars.last() else {
            return;
        };
        let in_reference = random.chance(Self::IN_REFERENCE);
        let camera = if in_reference {
            &setting.reference
        } else {
            &setting.science
        };
        let mut shape = Image::new(light[0].side());
        camera.add_source(&mut shape, star.center_px, star.science_adu, [0.0; 2]);
        modulate(&mut shape, camera, star.center_px, random);
        light[usize::from(in_reference)].add(&shape, 1.0);
    }
}

/// Turns the star's light into what is too much or too little of it.
fn modulate(star: &mut Image, camera: &Camera, center: [f64; 2], random: &mut Random) {
    let strength = random.log_uniform(
        BrightStarResidual::STRENGTH[0],
        BrightStarResidual::STRENGTH[1],
    );
    let width = camera.psf.fwhm_px();
    let [cx, cy] = camera.before_resampling(center);
    let which = random.weighted(&[0.35, 0.35, 0.3]);
    let wave = random.uniform(0.7, 1.5) * width;
    let phase = random.uniform(0.0, std::f64::consts::TAU);
    let turn = random.uniform(0.0, std::f64::consts::TAU);
    let side = star.side();
    for (at, pixel) in star.pixels.iter_mut().enumerate() {
        let (dx, dy) = ((at % side) as f64 - cx, (at / side) as f64 - cy);
        let radius = dx.hypot(dy);
        let factor = match which {
            // Rings decay more slowly than the star does.
            0 => (std::f64::consts::TAU * radius / wave + phase).cos() * (1.0 + radius / width),
            // One side, with the middle.
            1 => ((dx * turn.cos() + dy * turn.sin()) / (0.4 * width) + 0.7).clamp(-0.3, 2.0),
            _ => random.standard_normal(),
        };
        *pixel *= (strength * factor) as f32;
    }
}
