//! The reference image of a field in one band: the mean of many earlier exposures.

use super::{
    Random, Survey,
    exposure::Recorder,
    image::Image,
    psf::{Psf, PsfSource},
    psf_place::PsfPlace,
    scene::{Light, Scene, ScenePainter, counts_at},
};
use crate::{
    domain::{Band, Detector, Mjd, Visit},
    imaging::statistics::median,
};

/// The exposures of a stack were taken in the year that ended this many days before the first
/// visit: no supernova that is seen then had begun.
const DAYS_BEFORE: f64 = 120.0;
const DAYS_OF_STACK: f64 = 365.0;

/// A deep stack.
#[derive(Clone, Debug)]
pub struct ReferenceStack {
    /// The conditions of its exposures: the medians of the science visits.
    pub visit: Visit,
    /// Its point-spread function.
    pub psf: Psf,
    /// A mean of n exposures is one with n times the gain and √n times the noise of reading.
    pub recorder: Recorder,
    light: Light,
    noise: Random,
}

/// A recorded image and its variance, ADU and ADU², the sky still in it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Counts.
    pub image: Image,
    /// Their variance as a pipeline estimates it.
    pub variance: Image,
}

impl ReferenceStack {
    /// The stacks of all bands among the visits.
    pub fn draw_all(
        survey: &Survey,
        psfs: &PsfSource,
        detector: &Detector,
        scene: &Scene,
        visits: &[Visit],
        random: &mut Random,
    ) -> Vec<Self> {
        let mut stacks: Vec<Self> = Vec::new();
        for visit in visits {
            if stacks.iter().all(|stack| stack.visit.band != visit.band) {
                let typical = typical_visit(visits, &visit.band, visit);
                stacks.push(Self::draw(survey, psfs, detector, scene, typical, random));
            }
        }
        stacks
    }

    fn draw(
        survey: &Survey,
        psfs: &PsfSource,
        detector: &Detector,
        scene: &Scene,
        mut visit: Visit,
        random: &mut Random,
    ) -> Self {
        let exposures = survey.reference.exposures.draw(random).round().max(1.0);
        let factor = survey.reference.seeing_factor.draw(random);
        visit.seeing_arcsec *= factor as f32;
        let mut light = scene.light(&visit, 1.0);
        light.target = mean_counts(scene, &visit, exposures as usize, random);
        light.trail = None;
        let recorder = Recorder {
            detector: Detector {
                gain_e_per_adu: detector.gain_e_per_adu * exposures as f32,
                read_noise_e: detector.read_noise_e * exposures.sqrt() as f32,
                ..*detector
            },
            sky_adu: visit.sky_adu,
            is_quantised: false,
        };
        Self {
            psf: psfs.draw(
                f64::from(visit.seeing_arcsec),
                &PsfPlace::draw(random),
                random,
            ),
            recorder,
            light,
            // The stack is one image: its noise is the same at every epoch.
            noise: random.clone(),
            visit,
        }
    }

    /// The stack registered to a science image whose target lies `place` pixels from the middle.
    pub fn record(&self, painter: &ScenePainter<'_>, side: usize, place: [f64; 2]) -> Recorded {
        let mut image = painter.paint(side, &self.light, &self.psf, place);
        self.recorder.expose(&mut image, &mut self.noise.clone());
        Recorded {
            variance: self.recorder.variance_image(&image),
            image,
        }
    }

    /// Counts of a constant source at this visit for one count in the stack.
    pub fn scale_to(&self, visit: &Visit, transparency: f64) -> f64 {
        // Any magnitude will do.
        const MAG: f64 = 20.0;
        transparency * visit.counts(MAG) / self.visit.counts(MAG)
    }
}

/// The target's mean over the exposures of a stack.
fn mean_counts(scene: &Scene, visit: &Visit, exposures: usize, random: &mut Random) -> f64 {
    let mut sum = 0.0;
    for _ in 0..exposures {
        let before = DAYS_BEFORE + random.uniform(0.0, DAYS_OF_STACK);
        let earlier = Mjd::new(visit.mjd.days() - before);
        sum += earlier.map_or(0.0, |mjd| {
            let visit = Visit {
                mjd,
                ..visit.clone()
            };
            counts_at(&scene.target, &visit)
        });
    }
    sum / exposures.max(1) as f64
}

/// Median conditions of the visits in a band, at the time of the first visit of all.
fn typical_visit(visits: &[Visit], band: &Band, like: &Visit) -> Visit {
    let middle = |of: fn(&Visit) -> f32| {
        let alike = visits.iter().filter(|visit| visit.band == *band);
        let values: Vec<_> = alike.map(of).collect();
        median(&values).unwrap_or_default() as f32
    };
    Visit {
        mjd: visits.first().map_or(like.mjd, |first| first.mjd),
        band: band.clone(),
        exposure_s: middle(|visit| visit.exposure_s),
        seeing_arcsec: middle(|visit| visit.seeing_arcsec),
        airmass: middle(|visit| visit.airmass),
        sky_adu: middle(|visit| visit.sky_adu),
        limiting_mag: middle(|visit| visit.limiting_mag),
        zero_point: middle(|visit| visit.zero_point),
    }
}
