//! Blocks of masked or spoilt pixels through an object.

use super::{Artefact, Plates, edge::draw_fill, plates::Side};
use crate::simulate::{Random, triplet_scene::Scene, triplet_setting::Setting};

/// A rectangle of missing, zero, constant, negative or saturated pixels in one of the images.
#[derive(Clone, Copy, Debug)]
pub struct MaskedBlock;

/// Brightness of the object in units of S/N 1.
const BRIGHTNESS: [f64; 2] = [30.0, 4000.0];
/// Share of the objects that are stars.
const STARS: f64 = 0.7;

impl Artefact for MaskedBlock {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let counts = setting.unit_adu() * random.log_uniform(BRIGHTNESS[0], BRIGHTNESS[1]);
        let center = scene.near_target(1.5, random);
        if random.chance(STARS) {
            scene.add_constant_star(center, counts);
        } else {
            scene.add_galaxy(center, 2.0 * counts, random.log_uniform(0.6, 4.0), random);
        }
    }

    fn scar(&self, setting: &Setting, scene: &Scene, plates: &mut Plates, random: &mut Random) {
        let side = if random.chance(0.6) {
            Side::Reference
        } else {
            Side::Science
        };
        let camera = side.camera(setting);
        let target = camera.before_resampling(scene.target_px);
        // Counts above the sky: none, those of a file filled with 0, a dark hole, a full well.
        let value = match random.weighted(&[0.3, 0.25, 0.15, 0.2, 0.1]) {
            0 => f32::NAN,
            1 => 0.0,
            2 => -camera.recorder.sky_adu,
            3 => -(setting.sky_sigma_adu * random.log_uniform(10.0, 300.0)) as f32,
            _ => camera.ceiling_adu(),
        };
        plates.fill = draw_fill(setting, random);
        let grid = plates.science.side();
        let short = 2 + random.below(7);
        let long = if random.chance(0.5) {
            grid
        } else {
            3 + random.below(12)
        };
        let size = if random.chance(0.5) {
            [short, long]
        } else {
            [long, short]
        };
        // The block covers part of the object, so that the rest of it is left over.
        let first = [0, 1].map(|axis| {
            let inside = random.below(size[axis] + 2) as isize;
            target[axis].round() as isize + 1 - inside
        });
        let image = plates.of(side);
        for at in Plates::rectangle(grid, first, size) {
            image.pixels[at] = value;
        }
    }
}
