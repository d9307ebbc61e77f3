//! The galaxy of a candidate: whether there is one, how bright, large and flat it is, and where in
//! it the target lies.

use super::{
    Random, SequenceClass,
    galaxy::GalaxyProfile,
    light_curve::{LightCurve, StarMagnitudes},
    survey::Magnitudes,
};
use crate::domain::Band;

/// Galaxies look like black bodies of these temperatures, kelvin, from red to blue: g − r of 0.9
/// to 0.3; our choice.
const TEMPERATURES_K: [f64; 2] = [4200.0, 6500.0];
/// Half-light radius at magnitude 20, its slope, its scatter and its limits, arcseconds (recipes:
/// 1.3″ × 10^(−0.1 (m − 20)), log-normal with 0.35).
const RADIUS_ARCSEC: f64 = 1.3;
const RADIUS_SLOPE: f64 = -0.1;
const RADIUS_SCATTER: f64 = 0.35;
const RADIUS_LIMITS_ARCSEC: [f64; 2] = [0.3, 3.8];
/// Share of the galaxies without a bulge; the others have this share of their light in one.
const PURE_DISCS_SHARE: f64 = 0.6;
const BULGE_SHARES: [f64; 2] = [0.4, 1.0];
/// Minor over major axis of discs seen from all sides, as far as they are thick.
const AXIS_RATIOS: [f64; 2] = [0.3, 1.0];
/// Share of the galaxies without a transient whose centre is the target, and how well, pixels.
const CENTERED_SHARE: f64 = 0.5;
const CENTERING_PX: f64 = 0.3;
/// Draws of a place in the disc until one has the centre inside the stamp.
const PLACE_TRIES: usize = 20;

/// A galaxy at or beside the target.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Its shape.
    pub profile: GalaxyProfile,
    /// Its light.
    pub light: LightCurve,
    /// Its centre, pixels from the target: (x, y).
    pub offset_px: [f64; 2],
    /// Its magnitude in the survey's first band.
    pub mag: f64,
}

/// Share of the candidates of a class that lie in a galaxy (Carrasco-Davis et al. 2019).
pub const fn host_share(class: SequenceClass) -> f64 {
    match class {
        SequenceClass::Supernova => 0.5,
        SequenceClass::Galaxy => 1.0,
        SequenceClass::Asteroid => 0.0,
        SequenceClass::RrLyrae
        | SequenceClass::Cepheid
        | SequenceClass::EclipsingBinary
        | SequenceClass::NonVariable => 0.01,
    }
}

impl Host {
    /// The galaxy of a candidate, where it has one. `reach_px` is how far from the target its
    /// centre may lie.
    pub fn draw(
        class: SequenceClass,
        magnitudes: &Magnitudes,
        band: &Band,
        [pixel_scale_arcsec, reach_px]: [f64; 2],
        random: &mut Random,
    ) -> Option<Self> {
        if !random.chance(host_share(class)) {
            return None;
        }
        let mag = if class == SequenceClass::Supernova {
            magnitudes.host.draw(random)
        } else {
            magnitudes.galaxy.draw(random)
        };
        let profile = draw_profile(mag, pixel_scale_arcsec, random);
        let is_centered = class == SequenceClass::Galaxy && random.chance(CENTERED_SHARE);
        let offset_px = if is_centered {
            [(); 2].map(|()| random.normal(0.0, CENTERING_PX))
        } else {
            draw_place(&profile, reach_px, random)
        };
        let temperature_k = random.log_uniform(TEMPERATURES_K[0], TEMPERATURES_K[1]);
        Some(Self {
            profile,
            light: LightCurve::Constant(StarMagnitudes::of_black_body(mag, band, temperature_k)),
            offset_px,
            mag,
        })
    }
}

fn draw_profile(mag: f64, pixel_scale_arcsec: f64, random: &mut Random) -> GalaxyProfile {
    let typical = RADIUS_ARCSEC * 10f64.powf(RADIUS_SLOPE * (mag - 20.0));
    let [least, most] = RADIUS_LIMITS_ARCSEC;
    let radius = typical * random.normal(0.0, RADIUS_SCATTER).exp();
    let bulge_share = if random.chance(PURE_DISCS_SHARE) {
        0.0
    } else {
        random.uniform(BULGE_SHARES[0], BULGE_SHARES[1])
    };
    GalaxyProfile {
        radius_px: radius.clamp(least, most) / pixel_scale_arcsec,
        axis_ratio: random.uniform(AXIS_RATIOS[0], AXIS_RATIOS[1]),
        angle_rad: random.uniform(0.0, std::f64::consts::PI),
        bulge_share,
    }
}

/// The centre as seen from a place drawn from the light of the disc, near enough to be seen.
fn draw_place(profile: &GalaxyProfile, reach_px: f64, random: &mut Random) -> [f64; 2] {
    let mut place = [0.0; 2];
    for _ in 0..PLACE_TRIES {
        place = profile.draw_offset(random);
        if place[0].hypot(place[1]) <= reach_px {
            return place.map(|along| -along);
        }
    }
    let shrink = reach_px / place[0].hypot(place[1]);
    place.map(|along| -along * shrink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Survey;

    fn hosts(class: SequenceClass, count: u64) -> Vec<Host> {
        let magnitudes = Survey::built_in("hits2015").unwrap().magnitudes;
        let draw = |index| {
            let mut random = Random::of(8, 0, index);
            Host::draw(class, &magnitudes, &Band::G, [0.27, 9.0], &mut random)
        };
        (0..count).filter_map(draw).collect()
    }

    #[test]
    fn hosts_are_as_frequent_as_published() {
        for (class, expected, tolerance) in [
            (SequenceClass::Supernova, 2000, 130),
            (SequenceClass::Galaxy, 4000, 0),
            (SequenceClass::Asteroid, 0, 0),
            (SequenceClass::Cepheid, 40, 25),
        ] {
            let found = hosts(class, 4000).len();
            assert!(found.abs_diff(expected) <= tolerance, "{class:?}: {found}");
        }
    }

    #[test]
    fn half_of_the_galaxies_are_centred_and_all_are_in_the_stamp() {
        let all = hosts(SequenceClass::Galaxy, 3000);
        let distance = |host: &Host| host.offset_px[0].hypot(host.offset_px[1]);
        let near = all.iter().filter(|host| distance(host) < 1.0).count();
        // Half, and the few whose disc ends there.
        assert!((1500..1850).contains(&near), "{near}");
        assert!(all.iter().all(|host| distance(host) <= 9.0 + 1e-9));
    }

    #[test]
    fn brighter_galaxies_are_larger() {
        let all = hosts(SequenceClass::Supernova, 8000);
        let mut radii: Vec<_> = all
            .iter()
            .filter(|host| (host.mag - 20.0).abs() < 0.5)
            .map(|host| host.profile.radius_px * 0.27)
            .collect();
        radii.sort_by(f64::total_cmp);
        let median = radii[radii.len() / 2];
        assert!((median / RADIUS_ARCSEC - 1.0).abs() < 0.08, "{median}");
    }
}
