//! Stray light, far wider than a star: ghosts, which are reflections of bright stars out of focus, and
//! faint bands, feathers and borders that a matched filter finds at some place of no meaning.

use super::{
    Artefact,
    shape::{Line, disc, paint},
};
use crate::simulate::{Random, image::Image, triplet_scene::Scene, triplet_setting::Setting};

/// A disc or a ring of light, far wider than a star.
#[derive(Clone, Copy, Debug)]
pub struct Ghost;

impl Ghost {
    /// Radius, pixels.
    const RADIUS_PX: [f64; 2] = [4.0, 14.0];
    /// Light over the noise of the sky.
    const AMPLITUDE_SIGMAS: [f64; 2] = [2.0, 20.0];
    /// Share with the shadow of the secondary mirror.
    const WITH_HOLE: f64 = 0.5;
    /// Share of the ghosts in the reference.
    const IN_REFERENCE: f64 = 0.25;
}

impl Artefact for Ghost {
    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let radius = random.log_uniform(Self::RADIUS_PX[0], Self::RADIUS_PX[1]);
        let softness = random.uniform(0.4, 2.0);
        let level = setting.sky_sigma_adu
            * random.log_uniform(Self::AMPLITUDE_SIGMAS[0], Self::AMPLITUDE_SIGMAS[1]);
        let hole = if random.chance(Self::WITH_HOLE) {
            radius * random.uniform(0.25, 0.6)
        } else {
            0.0
        };
        // The target lies anywhere on it.
        let distance = random.uniform(0.0, radius);
        let (sin, cos) = scene.angle_rad.sin_cos();
        let in_reference = random.chance(Self::IN_REFERENCE);
        let camera = if in_reference {
            &setting.reference
        } else {
            &setting.science
        };
        let [x, y] = camera.before_resampling(scene.target_px);
        let [cx, cy] = [x - distance * cos, y - distance * sin];
        paint(&mut light[usize::from(in_reference)], |x, y| {
            let from_center = (x - cx).hypot(y - cy);
            let inner = if hole > 0.0 {
                disc(from_center, hole, softness)
            } else {
                0.0
            };
            level * (disc(from_center, radius, softness) - inner).max(0.0)
        });
    }
}

/// A band, a feather that ends at a point, or the border of a lit part of the camera.
#[derive(Clone, Copy, Debug)]
pub struct ScatteredLight;

impl ScatteredLight {
    /// Standard deviation of a band across, in those of a star.
    const WIDTHS: [f64; 2] = [1.8, 6.0];
    /// Light of bands over the noise of the sky.
    const BAND_SIGMAS: [f64; 2] = [0.5, 12.0];
    /// Light beside a border over the noise of the sky.
    const BORDER_SIGMAS: [f64; 2] = [0.8, 15.0];
    /// Length over which feathers and borders fade, pixels.
    const FADE_PX: [f64; 2] = [4.0, 40.0];
    /// Share of the borders.
    const BORDERS: f64 = 0.35;
    /// Share that fades along.
    const FEATHERS: f64 = 0.5;
    /// Share of what lies in the reference.
    const IN_REFERENCE: f64 = 0.15;
}

impl Artefact for ScatteredLight {
    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let in_reference = random.chance(Self::IN_REFERENCE);
        let camera = if in_reference {
            &setting.reference
        } else {
            &setting.science
        };
        let center = camera.before_resampling(scene.target_px);
        let light = &mut light[usize::from(in_reference)];
        if random.chance(Self::BORDERS) {
            border(setting, scene, center, light, random);
        } else {
            band(setting, scene, center, light, random);
        }
    }
}

fn band(
    setting: &Setting,
    scene: &Scene,
    center_px: [f64; 2],
    light: &mut Image,
    random: &mut Random,
) {
    let amplitude = setting.sky_sigma_adu
        * random.log_uniform(
            ScatteredLight::BAND_SIGMAS[0],
            ScatteredLight::BAND_SIGMAS[1],
        );
    let line = Line {
        center_px,
        angle_rad: scene.angle_rad,
        sigma_px: setting.science.psf.fwhm_px() / 2.355
            * random.log_uniform(ScatteredLight::WIDTHS[0], ScatteredLight::WIDTHS[1]),
        length_px: f64::INFINITY,
    };
    let fade = if random.chance(ScatteredLight::FEATHERS) {
        random.log_uniform(ScatteredLight::FADE_PX[0], ScatteredLight::FADE_PX[1])
    } else {
        f64::INFINITY
    };
    line.add_to(light, |along| {
        amplitude * (-(along / fade).max(0.0)).exp().min(1.0)
    });
}

/// Light on one side of a straight border, strongest beside it.
fn border(
    setting: &Setting,
    scene: &Scene,
    center_px: [f64; 2],
    light: &mut Image,
    random: &mut Random,
) {
    let level = setting.sky_sigma_adu
        * random.log_uniform(
            ScatteredLight::BORDER_SIGMAS[0],
            ScatteredLight::BORDER_SIGMAS[1],
        );
    let fade = random.log_uniform(ScatteredLight::FADE_PX[0], ScatteredLight::FADE_PX[1]);
    let softness = random.uniform(0.2, 1.5);
    let (sin, cos) = scene.angle_rad.sin_cos();
    paint(light, |x, y| {
        let within = cos * (x - center_px[0]) + sin * (y - center_px[1]);
        let edge = 1.0 / (1.0 + (-within / softness).clamp(-30.0, 30.0).exp());
        level * edge * (-within.max(0.0) / fade).exp()
    });
}
