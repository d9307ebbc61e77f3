//! Cosmic rays: charge in a few pixels, sharper than any star.

use super::{Artefact, Plates, plates::Side, shape::Line};
use crate::simulate::{Random, image::Image, triplet_scene::Scene, triplet_setting::Setting};

/// A spot, a straight track of a muon, or the worm of a scattered electron.
#[derive(Clone, Copy, Debug)]
pub struct CosmicRay;

/// Charge a pixel of the track over the noise of the sky.
const AMPLITUDE_SIGMAS: [f64; 2] = [8.0, 400.0];

impl Artefact for CosmicRay {
    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let amplitude =
            setting.sky_sigma_adu * random.log_uniform(AMPLITUDE_SIGMAS[0], AMPLITUDE_SIGMAS[1]);
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
