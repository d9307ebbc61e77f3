//! Saturated stars: a flat top in one or both images, charge bleeding along columns.

use super::{Artefact, Plates, plates::Side};
use crate::simulate::{Random, triplet_scene::Scene, triplet_setting::Setting};

/// A star beyond the full well.
#[derive(Clone, Copy, Debug)]
pub struct SaturatedStar;

/// Light at the peak over saturation.
const OVERLOAD: [f64; 2] = [1.3, 80.0];
/// Share of the stars that bleed.
const BLEEDING: f64 = 0.5;

impl Artefact for SaturatedStar {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let ceiling = f64::from(setting.science.ceiling_adu().max(0.0));
        let peak = f64::from(
            setting
                .science
                .psf_image
                .pixels
                .iter()
                .copied()
                .fold(0.0, f32::max),
        );
        let counts = ceiling * random.log_uniform(OVERLOAD[0], OVERLOAD[1]) / peak.max(1e-6);
        scene.add_constant_star(scene.target_px, counts);
    }

    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        if !random.chance(BLEEDING) {
            return;
        }
        // Along the columns of the CCD, which may lie along either axis of the stamp.
        let is_along_y = random.chance(0.5);
        let grid = plates.science.side();
        let width = 1 + random.below(3);
        for side in [Side::Science, Side::Reference] {
            if side == Side::Reference && random.chance(0.4) {
                continue;
            }
            let camera = side.camera(setting);
            let target = camera.before_resampling(scene.target_px);
            let [x, y] = target.map(|place| place.round() as isize);
            let level = camera.ceiling_adu() * random.uniform(0.5, 1.0) as f32;
            let half = random.log_uniform(3.0, grid as f64) as isize;
            let length = 2 * half as usize + 1;
            let across = (width / 2) as isize;
            let (first, size) = if is_along_y {
                ([x - across, y - half], [width, length])
            } else {
                ([x - half, y - across], [length, width])
            };
            let image = plates.of(side);
            for at in Plates::rectangle(grid, first, size) {
                image.pixels[at] = image.pixels[at].max(level);
            }
        }
    }
}
