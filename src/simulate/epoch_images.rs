//! The images of one epoch: science, reference, difference, and what belongs to them.

use super::{
    Random, Survey,
    fourier::Fourier,
    frame::Frame,
    image::Image,
    psf::PsfSource,
    reference_stack::{Recorded, ReferenceStack},
    scene::{Light, Scene, ScenePainter},
    subtraction::{Difference, Input, Mismatch, subtract},
};
use crate::domain::{Detector, Role, Visit};

/// Share of the images with a hot pixel in the stamp, and the natural logarithm of what it adds,
/// ADU (recipes).
const HOT_PIXEL_SHARE: f64 = 0.01;
const HOT_PIXEL_LN_ADU: [f64; 2] = [4.0, 8.0];
/// Pixels about the stamp where nothing is convolved: resampling takes one from beside it.
const RIM_PX: usize = 1;

/// Makes the images that are asked for of the epochs of a scene.
#[derive(Debug)]
pub struct EpochImages<'a> {
    survey: &'a Survey,
    fourier: &'a Fourier,
    scene: &'a Scene,
    painter: ScenePainter<'a>,
    roles: &'a [Role],
}

impl<'a> EpochImages<'a> {
    /// Prepares a scene.
    pub fn new(
        survey: &'a Survey,
        fourier: &'a Fourier,
        scene: &'a Scene,
        roles: &'a [Role],
    ) -> Self {
        Self {
            survey,
            fourier,
            scene,
            painter: ScenePainter::new(scene, fourier),
            roles,
        }
    }

    /// Whether differences are made.
    pub fn has_difference(&self) -> bool {
        self.wants_any(&[Role::Difference, Role::Snr])
    }

    fn wants_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }

    /// The deep stacks, where a role needs them.
    pub fn references(
        &self,
        psfs: &PsfSource,
        detector: &Detector,
        visits: &[Visit],
        random: &mut Random,
    ) -> Vec<ReferenceStack> {
        if !self.has_difference() && !self.wants_any(&[Role::Reference]) {
            return Vec::new();
        }
        ReferenceStack::draw_all(self.survey, psfs, detector, self.scene, visits, random)
    }

    /// Appends the images of an epoch to the cubes, which are in the order of the roles.
    pub fn make(
        &self,
        visit: &Visit,
        frame: &Frame,
        light: &Light,
        stacks: &[ReferenceStack],
        cubes: &mut [(Role, Vec<f32>)],
        random: &mut Random,
    ) {
        let side = self.survey.stamp_side_px;
        let needs_science = self.wants_any(&[Role::Science, Role::Variance]);
        let science =
            (needs_science || self.has_difference()).then(|| self.science(frame, light, random));
        let stack = stacks.iter().find(|stack| stack.visit.band == visit.band);
        let reference =
            stack.map(|stack| stack.record(&self.painter, self.fourier.side(), frame.offset_px));
        let difference = match (&science, &reference, stack) {
            (Some(science), Some(reference), Some(stack)) if self.has_difference() => {
                let scale = stack.scale_to(visit, frame.transparency);
                Some(self.difference(frame, science, stack, reference, scale, random))
            }
            _ => None,
        };
        for (role, cube) in cubes {
            let made = match role {
                Role::Science => science.as_ref().map(|made| made.image.stamp(side, [0, 0])),
                Role::Variance => science
                    .as_ref()
                    .map(|made| made.variance.stamp(side, [0, 0])),
                Role::Reference => reference
                    .as_ref()
                    .map(|made| made.image.stamp(side, [0, 0])),
                Role::Difference => difference
                    .as_ref()
                    .map(|made| made.image.stamp(side, [0, 0])),
                Role::Snr => difference
                    .as_ref()
                    .map(|made| made.snr().stamp(side, [0, 0])),
                Role::Psf => Some(psf_stamp(frame, side)),
            };
            cube.extend(made.into_iter().flatten());
        }
    }

    /// The science image and, where it is of use, its variance; else the variance is empty.
    fn science(&self, frame: &Frame, light: &Light, random: &mut Random) -> Recorded {
        let side = if self.has_difference() {
            self.fourier.side()
        } else {
            self.survey.stamp_side_px + 2 * RIM_PX
        };
        let mut image = self
            .painter
            .paint(side, light, &frame.psf, frame.place_px());
        frame.recorder.expose(&mut image, random);
        let mut variance = Image::new(0);
        if self.has_difference() || self.wants_any(&[Role::Variance]) {
            variance = frame.recorder.variance_image(&image);
            frame.resample_variance(&mut variance);
        }
        if random.chance(HOT_PIXEL_SHARE) {
            self.add_hot_pixel(&mut image, frame, random);
        }
        frame.resample(&mut image);
        Recorded { image, variance }
    }

    fn add_hot_pixel(&self, image: &mut Image, frame: &Frame, random: &mut Random) {
        let stamp_side = self.survey.stamp_side_px;
        let first = image.middle() - stamp_side / 2;
        let [x, y] = [(); 2].map(|()| first + random.below(stamp_side));
        let [low, high] = HOT_PIXEL_LN_ADU;
        let added = random.uniform(low, high).exp() as f32;
        let at = y * image.side() + x;
        let counts = (image.pixels[at] + added).min(frame.recorder.detector.saturation_adu);
        image.pixels[at] = if frame.recorder.is_quantised {
            counts.round()
        } else {
            counts
        };
    }

    fn difference(
        &self,
        frame: &Frame,
        science: &Recorded,
        stack: &ReferenceStack,
        reference: &Recorded,
        scale: f64,
        random: &mut Random,
    ) -> Difference {
        let widths = [frame.psf.fwhm_px(), stack.psf.fwhm_px()];
        let without_sky = |recorded: &Recorded, sky: f32| {
            let mut image = recorded.image.clone();
            for pixel in &mut image.pixels {
                *pixel -= sky;
            }
            image
        };
        let psf = frame.psf_image(self.fourier.side());
        let science = Input::new(
            without_sky(science, frame.recorder.sky_adu),
            science.variance.clone(),
            self.fourier.forward_kernel(&psf),
            widths[0],
        );
        let reference = Input::new(
            without_sky(reference, stack.recorder.sky_adu),
            reference.variance.clone(),
            stack.psf.spectrum(self.fourier),
            widths[1],
        );
        let wider = widths[0].max(widths[1]);
        let mismatch = Mismatch::draw(&self.survey.subtraction, wider, random);
        subtract(self.fourier, &science, &reference, scale as f32, &mismatch)
    }
}

/// The point-spread function of an epoch. Its sum is the share of a source's light that falls
/// within the stamp, so that a flux that is fitted with it is the whole light, as the truth is.
fn psf_stamp(frame: &Frame, side: usize) -> Vec<f32> {
    frame.psf_image(side + 2 * RIM_PX).stamp(side, [0, 0])
}
