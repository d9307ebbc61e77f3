//! Diffraction spikes of bright stars.

use super::{Artefact, shape::Line};
use crate::simulate::{Random, image::Image, triplet_scene::Scene, triplet_setting::Setting};

/// A spike that is stronger, or turned, in one of the images; its star may be in the stamp.
#[derive(Clone, Copy, Debug)]
pub struct DiffractionSpike;

/// Light at the target over the noise of the sky.
const AMPLITUDE_SIGMAS: [f64; 2] = [2.0, 60.0];
/// Distance of the star, pixels.
const STAR_PX: [f64; 2] = [6.0, 40.0];
/// Share of the spikes with one in the other image too.
const IN_BOTH: f64 = 0.6;
/// Brightness of the star in units of S/N 1.
const BRIGHTNESS: [f64; 2] = [300.0, 30_000.0];

impl Artefact for DiffractionSpike {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        // Spiders stand along the axes or the diagonals.
        let eighth = std::f64::consts::FRAC_PI_4;
        scene.angle_rad = random.below(8) as f64 * eighth + random.normal(0.0, 0.03);
        let distance = random.log_uniform(STAR_PX[0], STAR_PX[1]);
        let (sin, cos) = scene.angle_rad.sin_cos();
        let [x, y] = scene.target_px;
        let counts = setting.unit_adu() * random.log_uniform(BRIGHTNESS[0], BRIGHTNESS[1]);
        scene.add_constant_star([x - distance * cos, y - distance * sin], counts);
    }

    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let amplitude =
            setting.sky_sigma_adu * random.log_uniform(AMPLITUDE_SIGMAS[0], AMPLITUDE_SIGMAS[1]);
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
        if random.chance(IN_BOTH) {
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
