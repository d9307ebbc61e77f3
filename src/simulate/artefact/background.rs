//! What lies over a whole frame: fringes, patches of the background, streaks; and cosmic rays that an
//! average of exposures has not got rid of.

use super::{
    Artefact, Plates, noise::smooth_noise, plates::Side, shape::Line, shape::paint, tracks::strike,
};
use crate::simulate::{Random, image::Image, triplet_scene::Scene, triplet_setting::Setting};

/// Fringes, or a background that is left in patches.
#[derive(Clone, Copy, Debug)]
pub struct SkyStructure;

impl SkyStructure {
    /// Light of fringes and patches over the noise of the sky.
    const AMPLITUDE_SIGMAS: [f64; 2] = [0.8, 12.0];
    /// Distance of fringes, pixels.
    const WAVE_PX: [f64; 2] = [5.0, 30.0];
    /// Size of patches (standard deviation), pixels.
    const PATCH_PX: [f64; 2] = [3.0, 14.0];
    /// Share of it in the reference.
    const IN_REFERENCE: f64 = 0.3;
}

impl Artefact for SkyStructure {
    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let amplitude = setting.sky_sigma_adu
            * random.log_uniform(Self::AMPLITUDE_SIGMAS[0], Self::AMPLITUDE_SIGMAS[1]);
        let image = &mut light[usize::from(random.chance(Self::IN_REFERENCE))];
        if random.chance(0.5) {
            let size = random.log_uniform(Self::PATCH_PX[0], Self::PATCH_PX[1]);
            let patches = smooth_noise(image.side(), size, random);
            image.add(&patches, amplitude as f32);
            return;
        }
        let turns = std::f64::consts::TAU / random.log_uniform(Self::WAVE_PX[0], Self::WAVE_PX[1]);
        let (sin, cos) = scene.angle_rad.sin_cos();
        let phase = random.uniform(0.0, std::f64::consts::TAU);
        let bent = random.uniform(0.0, 3.0);
        let slow = 0.3 * turns * random.unit();
        paint(image, |x, y| {
            let across = cos * x + sin * y;
            let along = cos * y - sin * x;
            amplitude * (turns * across + bent * (slow * along).sin() + phase).sin()
        });
    }

    fn reach_px(&self) -> usize {
        9
    }
}

/// Two streaks that cross near the candidate.
#[derive(Clone, Copy, Debug)]
pub struct CrossedStreaks;

impl Artefact for CrossedStreaks {
    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let sigma_px = setting.science.psf.fwhm_px() / 2.355;
        for _ in 0..2 {
            let amplitude = setting.sky_sigma_adu * random.log_uniform(3.0, 80.0);
            let near = [(); 2].map(|()| random.normal(0.0, 1.0));
            let center = [0, 1].map(|axis| scene.target_px[axis] + near[axis]);
            let line = Line {
                center_px: setting.science.before_resampling(center),
                angle_rad: random.uniform(0.0, std::f64::consts::PI),
                sigma_px: sigma_px * random.uniform(1.0, 1.6),
                length_px: f64::INFINITY,
            };
            line.add_to(&mut light[0], |_| amplitude);
        }
    }

    fn reach_px(&self) -> usize {
        4
    }
}

/// A cosmic ray in one of several exposures that were averaged: fainter, and smoothed by resampling.
#[derive(Clone, Copy, Debug)]
pub struct StackedCosmicRay;

impl StackedCosmicRay {
    /// Charge a pixel of the track over the noise of the sky, in its exposure.
    const AMPLITUDE_SIGMAS: [f64; 2] = [15.0, 600.0];
}

impl Artefact for StackedCosmicRay {
    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let side = if random.chance(0.6) {
            Side::Science
        } else {
            Side::Reference
        };
        let exposures = (2 + random.below(6)) as f64;
        let amplitude = setting.sky_sigma_adu
            * random.log_uniform(Self::AMPLITUDE_SIGMAS[0], Self::AMPLITUDE_SIGMAS[1])
            / exposures;
        let target = side.before_resampling(setting, scene.target_px);
        let mut charge = Image::new(plates.science.side());
        strike(&mut charge, (target, scene.angle_rad), amplitude, random);
        charge.resample([(); 2].map(|()| random.unit() as f32));
        plates.of(side).add(&charge, 1.0);
    }

    fn is_small(&self) -> bool {
        true
    }
}
