//! What passes during an exposure: cosmic rays, whose charge in a few pixels is sharper than any star,
//! and trails of satellites and aircraft.

use super::{Artefact, Plates, plates::Side, shape::Line};
use crate::simulate::{Random, image::Image, triplet_scene::Scene, triplet_setting::Setting};

/// A spot, a straight track of a muon, or the worm of a scattered electron.
#[derive(Clone, Copy, Debug)]
pub struct CosmicRay;

impl CosmicRay {
    /// Charge a pixel of the track over the noise of the sky.
    const AMPLITUDE_SIGMAS: [f64; 2] = [8.0, 400.0];
}

impl Artefact for CosmicRay {
    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let amplitude = setting.sky_sigma_adu
            * random.log_uniform(Self::AMPLITUDE_SIGMAS[0], Self::AMPLITUDE_SIGMAS[1]);
        let target = Side::Science.before_resampling(setting, scene.target_px);
        strike(
            &mut plates.science,
            (target, scene.angle_rad),
            amplitude,
            random,
        );
    }

    fn is_small(&self) -> bool {
        true
    }
}

/// Lets a particle of any sort through an image at a place (pixels), in a direction (radians from
/// x to y).
pub fn strike(
    image: &mut Image,
    (center_px, angle_rad): ([f64; 2], f64),
    amplitude_adu: f64,
    random: &mut Random,
) {
    match random.weighted(&[0.4, 0.4, 0.2]) {
        0 => track(
            image,
            center_px,
            angle_rad,
            random.uniform(0.5, 1.5),
            amplitude_adu,
            random,
        ),
        1 => track(
            image,
            center_px,
            angle_rad,
            random.log_uniform(2.0, 16.0),
            amplitude_adu,
            random,
        ),
        _ => worm(image, (center_px, angle_rad), amplitude_adu, random),
    }
}

/// A straight track through a point; the charge grows or fades along it.
fn track(
    image: &mut Image,
    center_px: [f64; 2],
    angle_rad: f64,
    length_px: f64,
    amplitude_adu: f64,
    random: &mut Random,
) {
    let line = Line {
        center_px,
        angle_rad,
        sigma_px: random.uniform(0.25, 0.6),
        length_px,
    };
    let slope = random.uniform(-1.0, 1.0) / length_px;
    line.add_to(image, |along| {
        amplitude_adu * (1.0 + slope * along).clamp(0.2, 2.0)
    });
}

/// Short steps that turn at random.
fn worm(
    image: &mut Image,
    (mut place, mut angle): ([f64; 2], f64),
    amplitude_adu: f64,
    random: &mut Random,
) {
    for _ in 0..3 + random.below(7) {
        angle += random.normal(0.0, 0.7);
        let step = Line {
            center_px: place,
            angle_rad: angle,
            sigma_px: 0.4,
            length_px: 1.4,
        };
        let charge = amplitude_adu * random.uniform(0.4, 1.2);
        step.add_to(image, |_| charge);
        place = [place[0] + 1.3 * angle.cos(), place[1] + 1.3 * angle.sin()];
    }
}

/// A straight trail across the stamp, or a short one that begins and ends in it.
#[derive(Clone, Copy, Debug)]
pub struct SatelliteTrail;

impl SatelliteTrail {
    /// Light at the ridge over the noise of the sky.
    const AMPLITUDE_SIGMAS: [f64; 2] = [2.0, 100.0];
    /// Share that crosses the whole stamp.
    const CROSSING: f64 = 0.7;
    /// Length of the others over the width of the point-spread function: asteroids trail less.
    const SHORT_WIDTHS: [f64; 2] = [3.0, 8.0];
}

impl Artefact for SatelliteTrail {
    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let amplitude = setting.sky_sigma_adu
            * random.log_uniform(Self::AMPLITUDE_SIGMAS[0], Self::AMPLITUDE_SIGMAS[1]);
        let fwhm = setting.science.psf.fwhm_px();
        let length_px = if random.chance(Self::CROSSING) {
            f64::INFINITY
        } else {
            fwhm * random.uniform(Self::SHORT_WIDTHS[0], Self::SHORT_WIDTHS[1])
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
