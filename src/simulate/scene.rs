//! What is in the sky about a candidate, and its light in one exposure before noise.

use super::{
    Random, SequenceClass, Survey,
    fourier::{Fourier, Spectrum},
    host::Host,
    image::{Image, middle_of},
    light_curve::LightCurve,
    neighbours::Neighbour,
    psf::Psf,
};
use crate::domain::{Band, Truth, Visit};

/// Motion of asteroids, arcseconds an hour: the main belt, from near its standing still to
/// opposition; our choice.
const MOTIONS_ARCSEC_PER_HOUR: [f64; 2] = [8.0, 50.0];

/// The sources about a target.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The target's light.
    pub target: LightCurve,
    /// Motion of the target, pixels a second along x and y; none where it stands.
    pub motion_px_per_s: Option<[f64; 2]>,
    /// A galaxy.
    pub host: Option<Host>,
    /// Other stars.
    pub neighbours: Vec<Neighbour>,
}

/// Counts of the sources of a scene in one exposure, ADU.
#[derive(Clone, Debug, PartialEq)]
pub struct Light {
    pub target: f64,
    /// The galaxy.
    pub host: f64,
    pub neighbours: Vec<f64>,
    /// Length and direction (radians from x to y) of the target's trail, pixels.
    pub trail: Option<[f64; 2]>,
}

impl Scene {
    /// What stands about a target of this class.
    pub fn draw(
        class: SequenceClass,
        target: LightCurve,
        survey: &Survey,
        band: &Band,
        random: &mut Random,
    ) -> Self {
        let scale = survey.detector.pixel_scale_arcsec;
        let moves = class == SequenceClass::Asteroid;
        let motion_px_per_s = moves.then(|| {
            let [slow, fast] = MOTIONS_ARCSEC_PER_HOUR;
            let speed = random.log_uniform(slow, fast) / 3600.0 / scale;
            let (sin, cos) = random.uniform(0.0, std::f64::consts::TAU).sin_cos();
            [speed * cos, speed * sin]
        });
        let host = Host::draw(class, &target, survey, band, random);
        Self {
            target,
            motion_px_per_s,
            host,
            neighbours: survey.neighbours.draw(band, survey.stamp_side_px, random),
        }
    }

    /// Counts of everything at a visit, `transparency` of what its zero point says.
    pub fn light(&self, visit: &Visit, transparency: f64) -> Light {
        let counts = |light: &LightCurve| transparency * counts_at(light, visit);
        let neighbours = self.neighbours.iter().map(|star| counts(&star.light));
        Light {
            target: counts(&self.target),
            host: self.host.as_ref().map_or(0.0, |host| counts(&host.light)),
            neighbours: neighbours.collect(),
            trail: self.motion_px_per_s.map(|[x, y]| {
                let seconds = f64::from(visit.exposure_s);
                [x.hypot(y) * seconds, y.atan2(x)]
            }),
        }
    }

    /// Writes what the scene knows into the truth.
    pub fn describe(&self, truth: &mut Truth, pixel_scale_arcsec: f64) {
        if let Some(host) = &self.host {
            let [x, y] = host.offset_px;
            truth.host_mag = Some(host.mag);
            truth.host_offset_arcsec = Some(x.hypot(y) * pixel_scale_arcsec);
            truth.host_radius_arcsec = Some(host.profile.radius_px * pixel_scale_arcsec);
        }
    }
}

/// Counts of a light curve at a visit, ADU.
pub fn counts_at(light: &LightCurve, visit: &Visit) -> f64 {
    visit.counts(light.magnitude(visit.mjd.days(), &visit.band))
}

/// Draws the light of a scene; the galaxy is transformed once for all exposures.
#[derive(Debug)]
pub struct ScenePainter<'a> {
    scene: &'a Scene,
    fourier: &'a Fourier,
    host: Option<Spectrum>,
}

impl<'a> ScenePainter<'a> {
    /// Prepares a scene. `fourier` is of the grid in which a galaxy is convolved.
    pub fn new(scene: &'a Scene, fourier: &'a Fourier) -> Self {
        let transform = |host: &Host| {
            let mut image = Image::new(fourier.side());
            let middle = image.middle() as f64;
            let center = host.offset_px.map(|offset| middle + offset);
            host.profile.add_to(&mut image, center, 1.0);
            fourier.forward(&image)
        };
        Self {
            host: scene.host.as_ref().map(transform),
            scene,
            fourier,
        }
    }

    /// Counts above the sky, ADU, without noise, in an image of this side (at most the grid's);
    /// the target lies `place` pixels from the middle one.
    pub fn paint(&self, side: usize, light: &Light, psf: &Psf, place: [f64; 2]) -> Image {
        let mut image = self.paint_host(side, light.host, psf, place);
        let center = place.map(|along| middle_of(side) as f64 + along);
        match light.trail {
            Some(trail) if light.target != 0.0 => {
                psf.add_trail_to(&mut image, center, light.target, trail);
            }
            _ => psf.add_to(&mut image, center, light.target),
        }
        for (star, counts) in self.scene.neighbours.iter().zip(&light.neighbours) {
            let at = [0, 1].map(|axis| center[axis] + star.offset_px[axis]);
            psf.add_to(&mut image, at, *counts);
        }
        image
    }

    fn paint_host(&self, side: usize, counts: f64, psf: &Psf, place: [f64; 2]) -> Image {
        let Some(host) = self.host.as_ref().filter(|_| counts > 0.0) else {
            return Image::new(side);
        };
        // A point-spread function off the middle moves what is convolved with it.
        let mut kernel = Image::new(self.fourier.side());
        let center = place.map(|along| kernel.middle() as f64 + along);
        psf.add_to(&mut kernel, center, counts);
        let mut spectrum = self.fourier.forward_kernel(&kernel);
        spectrum.multiply(host);
        self.fourier.inverse(spectrum).middle_part(side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::Mjd,
        imaging::Moffat,
        simulate::{galaxy::GalaxyProfile, light_curve::StarMagnitudes},
    };

    fn visit() -> Visit {
        Visit {
            mjd: Mjd::new(57_070.0).unwrap(),
            band: Band::G,
            exposure_s: 86.0,
            seeing_arcsec: 1.3,
            airmass: 1.2,
            sky_adu: 120.0,
            limiting_mag: 23.0,
            zero_point: 25.0,
        }
    }

    fn star(mag: f64) -> LightCurve {
        LightCurve::Constant(StarMagnitudes::of_black_body(mag, &Band::G, 5500.0))
    }

    fn galaxy(radius_px: f64) -> Host {
        Host {
            profile: GalaxyProfile {
                radius_px,
                axis_ratio: 0.9,
                angle_rad: 0.3,
                bulge_share: 0.0,
            },
            light: star(18.0),
            offset_px: [2.0, -1.0],
            mag: 18.0,
        }
    }

    fn scene(target: LightCurve, host: Option<Host>) -> Scene {
        Scene {
            target,
            motion_px_per_s: None,
            host,
            neighbours: Vec::new(),
        }
    }

    #[test]
    fn a_galaxy_without_extent_is_a_star_in_its_place() {
        let fourier = Fourier::new(48);
        let psf = Psf::Moffat(Moffat::round(5.0, 4.0));
        let scene = scene(LightCurve::Dark, Some(galaxy(0.05)));
        let light = scene.light(&visit(), 1.0);
        let place = [0.3, -0.2];
        let found = ScenePainter::new(&scene, &fourier).paint(23, &light, &psf, place);
        let mut expected = Image::new(23);
        psf.add_to(
            &mut expected,
            [11.0 + 0.3 + 2.0, 11.0 - 0.2 - 1.0],
            light.host,
        );
        let peak = expected.pixels.iter().copied().fold(0.0, f32::max);
        // A tiny galaxy in a pixel's middle is drawn with 5 x 5 points a pixel: it misses some of
        // its flux or gains some, but not its shape.
        let scale = found.pixels.iter().sum::<f32>() / expected.pixels.iter().sum::<f32>();
        for (a, b) in found.pixels.iter().zip(&expected.pixels) {
            assert!((a - scale * b).abs() < 0.01 * scale * peak, "{a} {b}");
        }
    }

    #[test]
    fn counts_are_those_of_the_visit_and_of_the_transparency() {
        let scene = scene(star(20.0), Some(galaxy(3.0)));
        let light = scene.light(&visit(), 0.5);
        // 10^(0.4 x 5) x 86 / 2 and 10^(0.4 x 7) x 86 / 2.
        assert!((light.target - 4300.0).abs() < 1e-6);
        assert!((light.host - 27_131.1).abs() < 0.1, "{}", light.host);
        let fourier = Fourier::new(96);
        let psf = Psf::Moffat(Moffat::round(4.0, 4.0));
        let image = ScenePainter::new(&scene, &fourier).paint(96, &light, &psf, [0.0; 2]);
        let sum: f64 = image.pixels.iter().map(|p| f64::from(*p)).sum();
        assert!((sum / 31_431.0 - 1.0).abs() < 0.01, "{sum}");
    }
}
