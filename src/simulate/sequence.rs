//! Image sequences of candidates of seven classes: from a light curve to pixels.

use std::sync::Arc;

use super::{
    Random, SequenceClass, SequenceOrder, Simulate, SimulationError, Survey,
    epoch_images::EpochImages,
    fourier::Fourier,
    frame::{Frame, FrameModel},
    light_curve::{self, Sampling},
    observing::Observatory,
    psf::PsfSource,
    scene::Scene,
};
use crate::domain::{
    Band, Detector, DifferenceSign, ImageSequence, Role, SequenceEpoch, Truth, Visit,
};

/// Keeps the random numbers of sequences apart from those of other simulations.
const STREAM: u64 = 0x5e9;
/// Those that say which candidate is of which class.
const MIXING: u64 = 0x5ea;
/// The grid for convolutions is larger than the stamp by this many times the width of a point
/// source in bad seeing, within these limits, so that what leaves the grid on one side and comes
/// back on the other stays off the stamp.
const MARGIN_WIDTHS: f64 = 2.0;
const MARGINS_PX: [f64; 2] = [16.0, 64.0];

/// Makes image sequences.
///
/// Candidate `index` is of class `index` modulo the number of classes of the order, so that all
/// are equally frequent, and its identifier is `S` and the index in seven digits.
#[derive(Clone, Debug)]
pub struct SequenceSimulator {
    order: SequenceOrder,
    roles: Vec<Role>,
    band: Band,
    observatory: Observatory,
    psfs: PsfSource,
    fourier: Fourier,
}

/// A candidate's exposures before there are pixels.
struct Plan {
    class: SequenceClass,
    detector: Detector,
    visits: Vec<Visit>,
    frames: Vec<Frame>,
    scene: Scene,
    truth: Truth,
}

impl SequenceSimulator {
    /// Checks an order and prepares what its candidates share.
    ///
    /// # Errors
    /// Where the order has no class or no role, the survey an impossible value, or the templates
    /// hold nothing usable.
    pub fn new(order: SequenceOrder) -> Result<Self, SimulationError> {
        if order.classes.is_empty() {
            return Err(SimulationError::Order(format!(
                "no class is asked for: choose among {}",
                SequenceClass::ALL.map(SequenceClass::name).join(", ")
            )));
        }
        if order.roles.is_empty() {
            return Err(SimulationError::Order(format!(
                "no image is asked for: choose among {}",
                Role::ALL.map(Role::name).join(", ")
            )));
        }
        let survey = &order.survey;
        survey.check().map_err(|why| SimulationError::Survey {
            survey: survey.title.clone(),
            why,
        })?;
        let mut roles = order.roles.clone();
        roles.sort_unstable();
        roles.dedup();
        Ok(Self {
            observatory: Observatory::new(Arc::clone(survey), &order.templates)?,
            psfs: PsfSource::new(survey, &order.templates)?,
            band: survey.first_band(),
            fourier: Fourier::new(grid_side(survey)),
            roles,
            order,
        })
    }

    fn plan(&self, index: u64, random: &mut Random) -> Plan {
        let survey = &self.order.survey;
        let classes = &self.order.classes;
        let class = classes[Random::place_in_block(self.order.seed, MIXING, index, classes.len())];
        let detector = survey.detector.draw(random);
        let observed = self.observatory.visits(&detector, random);
        let visits = observed.visits;
        let model = FrameModel {
            survey,
            psfs: &self.psfs,
            detector,
            resampled_share: resampled_share(survey, class),
        };
        let frames = model.draw(&visits, random);
        let sampling = Sampling {
            visits: &visits,
            band: &self.band,
            counts_error: &|at, counts| frames[at].counts_error(counts),
        };
        let magnitudes = &survey.magnitudes;
        let drawn = light_curve::draw(class, random, magnitudes, &self.order.templates, &sampling);
        let scene = Scene::draw(class, drawn.curve, survey, &self.band, random);
        let mut truth = drawn.truth;
        truth.field = observed.field;
        scene.describe(&mut truth, survey.detector.pixel_scale_arcsec);
        Plan {
            class,
            detector,
            visits,
            frames,
            scene,
            truth,
        }
    }
}

impl Simulate for SequenceSimulator {
    fn candidate(&self, index: u64) -> ImageSequence {
        let mut random = Random::of(self.order.seed, STREAM, index);
        let Plan {
            class,
            detector,
            visits,
            frames,
            scene,
            mut truth,
        } = self.plan(index, &mut random);
        let survey = &self.order.survey;
        let maker = EpochImages::new(survey, &self.fourier, &scene, &self.roles);
        let stacks = maker.references(&self.psfs, &detector, &visits, &mut random);
        let side = survey.stamp_side_px;
        let cube = |role: &Role| (*role, Vec::with_capacity(side * side * visits.len()));
        let mut images: Vec<_> = self.roles.iter().map(cube).collect();
        let mut epochs = Vec::with_capacity(visits.len());
        let mut largest_snr = 0.0_f64;
        for (visit, frame) in visits.into_iter().zip(&frames) {
            let light = scene.light(&visit, frame.transparency);
            maker.make(&visit, frame, &light, &stacks, &mut images, &mut random);
            if light.target > 0.0 {
                largest_snr = largest_snr.max(light.target / frame.counts_error(light.target));
                truth.trail_px = light.trail.map(|[length, _]| length);
            }
            epochs.push(epoch(
                visit,
                frame,
                light.target,
                side,
                maker.has_difference(),
            ));
        }
        truth.class = class.name();
        truth.snr = (largest_snr > 0.0).then_some(largest_snr);
        ImageSequence {
            id: format!("S{index:07}").into(),
            width: side,
            height: side,
            detector,
            epochs,
            images,
            truth: Some(truth),
        }
    }
}

fn epoch(
    visit: Visit,
    frame: &Frame,
    counts: f64,
    side: usize,
    has_difference: bool,
) -> SequenceEpoch {
    let middle = (side / 2) as f64;
    SequenceEpoch {
        visit,
        centroid_px: frame.offset_px.map(|offset| (middle + offset) as f32),
        psf_fwhm_px: Some(frame.psf.fwhm_px() as f32),
        difference_sign: if has_difference {
            DifferenceSign::ScienceMinusReference
        } else {
            DifferenceSign::Unknown
        },
        measured_mag: None,
        true_counts_adu: Some(counts as f32),
    }
}

/// Transients and galaxies are resampled alike, stars less often where the survey says so.
fn resampled_share(survey: &Survey, class: SequenceClass) -> f64 {
    let psf = &survey.psf;
    match class {
        SequenceClass::Supernova | SequenceClass::Galaxy | SequenceClass::Asteroid => {
            psf.resampled_share
        }
        SequenceClass::RrLyrae
        | SequenceClass::Cepheid
        | SequenceClass::EclipsingBinary
        | SequenceClass::NonVariable => psf.resampled_share_of_stars.unwrap_or(psf.resampled_share),
    }
}

fn grid_side(survey: &Survey) -> usize {
    let seeing = survey.psf.width_factor * survey.site.seeing_arcsec.quantile(0.95);
    let bad = seeing / survey.detector.pixel_scale_arcsec;
    let [least, most] = MARGINS_PX;
    let margin = (MARGIN_WIDTHS * bad).clamp(least, most);
    Fourier::good_side(survey.stamp_side_px + margin.ceil() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(classes: Vec<SequenceClass>, roles: Vec<Role>) -> SequenceOrder {
        SequenceOrder {
            survey: Arc::new(Survey::built_in("hits2015").unwrap()),
            templates: Arc::default(),
            classes,
            roles,
            seed: 1,
        }
    }

    #[test]
    fn orders_for_nothing_are_refused_in_words() {
        let why = |classes: &[SequenceClass], roles: &[Role]| {
            let made = SequenceSimulator::new(order(classes.to_vec(), roles.to_vec()));
            made.unwrap_err().to_string()
        };
        let no_class = why(&[], &[Role::Science]);
        assert!(no_class.contains("no class") && no_class.contains("cepheid"));
        let no_role = why(&SequenceClass::ALL, &[]);
        assert!(no_role.contains("no image") && no_role.contains("science"));
        let mut impossible = order(SequenceClass::ALL.to_vec(), vec![Role::Science]);
        Arc::make_mut(&mut impossible.survey).psf.centroid_jitter_px = -1.0;
        let error = SequenceSimulator::new(impossible).unwrap_err().to_string();
        assert!(error.contains("HiTS 2015") && error.contains("centroid_jitter_px"));
    }

    #[test]
    fn roles_come_once_each_and_in_their_order() {
        let roles = vec![Role::Psf, Role::Science, Role::Psf];
        let made = SequenceSimulator::new(order(SequenceClass::ALL.to_vec(), roles)).unwrap();
        let sequence = made.candidate(42);
        let found: Vec<_> = sequence.images.iter().map(|(role, _)| *role).collect();
        assert_eq!(found, [Role::Science, Role::Psf]);
        assert_eq!(&*sequence.id, "S0000042");
        let classes: std::collections::BTreeSet<_> = (42..49)
            .map(|index| made.candidate(index).class())
            .collect();
        assert_eq!(classes.len(), 7, "one of each class in every seven");
        let pixels = 21 * 21 * sequence.epochs.len();
        assert!(sequence.images.iter().all(|(_, cube)| cube.len() == pixels));
    }
}
