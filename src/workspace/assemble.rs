//! A candidate of files as a sequence in memory: pixels, times and conditions together.

use crate::{
    domain::{
        Candidate, Detector, Epoch, ImageSequence, Problem, Role, SequenceEpoch, Stamp, StampRef,
        Truth, Visit,
    },
    io::Decoder,
};

/// What came together.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// The sequence. Its truth has the class that the files give.
    pub sequence: ImageSequence,
    /// For each of its epochs its place among the candidate's.
    pub places: Vec<usize>,
    /// Epochs that were left out, because a condition is missing or impossible or their stamps
    /// are not as large as the others.
    pub dropped: usize,
}

/// Reads the stamps of one role of a candidate whose epochs give MJD, band, EXPTIME, SEEING, SKY
/// and ZP (per second), as image sequences do. Without AIRMASS it is 1, without LIMMAG5 it is NaN.
///
/// `usual` stands in for what a header does not say of the detector.
///
/// # Errors
/// Where no epoch is complete, or a stamp cannot be decoded.
pub fn assemble(
    candidate: &Candidate,
    role: Role,
    usual: Detector,
    decoder: &Decoder,
) -> Result<Assembled, String> {
    let epochs: Vec<_> = candidate
        .epochs
        .iter()
        .enumerate()
        .filter_map(|(at, epoch)| Some((at, epoch, epoch.stamp(role)?.clone(), visit_of(epoch)?)))
        .collect();
    let wanted: Vec<StampRef> = epochs.iter().map(|(.., stamp, _)| stamp.clone()).collect();
    let mut stamps: std::collections::HashMap<_, _> = decoder.decode(&wanted).into_iter().collect();
    let mut sequence = ImageSequence {
        id: candidate.id.clone(),
        width: 0,
        height: 0,
        detector: usual,
        epochs: Vec::new(),
        images: Vec::new(),
        truth: truth_of(candidate),
    };
    let (mut cube, mut places) = (Vec::new(), Vec::new());
    for (at, epoch, reference, visit) in epochs {
        let stamp = match stamps.remove(&reference.id) {
            Some(decoded) => decoded.map_err(|problem: Problem| problem.to_string())?,
            None => continue,
        };
        if sequence.epochs.is_empty() {
            (sequence.width, sequence.height) = (stamp.width, stamp.height);
            sequence.detector = detector_of(candidate, &stamp, usual);
        }
        if (stamp.width, stamp.height) == (sequence.width, sequence.height) {
            cube.extend_from_slice(&stamp.pixels);
            sequence.epochs.push(epoch_of(epoch, visit, &stamp));
            places.push(at);
        }
    }
    if sequence.epochs.is_empty() {
        return Err(format!(
            "{}: no epoch has a {} stamp and time, exposure, seeing, sky and zero point",
            candidate.id,
            role.name()
        ));
    }
    sequence.images.push((role, cube));
    Ok(Assembled {
        dropped: candidate.epochs.len() - sequence.epochs.len(),
        sequence,
        places,
    })
}

/// Time and conditions; none where one that is needed is missing or no measurement.
fn visit_of(epoch: &Epoch) -> Option<Visit> {
    let number = |name: &str| epoch.fields.number(name).filter(|value| value.is_finite());
    let visit = Visit {
        mjd: epoch.mjd?,
        band: epoch.band.clone()?,
        exposure_s: number("EXPTIME")? as f32,
        seeing_arcsec: epoch.seeing_arcsec?,
        airmass: number("AIRMASS").unwrap_or(1.0) as f32,
        sky_adu: number("SKY")? as f32,
        limiting_mag: epoch.limiting_mag.unwrap_or(f32::NAN),
        zero_point: number("ZP")? as f32,
    };
    visit.is_believed().then_some(visit)
}

fn epoch_of(epoch: &Epoch, visit: Visit, stamp: &Stamp) -> SequenceEpoch {
    let field = |name: &str| epoch.fields.number(name).map(|value| value as f32);
    let middle = [stamp.width, stamp.height].map(|side| (side as f32 - 1.0) / 2.0);
    SequenceEpoch {
        visit,
        centroid_px: match (field("CX"), field("CY")) {
            (Some(x), Some(y)) => [x, y],
            _ => middle,
        },
        psf_fwhm_px: field("PSFFWHM"),
        difference_sign: epoch.difference_sign,
        measured_mag: epoch
            .mag
            .map(|mag| [mag, epoch.mag_err.unwrap_or(f32::NAN)]),
        true_counts_adu: field("TRUEFLUX"),
    }
}

fn detector_of(candidate: &Candidate, stamp: &Stamp, usual: Detector) -> Detector {
    let field = |name: &str, otherwise: f32| {
        let found = candidate.fields.number(name).map(|value| value as f32);
        found.filter(|value| *value > 0.0).unwrap_or(otherwise)
    };
    let scale = stamp.geometry.arcsec_per_px().map(|scale| scale as f32);
    Detector {
        pixel_scale_arcsec: scale.unwrap_or_else(|| field("PIXSCALE", usual.pixel_scale_arcsec)),
        gain_e_per_adu: field("GAIN", usual.gain_e_per_adu),
        read_noise_e: field("RDNOISE", usual.read_noise_e),
        saturation_adu: stamp.saturation.unwrap_or(usual.saturation_adu),
    }
}

/// The class that the files give, where it is one of the seven.
fn truth_of(candidate: &Candidate) -> Option<Truth> {
    let class = crate::simulate::SequenceClass::from_name(candidate.truth.as_deref()?).ok()?;
    Some(Truth {
        class: class.name(),
        field: candidate
            .fields
            .get("FIELD")
            .map_or_else(String::new, |field| field.to_string()),
        ..Truth::default()
    })
}
