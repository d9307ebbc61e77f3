//! Trails of satellites and aircraft.

use super::{Artefact, shape::Line};
use crate::simulate::{Random, image::Image, triplet_scene::Scene, triplet_setting::Setting};

/// A straight trail across the stamp, or a short one that begins and ends in it.
#[derive(Clone, Copy, Debug)]
pub struct SatelliteTrail;

/// Light at the ridge over the noise of the sky.
const AMPLITUDE_SIGMAS: [f64; 2] = [2.0, 100.0];
/// Share that crosses the whole stamp.
const CROSSING: f64 = 0.7;
/// Length of the others over the width of the point-spread function: asteroids trail less.
const SHORT_WIDTHS: [f64; 2] = [3.0, 8.0];

impl Artefact for SatelliteTrail {
    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let amplitude =
            setting.sky_sigma_adu * random.log_uniform(AMPLITUDE_SIGMAS[0], AMPLITUDE_SIGMAS[1]);
        let fwhm = setting.science.psf.fwhm_px();
        let length_px = if random.chance(CROSSING) {
            f64::INFINITY
        } else {
            fwhm * random.uniform(SHORT_WIDTHS[0], SHORT_WIDTHS[1])
        };
        let line = Line {
            center_px: setting.science.before_resampling(scene.target_px),
            angle_rad: scene.angle_rad,
            // Near satellites are out of focus.
            sigma_px: fwhm / 2.355 * random.uniform(1.0, 1.6),
            length_px,
        };
        // Some tumble and flash.
        let flash = if random.chance(0.3) {
            random.uniform(0.2, 0.9)
        } else {
            0.0
        };
        let wave = random.log_uniform(6.0, 40.0);
        let phase = random.uniform(0.0, std::f64::consts::TAU);
        line.add_to(&mut light[0], |along| {
            amplitude * (1.0 + flash * (along / wave * std::f64::consts::TAU + phase).sin())
        });
    }

    fn is_small(&self) -> bool {
        true
    }
}
