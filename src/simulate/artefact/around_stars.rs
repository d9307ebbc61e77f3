//! What is left around bright stars: waves of the subtraction, halos and spikes that reach far.

use super::{
    Artefact,
    shape::{Line, paint},
};
use crate::simulate::{
    Random,
    image::Image,
    triplet_scene::{Scene, Star},
    triplet_setting::Setting,
};

/// Waves of both signs around a bright star.
#[derive(Clone, Copy, Debug)]
pub struct Ringing;

impl Ringing {
    /// Brightness in units of S/N 1.
    const BRIGHTNESS: [f64; 2] = [300.0, 30_000.0];
    /// Distance of the star from where the detection is looked for, pixels.
    const REACH_PX: f64 = 7.0;
    /// Share of its light in the waves.
    const STRENGTH: [f64; 2] = [0.005, 0.15];
}

impl Artefact for Ringing {
    fn compose(&self, setting: &Setting, scene: &mut Scene, random: &mut Random) {
        let counts =
            setting.unit_adu() * random.log_uniform(Self::BRIGHTNESS[0], Self::BRIGHTNESS[1]);
        let center = scene.near_target(Self::REACH_PX, random);
        let width = setting.wrong_blur_px2(random.normal_within(0.0, 0.03, [-0.1, 0.1]));
        scene.mismatch.blur_px2[0] += width;
        scene.mismatch.blur_px2[2] += width;
        scene.add_constant_star(center, counts);
    }

    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        if let Some(star) = scene.stars.last() {
            wave_in_one(setting, star, Self::STRENGTH, light, random);
        }
    }

    fn reach_px(&self) -> usize {
        9
    }
}

/// Adds rings of a strength in that range to the science image, or in three of ten cases to the reference.
pub fn wave_in_one(
    setting: &Setting,
    star: &Star,
    strengths: [f64; 2],
    light: &mut [Image; 2],
    random: &mut Random,
) {
    let strength = random.log_uniform(strengths[0], strengths[1]);
    let image = usize::from(random.chance(0.3));
    wave(
        setting,
        star,
        strength,
        &mut light[image],
        image == 1,
        random,
    );
}

/// Adds rings about a star that hold this share of its light, in its science image or its reference.
fn wave(
    setting: &Setting,
    star: &Star,
    strength: f64,
    light: &mut Image,
    is_reference: bool,
    random: &mut Random,
) {
    let camera = if is_reference {
        &setting.reference
    } else {
        &setting.science
    };
    let fwhm = camera.psf.fwhm_px();
    let [cx, cy] = camera.before_resampling(star.center_px);
    let wave = random.uniform(1.0, 2.6) * fwhm;
    let fade = random.log_uniform(0.4, 2.5) * fwhm;
    let phase = random.uniform(0.0, std::f64::consts::TAU);
    // Rings are broken: by sectors that are brighter and darker.
    let sectors = (1 + random.below(5)) as f64;
    let broken = random.uniform(0.0, 1.5);
    let turn = random.uniform(0.0, std::f64::consts::TAU);
    let level = strength * star.science_adu / setting.noise_area_px;
    let far = 6.0 * fade;
    paint(light, |x, y| {
        let (dx, dy) = (x - cx, y - cy);
        let radius = dx.hypot(dy);
        if radius > far {
            return 0.0;
        }
        let around = 1.0 + broken * (sectors * dy.atan2(dx) + turn).cos();
        let beyond = 1.0 / (1.0 + ((0.7 * fwhm - radius) / (0.2 * fwhm)).exp());
        level
            * beyond
            * around
            * (-radius / fade).exp()
            * (std::f64::consts::TAU * radius / wave + phase).cos()
    });
}

/// Adds a cross of spikes through a star, along the axes or the diagonals, stronger in one of the images.
pub fn spikes(
    setting: &Setting,
    center: [f64; 2],
    level_adu: f64,
    light: &mut [Image; 2],
    random: &mut Random,
) {
    let eighth = std::f64::consts::FRAC_PI_4;
    let angle = if random.chance(0.75) { 0.0 } else { eighth } + random.normal(0.0, 0.02);
    let fade = random.log_uniform(4.0, 30.0);
    let sigma_px = random.uniform(0.6, 1.8);
    let arms = if random.chance(0.6) { 2 } else { 1 };
    let first = random.below(2);
    let ratios = [1.0, random.uniform(0.0, 1.0)];
    for (number, camera) in [&setting.science, &setting.reference]
        .into_iter()
        .enumerate()
    {
        let ratio = ratios[usize::from(number != first)];
        for arm in 0..arms {
            let line = Line {
                center_px: camera.before_resampling(center),
                angle_rad: angle + arm as f64 * 2.0 * eighth,
                sigma_px,
                length_px: f64::INFINITY,
            };
            line.add_to(&mut light[number], |along| {
                ratio * level_adu * (-along.abs() / fade).exp()
            });
        }
    }
}

/// The halo and the spikes of a star elsewhere, which differ between the images.
#[derive(Clone, Copy, Debug)]
pub struct Halo;

impl Halo {
    /// Distance of the star, pixels: also outside of the cutout.
    const STAR_PX: [f64; 2] = [6.0, 55.0];
    /// Light of the halo near the star over the noise of the sky.
    const AMPLITUDE_SIGMAS: [f64; 2] = [30.0, 5000.0];
    /// Light of its spikes over the noise of the sky.
    const SPIKE_SIGMAS: [f64; 2] = [5.0, 400.0];
    /// Share of the halos with spikes.
    const SPIKES: f64 = 0.5;
}

impl Artefact for Halo {
    fn shine(&self, setting: &Setting, scene: &Scene, light: &mut [Image; 2], random: &mut Random) {
        let distance = random.log_uniform(Self::STAR_PX[0], Self::STAR_PX[1]);
        let has_spikes = random.chance(Self::SPIKES);
        // Spikes pass the target where they are what is found.
        let angle = if has_spikes {
            random.below(4) as f64 * std::f64::consts::FRAC_PI_2 + random.normal(0.0, 0.03)
        } else {
            scene.angle_rad
        };
        let (sin, cos) = angle.sin_cos();
        let [x, y] = scene.target_px;
        let center = [x - distance * cos, y - distance * sin];
        let level = setting.sky_sigma_adu
            * random.log_uniform(Self::AMPLITUDE_SIGMAS[0], Self::AMPLITUDE_SIGMAS[1]);
        let core = random.log_uniform(2.0, 6.0);
        let beta = random.uniform(0.8, 1.5);
        let mut ratio = 1.0 + random.normal(0.0, 0.1);
        if random.chance(0.25) {
            ratio = random.uniform(0.2, 0.9);
        }
        let ripples = [random.below(13) as f64 + 2.0, random.uniform(0.0, 0.12)];
        let phase = random.uniform(0.0, std::f64::consts::TAU);
        for (number, camera) in [&setting.science, &setting.reference]
            .into_iter()
            .enumerate()
        {
            let [cx, cy] = camera.before_resampling(center);
            let share = if number == 0 { 1.0 } else { ratio };
            paint(&mut light[number], |x, y| {
                let (dx, dy) = (x - cx, y - cy);
                let falls = 1.0 + (dx * dx + dy * dy) / (core * core);
                let around = if number == 0 {
                    1.0 + ripples[1] * (ripples[0] * dy.atan2(dx) + phase).cos()
                } else {
                    1.0
                };
                share * level * around * (-beta * falls.ln()).exp()
            });
        }
        if has_spikes {
            let level = setting.sky_sigma_adu
                * random.log_uniform(Self::SPIKE_SIGMAS[0], Self::SPIKE_SIGMAS[1]);
            spikes(setting, center, level, light, random);
        }
    }

    fn reach_px(&self) -> usize {
        6
    }
}
