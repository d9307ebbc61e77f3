//! Artefacts of the reference: the science image is clean.

use super::{
    Artefact, Plates,
    plates::Side,
    shape::{disc, paint},
    tracks::strike,
};
use crate::simulate::{Random, triplet_scene::Scene, triplet_setting::Setting};

/// A particle, a block or a disc in the reference.
#[derive(Clone, Copy, Debug)]
pub struct ReferenceArtefact;

impl Artefact for ReferenceArtefact {
    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let sigma = setting.sky_sigma_adu;
        let sign = if random.chance(0.7) { 1.0 } else { -1.0 };
        let target = Side::Reference.before_resampling(setting, scene.target_px);
        match random.weighted(&[0.45, 0.3, 0.25]) {
            0 => {
                let amplitude = sign * sigma * random.log_uniform(4.0, 150.0);
                let track = (target, scene.angle_rad);
                strike(&mut plates.reference, track, amplitude, random);
            }
            1 => {
                let level = (sign * sigma * random.log_uniform(4.0, 200.0)) as f32;
                let size = [1 + random.below(6), 1 + random.below(6)];
                let first = [0, 1]
                    .map(|axis| target[axis].round() as isize - random.below(size[axis]) as isize);
                let grid = plates.reference.side();
                for at in Plates::rectangle(grid, first, size) {
                    plates.reference.pixels[at] += level;
                }
            }
            _ => {
                let radius = random.uniform(1.5, 7.0);
                let softness = random.uniform(0.2, 1.0);
                let level = sign * sigma * random.log_uniform(2.0, 30.0);
                let [cx, cy] = target;
                paint(&mut plates.reference, |x, y| {
                    level * disc((x - cx).hypot(y - cy), radius, softness)
                });
            }
        }
    }

    fn is_small(&self) -> bool {
        true
    }
}
