//! The point-spread function of each epoch of a candidate.
//!
//! Its image, where the data bring one. Else a Moffat profile: of the width that they name; where the source itself is bright,
//! of the width that it shows; elsewhere of the seeing that the file names, or of the stars beside
//! it where the file names none. Such a seeing is right
//! in its run but not always in its scale (in HiTS it is 1.24 times the full width at half
//! maximum), so the bright epochs of the object, where it has any, tell the scale.

use std::sync::Arc;

use super::{
    epochs::{Pixels, Shot},
    order::PhotometryOrder,
};
use crate::{
    domain::{Band, Role},
    imaging::{
        photometry::{
            EmpiricalPsf, Flags, Frame, PsfShape, Width, measure_usual_width, stars_width,
        },
        statistics::median,
    },
};

/// A source as bright as this shows its width.
const SNR_FOR_WIDTH: f64 = 20.0;
/// Where the file names the seeing, only brighter ones are asked, and so many of them for a scale.
const SNR_FOR_SCALE: f64 = 50.0;
const EPOCHS_FOR_SCALE: usize = 3;
/// Widths outside of this range are no point source's, pixels.
const BELIEVED_FWHM_PX: std::ops::RangeInclusive<f64> = 1.2..=15.0;
/// A width beyond this many times the seeing is that of a galaxy or of a cosmic ray.
const BELIEVED_SCALE: std::ops::RangeInclusive<f64> = 0.6..=1.2;
/// An own width further than this from the run of the seeing is disturbed by a neighbour.
const FARTHEST_FROM_RUN: f64 = 0.25;
/// Width where nothing tells one, pixels: our choice, a usual one of well sampled surveys.
const ASSUMED_FWHM_PX: f64 = 3.0;

/// The point-spread function of each shot, and what is to be said of it.
pub(crate) fn shapes(
    shots: &[Shot<'_>],
    order: &PhotometryOrder,
    pixels: &Pixels,
) -> Vec<(PsfShape, Flags)> {
    let looks: Vec<Look> = shots
        .iter()
        .map(|shot| Look::at(shot, order, pixels))
        .collect();
    let scale = seeing_scale(&looks);
    let shape = |(shot, look): (&Shot<'_>, &Look)| {
        if let Some(image) = &look.image {
            return (PsfShape::Empirical(image.clone()), Flags::default());
        }
        if let Some(known_px) = look.known_px {
            return (PsfShape::moffat(known_px), Flags::default());
        }
        if let Some(seeing_px) = look.seeing_px {
            return (of_seeing(look, scale * seeing_px), Flags::default());
        }
        let stars = || look.stars_px.map(PsfShape::moffat);
        let own = look.width.map(|width| width.psf());
        let shown = if look.is_bright() {
            own.or_else(stars)
        } else {
            stars().or(own)
        };
        let usual = || usual_fwhm(shots, &looks, shot.facts.epoch.band.as_ref());
        let known = shown.or_else(|| usual().or(look.source_px).map(PsfShape::moffat));
        match known {
            Some(psf) => (psf, Flags::default()),
            None => (PsfShape::moffat(ASSUMED_FWHM_PX), Flags::WIDTH_ASSUMED),
        }
    };
    shots.iter().zip(&looks).map(shape).collect()
}

/// What one epoch shows of its point-spread function.
struct Look {
    image: Option<Arc<EmpiricalPsf>>,
    /// Width of point sources on this very stamp (PSFFWHM), as our simulations write it.
    known_px: Option<f64>,
    /// Seeing of the exposure.
    seeing_px: Option<f64>,
    /// Width of this very source, as the survey found it.
    source_px: Option<f64>,
    /// Width of this very source, as the stamp shows it.
    width: Option<Width>,
    /// Width of the stars beside it on the science stamp.
    stars_px: Option<f64>,
}

impl Look {
    fn at(shot: &Shot<'_>, order: &PhotometryOrder, pixels: &Pixels) -> Self {
        let image = shot.facts.epoch.stamp(Role::Psf);
        let image = image.and_then(|image| pixels.get(&image.id));
        let image = image.and_then(|psf| EmpiricalPsf::new(psf.width, psf.height, &psf.pixels));
        let seeing = shot.facts.epoch.seeing_arcsec.map(f64::from);
        let seeing_px = seeing.zip(shot.facts.pixel_scale(shot.stamp));
        let seeing_px = seeing_px.map(|(seeing, scale)| seeing / scale);
        let seeing_px = seeing_px.filter(|seeing| *seeing > 0.5 && seeing.is_finite());
        // The "seeing" of a ZTF alert is the width of the detection itself, noise and all.
        let is_of_source = shot.facts.epoch.fields.number("magpsf").is_some();
        let needs_stars = image.is_none() && (seeing_px.is_none() || is_of_source);
        let width = image.is_none().then(|| shown_width(shot, order, pixels));
        let stars_px = needs_stars.then(|| width_of_stars(shot, pixels));
        Self {
            image: image.map(Arc::new),
            known_px: shot
                .facts
                .epoch
                .fields
                .number("PSFFWHM")
                .filter(|width| *width > 0.5),
            seeing_px: seeing_px.filter(|_| !is_of_source),
            source_px: seeing_px.filter(|_| is_of_source),
            width: width.flatten(),
            stars_px: stars_px.flatten(),
        }
    }

    /// True where the source's own width is the best there is.
    fn is_bright(&self) -> bool {
        self.width.is_some_and(|width| width.snr >= SNR_FOR_SCALE)
    }

    /// Shown width over named seeing, where the source is bright.
    fn scale(&self) -> Option<f64> {
        let width = self.width.filter(|width| width.snr >= SNR_FOR_SCALE)?;
        let scale = width.ellipse.fwhm_px / self.seeing_px?;
        BELIEVED_SCALE.contains(&scale).then_some(scale)
    }
}

/// The median scale of the seeing; 1 where too few epochs tell it.
fn seeing_scale(looks: &[Look]) -> f64 {
    let scales: Vec<f32> = looks
        .iter()
        .filter_map(|look| Some(look.scale()? as f32))
        .collect();
    let scale = median(&scales).filter(|_| scales.len() >= EPOCHS_FOR_SCALE);
    scale.unwrap_or(1.0)
}

/// The own width of a bright source where it agrees with the run of the seeing, else that run.
fn of_seeing(look: &Look, expected_px: f64) -> PsfShape {
    let agrees = |width: &Width| {
        let ratio = width.ellipse.fwhm_px / expected_px;
        (ratio - 1.0).abs() <= FARTHEST_FROM_RUN
    };
    let own = look
        .width
        .filter(|width| width.snr >= SNR_FOR_SCALE && agrees(width));
    own.map_or_else(|| PsfShape::moffat(expected_px), |width| width.psf())
}

fn width_of_stars(shot: &Shot<'_>, pixels: &Pixels) -> Option<f64> {
    let science = shot.facts.epoch.stamp(Role::Science)?;
    stars_width(&Frame::of(pixels.get(&science.id)?)?)
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
        let width = measure_usual_width(&frame, near)?;
        let is_believed = BELIEVED_FWHM_PX.contains(&width.ellipse.fwhm_px);
        (is_believed && width.snr >= SNR_FOR_WIDTH).then_some(width)
    })
}

/// The median width of the epochs of a band, else of all.
fn usual_fwhm(shots: &[Shot<'_>], looks: &[Look], band: Option<&Band>) -> Option<f64> {
    let widths = |is_wanted: &dyn Fn(&Shot<'_>) -> bool| -> Vec<f32> {
        let known = shots.iter().zip(looks).filter(|(shot, _)| is_wanted(shot));
        let widths = known.filter_map(|(_, look)| look.width);
        widths.map(|width| width.ellipse.fwhm_px as f32).collect()
    };
    let of_band = widths(&|shot| shot.facts.epoch.band.as_ref() == band);
    median(&of_band).or_else(|| median(&widths(&|_| true)))
}
