//! Hot and dead pixels, bad columns and rows.

use super::{Artefact, Plates, plates::Side};
use crate::simulate::{Random, triplet_scene::Scene, triplet_setting::Setting};

/// One to three pixels with a current of their own, or without any response.
#[derive(Clone, Copy, Debug)]
pub struct HotPixel;

impl HotPixel {
    /// Counts over the noise of the sky.
    const AMPLITUDE_SIGMAS: [f64; 2] = [8.0, 500.0];
    /// Share that is hot.
    const HOT: f64 = 0.75;
}

impl Artefact for HotPixel {
    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let amplitude = setting.sky_sigma_adu
            * random.log_uniform(Self::AMPLITUDE_SIGMAS[0], Self::AMPLITUDE_SIGMAS[1]);
        let is_hot = random.chance(Self::HOT);
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

/// One to three neighbouring columns or rows, from one border to the other or in part.
#[derive(Clone, Copy, Debug)]
pub struct BadColumn;

impl BadColumn {
    /// Counts over the noise of the sky.
    const AMPLITUDE_SIGMAS: [f64; 2] = [3.0, 100.0];
    /// Share of them in the reference.
    const IN_REFERENCE: f64 = 0.25;
}

impl Artefact for BadColumn {
    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let sigma = setting.sky_sigma_adu
            * random.log_uniform(Self::AMPLITUDE_SIGMAS[0], Self::AMPLITUDE_SIGMAS[1]);
        let level = if random.chance(0.67) { sigma } else { -sigma };
        let side = if random.chance(Self::IN_REFERENCE) {
            Side::Reference
        } else {
            Side::Science
        };
        let grid = plates.science.side();
        let width = 1 + random.below(3);
        let is_along_y = random.chance(0.5);
        // The pixel of the target along the column and across.
        let target = side.before_resampling(setting, scene.target_px);
        let [x, y] = target.map(|place| place.round() as isize);
        let (along, across) = if is_along_y { (y, x) } else { (x, y) };
        let start = if random.chance(0.6) {
            0
        } else {
            along - random.below(4) as isize
        };
        let end = if random.chance(0.7) {
            grid as isize
        } else {
            along + 1 + random.below(8) as isize
        };
        let length = (end - start).max(1) as usize;
        let (first, size) = if is_along_y {
            ([across, start], [width, length])
        } else {
            ([start, across], [length, width])
        };
        let image = plates.of(side);
        let scatter = if random.chance(0.5) { 0.15 } else { 0.02 };
        for at in Plates::rectangle(grid, first, size) {
            image.pixels[at] += (level * (1.0 + random.normal(0.0, scatter))) as f32;
        }
    }

    fn is_small(&self) -> bool {
        true
    }
}
