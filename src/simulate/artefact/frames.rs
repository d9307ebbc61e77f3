//! Errors of whole frames: every star is left over, and the candidate is one of them.

use super::Artefact;
use crate::simulate::{
    Random, field::Fault, survey_frames::FramesModel, triplet_scene::Scene,
    triplet_setting::Setting,
};

/// S/N that what is left of the star is made for.
const SNR: [f64; 2] = [5.0, 120.0];
/// Brightest star in units of S/N 1: brighter ones saturate.
const BRIGHTEST: f64 = 20_000.0;
/// Share of the frames in which other stars show the error for certain.
const WITNESSED: f64 = 0.85;
/// Share of the candidates that are galaxies.
const GALAXIES: f64 = 0.15;

/// A wrong zero point, clouds, a flux scale that changes over the frame.
#[derive(Clone, Copy, Debug)]
pub struct FluxScale;

/// A kernel of the wrong width for all of the frame.
#[derive(Clone, Copy, Debug)]
pub struct FrameWidth;

/// Frames out of register: a dipole or a small ring on every star.
#[derive(Clone, Copy, Debug)]
pub struct FrameShift;

/// Puts a star (or a galaxy) onto the target of which the frame's error leaves enough to be found.
fn leave_over(setting: &Setting, scene: &mut Scene, random: &mut Random) {
    let snr = random.log_uniform(SNR[0], SNR[1]);
    let brightness = (snr / scene.fault.residual.max(0.01)).min(BRIGHTEST);
    let counts = setting.unit_adu() * brightness;
    if random.chance(WITNESSED) {
        let side = setting.science.psf_image.side();
        scene.add_witnesses(setting, side, random);
    }
    if random.chance(GALAXIES) {
        let radius = random.log_uniform(0.5, 3.0);
        scene.add_galaxy(scene.target_px, 2.0 * counts, radius, random);
    } else {
        scene.add_constant_star(scene.target_px, counts);
    }
}

impl Artefact for FluxScale {
    fn fault(&self, model: &FramesModel, _: &Setting, random: &mut Random) -> Option<Fault> {
        Some(Fault::of_flux(model, random))
    }

    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        leave_over(setting, scene, random);
    }
}

impl Artefact for FrameWidth {
    fn fault(&self, model: &FramesModel, _: &Setting, random: &mut Random) -> Option<Fault> {
        Some(Fault::of_width(model, random))
    }

    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        leave_over(setting, scene, random);
    }
}

impl Artefact for FrameShift {
    fn fault(&self, model: &FramesModel, setting: &Setting, random: &mut Random) -> Option<Fault> {
        Some(Fault::of_place(model, setting, random))
    }

    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        leave_over(setting, scene, random);
    }
}
