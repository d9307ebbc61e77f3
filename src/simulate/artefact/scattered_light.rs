//! Scattered light: faint bands, feathers and borders, far wider than a star, that a matched filter
//! finds at some place of no meaning.

use super::{Artefact, shape::Line, shape::paint};
use crate::simulate::{Random, image::Image, triplet_scene::Scene, triplet_setting::Setting};

/// A band, a feather that ends at a point, or the border of a lit part of the camera.
#[derive(Clone, Copy, Debug)]
pub struct ScatteredLight;

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

impl Artefact for ScatteredLight {
    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let in_reference = random.chance(IN_REFERENCE);
        let camera = if in_reference {
            &setting.reference
        } else {
            &setting.science
        };
        let center = camera.before_resampling(scene.target_px);
        let light = &mut light[usize::from(in_reference)];
        if random.chance(BORDERS) {
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
    let amplitude = setting.sky_sigma_adu * random.log_uniform(BAND_SIGMAS[0], BAND_SIGMAS[1]);
    let line = Line {
        center_px,
        angle_rad: scene.angle_rad,
        sigma_px: setting.science.psf.fwhm_px() / 2.355 * random.log_uniform(WIDTHS[0], WIDTHS[1]),
        length_px: f64::INFINITY,
    };
    let fade = if random.chance(FEATHERS) {
        random.log_uniform(FADE_PX[0], FADE_PX[1])
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
    let level = setting.sky_sigma_adu * random.log_uniform(BORDER_SIGMAS[0], BORDER_SIGMAS[1]);
    let fade = random.log_uniform(FADE_PX[0], FADE_PX[1]);
    let softness = random.uniform(0.2, 1.5);
    let (sin, cos) = scene.angle_rad.sin_cos();
    paint(light, |x, y| {
        let within = cos * (x - center_px[0]) + sin * (y - center_px[1]);
        let edge = 1.0 / (1.0 + (-within / softness).clamp(-30.0, 30.0).exp());
        level * edge * (-within.max(0.0) / fade).exp()
    });
}
