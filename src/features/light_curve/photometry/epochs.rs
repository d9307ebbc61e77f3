//! Photometry of one candidate: which stamps, which point-spread function, where.

use std::collections::HashMap;

use super::{
    facts::Facts,
    order::{CandidatePhotometry, EpochPhotometry, PhotometryOrder},
    shapes::shapes,
};
use crate::{
    domain::{Candidate, Problem, Role, Stamp, StampId, StampRef},
    imaging::photometry::{
        Frame, Measured, Noise, PsfShape, Request, Ring, background, measure, measure_usual_width,
    },
    io::Decoder,
    tasks::cancel::{CancelToken, Cancelled},
};

/// A source as bright as this tells its own place.
const SNR_FOR_PLACE: f64 = 10.0;
/// A centroid this far from the middle of the stamp is that of another source, pixels.
const FARTHEST_PX: f64 = 1.5;
/// The pixels of a candidate.
pub(crate) type Pixels = HashMap<StampId, Stamp>;

/// One epoch with what is at hand for it.
pub(crate) struct Shot<'a> {
    /// The epoch, from 0.
    pub at: usize,
    pub facts: Facts<'a>,
    pub reference: &'a StampRef,
    pub stamp: &'a Stamp,
}

/// Measures every epoch of a candidate that has a stamp of the wanted role.
///
/// # Errors
/// [`Cancelled`].
pub(crate) fn of_candidate(
    candidate: &Candidate,
    order: &PhotometryOrder,
    decoder: &Decoder,
    cancel: &CancelToken,
) -> Result<CandidatePhotometry, Cancelled> {
    let mut found = CandidatePhotometry::default();
    let pixels = decode(candidate, order, decoder, &mut found.problems);
    cancel.check()?;
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
        cancel.check()?;
        match of_shot(shot, order, &psf, &pixels) {
            Some(mut measured) => {
                measured.flags.insert(flags);
                found.epochs.push(with_brightness(shot, order, measured));
            }
            None => found.problems.push(problem(shot, order)),
        }
    }
    Ok(found)
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

fn with_brightness(
    shot: &Shot<'_>,
    order: &PhotometryOrder,
    measured: Measured,
) -> EpochPhotometry {
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
        "too few good pixels at the source or in the sky around it",
    )
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
            let sky = background(&frame, position_px, ring);
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
    let [x, y] = measure_usual_width(frame, from)?.center_px;
    let is_near = (x - from[0]).hypot(y - from[1]) <= FARTHEST_PX;
    is_near.then_some([x, y])
}
