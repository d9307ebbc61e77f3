//! Subtractions that do not fit: images registered wrongly, kernels of the wrong width or shape, cores
//! of galaxies that do not vanish.

use super::Artefact;
use crate::simulate::{Random, triplet_scene::Scene, triplet_setting::Setting};

/// A star or galaxy that was subtracted from the wrong place.
#[derive(Clone, Copy, Debug)]
pub struct Dipole;

impl Dipole {
    /// Error of registration, pixels.
    const SHIFT_PX: [f64; 2] = [0.12, 1.3];
    /// S/N that the lobes are made for.
    const SNR: [f64; 2] = [6.0, 120.0];
    /// Brightest star in units of S/N 1: brighter ones saturate.
    const BRIGHTEST: f64 = 5000.0;
}

impl Artefact for Dipole {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let shift = random.log_uniform(Self::SHIFT_PX[0], Self::SHIFT_PX[1]);
        let (sin, cos) = scene.angle_rad.sin_cos();
        scene.mismatch.shift_px = [shift * cos, shift * sin];
        // A Gaussian's filtered derivative peaks at 0.43 of shift over sigma (e^(-1/2)/√2).
        let share = 0.43 * shift / (setting.fwhm_px() / 2.355);
        let snr = random.log_uniform(Self::SNR[0], Self::SNR[1]);
        let brightness = (snr / share.min(1.0)).min(Self::BRIGHTEST);
        let counts = setting.unit_adu() * brightness;
        if random.chance(0.7) {
            scene.add_constant_star(scene.target_px, counts);
        } else {
            let radius = random.log_uniform(0.5, 2.5);
            scene.add_galaxy(scene.target_px, 2.0 * counts, radius, random);
        }
    }
}

/// A star that was subtracted with the wrong width.
#[derive(Clone, Copy, Debug)]
pub struct PsfRing;

impl PsfRing {
    /// Relative error of the width.
    const WIDTH_ERROR: [f64; 2] = [0.04, 0.3];
    /// S/N that the middle is made for.
    const SNR: [f64; 2] = [6.0, 120.0];
    /// Brightest star in units of S/N 1.
    const BRIGHTEST: f64 = 4000.0;
}

impl Artefact for PsfRing {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let error = random.uniform(Self::WIDTH_ERROR[0], Self::WIDTH_ERROR[1]);
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
        let snr = random.log_uniform(Self::SNR[0], Self::SNR[1]);
        // The filter over the ring's positive and negative parts leaves about this share.
        let share = 0.5 * (1.0 - 2.0 / (1.0 + factor)).abs().max(0.01);
        let brightness = (snr / share).min(Self::BRIGHTEST);
        scene.add_constant_star(scene.target_px, setting.unit_adu() * brightness);
    }
}

/// A bright, concentrated galaxy under an imperfect subtraction.
#[derive(Clone, Copy, Debug)]
pub struct GalaxyCore;

impl GalaxyCore {
    /// Brightness in units of S/N 1.
    const BRIGHTNESS: [f64; 2] = [200.0, 12_000.0];
    /// Half-light radius, pixels.
    const RADIUS_PX: [f64; 2] = [0.5, 4.0];
}

impl Artefact for GalaxyCore {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let counts =
            setting.unit_adu() * random.log_uniform(Self::BRIGHTNESS[0], Self::BRIGHTNESS[1]);
        let radius = random.log_uniform(Self::RADIUS_PX[0], Self::RADIUS_PX[1]);
        scene.add_galaxy(scene.target_px, counts, radius, random);
        let width = setting.wrong_blur_px2(random.normal_within(0.0, 0.12, [-0.35, 0.35]));
        scene.mismatch.blur_px2 = [width, 0.0, width];
        let shift = random.normal(0.0, 0.3);
        let (sin, cos) = scene.angle_rad.sin_cos();
        scene.mismatch.shift_px = [shift * cos, shift * sin];
        scene.mismatch.flux = random.normal(0.0, 0.03);
    }
}
