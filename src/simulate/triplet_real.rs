//! Real sources: what is on the sky where something has changed.

use super::{
    Random,
    survey_triplet::TripletModel,
    triplet_kind::RealKind,
    triplet_scene::{Scene, Star},
    triplet_setting::Setting,
};

/// Brightest host over a source of S/N 1.
const BRIGHTEST_HOST: f64 = 1500.0;

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
        let snr = draw_snr(model, random);
        let target = scene.target_px;
        match self {
            Self::Hostless => {
                let counts = setting.counts_of_snr(snr, 0.0);
                scene.add_star(target, counts, 0.0);
                false
            }
            Self::InHost => in_host(snr, setting, scene, random),
            Self::Nuclear => nuclear(snr, setting, scene, random),
            Self::VariableStar => {
                // From a twentieth to three times the quiet light.
                let amplitude = random.log_uniform(0.05, 3.0);
                variable(snr, amplitude, setting, scene, random)
            }
            Self::FaintInReference => {
                let quiet = setting.unit_adu() * random.log_uniform(1.0, 20.0);
                let change = setting.counts_of_snr(snr, quiet / setting.noise_area_px);
                let is_fading = random.chance(0.2);
                add_change(scene, quiet, change, is_fading);
                is_fading
            }
            Self::Asteroid => {
                let length = random.uniform(0.0, 1.5) * setting.science.psf.fwhm_px();
                let trail = if random.chance(0.3) { 0.0 } else { length };
                // A trail covers more sky.
                let spread = (1.0 + trail / setting.fwhm_px()).sqrt();
                scene.stars.push(Star {
                    center_px: target,
                    science_adu: spread * setting.counts_of_snr(snr, 0.0),
                    reference_adu: 0.0,
                    trail: [trail, scene.angle_rad],
                });
                scene.truth.trail_px = Some(trail);
                false
            }
        }
    }
}

fn draw_snr(model: &TripletModel, random: &mut Random) -> f64 {
    if random.chance(model.faint_share) {
        random.log_uniform(4.5, 12.0)
    } else {
        model.snr.draw(random)
    }
}

fn in_host(snr: f64, setting: &Setting, scene: &mut Scene, random: &mut Random) -> bool {
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
    let change = setting.counts_of_snr(snr, light);
    scene.add_star(target, change, 0.0);
    note_host(scene, setting, counts, distance, radius);
    false
}

fn nuclear(snr: f64, setting: &Setting, scene: &mut Scene, random: &mut Random) -> bool {
    let radius = random.log_uniform(0.6, 7.0);
    let counts = setting.unit_adu() * random.log_uniform(20.0, 1000.0);
    let offset = [(); 2].map(|()| random.normal(0.0, 0.15));
    let target = scene.target_px;
    let center = [target[0] + offset[0], target[1] + offset[1]];
    let profile = scene.add_galaxy(center, counts, radius, random);
    let area = std::f64::consts::PI * profile.axis_ratio * radius * radius + setting.noise_area_px;
    let quiet = setting.unit_adu() * random.log_uniform(1.0, 100.0);
    let light = 0.7 * counts / area + quiet / setting.noise_area_px;
    let change = setting.counts_of_snr(snr, light);
    let is_fading = random.chance(0.3);
    add_change(scene, quiet, change, is_fading);
    note_host(scene, setting, counts, offset[0].hypot(offset[1]), radius);
    is_fading
}

fn variable(
    snr: f64,
    amplitude: f64,
    setting: &Setting,
    scene: &mut Scene,
    random: &mut Random,
) -> bool {
    let first = setting.counts_of_snr(snr, 0.0) / amplitude;
    // The quiet light's own noise asks for a larger change.
    let change = setting.counts_of_snr(snr, first / setting.noise_area_px);
    let is_fading = random.chance(0.4);
    add_change(scene, change / amplitude, change, is_fading);
    is_fading
}

/// A star of `quiet` counts that is brighter by `change` in one of the images.
fn add_change(scene: &mut Scene, quiet: f64, change: f64, is_fading: bool) {
    let counts = [quiet + change, quiet];
    let [science, reference] = if is_fading {
        [counts[1], counts[0]]
    } else {
        counts
    };
    scene.add_star(scene.target_px, science, reference);
}

fn note_host(scene: &mut Scene, setting: &Setting, counts: f64, offset_px: f64, radius_px: f64) {
    let scale = f64::from(setting.detector.pixel_scale_arcsec);
    scene.truth.host_mag = setting.visit.magnitude(counts);
    scene.truth.host_offset_arcsec = Some(offset_px * scale);
    scene.truth.host_radius_arcsec = Some(radius_px * scale);
}
