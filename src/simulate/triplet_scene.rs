//! What is on the sky of a triplet: point sources and galaxies, in both images or in one.

use super::{
    Random,
    field::Fault,
    fourier::Fourier,
    galaxy::GalaxyProfile,
    image::Image,
    subtraction::Mismatch,
    triplet_setting::{Camera, Setting},
};
use crate::domain::Truth;

/// A point source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Star {
    /// Pixels from the middle of the first: (x, y).
    pub center_px: [f64; 2],
    /// Counts in the science image.
    pub science_adu: f64,
    /// Counts in the reference, on the science image's scale.
    pub reference_adu: f64,
    /// Length (pixels) and direction (radians from x to y) of its trail.
    pub trail: [f64; 2],
}

/// A galaxy, the same in both images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Galaxy {
    /// Shape.
    pub profile: GalaxyProfile,
    /// Pixels from the middle of the first: (x, y).
    pub center_px: [f64; 2],
    pub counts_adu: f64,
}

/// The sky of one triplet, and how well it will be subtracted.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Where the detection is meant to be, pixels from the middle of the first: (x, y).
    pub target_px: [f64; 2],
    /// Point sources.
    pub stars: Vec<Star>,
    pub galaxies: Vec<Galaxy>,
    /// Errors of the subtraction.
    pub mismatch: Mismatch,
    /// A direction for what has one, radians from x to y.
    pub angle_rad: f64,
    /// What is known of the target.
    pub truth: Truth,
    /// Stars of the field end where a pixel of theirs has so few counts, ADU.
    pub floor_adu: f64,
    /// What is wrong with the whole frame.
    pub fault: Fault,
    /// Stars of the field among `stars`, which come first.
    pub field: usize,
}

/// Neighbours in a stamp, on average.
const NEIGHBOURS: f64 = 0.7;
/// Share of the neighbours that are galaxies.
const NEIGHBOUR_GALAXIES: f64 = 0.35;

impl Scene {
    /// Nothing yet, the target somewhere in the middle pixel.
    pub fn empty(side: usize, mismatch: Mismatch, random: &mut Random) -> Self {
        let middle = super::image::middle_of(side) as f64;
        Self {
            target_px: [(); 2].map(|()| middle + random.uniform(-0.5, 0.5)),
            stars: Vec::new(),
            galaxies: Vec::new(),
            mismatch,
            angle_rad: random.uniform(0.0, std::f64::consts::TAU),
            truth: Truth::default(),
            floor_adu: 0.0,
            fault: Fault::default(),
            field: 0,
        }
    }

    /// A sky with neighbours only, the target somewhere in the middle pixel.
    pub fn draw(setting: &Setting, side: usize, mismatch: Mismatch, random: &mut Random) -> Self {
        let mut scene = Self::empty(side, mismatch, random);
        let mut left = random.exponential(1.0);
        while left < NEIGHBOURS {
            left += random.exponential(1.0);
            scene.add_neighbour(setting, side, random);
        }
        scene
    }

    fn add_neighbour(&mut self, setting: &Setting, side: usize, random: &mut Random) {
        let center = [(); 2].map(|()| random.uniform(0.0, side as f64 - 1.0));
        let [x, y] = self.target_px;
        if (center[0] - x).hypot(center[1] - y) < 1.2 * setting.fwhm_px() {
            return;
        }
        let counts = setting.unit_adu() * random.log_uniform(3.0, 600.0);
        if random.chance(NEIGHBOUR_GALAXIES) {
            self.add_galaxy(center, counts, random.log_uniform(0.6, 7.0), random);
        } else {
            self.add_constant_star(center, counts);
        }
    }

    /// Adds a star that is the same in both images.
    pub fn add_constant_star(&mut self, center_px: [f64; 2], counts_adu: f64) {
        self.add_star(center_px, counts_adu, counts_adu);
    }

    /// Adds a star with these counts in the science image and in the reference.
    pub fn add_star(&mut self, center_px: [f64; 2], science_adu: f64, reference_adu: f64) {
        self.stars.push(Star {
            center_px,
            science_adu,
            reference_adu,
            trail: [0.0; 2],
        });
    }

    /// Adds a galaxy of any shape and this half-light radius, pixels.
    pub fn add_galaxy(
        &mut self,
        center_px: [f64; 2],
        counts_adu: f64,
        radius_px: f64,
        random: &mut Random,
    ) -> GalaxyProfile {
        // Half are pure discs; ellipticals are rare.
        let bulge_share = if random.chance(0.5) {
            0.0
        } else {
            random.uniform(0.1, 1.0)
        };
        let profile = GalaxyProfile {
            radius_px,
            axis_ratio: random.uniform(0.25, 1.0),
            angle_rad: random.uniform(0.0, std::f64::consts::PI),
            bulge_share,
        };
        self.galaxies.push(Galaxy {
            profile,
            center_px,
            counts_adu,
        });
        profile
    }

    /// A place at most this far from the target along each axis.
    pub fn near_target(&self, reach_px: f64, random: &mut Random) -> [f64; 2] {
        self.target_px
            .map(|center| center + random.uniform(-reach_px, reach_px))
    }

    /// The light of science image and reference, without sky and noise.
    pub fn render(&self, setting: &Setting, fourier: &Fourier) -> [Image; 2] {
        let side = fourier.side();
        let mut light = [Image::new(side), Image::new(side)];
        if !self.galaxies.is_empty() {
            let mut galaxies = Image::new(side);
            for galaxy in &self.galaxies {
                galaxy
                    .profile
                    .add_to(&mut galaxies, galaxy.center_px, galaxy.counts_adu);
            }
            let spectrum = fourier.forward(&galaxies);
            for (image, camera) in light.iter_mut().zip([&setting.science, &setting.reference]) {
                let mut seen = optics(camera, fourier);
                seen.multiply(&spectrum);
                *image = fourier.inverse(seen);
            }
        }
        let middle = super::image::middle_of(side) as f64;
        let [sin, cos] = [self.mismatch.turn_rad.sin(), self.mismatch.turn_rad.cos()];
        // Where a turned reference has what is at a place.
        let turned = |[x, y]: [f64; 2]| {
            let [dx, dy] = [x - middle, y - middle];
            [middle + cos * dx - sin * dy, middle + sin * dx + cos * dy]
        };
        let (field, others) = self.stars.split_at(self.field);
        for star in field {
            let [science, reference] = &mut light;
            let (center, floor) = (star.center_px, self.floor_adu);
            setting
                .science
                .add_star(science, center, star.science_adu, floor);
            setting
                .reference
                .add_star(reference, turned(center), star.reference_adu, floor);
        }
        for star in others {
            let [science, reference] = &mut light;
            let center = star.center_px;
            setting
                .science
                .add_source(science, center, star.science_adu, star.trail);
            let center = if self.field > 0 {
                turned(center)
            } else {
                center
            };
            setting
                .reference
                .add_source(reference, center, star.reference_adu, star.trail);
        }
        light
    }
}

/// The point-spread function before resampling, moved to where resampling takes it back from.
fn optics(camera: &Camera, fourier: &Fourier) -> super::fourier::Spectrum {
    let Some(fraction) = camera.resampled_px else {
        return camera.kernel.clone();
    };
    let mut spectrum = camera.psf.spectrum(fourier);
    spectrum.shift(fraction.map(f64::from));
    spectrum
}
