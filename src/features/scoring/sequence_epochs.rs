//! From a candidate's epochs, real or simulated, to calibrated images for recurrent networks.

use std::{collections::HashMap, sync::Arc};

use crate::{
    domain::{
        Candidate, Epoch, ImageSequence, Mjd, Problem, SequencePlan, Stamp, StampId,
        visit::{BELIEVED_SEEING_ARCSEC, BELIEVED_ZERO_POINT},
    },
    features::light_curve::photometry::facts::Facts,
    imaging::{
        photometry::Calibration,
        sequence_input::{CalibratedEpoch, Shot},
    },
    io::Decoder,
};

/// A calibrated epoch, or why it cannot be followed.
pub(crate) type Calibrated = Result<CalibratedEpoch, Arc<str>>;

/// Some epochs of a candidate, by their places.
pub(crate) struct Chosen<'a> {
    pub candidate: &'a Candidate,
    pub epochs: Vec<usize>,
}

impl<'a> Chosen<'a> {
    /// All epochs of a candidate.
    pub fn all(candidate: &'a Candidate) -> Self {
        Self {
            candidate,
            epochs: (0..candidate.epochs.len()).collect(),
        }
    }
}

/// The chosen epochs of candidates with their places.
pub(crate) fn calibrated(
    chosen: &[Chosen<'_>],
    plan: &SequencePlan,
    decoder: &Decoder,
) -> Vec<Vec<(usize, Calibrated)>> {
    let stamps = chosen.iter().flat_map(|chosen| {
        let epochs = chosen.epochs.iter();
        epochs.filter_map(|at| chosen.candidate.epochs[*at].stamp(plan.role))
    });
    let stamps: Vec<_> = stamps.cloned().collect();
    let pixels: HashMap<StampId, Result<Stamp, Problem>> =
        decoder.decode(&stamps).into_iter().collect();
    let of_candidate = |chosen: &Chosen<'_>| {
        let candidate = chosen.candidate;
        let epochs = chosen.epochs.iter();
        let calibrated = epochs.map(|at| {
            let epoch = &candidate.epochs[*at];
            (*at, of_epoch(&Facts { candidate, epoch }, plan, &pixels))
        });
        calibrated.collect()
    };
    chosen.iter().map(of_candidate).collect()
}

fn of_epoch(
    facts: &Facts<'_>,
    plan: &SequencePlan,
    pixels: &HashMap<StampId, Result<Stamp, Problem>>,
) -> Calibrated {
    let role = plan.role.name();
    let missing = || format!("has no {role} stamp");
    let stamp = facts.epoch.stamp(plan.role).ok_or_else(missing)?;
    let stamp = match pixels.get(&stamp.id) {
        Some(Ok(stamp)) => stamp,
        Some(Err(problem)) => {
            let why = &problem.why;
            return Err(format!("its {role} stamp cannot be read: {why}").into());
        }
        None => return Err(missing().into()),
    };
    if !is_seeing_believed(facts.epoch) {
        return Err("has no usable seeing".into());
    }
    let [faintest, brightest] = BELIEVED_ZERO_POINT.map(f64::from);
    let is_believed = |known: &Calibration| (faintest..brightest).contains(&known.zero_point);
    let scale = facts.pixel_scale(stamp);
    let seeing = facts.epoch.seeing_arcsec.map(f64::from);
    let shot = Shot {
        width: stamp.width,
        height: stamp.height,
        pixels: &stamp.pixels,
        calibration: facts.calibration(stamp).filter(is_believed),
        mjd: facts.epoch.mjd.map(Mjd::days),
        fwhm_px: seeing
            .zip(scale)
            .map(|(seeing, scale)| (seeing / scale) as f32),
        band: facts.epoch.band.clone(),
    };
    CalibratedEpoch::of(&shot, plan.side_px).map_err(|error| error.to_string().into())
}

/// A seeing that is a mark of failure tells that the whole calibration failed; one that nobody tells
/// says nothing.
fn is_seeing_believed(epoch: &Epoch) -> bool {
    let [sharpest, widest] = BELIEVED_SEEING_ARCSEC;
    match epoch.seeing_arcsec {
        Some(seeing) => (sharpest..=widest).contains(&seeing),
        None => epoch.fields.get("SEEING").is_none(),
    }
}

/// The usable epochs of a simulated sequence.
pub(crate) fn of_simulated(sequence: &ImageSequence, plan: &SequencePlan) -> Vec<CalibratedEpoch> {
    let scale = sequence.detector.pixel_scale_arcsec;
    let epochs = sequence.epochs.iter().enumerate();
    let epochs = epochs.filter(|(_, epoch)| epoch.visit.is_believed());
    let calibrated = epochs.filter_map(|(at, epoch)| {
        let visit = &epoch.visit;
        let shot = Shot {
            width: sequence.width,
            height: sequence.height,
            pixels: sequence.image(plan.role, at)?,
            calibration: Calibration::new(visit.zero_point.into(), visit.exposure_s.into()),
            mjd: Some(visit.mjd.days()),
            fwhm_px: Some(visit.seeing_arcsec / scale),
            band: Some(visit.band.clone()),
        };
        CalibratedEpoch::of(&shot, plan.side_px).ok()
    });
    calibrated.collect()
}
