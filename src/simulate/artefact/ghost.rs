//! Ghosts: reflections of bright stars, out of focus.

use super::{
    Artefact,
    shape::{disc, paint},
};
use crate::simulate::{Random, image::Image, triplet_scene::Scene, triplet_setting::Setting};

/// A disc or a ring of light, far wider than a star.
#[derive(Clone, Copy, Debug)]
pub struct Ghost;

/// Radius, pixels.
const RADIUS_PX: [f64; 2] = [4.0, 14.0];
/// Light over the noise of the sky.
const AMPLITUDE_SIGMAS: [f64; 2] = [2.0, 20.0];
/// Share with the shadow of the secondary mirror.
const WITH_HOLE: f64 = 0.5;
/// Share of the ghosts in the reference.
const IN_REFERENCE: f64 = 0.25;

impl Artefact for Ghost {
    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let radius = random.log_uniform(RADIUS_PX[0], RADIUS_PX[1]);
        let softness = random.uniform(0.4, 2.0);
        let level =
            setting.sky_sigma_adu * random.log_uniform(AMPLITUDE_SIGMAS[0], AMPLITUDE_SIGMAS[1]);
        let hole = if random.chance(WITH_HOLE) {
            radius * random.uniform(0.25, 0.6)
        } else {
            0.0
        };
        // The target lies anywhere on it.
        let distance = random.uniform(0.0, radius);
        let (sin, cos) = scene.angle_rad.sin_cos();
        let in_reference = random.chance(IN_REFERENCE);
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
