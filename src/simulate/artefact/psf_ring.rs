//! Rings: a kernel that is too wide, too narrow or of the wrong shape.

use super::Artefact;
use crate::simulate::{Random, triplet_scene::Scene, triplet_setting::Setting};

/// A star that was subtracted with the wrong width.
#[derive(Clone, Copy, Debug)]
pub struct PsfRing;

/// Relative error of the width.
const WIDTH_ERROR: [f64; 2] = [0.04, 0.3];
/// S/N that the middle is made for.
const SNR: [f64; 2] = [6.0, 120.0];
/// Brightest star in units of S/N 1.
const BRIGHTEST: f64 = 4000.0;

impl Artefact for PsfRing {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let error = random.uniform(WIDTH_ERROR[0], WIDTH_ERROR[1]);
        let error = if random.chance(0.5) { error } else { -error };
        let variance = (setting.fwhm_px() / 2.355).powi(2);
        let wider = setting.wrong_blur_px2(error);
        let factor = 1.0 + wider / variance;
        let stretch = variance * random.uniform(0.0, 0.12);
        let turn = 2.0 * scene.angle_rad;
        scene.mismatch.blur_px2 = [
            wider + stretch * turn.cos(),
            stretch * turn.sin(),
            wider - stretch * turn.cos(),
        ];
        scene.mismatch.flux = random.normal(0.0, 0.02);
        let snr = random.log_uniform(SNR[0], SNR[1]);
        // The filter over the ring's positive and negative parts leaves about this share.
        let share = 0.5 * (1.0 - 2.0 / (1.0 + factor)).abs().max(0.01);
        let brightness = (snr / share).min(BRIGHTEST);
        scene.add_constant_star(scene.target_px, setting.unit_adu() * brightness);
    }
}
