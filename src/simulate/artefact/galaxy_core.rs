//! Cores of galaxies that do not vanish.

use super::Artefact;
use crate::simulate::{Random, triplet_scene::Scene, triplet_setting::Setting};

/// A bright, concentrated galaxy under an imperfect subtraction.
#[derive(Clone, Copy, Debug)]
pub struct GalaxyCore;

/// Brightness in units of S/N 1.
const BRIGHTNESS: [f64; 2] = [200.0, 12_000.0];
/// Half-light radius, pixels.
const RADIUS_PX: [f64; 2] = [0.5, 4.0];

impl Artefact for GalaxyCore {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let counts = setting.unit_adu() * random.log_uniform(BRIGHTNESS[0], BRIGHTNESS[1]);
        let radius = random.log_uniform(RADIUS_PX[0], RADIUS_PX[1]);
        scene.add_galaxy(scene.target_px, counts, radius, random);
        let width = setting.wrong_blur_px2(random.normal_within(0.0, 0.12, [-0.35, 0.35]));
        scene.mismatch.blur_px2 = [width, 0.0, width];
        let shift = random.normal(0.0, 0.3);
        let (sin, cos) = scene.angle_rad.sin_cos();
        scene.mismatch.shift_px = [shift * cos, shift * sin];
        scene.mismatch.flux = random.normal(0.0, 0.03);
    }
}
