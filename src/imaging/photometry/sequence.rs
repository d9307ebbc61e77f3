//! The light curve of a sequence in memory.

use std::sync::Arc;

use super::{
    EmpiricalPsf, Frame, Measured, Method, Noise, PsfShape, Request, measurement::measure,
};
use crate::domain::{ImageSequence, Role};

/// The flux of the target at each epoch, ADU; none where it cannot be measured.
///
/// Positions are the sequence's own. The point-spread function is that of its PSF images, else a
/// Moffat profile of the epoch's own width or the visit's seeing; the noise is that of the detector for science, and for
/// other roles that of the sky ring. Variance images are passed over: they are computed from the
/// noisy counts, and the detector is known. A difference that is
/// reference minus science is turned, so that a brightening is positive.
pub fn light_curve(sequence: &ImageSequence, method: Method, on: Role) -> Vec<Option<Measured>> {
    let epochs = 0..sequence.epochs.len();
    epochs
        .map(|epoch| of_epoch(sequence, method, on, epoch))
        .collect()
}

fn of_epoch(sequence: &ImageSequence, method: Method, on: Role, epoch: usize) -> Option<Measured> {
    let (width, height) = (sequence.width, sequence.height);
    let detector = &sequence.detector;
    let saturation = (on == Role::Science).then_some(detector.saturation_adu);
    let frame = Frame::new(width, height, sequence.image(on, epoch)?, saturation)?;
    let facts = &sequence.epochs[epoch];
    let of_image = sequence.image(Role::Psf, epoch);
    let of_image = of_image.and_then(|image| EmpiricalPsf::new(width, height, image));
    let psf = of_image.map_or_else(
        || {
            let seeing_px = facts.visit.seeing_arcsec / detector.pixel_scale_arcsec;
            PsfShape::moffat(f64::from(facts.psf_fwhm_px.unwrap_or(seeing_px)))
        },
        |image| PsfShape::Empirical(Arc::new(image)),
    );
    let gain_e_per_adu = f64::from(detector.gain_e_per_adu);
    let noise = if on == Role::Science {
        Noise::Detector {
            gain_e_per_adu,
            read_noise_e: f64::from(detector.read_noise_e),
        }
    } else {
        Noise::Scatter {
            gain_e_per_adu: Some(gain_e_per_adu),
        }
    };
    let request = Request {
        method,
        position_px: facts.centroid_px.map(f64::from),
        psf: &psf,
        noise,
        radius_px: None,
    };
    let measured = measure(&frame, &request)?;
    let is_turned = facts.difference_sign.is_turned_in(on);
    Some(if is_turned {
        measured.negated()
    } else {
        measured
    })
}
