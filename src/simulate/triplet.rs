//! Triplets: one detection in a difference image, real or bogus, with science image and reference.
//!
//! Every candidate goes the way of a survey's: light, camera, subtraction, matched filter. What is
//! found is cut out around its peak. Nothing but the sky and the artefact shall tell real from
//! bogus: both are detected from the same S/N on, centred on their peak alike, lose pixels alike,
//! and about as many of either are negative ([`super::triplet_real`]).

use std::sync::Arc;

use super::{
    Random, Simulate, SimulationError, TripletOrder,
    artefact::{
        Plates, add_companion,
        blanks::Hole,
        missing_pixels::{Gap, NEAREST_PX, draw_fill},
        noise::lift,
    },
    detection::{MatchedFilter, Peak, Search},
    field::{Fault, mask_saturated},
    fourier::Fourier,
    image::Image,
    psf::PsfSource,
    subtraction::{Difference, Mismatch, subtract_matched},
    survey_frames::FramesModel,
    survey_triplet::THRESHOLD,
    triplet_kind::{Kind, KindPlan},
    triplet_scene::Scene,
    triplet_setting::{Setting, SettingSource},
};
use crate::domain::{DifferenceSign, ImageSequence, Role, SequenceEpoch, Truth};

/// Makes triplets.
#[derive(Debug)]
pub struct TripletSimulator {
    order: TripletOrder,
    plan: KindPlan,
    psfs: PsfSource,
    fourier: Fourier,
}

/// Keeps the random numbers apart from those of image sequences.
const STREAM: u64 = 2;
/// Draws of a candidate before the brightest is taken.
const MOST_DRAWS: usize = 12;
/// Convolutions wrap within at least this of the border, pixels.
const LEAST_WRAP_PX: f64 = 4.0;
/// Beyond any sensible width the grid stops growing, pixels.
const MOST_WRAP_PX: f64 = 24.0;
/// Where detections are looked for.
const SEARCH: Search = Search {
    near_px: 3,
    far_px: 7,
};
/// The same in whole frames, for artefacts that reach far.
const FAR_PX: usize = 9;
/// Convolutions of frames wrap within this share of what others need: what wraps lies outside of the cutout.
const FRAME_WRAP: f64 = 0.8;
/// Distance of holes in frames from the target, pixels.
const HOLE_PX: [f64; 2] = [4.0, 31.0];
/// Distance at which missing strips begin, pixels from the target.
const STRIP_PX: [f64; 2] = [NEAREST_PX, 9.5];

/// One try.
struct Draw {
    setting: Setting,
    scene: Scene,
    plates: Plates,
    difference: Difference,
    peak: Peak,
}

impl TripletSimulator {
    /// Prepares an order.
    ///
    /// # Errors
    /// Where a kind is not known, no image is asked for, the survey is impossible, or the
    /// templates' point-spread functions cannot be used.
    pub fn new(order: TripletOrder) -> Result<Self, SimulationError> {
        let survey = &order.survey;
        survey.check().map_err(|why| SimulationError::Survey {
            survey: survey.title.clone(),
            why,
        })?;
        if order.roles.is_empty() {
            return Err(SimulationError::Order("no image is asked for".into()));
        }
        let psfs = PsfSource::new(survey, &order.templates)?;
        let wide_fwhm = survey.triplets.fwhm_px.as_ref().map_or_else(
            || {
                let scale = survey.detector.pixel_scale_arcsec / survey.psf.width_factor;
                survey.site.seeing_arcsec.quantile(0.95) / scale
            },
            |fwhm_px| fwhm_px.quantile(0.95),
        );
        // A stamp about the farthest peak stays clear of where convolutions wrap.
        let wrap = wide_fwhm.clamp(LEAST_WRAP_PX, MOST_WRAP_PX);
        let frames = survey.triplets.frames.as_ref();
        let (wrap, far) = if frames.is_some() {
            ((FRAME_WRAP * wrap).ceil() as usize, FAR_PX)
        } else {
            (wrap.ceil() as usize, SEARCH.far_px)
        };
        let least = survey.stamp_side_px + 2 * (far + wrap);
        Ok(Self {
            plan: KindPlan::of(&order.kinds, frames)?,
            psfs,
            fourier: Fourier::new(Fourier::good_side(least)),
            order,
        })
    }

    /// The frames of the survey, for this candidate; none where it has no field.
    fn frames_of(&self, kind: Kind, random: &mut Random) -> Option<&FramesModel> {
        let frames = self.order.survey.triplets.frames.as_ref()?;
        let chance = frames.plain_chance(kind);
        let is_plain = chance > 0.0 && random.chance(chance);
        (!is_plain).then_some(frames)
    }

    /// The draw that is kept: the first that is detected, else the brightest.
    fn settle(&self, kind: Kind, random: &mut Random) -> Draw {
        let frames = self.frames_of(kind, random);
        let mut best = self.draw(kind, frames, random);
        for _ in 1..MOST_DRAWS {
            if best.1 {
                break;
            }
            let next = self.draw(kind, frames, random);
            if next.1 || next.0.peak.snr.abs() > best.0.peak.snr.abs() {
                best = next;
            }
        }
        best.0
    }

    /// One draw, and whether it is detected as what it is.
    fn draw(&self, kind: Kind, frames: Option<&FramesModel>, random: &mut Random) -> (Draw, bool) {
        let survey = &*self.order.survey;
        let source = SettingSource {
            survey,
            psfs: &self.psfs,
            fourier: &self.fourier,
        };
        let setting = source.draw(random);
        let mismatch = Mismatch::draw(&survey.subtraction, setting.fwhm_px(), random);
        let mut scene = self.scene(kind, &setting, mismatch, frames, random);
        let is_fading = self.compose(kind, &setting, &mut scene, random);
        let mut plates = self.expose(kind, &setting, &scene, frames, random);
        if let Some(frames) = frames {
            if random.chance(frames.hole_share) {
                let hole = Hole::draw(HOLE_PX, random);
                let is_cut = match random.weighted(&[0.4, 0.25, 0.35]) {
                    0 => [false, true],
                    1 => [true, false],
                    _ => [true, true],
                };
                hole.cut_both(&mut plates, &setting, scene.target_px, is_cut, random);
            }
        } else if random.chance(survey.triplets.missing_share) {
            let is_cut = [random.chance(0.8), random.chance(0.7)];
            let gap = Gap::draw(STRIP_PX, random);
            gap.cut(&mut plates, &setting, scene.target_px, is_cut);
            plates.fill = draw_fill(&setting, random);
        }
        plates.resample(&setting);
        let difference = self.subtract(&setting, &scene.mismatch, &plates);
        let filter = MatchedFilter::of(setting.filter(), setting.fwhm_px());
        let sign = is_fading.map(|is_fading| !is_fading);
        let peak = filter.find(&difference, search_of(kind), sign);
        let is_detected = peak.is_some_and(|peak| is_detected(kind, &peak, &scene, &setting));
        let draw = Draw {
            peak: peak.unwrap_or(Peak {
                offset_px: [0, 0],
                fraction_px: [0.0; 2],
                snr: 0.0,
            }),
            setting,
            scene,
            plates,
            difference,
        };
        (draw, is_detected)
    }

    /// What is on the sky around the candidate, and what is wrong with the whole frame.
    fn scene(
        &self,
        kind: Kind,
        setting: &Setting,
        mismatch: Mismatch,
        frames: Option<&FramesModel>,
        random: &mut Random,
    ) -> Scene {
        let side = self.fourier.side();
        let Some(frames) = frames else {
            return Scene::draw(setting, side, mismatch, random);
        };
        let mut scene = Scene::empty(side, mismatch, random);
        scene.add_field(frames, setting, side, random);
        let own = match kind {
            Kind::Bogus(kind) => kind.artefact().fault(frames, setting, random),
            Kind::Real(_) => None,
        };
        let other = random
            .chance(frames.imperfect_share)
            .then(|| Fault::draw(frames, setting, random));
        if let Some(fault) = own.or(other) {
            fault.spoil(&mut scene.mismatch, setting);
            scene.fault = fault;
        }
        scene
    }

    /// Fills the scene; for a real source tells whether it is fainter than in the reference.
    fn compose(
        &self,
        kind: Kind,
        setting: &Setting,
        scene: &mut Scene,
        random: &mut Random,
    ) -> Option<bool> {
        let model = &self.order.survey.triplets;
        match kind {
            Kind::Real(kind) => {
                let is_fading = kind.compose(model, setting, scene, random);
                let fault = scene.fault;
                scene.lift_above(&fault, setting);
                Some(is_fading)
            }
            Kind::Bogus(kind) => {
                let artefact = kind.artefact();
                if artefact.is_small() && random.chance(model.on_source_share) {
                    add_companion(setting, scene, random);
                }
                artefact.compose(setting, scene, random);
                None
            }
        }
    }

    /// What both CCDs record, artefacts included.
    fn expose(
        &self,
        kind: Kind,
        setting: &Setting,
        scene: &Scene,
        frames: Option<&FramesModel>,
        random: &mut Random,
    ) -> Plates {
        let mut light = scene.render(setting, &self.fourier);
        if let Kind::Bogus(kind) = kind {
            kind.artefact().shine(setting, scene, &mut light, random);
        }
        setting.science.expose(&mut light[0], random);
        setting.reference.expose(&mut light[1], random);
        let mut plates = Plates::new(light);
        if let Kind::Bogus(kind) = kind {
            kind.artefact().scar(setting, scene, &mut plates, random);
            if let Some(snr) = kind.artefact().noise_snr(random) {
                let now = self.snr_of_target(setting, scene, &plates);
                lift(snr - now, setting, scene, &mut plates);
            }
            plates.settle(setting);
        }
        if frames.is_some_and(|frames| random.chance(frames.masked_share)) {
            mask_saturated(&mut plates.science, setting.science.ceiling_adu());
            mask_saturated(&mut plates.reference, setting.reference.ceiling_adu());
        }
        plates
    }

    /// The S/N that the target would be found with.
    fn snr_of_target(&self, setting: &Setting, scene: &Scene, plates: &Plates) -> f64 {
        let mut plates = plates.clone();
        plates.resample(setting);
        let difference = self.subtract(setting, &scene.mismatch, &plates);
        let filter = MatchedFilter::of(setting.filter(), setting.fwhm_px());
        filter.snr_of_middle(&difference)
    }

    fn subtract(&self, setting: &Setting, mismatch: &Mismatch, plates: &Plates) -> Difference {
        let science = setting.science.input(plates.science.clone());
        let reference = setting.reference.input(plates.reference.clone());
        let mut matching = setting.matching.clone();
        matching.spoil(mismatch);
        subtract_matched(&self.fourier, &science, &reference, 1.0, mismatch, matching)
    }

    /// Cuts the images out around the peak.
    fn cut(&self, id: Arc<str>, kind: Kind, draw: &Draw, is_turned: bool) -> ImageSequence {
        let side = self.order.survey.stamp_side_px;
        let mut roles = self.order.roles.clone();
        roles.sort_unstable();
        roles.dedup();
        let images = roles
            .into_iter()
            .map(|role| (role, draw.stamp(role, side, is_turned)));
        let images = images.collect();
        let place = |fraction_px: f64| ((side / 2) as f64 + fraction_px) as f32;
        let target = matches!(kind, Kind::Real(_))
            .then(|| draw.scene.stars.last())
            .flatten();
        let change = target.map(|star| (star.science_adu - star.reference_adu).abs());
        let truth = Truth {
            class: kind.class(),
            kind: kind.name().into(),
            field: self.order.survey.title.clone(),
            mag: change.and_then(|counts| draw.setting.visit.magnitude(counts)),
            snr: Some(draw.peak.snr.abs()),
            ..draw.scene.truth.clone()
        };
        ImageSequence {
            id,
            width: side,
            height: side,
            detector: draw.setting.detector,
            epochs: vec![SequenceEpoch {
                centroid_px: draw.peak.fraction_px.map(place),
                difference_sign: if is_turned {
                    DifferenceSign::ReferenceMinusScience
                } else {
                    DifferenceSign::ScienceMinusReference
                },
                psf_fwhm_px: Some(draw.setting.science.psf.fwhm_px() as f32),
                measured_mag: None,
                true_counts_adu: target.map(|star| star.science_adu as f32),
                visit: draw.setting.visit.clone(),
            }],
            images,
            truth: Some(truth),
        }
    }
}

impl Simulate for TripletSimulator {
    fn candidate(&self, index: u64) -> ImageSequence {
        let mut random = Random::of(self.order.seed, STREAM, index);
        let kind = self.plan.draw(self.order.seed, index, &mut random);
        let draw = self.settle(kind, &mut random);
        let follows = random.chance(self.order.survey.triplets.polarity_share);
        let is_turned = follows && draw.peak.snr < 0.0;
        self.cut(format!("T{index:07}").into(), kind, &draw, is_turned)
    }
}

/// Where the detection of a kind is looked for.
fn search_of(kind: Kind) -> Search {
    let Kind::Bogus(kind) = kind else {
        return SEARCH;
    };
    let near_px = kind.artefact().reach_px().max(SEARCH.near_px);
    Search {
        near_px,
        far_px: SEARCH.far_px.max(near_px).min(FAR_PX),
    }
}

/// True where a peak is what the kind is found as.
fn is_detected(kind: Kind, peak: &Peak, scene: &Scene, setting: &Setting) -> bool {
    let snr = peak.snr.abs();
    match kind {
        Kind::Real(_) => {
            let middle = setting.science.psf_image.middle() as f64;
            let miss = |axis: usize| middle + peak.offset_px[axis] as f64 - scene.target_px[axis];
            let trail = scene.truth.trail_px.unwrap_or(0.0);
            let nearest = (0.5 * setting.fwhm_px()).max(1.5) + 0.5 * trail;
            snr >= THRESHOLD && miss(0).hypot(miss(1)) <= nearest
        }
        Kind::Bogus(kind) => {
            let [low, high] = kind.snr_range();
            (low..=high).contains(&snr)
        }
    }
}

impl Draw {
    /// The stamp of a role around the peak.
    fn stamp(&self, role: Role, side: usize, is_turned: bool) -> Vec<f32> {
        let cut = |image: &Image| image.stamp(side, self.peak.offset_px);
        let with_sky = |image: &Image, sky: f32| {
            let lit = cut(image).into_iter().map(|pixel| pixel + sky);
            Self::filled(lit, self.plates.fill)
        };
        // Files that hold a number where there is no measurement hold 0 in the difference.
        let gap = if self.plates.fill.is_nan() {
            f32::NAN
        } else {
            0.0
        };
        let sign = if is_turned { -1.0 } else { 1.0 };
        let signed = |image: &Image| {
            let turned = cut(image).into_iter().map(|pixel| sign * pixel);
            Self::filled(turned, gap)
        };
        let science = &self.setting.science;
        match role {
            Role::Science => with_sky(&self.plates.science, science.recorder.sky_adu),
            Role::Reference => with_sky(
                &self.plates.reference,
                self.setting.reference.recorder.sky_adu,
            ),
            Role::Difference => signed(&self.difference.image),
            Role::Snr => signed(&self.difference.snr()),
            Role::Variance => cut(&science.input(self.plates.science.clone()).variance),
            Role::Psf => science.psf_image.stamp(side, [0, 0]),
        }
    }

    fn filled(pixels: impl Iterator<Item = f32>, fill: f32) -> Vec<f32> {
        pixels
            .map(|pixel| if pixel.is_nan() { fill } else { pixel })
            .collect()
    }
}
