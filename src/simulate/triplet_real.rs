//! Real sources: what is on the sky where something has changed.

use super::{
    Random,
    survey_triplet::{THRESHOLD, TripletModel},
    triplet_kind::RealKind,
    triplet_scene::Scene,
    triplet_setting::Setting,
};

/// Brightest host over a source of S/N 1.
const BRIGHTEST_HOST: f64 = 1500.0;
/// Share that is fainter than in the reference (transients in the reference exist): as many of any
/// kind as of the bogus detections are negative, so that the sign tells nothing.
const FADING: f64 = 0.42;

impl RealKind {
    /// Puts a real source onto the scene's target; returns true where it is fainter than in the
    /// reference.
    pub fn compose(
        self,
        model: &TripletModel,
        setting: &Setting,
        scene: &mut Scene,
        random: &mut Random,
    ) -> bool {
        let wanted = Wanted {
            snr: draw_snr(model, random),
            is_fading: random.chance(FADING),
        };
        match self {
            Self::Hostless => wanted.add(scene, 0.0, wanted.counts(setting, 0.0)),
            Self::InHost => in_host(wanted, setting, scene, random),
            Self::Nuclear => nuclear(wanted, setting, scene, random),
            Self::VariableStar => {
                // From a twentieth to three times the quiet light.
                let amplitude = random.log_uniform(0.05, 3.0);
                let first = wanted.counts(setting, 0.0) / amplitude;
                // The quiet light's own noise asks for a larger change.
                let change = wanted.counts(setting, first / setting.noise_area_px);
                wanted.add(scene, change / amplitude, change);
            }
            Self::FaintInReference => {
                let quiet = setting.unit_adu() * random.log_uniform(1.0, 20.0);
                let change = wanted.counts(setting, quiet / setting.noise_area_px);
                wanted.add(scene, quiet, change);
            }
            Self::Asteroid => {
                let length = random.uniform(0.0, 1.5) * setting.science.psf.fwhm_px();
                let trail = if random.chance(0.3) { 0.0 } else { length };
                // A trail covers more sky.
                let spread = (1.0 + trail / setting.fwhm_px()).sqrt();
                wanted.add(scene, 0.0, spread * wanted.counts(setting, 0.0));
                let angle_rad = scene.angle_rad;
                if let Some(asteroid) = scene.stars.last_mut() {
                    asteroid.trail = [trail, angle_rad];
                }
                scene.truth.trail_px = Some(trail);
            }
        }
        wanted.is_fading
    }
}

/// The change that a source is made for.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    snr: f64,
    is_fading: bool,
}

impl Wanted {
    /// Its counts where `light_adu` (a pixel) shines all the time.
    fn counts(self, setting: &Setting, light_adu: f64) -> f64 {
        setting.counts_of_snr(self.snr, light_adu, self.is_fading)
    }

    /// Puts a star of `quiet` counts onto the target that is brighter by `change` in one image.
    fn add(self, scene: &mut Scene, quiet: f64, change: f64) {
        let bright = quiet + change;
        let [science, reference] = if self.is_fading {
            [quiet, bright]
        } else {
            [bright, quiet]
        };
        scene.add_star(scene.target_px, science, reference);
    }
}

fn draw_snr(model: &TripletModel, random: &mut Random) -> f64 {
    if random.chance(model.faint_share) {
        random.log_uniform(THRESHOLD, 12.0)
    } else {
        model.snr.draw(random)
    }
}

fn in_host(wanted: Wanted, setting: &Setting, scene: &mut Scene, random: &mut Random) {
    let radius = random.log_uniform(1.0, 8.0);
    let counts = setting.unit_adu() * random.log_uniform(10.0, BRIGHTEST_HOST);
    let target = scene.target_px;
    let profile = scene.add_galaxy(target, counts, radius, random);
    // Far outliers of the disc would leave the stamp without its host.
    let offset = profile.draw_offset(random).map(|o| o.clamp(-9.0, 9.0));
    if let Some(host) = scene.galaxies.last_mut() {
        host.center_px = [target[0] - offset[0], target[1] - offset[1]];
    }
    // Half of the light lies within the half-light ellipse.
    let area = std::f64::consts::PI * profile.axis_ratio * radius * radius + setting.noise_area_px;
    let distance = offset[0].hypot(offset[1]);
    let light = 0.5 * counts / area * (-(distance / radius - 0.5).max(0.0)).exp();
    wanted.add(scene, 0.0, wanted.counts(setting, light));
    note_host(scene, setting, counts, distance, radius);
}

fn nuclear(wanted: Wanted, setting: &Setting, scene: &mut Scene, random: &mut Random) {
    let radius = random.log_uniform(0.6, 7.0);
    let counts = setting.unit_adu() * random.log_uniform(20.0, 1000.0);
    let offset = [(); 2].map(|()| random.normal(0.0, 0.15));
    let target = scene.target_px;
    let center = [target[0] + offset[0], target[1] + offset[1]];
    let profile = scene.add_galaxy(center, counts, radius, random);
    let area = std::f64::consts::PI * profile.axis_ratio * radius * radius + setting.noise_area_px;
    let quiet = setting.unit_adu() * random.log_uniform(1.0, 100.0);
    let light = 0.7 * counts / area + quiet / setting.noise_area_px;
    wanted.add(scene, quiet, wanted.counts(setting, light));
    note_host(scene, setting, counts, offset[0].hypot(offset[1]), radius);
}

fn note_host(scene: &mut Scene, setting: &Setting, counts: f64, offset_px: f64, radius_px: f64) {
    let scale = f64::from(setting.detector.pixel_scale_arcsec);
    scene.truth.host_mag = setting.visit.magnitude(counts);
    scene.truth.host_offset_arcsec = Some(offset_px * scale);
    scene.truth.host_radius_arcsec = Some(radius_px * scale);
}
