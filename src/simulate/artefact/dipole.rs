//! Dipoles: images registered wrongly, a bright side and a dark side.

use super::Artefact;
use crate::simulate::{Random, triplet_scene::Scene, triplet_setting::Setting};

/// A star or galaxy that was subtracted from the wrong place.
#[derive(Clone, Copy, Debug)]
pub struct Dipole;

/// Error of registration, pixels.
const SHIFT_PX: [f64; 2] = [0.12, 1.3];
/// S/N that the lobes are made for.
const SNR: [f64; 2] = [6.0, 120.0];
/// Brightest star in units of S/N 1: brighter ones saturate.
const BRIGHTEST: f64 = 5000.0;

impl Artefact for Dipole {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let shift = random.log_uniform(SHIFT_PX[0], SHIFT_PX[1]);
        let (sin, cos) = scene.angle_rad.sin_cos();
        scene.mismatch.shift_px = [shift * cos, shift * sin];
        // A Gaussian's filtered derivative peaks at 0.43 of shift over sigma (e^(-1/2)/√2).
        let share = 0.43 * shift / (setting.fwhm_px() / 2.355);
        let snr = random.log_uniform(SNR[0], SNR[1]);
        let brightness = (snr / share.min(1.0)).min(BRIGHTEST);
        let counts = setting.unit_adu() * brightness;
        if random.chance(0.7) {
            scene.add_constant_star(scene.target_px, counts);
        } else {
            let radius = random.log_uniform(0.5, 2.5);
            scene.add_galaxy(scene.target_px, 2.0 * counts, radius, random);
        }
    }
}
