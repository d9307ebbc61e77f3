//! What is asked of a measurement, and what it gives.

use serde::{Deserialize, Serialize};

use super::{flags::Flags, noise::Noise, psf_shape::PsfShape};

/// How a flux is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Weights by what each pixel tells of a point source (Naylor 1998).
    #[default]
    Optimal,
    /// Least squares of the point-spread function and a local background.
    Psf,
    /// The sum within a circle.
    Aperture,
}

impl Method {
    pub const ALL: [Self; 3] = [Self::Optimal, Self::Psf, Self::Aperture];

    /// Its name in tables and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Optimal => "optimal",
            Self::Psf => "psf",
            Self::Aperture => "aperture",
        }
    }
}

/// What is to be measured, and how.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub method: Method,
    /// Where, pixels from the centre of the first one: (x, y).
    pub position_px: [f64; 2],
    /// The form of a point source.
    pub psf: &'a PsfShape,
    /// The noise of the pixels.
    pub noise: Noise<'a>,
    /// Radius of the mask or aperture, pixels; none for the usual one of the method.
    pub radius_px: Option<f64>,
}

/// A flux, in the unit of the pixels, as the method found it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Light of the whole source.
    pub flux: f64,
    /// Its standard deviation.
    pub flux_err: f64,
    /// Level of the sky, a pixel.
    pub background: f64,
    /// Pixels that went into the flux.
    pub used_px: usize,
    /// Where it was measured, pixels from the centre of the first one: (x, y).
    pub position_px: [f64; 2],
    /// Full width at half maximum of the point-spread function in use, pixels.
    pub fwhm_px: f64,
    /// What may be wrong with it.
    pub flags: Flags,
}

impl Measured {
    /// Flux over its standard deviation.
    pub fn snr(&self) -> f64 {
        self.flux / self.flux_err
    }

    /// The same light with the opposite sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            flux: -self.flux,
            background: -self.background,
            ..self
        }
    }
}
