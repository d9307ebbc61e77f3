//! The width of the point-spread function, measured on a stamp.

use super::{
    background::{Ring, background},
    frame::Frame,
    moments::moments,
    psf_shape::{Ellipse, PsfShape, USUAL_BETA},
    width_fit::{Fit, Profile},
};

/// The sky for the first look is that round a source of this width, pixels.
const USUAL_FWHM_PX: f64 = 4.0;
/// A source below this many standard deviations is none.
const LEAST_SNR: f64 = 3.0;
/// A source this many times above the noise tells the form of its wings.
const SNR_FOR_WINGS: f64 = 40.0;
/// Exponents that are tried then, after [`USUAL_BETA`].
const BETAS: [f64; 4] = [2.5, 3.0, 3.5, 5.0];

/// The form of a point source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Width {
    /// Where it lies, pixels from the centre of the first one: (x, y).
    pub center_px: [f64; 2],
    /// Full width at half maximum and form.
    pub ellipse: Ellipse,
    /// Moffat exponent; none for a Gaussian.
    pub beta: Option<f64>,
    /// Light above the background, in the unit of the pixels.
    pub flux: f64,
    /// Flux over its standard deviation on the noise of the sky alone.
    pub snr: f64,
}

impl Width {
    /// The point-spread function of that form.
    pub const fn psf(&self) -> PsfShape {
        match self.beta {
            Some(beta) => PsfShape::Moffat {
                ellipse: self.ellipse,
                beta,
            },
            None => PsfShape::Gaussian(self.ellipse),
        }
    }
}

/// Fits an elliptical profile and a constant background to the source nearest to a position: a
/// Moffat profile of the usual exponent; on bright sources that of several exponents, or the
/// Gaussian, that leaves least.
///
/// None where no source stands out of the noise there.
pub fn measure_width(frame: &Frame<'_>, near_px: [f64; 2]) -> Option<Width> {
    let (usual, scatter) = fit_usual(frame, near_px)?;
    let mut best = usual;
    if snr(&usual, scatter) >= SNR_FOR_WINGS {
        let others = BETAS.map(Profile::Moffat).into_iter();
        let others = others.chain([Profile::Gaussian]);
        for fit in others.filter_map(|profile| usual.refitted(frame, profile)) {
            if fit.mean_square < best.mean_square {
                best = fit;
            }
        }
    }
    if_measurable(&best, scatter)
}

/// As [`measure_width`], with the usual exponent whatever the wings: the widths of many images are
/// then of one kind, and so are the fluxes that are measured with them.
pub fn measure_usual_width(frame: &Frame<'_>, near_px: [f64; 2]) -> Option<Width> {
    let (usual, scatter) = fit_usual(frame, near_px)?;
    if_measurable(&usual, scatter)
}

fn fit_usual(frame: &Frame<'_>, near_px: [f64; 2]) -> Option<(Fit, f64)> {
    let ring = Ring::around(USUAL_FWHM_PX, frame.width, frame.height);
    let sky = background(frame, near_px, ring)?;
    let start = moments(frame, near_px, sky.level)?;
    let fit = Fit::of(frame, &start, sky.level, Profile::Moffat(USUAL_BETA))?;
    Some((fit, sky.scatter))
}

fn snr(fit: &Fit, scatter: f64) -> f64 {
    fit.peak / scatter * fit.effective_px().sqrt()
}

fn if_measurable(fit: &Fit, scatter: f64) -> Option<Width> {
    let found = Width {
        center_px: fit.center_px,
        ellipse: fit.ellipse(),
        beta: fit.profile.beta(),
        flux: fit.flux(),
        snr: snr(fit, scatter),
    };
    (found.snr.is_finite() && found.snr >= LEAST_SNR).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::photometry::test_sky::Noise;

    fn image(shape: &PsfShape, center: [f64; 2], flux: f32, noise: &mut Noise) -> Vec<f32> {
        let pixels = shape.sample(31, 31, center);
        let noisy = pixels
            .iter()
            .map(|share| 50.0 + flux * share + noise.normal());
        noisy.collect()
    }

    #[test]
    fn width_place_and_form_are_found_over_a_range() {
        let mut noise = Noise::new(11);
        for fwhm_px in [2.0, 3.5, 6.0, 9.0] {
            for beta in [None, Some(2.5), Some(3.5)] {
                let ellipse = Ellipse {
                    fwhm_px,
                    ellipticity: 0.2,
                    angle_rad: 0.5,
                };
                let shape = match beta {
                    Some(beta) => PsfShape::Moffat { ellipse, beta },
                    None => PsfShape::Gaussian(ellipse),
                };
                let values = image(&shape, [15.3, 14.6], 20_000.0, &mut noise);
                let frame = Frame::new(31, 31, &values, None).unwrap();
                let found = measure_width(&frame, [15.0, 15.0]).unwrap();
                let ratio = found.ellipse.fwhm_px / fwhm_px;
                assert!((ratio - 1.0).abs() < 0.02, "{shape:?}: {found:?}");
                assert!((found.center_px[0] - 15.3).abs() < 0.03, "{found:?}");
                assert!((found.center_px[1] - 14.6).abs() < 0.03, "{found:?}");
                assert!((found.ellipse.ellipticity - 0.2).abs() < 0.03, "{found:?}");
                assert!((found.ellipse.angle_rad - 0.5).abs() < 0.1, "{found:?}");
            }
        }
    }

    #[test]
    fn the_width_of_faint_stars_is_right_in_the_mean() {
        let mut noise = Noise::new(12);
        let shape = PsfShape::moffat(4.0);
        let mut sum = 0.0;
        for _ in 0..200 {
            // S/N 20: F √Σ P² = 0.166 F.
            let values = image(&shape, [15.2, 15.1], 140.0, &mut noise);
            let frame = Frame::new(31, 31, &values, None).unwrap();
            sum += measure_width(&frame, [15.0, 15.0]).unwrap().ellipse.fwhm_px;
        }
        assert!((sum / 200.0 - 4.0).abs() < 0.2, "{}", sum / 200.0);
    }

    #[test]
    fn noise_and_nothing_have_no_width() {
        let mut noise = Noise::new(13);
        let values: Vec<f32> = (0..441).map(|_| noise.normal()).collect();
        let frame = Frame::new(21, 21, &values, None).unwrap();
        let found = measure_width(&frame, [10.0, 10.0]);
        assert!(found.is_none_or(|found| found.snr < 10.0), "{found:?}");
        for value in [0.0, 7.0, f32::NAN] {
            let values = [value; 441];
            let frame = Frame::new(21, 21, &values, None).unwrap();
            assert_eq!(measure_width(&frame, [10.0, 10.0]), None);
        }
    }
}
