//! What is left of bright stars: ringing, speckle, one side that is too bright.

use super::Artefact;
use crate::simulate::{
    Random,
    image::Image,
    triplet_scene::Scene,
    triplet_setting::{Camera, Setting},
};

/// A bright star, unsaturated or barely so, whose image does not follow the model.
#[derive(Clone, Copy, Debug)]
pub struct BrightStarResidual;

/// Brightness in units of S/N 1.
const BRIGHTNESS: [f64; 2] = [150.0, 8000.0];
/// Share of the star's light that is elsewhere.
const STRENGTH: [f64; 2] = [0.02, 0.15];
/// Share of the residuals that lie in the reference.
const IN_REFERENCE: f64 = 0.3;

impl Artefact for BrightStarResidual {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let counts = setting.unit_adu() * random.log_uniform(BRIGHTNESS[0], BRIGHTNESS[1]);
        let width = setting.wrong_blur_px2(random.normal_within(0.0, 0.03, [-0.1, 0.1]));
        scene.mismatch.blur_px2 = [width, 0.0, width];
        scene.add_constant_star(scene.target_px, counts);
    }

    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let Some(star) = scene.stars.last() else {
            return;
        };
        let in_reference = random.chance(IN_REFERENCE);
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
    let strength = random.log_uniform(STRENGTH[0], STRENGTH[1]);
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
