//! One image on a common scale: its sky subtracted, its zero point and exposure taken out.

use thiserror::Error;

use crate::{
    domain::Band,
    imaging::{
        photometry::Calibration,
        statistics::{mad_sigma, median},
    },
};

/// Counts are those of an exposure of a second at this zero point, times [`EXPOSURE_S`].
pub(super) const ZERO_POINT: f64 = 25.0;
/// The exposure of HiTS (Förster et al. 2016), seconds.
pub(super) const EXPOSURE_S: f64 = 86.0;
/// The sky is measured farther from the stamp's centre than this, pixels.
pub(super) const SKY_FROM_PX: f32 = 11.5;
/// Values beyond this are marks, not counts: broken HiTS stamps have 1e8.
pub(super) const MOST_COUNTS: f32 = 1e7;
/// The least share of usable pixels.
pub(super) const USABLE: f64 = 0.5;
/// The least scatter that is believed, counts: images of equal values have none.
pub(super) const LEAST_NOISE: f32 = 1e-3;

/// An image as it comes, with what is known of it.
#[derive(Clone, Debug)]
pub struct Shot<'a> {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` values; what is no number is no measurement.
    pub pixels: &'a [f32],
    /// What the counts mean.
    pub calibration: Option<Calibration>,
    /// Time, days; none where nobody says it.
    pub mjd: Option<f64>,
    /// Full width at half maximum of a point source, pixels, where it is known.
    pub fwhm_px: Option<f32>,
    /// Filter, where it is known.
    pub band: Option<Band>,
}

/// Why an epoch cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SequenceInputError {
    /// Counts of an unknown meaning would make a constant star vary.
    #[error("has no usable zero point")]
    ZeroPoint,
    /// Nobody says when it was.
    #[error("has no time")]
    Time,
    /// A stamp that shows nothing.
    #[error("its science stamp has too few usable pixels")]
    Blank,
    /// Too small to cut the model's square out of it.
    #[error("its science stamp is {width}x{height} pixels; the model takes {side}x{side}")]
    Small {
        /// Pixels per row.
        width: usize,
        /// Rows.
        height: usize,
        /// What the model takes.
        side: usize,
    },
}

/// An image on the common scale.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibratedEpoch {
    /// (y, x): counts of 86 s at zero point 25, the sky subtracted; NaN where nothing was measured.
    pub pixels: Vec<f32>,
    /// Standard deviation of a pixel of sky, in the same counts.
    pub noise: f32,
    /// Time, days.
    pub mjd: f64,
    /// Full width at half maximum of a point source, pixels; 0 where it is unknown.
    pub fwhm_px: f32,
    /// Filter, where it is known.
    pub band: Option<Band>,
}

impl CalibratedEpoch {
    /// Cuts the square of `side` pixels about the centre out of an image and calibrates it.
    ///
    /// # Errors
    /// Where the image is too small or blank, or its counts or time are unknown.
    pub fn of(shot: &Shot<'_>, side: usize) -> Result<Self, SequenceInputError> {
        let calibration = shot.calibration.ok_or(SequenceInputError::ZeroPoint)?;
        let mjd = shot.mjd.ok_or(SequenceInputError::Time)?;
        let mut pixels = square(shot, side)?;
        let scale = 10f64.powf(0.4 * (ZERO_POINT - calibration.zero_point)) * EXPOSURE_S
            / calibration.exposure_s;
        if !scale.is_finite() {
            return Err(SequenceInputError::ZeroPoint);
        }
        let sky: Vec<f32> = outskirts(&pixels, side);
        let level = median(&sky).ok_or(SequenceInputError::Blank)?;
        let scatter = mad_sigma(&sky, level).unwrap_or_default();
        let (level, scale) = (level as f32, scale as f32);
        for value in &mut pixels {
            *value = (*value - level) * scale;
        }
        Ok(Self {
            pixels,
            noise: (scatter as f32 * scale).max(LEAST_NOISE),
            mjd,
            fwhm_px: shot.fwhm_px.filter(|fwhm| fwhm.is_finite()).unwrap_or(0.0),
            band: shot.band.clone(),
        })
    }
}

/// The square about the centre; of an even width the pixel right of the middle is the centre, as in
/// the inputs of single epochs.
fn square(shot: &Shot<'_>, side: usize) -> Result<Vec<f32>, SequenceInputError> {
    let &Shot { width, height, .. } = shot;
    if width < side || height < side || shot.pixels.len() != width * height {
        return Err(SequenceInputError::Small {
            width,
            height,
            side,
        });
    }
    let [left, top] = [width, height].map(|all| (all / 2) - (side / 2).min(all / 2));
    let [left, top] = [left.min(width - side), top.min(height - side)];
    let mut pixels = Vec::with_capacity(side * side);
    for row in shot.pixels.chunks_exact(width).skip(top).take(side) {
        let values = row[left..left + side].iter();
        pixels.extend(values.map(|value| {
            if value.abs() < MOST_COUNTS {
                *value
            } else {
                f32::NAN
            }
        }));
    }
    let usable = pixels.iter().filter(|value| value.is_finite()).count();
    if (usable as f64) < USABLE * pixels.len() as f64 {
        return Err(SequenceInputError::Blank);
    }
    Ok(pixels)
}

/// The measured pixels far from the centre; all of them where there are none.
fn outskirts(pixels: &[f32], side: usize) -> Vec<f32> {
    let middle = (side / 2) as f32;
    let is_far = |at: usize| {
        let (x, y) = ((at % side) as f32 - middle, (at / side) as f32 - middle);
        x.hypot(y) >= SKY_FROM_PX
    };
    let measured = |(at, value): (usize, &f32)| value.is_finite().then_some((at, *value));
    let all = || pixels.iter().enumerate().filter_map(measured);
    let far: Vec<f32> = all()
        .filter(|(at, _)| is_far(*at))
        .map(|(_, value)| value)
        .collect();
    if far.is_empty() {
        all().map(|(_, value)| value).collect()
    } else {
        far
    }
}
