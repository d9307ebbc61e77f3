//! Photometry of one candidate: which stamps, which point-spread function, where.

use std::{collections::HashMap, sync::Arc};

use super::{
    photometry::{CandidatePhotometry, EpochPhotometry, PhotometryOrder},
    photometry_facts::Facts,
};
use crate::{
    domain::{Band, Candidate, Epoch, Problem, Role, Stamp, StampId, StampRef},
    imaging::{
        photometry::{
            EmpiricalPsf, Flags, Frame, Measured, Noise, PsfShape, Request, Ring, Width,
            background, measure, measure_width,
        },
        statistics::median,
    },
    io::Decoder,
};

/// A source as bright as this tells its own place and width.
const SNR_FOR_PLACE: f64 = 10.0;
const SNR_FOR_WIDTH: f64 = 20.0;
/// A centroid this far from the middle of the stamp is that of another source, pixels.
const FARTHEST_PX: f64 = 1.5;
/// Widths outside of this range are no point source's, pixels.
const BELIEVED_FWHM_PX: std::ops::RangeInclusive<f64> = 1.2..=15.0;
/// Width where nothing tells one, pixels: our choice, a usual one of well sampled surveys.
const ASSUMED_FWHM_PX: f64 = 3.0;

/// The pixels of a candidate.
type Pixels = HashMap<StampId, Stamp>;

/// One epoch with what is at hand for it.
struct Shot<'a> {
    at: usize,
    facts: Facts<'a>,
    reference: &'a StampRef,
    stamp: &'a Stamp,
}

/// Measures every epoch of a candidate that has a stamp of the wanted role.
pub(super) fn of_candidate(
    candidate: &Candidate,
    order: &PhotometryOrder,
    decoder: &Decoder,
) -> CandidatePhotometry {
    let mut found = CandidatePhotometry::default();
    let pixels = decode(candidate, order, decoder, &mut found.problems);
    let shots: Vec<Shot<'_>> = candidate
        .epochs
        .iter()
        .enumerate()
        .filter_map(|(at, epoch)| {
            let reference = epoch.stamp(order.on)?;
            let stamp = pixels.get(&reference.id)?;
            let facts = Facts { candidate, epoch };
            Some(Shot {
                at,
                facts,
                reference,
                stamp,
            })
        })
        .collect();
    let shapes = shapes(&shots, order, &pixels);
    for (shot, (psf, flags)) in shots.iter().zip(shapes) {
        match of_shot(shot, order, &psf, &pixels) {
            Some(mut measured) => {
                measured.flags.insert(flags);
                found.epochs.push(told(shot, order, measured));
            }
            None => found.problems.push(problem(shot, order)),
        }
    }
    found
}

/// All stamps that are needed, read together.
fn decode(
    candidate: &Candidate,
    order: &PhotometryOrder,
    decoder: &Decoder,
    problems: &mut Vec<Problem>,
) -> Pixels {
    let is_needed =
        |role: Role| role == order.on || matches!(role, Role::Science | Role::Psf | Role::Variance);
    let epochs = candidate.epochs.iter();
    let epochs = epochs.filter(|epoch| epoch.stamp(order.on).is_some());
    let stamps = epochs.flat_map(|epoch| &epoch.stamps);
    let wanted: Vec<_> = stamps
        .filter(|stamp| is_needed(stamp.role))
        .cloned()
        .collect();
    let mut pixels = Pixels::new();
    for (id, result) in decoder.decode(&wanted) {
        match result {
            Ok(stamp) => {
                pixels.insert(id, stamp);
            }
            Err(problem) => problems.push(problem),
        }
    }
    pixels
}

fn told(shot: &Shot<'_>, order: &PhotometryOrder, measured: Measured) -> EpochPhotometry {
    let is_turned = shot.facts.epoch.difference_sign.is_turned_in(order.on);
    let calibration = shot.facts.calibration(shot.stamp);
    let of_size = order.on.is_signed();
    EpochPhotometry {
        epoch: shot.at,
        brightness: calibration.and_then(|known| known.brightness(&measured, of_size)),
        measured: if is_turned {
            measured.negated()
        } else {
            measured
        },
        unit: shot.stamp.unit.clone(),
    }
}

fn problem(shot: &Shot<'_>, order: &PhotometryOrder) -> Problem {
    let path = shot.reference.source.path.display().to_string();
    let epoch = shot.at + 1;
    let what = format!(
        "{} epoch {epoch} {}",
        shot.facts.candidate.id,
        order.on.name()
    );
    Problem::new(
        path,
        what,
        "too few good pixels at the source or in the sky round it",
    )
}

/// The point-spread function of each epoch: its image, else a Moffat profile of the seeing, else
/// what the brighter epochs of the same band show, else an assumed width.
fn shapes(shots: &[Shot<'_>], order: &PhotometryOrder, pixels: &Pixels) -> Vec<(PsfShape, Flags)> {
    let given: Vec<_> = shots.iter().map(|shot| given_shape(shot, pixels)).collect();
    let measured: Vec<_> = shots
        .iter()
        .zip(&given)
        .map(|(shot, given)| match given {
            Some(_) => None,
            None => shown_width(shot, order, pixels),
        })
        .collect();
    let all = given.into_iter().zip(shots).enumerate();
    all.map(|(at, (given, shot))| {
        if let Some(given) = given {
            return (given, Flags::default());
        }
        if let Some(width) = measured[at] {
            return (width.psf(), Flags::default());
        }
        let band = &shot.facts.epoch.band;
        match usual_fwhm(shots, &measured, band.as_ref()) {
            Some(fwhm_px) => (PsfShape::moffat(fwhm_px), Flags::default()),
            None => (PsfShape::moffat(ASSUMED_FWHM_PX), Flags::WIDTH_ASSUMED),
        }
    })
    .collect()
}

fn given_shape(shot: &Shot<'_>, pixels: &Pixels) -> Option<PsfShape> {
    let image = shot.facts.epoch.stamp(Role::Psf);
    let image = image.and_then(|image| pixels.get(&image.id));
    let image = image.and_then(|psf| EmpiricalPsf::new(psf.width, psf.height, &psf.pixels));
    if let Some(image) = image {
        return Some(PsfShape::Empirical(Arc::new(image)));
    }
    let seeing = f64::from(shot.facts.epoch.seeing_arcsec?);
    let fwhm_px = seeing / shot.facts.pixel_scale(shot.stamp)?;
    (fwhm_px > 0.5 && fwhm_px.is_finite()).then(|| PsfShape::moffat(fwhm_px))
}

/// The width that an epoch itself shows: on the measured stamp, or else on its science stamp,
/// where a difference may show nothing.
fn shown_width(shot: &Shot<'_>, order: &PhotometryOrder, pixels: &Pixels) -> Option<Width> {
    let science = shot.facts.epoch.stamp(Role::Science);
    let science = science.filter(|_| order.on != Role::Science);
    let science = science.and_then(|science| pixels.get(&science.id));
    let mut stamps = [Some(shot.stamp), science].into_iter().flatten();
    stamps.find_map(|stamp| {
        let frame = Frame::of(stamp)?;
        let near = shot.facts.centroid_px().unwrap_or(frame.middle_px());
        let width = measure_width(&frame, near)?;
        let is_believed = BELIEVED_FWHM_PX.contains(&width.ellipse.fwhm_px);
        (is_believed && width.snr >= SNR_FOR_WIDTH).then_some(width)
    })
}

/// The median width of the epochs of a band, else of all.
fn usual_fwhm(shots: &[Shot<'_>], measured: &[Option<Width>], band: Option<&Band>) -> Option<f64> {
    let widths = |is_wanted: &dyn Fn(&Epoch) -> bool| -> Vec<f32> {
        let known = shots.iter().zip(measured);
        let known = known.filter(|(shot, _)| is_wanted(shot.facts.epoch));
        known
            .filter_map(|(_, width)| Some(width.as_ref()?.ellipse.fwhm_px as f32))
            .collect()
    };
    let of_band = widths(&|epoch| epoch.band.as_ref() == band);
    median(&of_band).or_else(|| median(&widths(&|_| true)))
}

fn of_shot(
    shot: &Shot<'_>,
    order: &PhotometryOrder,
    psf: &PsfShape,
    pixels: &Pixels,
) -> Option<Measured> {
    let stamp = shot.stamp;
    let frame = Frame::of(stamp)?;
    let given = shot.facts.centroid_px();
    let position_px = given.unwrap_or(frame.middle_px());
    let variance = shot.facts.epoch.stamp(Role::Variance);
    let variance = variance.filter(|_| order.on == Role::Science);
    let variance = variance.and_then(|variance| pixels.get(&variance.id));
    let variance = variance.filter(|v| (v.width, v.height) == (stamp.width, stamp.height));
    let noise = variance.map_or_else(
        || {
            let ring = Ring::around(psf.fwhm_px(), stamp.width, stamp.height);
            let sky = background(&frame, position_px, ring, None);
            let gain_e_per_adu = shot.facts.gain(stamp, order.on, sky);
            Noise::Scatter { gain_e_per_adu }
        },
        |variance| Noise::Variance(&variance.pixels),
    );
    let radius_px = order.radius_arcsec.zip(shot.facts.pixel_scale(stamp));
    let request = Request {
        method: order.method,
        position_px,
        psf,
        noise,
        radius_px: radius_px.map(|(radius, scale)| radius / scale),
    };
    let first = measure(&frame, &request)?;
    if given.is_some() || !order.recenters || first.snr().abs() < SNR_FOR_PLACE {
        return Some(first);
    }
    let place = recentered(&frame, first.snr() < 0.0, position_px);
    let again = place.and_then(|position_px| {
        measure(
            &frame,
            &Request {
                position_px,
                ..request
            },
        )
    });
    Some(again.unwrap_or(first))
}

/// Where the light lies, or the lack of it; none where that is far off.
fn recentered(frame: &Frame<'_>, is_negative: bool, from: [f64; 2]) -> Option<[f64; 2]> {
    let turned: Vec<f32>;
    let frame = if is_negative {
        turned = frame.values.iter().map(|value| -value).collect();
        &Frame::new(frame.width, frame.height, &turned, None)?
    } else {
        frame
    };
    let [x, y] = measure_width(frame, from)?.center_px;
    let is_near = (x - from[0]).hypot(y - from[1]) <= FARTHEST_PX;
    is_near.then_some([x, y])
}
