//! The galaxy of a candidate: whether there is one, how bright, large and flat it is, and where in
//! it the target lies.

use super::{
    Random, SequenceClass, Survey,
    galaxy::GalaxyProfile,
    image::{Image, middle_of},
    light_curve::{LightCurve, StarMagnitudes},
};
use crate::domain::Band;

/// A host's centre lies within this share of the stamp's side from the target.
const REACH_SIDES: f64 = 0.43;

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
/// Magnitudes of hosts that are chosen by contrast.
const MAGNITUDES_BY_CONTRAST: [f64; 2] = [15.0, 25.0];
/// Halvings of that interval: to 0.003 mag.
const HALVINGS: usize = 12;
/// Share of a point source's light within a circle as wide as its full width at half maximum (Gaussian).
const SHARE_WITHIN: f64 = 0.5;

/// A galaxy at or beside the target.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Its shape.
    pub profile: GalaxyProfile,
    pub light: LightCurve,
    /// Its centre, pixels from the target: (x, y).
    pub offset_px: [f64; 2],
    /// Its magnitude in the survey's first band.
    pub mag: f64,
}

/// Share of the candidates of a class that lie in a galaxy (Carrasco-Davis et al. 2019), where the survey gives no
/// other for supernovae.
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
    /// The galaxy of a candidate with this light, where it has one.
    pub fn draw(
        class: SequenceClass,
        target: &LightCurve,
        survey: &Survey,
        band: &Band,
        random: &mut Random,
    ) -> Option<Self> {
        let magnitudes = &survey.magnitudes;
        let hosts = magnitudes.supernova_hosts.as_ref();
        let by_contrast = match (target, hosts) {
            (LightCurve::Supernova(curve), Some(hosts)) => {
                Some((hosts, target.magnitude(curve.peak_mjd, band)))
            }
            // The host of a supernova that is not there.
            (_, Some(hosts))
                if class == SequenceClass::Galaxy && random.chance(hosts.galaxies_alike) =>
            {
                Some((hosts, magnitudes.supernova_peak.draw(random)))
            }
            _ => None,
        };
        let share = match by_contrast {
            Some((hosts, _)) if class == SequenceClass::Supernova => hosts.share,
            _ => host_share(class),
        };
        if !random.chance(share) {
            return None;
        }
        let is_host = class == SequenceClass::Supernova || by_contrast.is_some();
        let scale = survey.detector.pixel_scale_arcsec;
        let reach_px = REACH_SIDES * survey.stamp_side_px as f64;
        let (galaxy, offset_px) = match by_contrast {
            Some((hosts, peak_mag)) if random.chance(hosts.contrast_share) => {
                let seeing = survey.site.seeing_arcsec.quantile(0.5) * survey.psf.width_factor;
                let beneath = Beneath {
                    target_mag: peak_mag,
                    contrast: hosts.contrast.draw(random),
                    fwhm_px: seeing / scale,
                };
                let galaxy = Galaxy::draw(20.0, random);
                let place = draw_place(&galaxy.profile(scale), reach_px, random);
                beneath.brighten(galaxy, place, [scale, reach_px])
            }
            _ => {
                let mag = if is_host {
                    magnitudes.host.draw(random)
                } else {
                    magnitudes.galaxy.draw(random)
                };
                let galaxy = Galaxy::draw(mag, random);
                let is_centered =
                    !is_host && class == SequenceClass::Galaxy && random.chance(CENTERED_SHARE);
                let offset_px = if is_centered {
                    [(); 2].map(|()| random.normal(0.0, CENTERING_PX))
                } else {
                    draw_place(&galaxy.profile(scale), reach_px, random)
                };
                (galaxy, offset_px)
            }
        };
        let temperature_k = random.log_uniform(TEMPERATURES_K[0], TEMPERATURES_K[1]);
        let light = StarMagnitudes::of_black_body(galaxy.mag, band, temperature_k);
        Some(Self {
            profile: galaxy.profile(scale),
            light: LightCurve::Constant(light),
            offset_px,
            mag: galaxy.mag,
        })
    }
}

/// What is drawn of a galaxy; its size follows from its magnitude.
#[derive(Clone, Copy, Debug)]
struct Galaxy {
    mag: f64,
    /// Its half-light radius over the typical one of its magnitude.
    size: f64,
    axis_ratio: f64,
    angle_rad: f64,
    bulge_share: f64,
}

impl Galaxy {
    fn draw(mag: f64, random: &mut Random) -> Self {
        let size = random.normal(0.0, RADIUS_SCATTER).exp();
        let bulge_share = if random.chance(PURE_DISCS_SHARE) {
            0.0
        } else {
            random.uniform(BULGE_SHARES[0], BULGE_SHARES[1])
        };
        Self {
            mag,
            size,
            axis_ratio: random.uniform(AXIS_RATIOS[0], AXIS_RATIOS[1]),
            angle_rad: random.uniform(0.0, std::f64::consts::PI),
            bulge_share,
        }
    }

    fn profile(&self, pixel_scale_arcsec: f64) -> GalaxyProfile {
        let typical = RADIUS_ARCSEC * 10f64.powf(RADIUS_SLOPE * (self.mag - 20.0));
        let [least, most] = RADIUS_LIMITS_ARCSEC;
        GalaxyProfile {
            radius_px: (typical * self.size).clamp(least, most) / pixel_scale_arcsec,
            axis_ratio: self.axis_ratio,
            angle_rad: self.angle_rad,
            bulge_share: self.bulge_share,
        }
    }
}

/// A target that is `contrast` times as bright as the galaxy beneath it.
struct Beneath {
    target_mag: f64,
    contrast: f64,
    /// Width of the circle within which both are compared, pixels.
    fwhm_px: f64,
}

impl Beneath {
    /// The galaxy as bright as the contrast asks, with its centre, pixels from the target. The target keeps its
    /// place in units of the galaxy's radius, as far as the centre stays within reach.
    fn brighten(
        &self,
        galaxy: Galaxy,
        place_px: [f64; 2],
        [scale, reach_px]: [f64; 2],
    ) -> (Galaxy, [f64; 2]) {
        let radius_px = galaxy.profile(scale).radius_px;
        let at = |mag: f64| {
            let galaxy = Galaxy { mag, ..galaxy };
            let growth = galaxy.profile(scale).radius_px / radius_px;
            let distance = growth * place_px[0].hypot(place_px[1]);
            let within = growth * (reach_px / distance.max(reach_px));
            (galaxy, place_px.map(|along| within * along))
        };
        let [mut bright, mut faint] = MAGNITUDES_BY_CONTRAST;
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(bright, faint);
            let (galaxy, offset_px) = at(middle);
            if self.contrast_with(&galaxy.profile(scale), middle, offset_px) < self.contrast {
                bright = middle;
            } else {
                faint = middle;
            }
        }
        at(f64::midpoint(bright, faint))
    }

    /// Light of the target over that of a galaxy, both within the circle, before the point-spread function has
    /// smoothed the galaxy.
    fn contrast_with(&self, profile: &GalaxyProfile, mag: f64, offset_px: [f64; 2]) -> f64 {
        let side = (self.fwhm_px.ceil() as usize) | 1;
        let middle = middle_of(side) as f64;
        let mut image = Image::new(side);
        profile.add_to(&mut image, offset_px.map(|along| middle + along), 1.0);
        let radius_px = self.fwhm_px / 2.0;
        let mut pixels = 0.0;
        let mut light = 0.0;
        for (at, pixel) in image.pixels.iter().enumerate() {
            let (x, y) = ((at % side) as f64 - middle, (at / side) as f64 - middle);
            if x.hypot(y) <= radius_px {
                pixels += 1.0;
                light += f64::from(*pixel);
            }
        }
        let of_galaxy = light / pixels * std::f64::consts::PI * radius_px.powi(2);
        SHARE_WITHIN / of_galaxy * 10f64.powf(0.4 * (mag - self.target_mag))
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
    use crate::{
        domain::Templates,
        simulate::{
            Distribution,
            light_curve::{self, test_survey},
        },
    };

    fn hosts(class: SequenceClass, count: u64) -> Vec<Host> {
        let survey = Survey::built_in("hits2015").unwrap();
        let target = LightCurve::Dark;
        let draw = |index| {
            let mut random = Random::of(8, 0, index);
            Host::draw(class, &target, &survey, &Band::G, &mut random)
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
        assert!(all.iter().all(|host| distance(host) <= 9.03 + 1e-9));
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

    /// Supernovae of a survey with their hosts, and the magnitudes of their maxima.
    fn supernovae(survey: &Survey, count: u64) -> Vec<(f64, Option<Host>)> {
        let field = test_survey::hits();
        let draw = |index| {
            let mut random = Random::of(9, 0, index);
            let drawn = field.sample(|sampling| {
                light_curve::draw(
                    SequenceClass::Supernova,
                    &mut random,
                    &survey.magnitudes,
                    &Templates::default(),
                    sampling,
                )
            });
            let class = SequenceClass::Supernova;
            let host = Host::draw(class, &drawn.curve, survey, &Band::G, &mut random);
            (drawn.truth.mag.unwrap(), host)
        };
        (0..count).map(draw).collect()
    }

    #[test]
    fn hosts_by_contrast_outshine_their_supernovae_as_much_as_was_asked() {
        const FINE: usize = 5;
        let mut survey = Survey::built_in("hits2015_hosts").unwrap();
        let hosts = survey.magnitudes.supernova_hosts.as_mut().unwrap();
        (hosts.share, hosts.contrast_share) = (1.0, 1.0);
        hosts.contrast = Distribution::Constant(0.2);
        let fwhm_px = 1.34 * 0.78 / 0.27;
        let mut exact = 0;
        for (mag, host) in supernovae(&survey, 60) {
            let host = host.expect("every supernova has a host");
            assert!(host.offset_px[0].hypot(host.offset_px[1]) <= 9.03 + 1e-9);
            // A circle of one pixel in twenty-five, summed over a finely sampled image.
            let fine = GalaxyProfile {
                radius_px: host.profile.radius_px * FINE as f64,
                ..host.profile
            };
            let mut image = Image::new(FINE * 9);
            let middle = middle_of(FINE * 9) as f64;
            let center = host.offset_px.map(|along| middle + FINE as f64 * along);
            fine.add_to(&mut image, center, 1.0);
            let within = |at: &usize| {
                let (x, y) = ((at % (FINE * 9)) as f64, (at / (FINE * 9)) as f64);
                (x - middle).hypot(y - middle) <= FINE as f64 * fwhm_px / 2.0
            };
            let light: f64 = (0..image.pixels.len())
                .filter(within)
                .map(|at| f64::from(image.pixels[at]))
                .sum();
            let contrast = 0.5 / light * 10f64.powf(0.4 * (host.mag - mag));
            let is_inside = (15.1..24.9).contains(&host.mag);
            // Pixels on the rim of the coarse circle count as a whole: a tenth.
            if is_inside {
                assert!((contrast / 0.2).ln().abs() < 0.25, "{contrast} {host:?}");
                exact += 1;
            }
        }
        assert!(exact > 40, "{exact}");
    }

    /// One image must not tell a host from a galaxy.
    #[test]
    fn galaxies_drawn_like_hosts_are_as_bright_and_lie_as_they_do() {
        let mut survey = Survey::built_in("hits2015_hosts").unwrap();
        let hosts = survey.magnitudes.supernova_hosts.as_mut().unwrap();
        (hosts.share, hosts.galaxies_alike) = (1.0, 1.0);
        let of_supernovae = supernovae(&survey, 3000).into_iter();
        let of_supernovae: Vec<Host> = of_supernovae.filter_map(|(_, host)| host).collect();
        let galaxy = |index| {
            let mut random = Random::of(10, 0, index);
            let class = SequenceClass::Galaxy;
            Host::draw(class, &LightCurve::Dark, &survey, &Band::G, &mut random)
        };
        let galaxies: Vec<Host> = (0..3000).filter_map(galaxy).collect();
        assert_eq!(galaxies.len(), 3000);
        let quantiles = |all: &[Host], of: &dyn Fn(&Host) -> f64| {
            let mut values: Vec<f64> = all.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            [0.1, 0.25, 0.5, 0.75, 0.9].map(|at| values[(at * values.len() as f64) as usize])
        };
        let mag = |host: &Host| host.mag;
        let distance = |host: &Host| host.offset_px[0].hypot(host.offset_px[1]);
        for (of, tolerance) in [(&mag as &dyn Fn(&Host) -> f64, 0.25), (&distance, 0.35)] {
            let pairs = quantiles(&of_supernovae, of)
                .into_iter()
                .zip(quantiles(&galaxies, of));
            for (host, galaxy) in pairs {
                assert!((host - galaxy).abs() < tolerance, "{host} {galaxy}");
            }
        }
    }

    #[test]
    fn the_survey_gives_the_share_of_supernovae_in_galaxies() {
        let survey = Survey::built_in("hits2015_hosts").unwrap();
        let all = supernovae(&survey, 600);
        let in_galaxies = all.iter().filter(|(_, host)| host.is_some()).count();
        assert!((260..340).contains(&in_galaxies), "{in_galaxies}");
    }
}
