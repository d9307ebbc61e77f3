//! From fluxes to magnitudes.

use super::request::Measured;

/// Standard deviations below which a flux is no detection.
pub const DETECTION_SIGMA: f64 = 3.0;
/// Magnitudes for a relative change of 1: 2.5 / ln 10.
const MAG_PER_SHARE: f64 = 1.085_736_204_758_129_6;

/// What a flux means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// Magnitude of a source of one unit of flux a second.
    pub zero_point: f64,
    /// Exposure, seconds; 1 where the zero point is that of the whole exposure.
    pub exposure_s: f64,
}

/// A magnitude, or how faint a source must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Brightness {
    /// Detected.
    Magnitude {
        mag: f64,
        /// Its standard deviation.
        mag_err: f64,
    },
    /// Fainter than this magnitude: three standard deviations of the flux.
    Limit(f64),
}

impl Calibration {
    /// A calibration; none where a number is not usable.
    pub fn new(zero_point: f64, exposure_s: f64) -> Option<Self> {
        let is_usable = zero_point.is_finite() && exposure_s.is_finite() && exposure_s > 0.0;
        is_usable.then_some(Self {
            zero_point,
            exposure_s,
        })
    }

    /// The magnitude of a flux; that of its size where a difference fades (`of_size`), as ZTF
    /// and Rubin have it. None where the error is not usable.
    pub fn brightness(&self, measured: &Measured, of_size: bool) -> Option<Brightness> {
        let Measured { flux, flux_err, .. } = *measured;
        let flux = if of_size { flux.abs() } else { flux };
        if !(flux.is_finite() && flux_err.is_finite() && flux_err > 0.0) {
            return None;
        }
        let magnitude = |flux: f64| self.zero_point - 2.5 * (flux / self.exposure_s).log10();
        Some(if flux >= DETECTION_SIGMA * flux_err {
            Brightness::Magnitude {
                mag: magnitude(flux),
                mag_err: MAG_PER_SHARE * flux_err / flux,
            }
        } else {
            Brightness::Limit(magnitude(DETECTION_SIGMA * flux_err))
        })
    }
}

/// AB magnitude and its standard deviation from a flux in nanojansky and its standard
/// deviation: m = 31.4 - 2.5 lg |f| (Rubin Data Products Definition Document, LSE-163).
///
/// The magnitude is that of the size of the change, as ZTF's `magpsf` is: the flux of a
/// difference may be negative. None where the flux is zero or not finite.
pub fn ab_from_njy(flux_njy: f64, err_njy: Option<f64>) -> Option<(f32, Option<f32>)> {
    let size = flux_njy.abs();
    if size == 0.0 || !size.is_finite() {
        return None;
    }
    let err = err_njy.map(|err| (2.5 / std::f64::consts::LN_10 * err / size) as f32);
    Some(((31.4 - 2.5 * size.log10()) as f32, err))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::photometry::Flags;

    fn measured(flux: f64, flux_err: f64) -> Measured {
        Measured {
            flux,
            flux_err,
            background: 0.0,
            used_px: 9,
            position_px: [0.0; 2],
            fwhm_px: 3.0,
            flags: Flags::default(),
        }
    }

    #[test]
    fn bright_fluxes_are_magnitudes_and_faint_ones_limits() {
        let calibration = Calibration::new(25.0, 100.0).unwrap();
        let bright = calibration.brightness(&measured(1e4, 100.0), false);
        let Some(Brightness::Magnitude { mag, mag_err }) = bright else {
            panic!("{bright:?}");
        };
        assert!((mag - 20.0).abs() < 1e-9);
        assert!((mag_err - 0.010_857).abs() < 1e-6);
        let limit = Some(Brightness::Limit(25.0));
        for flux in [299.0, -1e4] {
            let err = 100.0 / 3.0;
            let faint = calibration.brightness(&measured(flux / 3.0, err), false);
            assert_eq!(faint, limit, "{flux}");
        }
        let fading = calibration.brightness(&measured(-1e4, 100.0), true);
        assert_eq!(fading, bright);
        assert_eq!(
            calibration.brightness(&measured(f64::NAN, 1.0), false),
            None
        );
        assert_eq!(calibration.brightness(&measured(1.0, 0.0), false), None);
        assert_eq!(Calibration::new(f64::NAN, 1.0), None);
        assert_eq!(Calibration::new(25.0, 0.0), None);
    }

    #[test]
    fn a_flux_becomes_the_magnitude_of_its_size() {
        // A DECam alert gives both: 1375.2510968 +- 255.2295796 nJy and 23.554045 +- 0.2014992.
        for sign in [1.0, -1.0] {
            let (mag, err) = ab_from_njy(sign * 1_375.251_096_8, Some(255.229_579_6)).unwrap();
            assert!((mag - 23.554_045).abs() < 1e-4, "{mag}");
            assert!((err.unwrap() - 0.201_499_2).abs() < 1e-5);
        }
        assert_eq!(ab_from_njy(0.0, None), None);
        assert_eq!(ab_from_njy(f64::NAN, None), None);
    }
}
