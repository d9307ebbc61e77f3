//! The field around a candidate, and what may be wrong with its whole frame.

use super::{
    Random, image::Image, subtraction::Mismatch, survey_frames::FramesModel, triplet_scene::Scene,
    triplet_setting::Setting,
};

/// Pixels of the square that numbers of stars and galaxies are given for.
const AREA_PX: f64 = 63.0 * 63.0;
/// Stars of the field end where they have this share of the noise of the background a pixel.
const FLOOR_SIGMAS: f64 = 0.06;
/// The brightest stars of a field over one of S/N 1, drawn for each frame.
const BRIGHTEST: [f64; 2] = [2000.0, 30_000.0];
/// Most stars of a field: beyond, frames take too long and differ by nothing.
const MOST_STARS: usize = 400;
/// Nothing of the field lies nearer to the candidate than this, widths of a point source.
const CLEAR_WIDTHS: [f64; 2] = [0.8, 1.5];
/// Share of the fields with one star that is not quite as bright as before.
const VARIABLES: f64 = 0.2;

impl Scene {
    /// Puts the field of a frame around the candidate.
    pub fn add_field(
        &mut self,
        model: &FramesModel,
        setting: &Setting,
        side: usize,
        random: &mut Random,
    ) {
        self.floor_adu = FLOOR_SIGMAS * setting.sky_sigma_adu.min(setting.reference_sigma_adu);
        let area = (side * side) as f64 / AREA_PX;
        let clear = setting.fwhm_px() * random.uniform(CLEAR_WIDTHS[0], CLEAR_WIDTHS[1]);
        let unit = setting.unit_adu();
        let faintest = model.faintest.draw(random);
        let slope = model.slope.draw(random);
        let brightest = random.log_uniform(BRIGHTEST[0], BRIGHTEST[1]);
        let stars = poisson(area * model.stars.draw(random), random);
        for _ in 0..stars.min(MOST_STARS) {
            let center = place(side, random);
            let brightness = faintest * (1.0 - random.unit()).powf(-1.0 / slope);
            if self.distance(center) >= clear {
                self.add_constant_star(center, unit * brightness.min(brightest));
            }
        }
        if random.chance(VARIABLES) && !self.stars.is_empty() {
            let at = random.below(self.stars.len());
            self.stars[at].reference_adu *= random.normal(0.0, 0.3).exp();
        }
        self.field = self.stars.len();
        for _ in 0..poisson(area * model.galaxies.draw(random), random) {
            let center = place(side, random);
            let counts = unit * random.log_uniform(4.0, 400.0);
            if self.distance(center) >= 2.0 * clear {
                self.add_galaxy(center, counts, random.log_uniform(0.5, 4.5), random);
            }
        }
    }

    /// Adds a few stars of middling brightness to the field: a frame whose error shows.
    pub fn add_witnesses(&mut self, setting: &Setting, side: usize, random: &mut Random) {
        let mut others = self.stars.split_off(self.field);
        for _ in 0..2 + random.below(7) {
            let center = place(side, random);
            let counts = setting.unit_adu() * random.log_uniform(20.0, 1500.0);
            if self.distance(center) >= 1.5 * setting.fwhm_px() {
                self.add_constant_star(center, counts);
            }
        }
        self.field = self.stars.len();
        self.stars.append(&mut others);
    }

    fn distance(&self, [x, y]: [f64; 2]) -> f64 {
        (x - self.target_px[0]).hypot(y - self.target_px[1])
    }

    /// Counts of all that shines all the time at the target, and would be found there if it were new.
    fn quiet_light_adu(&self, setting: &Setting) -> f64 {
        let star = self.stars.last();
        let star = star.map_or(0.0, |star| star.science_adu.min(star.reference_adu));
        let of_galaxy = |galaxy: &super::triplet_scene::Galaxy| {
            let profile = galaxy.profile;
            let area = std::f64::consts::PI * profile.axis_ratio * profile.radius_px.powi(2);
            let near = (-self.distance(galaxy.center_px) / profile.radius_px.max(1.0)).exp();
            let seen = setting.noise_area_px / (setting.noise_area_px + area);
            galaxy.counts_adu * seen * near
        };
        star + self.galaxies.iter().map(of_galaxy).sum::<f64>()
    }

    /// Makes a real source so much brighter that it stands above what an error of the frame leaves at its
    /// place: a frame of a wrong scale may hold a real one.
    pub fn lift_above(&mut self, fault: &Fault, setting: &Setting) {
        let least = REAL_OVER_RESIDUAL * fault.residual * self.quiet_light_adu(setting);
        if let Some(star) = self.stars.last_mut() {
            let change = star.science_adu - star.reference_adu;
            let missing = least - change.abs();
            if missing > 0.0 {
                let brighter = if change < 0.0 {
                    &mut star.reference_adu
                } else {
                    &mut star.science_adu
                };
                *brighter += missing;
            }
        }
    }
}

/// How far a real source stands above what a wrong frame leaves of what was there before.
const REAL_OVER_RESIDUAL: f64 = 3.0;

/// An error of a whole frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fault {
    /// Relative error of the flux scale, and its slope along x and y a pixel.
    pub flux: f64,
    /// See above.
    pub flux_slope: [f64; 2],
    /// Relative error of the width.
    pub width: f64,
    /// Shift, pixels.
    pub shift_px: [f64; 2],
    /// Rotation, radians.
    pub turn_rad: f64,
    /// Share of a star's light that it leaves, at most.
    pub residual: f64,
}

impl Fault {
    /// One of those that frames have, of real sources and artefacts alike.
    pub fn draw(model: &FramesModel, setting: &Setting, random: &mut Random) -> Self {
        match random.weighted(&[0.45, 0.2, 0.35]) {
            0 => Self::of_flux(model, random),
            1 => Self::of_width(model, random),
            _ => Self::of_place(model, setting, random),
        }
    }

    /// A wrong flux scale; of some it changes over the frame, and some have lost nearly all light.
    pub fn of_flux(model: &FramesModel, random: &mut Random) -> Self {
        let error = model.flux_error.draw(random);
        let mut flux = if random.chance(0.5) {
            error
        } else {
            -error / (1.0 + error)
        };
        let mut flux_slope = [0.0; 2];
        if random.chance(0.3) {
            let slope = random.log_uniform(0.002, 0.012);
            flux_slope = [(); 2].map(|()| random.normal(0.0, slope));
            flux *= 0.6;
        } else if random.chance(0.12) {
            let left = random.log_uniform(0.03, 0.5);
            flux = if random.chance(0.5) {
                left - 1.0
            } else {
                (1.0 / left).min(4.0) - 1.0
            };
        }
        Self {
            flux,
            flux_slope,
            residual: flux.abs(),
            ..Self::default()
        }
    }

    pub fn of_width(model: &FramesModel, random: &mut Random) -> Self {
        let error = model.width_error.draw(random);
        Self {
            width: if random.chance(0.5) { error } else { -error },
            flux: random.normal(0.0, 0.02),
            residual: error,
            ..Self::default()
        }
    }

    /// A wrong place: shifted, and of some turned.
    pub fn of_place(model: &FramesModel, setting: &Setting, random: &mut Random) -> Self {
        let shift = model.shift_px.draw(random);
        let (sin, cos) = random.uniform(0.0, std::f64::consts::TAU).sin_cos();
        Self {
            shift_px: [shift * cos, shift * sin],
            turn_rad: if random.chance(0.5) {
                random.normal(0.0, 0.008)
            } else {
                0.0
            },
            // A Gaussian's filtered derivative, see `Dipole`.
            residual: (shift / setting.fwhm_px()).min(1.0),
            ..Self::default()
        }
    }

    /// Spoils a subtraction by it.
    pub fn spoil(&self, mismatch: &mut Mismatch, setting: &Setting) {
        mismatch.flux += self.flux;
        for axis in 0..2 {
            mismatch.flux_slope[axis] += self.flux_slope[axis];
            mismatch.shift_px[axis] += self.shift_px[axis];
        }
        if self.width != 0.0 {
            let wrong = setting.wrong_blur_px2(self.width);
            mismatch.blur_px2[0] += wrong;
            mismatch.blur_px2[2] += wrong;
        }
        mismatch.turn_rad += self.turn_rad;
    }
}

/// Masks what is saturated: files then have no measurement there.
pub fn mask_saturated(image: &mut Image, ceiling_adu: f32) {
    for pixel in &mut image.pixels {
        if *pixel >= 0.98 * ceiling_adu {
            *pixel = f32::NAN;
        }
    }
}

fn place(side: usize, random: &mut Random) -> [f64; 2] {
    [(); 2].map(|()| random.uniform(0.0, side as f64 - 1.0))
}

fn poisson(mean: f64, random: &mut Random) -> usize {
    use rand_distr::{Distribution as _, Poisson};
    Poisson::new(mean).map_or(0, |law| law.sample(random.generator()) as usize)
}
