//! Hot and dead pixels.

use super::{Artefact, Plates, plates::Side};
use crate::simulate::{Random, triplet_scene::Scene, triplet_setting::Setting};

/// One to three pixels with a current of their own, or without any response.
#[derive(Clone, Copy, Debug)]
pub struct HotPixel;

/// Counts over the noise of the sky.
const AMPLITUDE_SIGMAS: [f64; 2] = [8.0, 500.0];
/// Share that is hot.
const HOT: f64 = 0.75;

impl Artefact for HotPixel {
    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let amplitude =
            setting.sky_sigma_adu * random.log_uniform(AMPLITUDE_SIGMAS[0], AMPLITUDE_SIGMAS[1]);
        let is_hot = random.chance(HOT);
        // A dead pixel loses its sky, wholly or in part.
        let sky = f64::from(setting.science.recorder.sky_adu);
        let change = if is_hot {
            amplitude
        } else {
            -(0.5 * amplitude).min(sky)
        };
        let grid = plates.science.side();
        let target = Side::Science.before_resampling(setting, scene.target_px);
        let target = target.map(|place| place.round() as isize);
        let count = *random.choose(&[1, 1, 1, 1, 2, 3]);
        for number in 0..count {
            let step = |random: &mut Random| {
                if number == 0 {
                    0
                } else {
                    random.below(3) as isize - 1
                }
            };
            let first = [target[0] + step(random), target[1] + step(random)];
            for at in Plates::rectangle(grid, first, [1, 1]) {
                plates.science.pixels[at] += change as f32;
            }
        }
    }

    fn is_small(&self) -> bool {
        true
    }
}
