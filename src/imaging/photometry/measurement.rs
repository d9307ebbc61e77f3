//! One source on one image: sky, weights, flux, until they agree with each other.

use serde::{Deserialize, Serialize};

use super::{
    area::Area,
    background::{Background, Ring, SkyPixels},
    estimate::{Estimate, Scene},
    flags::Flags,
    frame::Frame,
    noise::Noise,
    psf_shape::PsfShape,
};

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
    /// All methods.
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
    /// How.
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

/// Rounds after which sky and flux agree, or never will.
const MOST_ROUNDS: usize = 6;
/// They agree where the flux moves by less than this share of its error.
const SETTLED: f64 = 0.01;

/// Measures a source. The position is taken as it is.
///
/// None where the position is not on the image, the sky ring or the source has no good pixels, or
/// nothing tells the noise (a constant image).
pub fn measure(frame: &Frame<'_>, request: &Request<'_>) -> Option<Measured> {
    let [x, y] = request.position_px;
    let is_inside = |at: f64, side: usize| at >= -0.5 && at <= side as f64 - 0.5;
    if !(is_inside(x, frame.width) && is_inside(y, frame.height)) {
        return None;
    }
    let fwhm_px = request.psf.fwhm_px();
    let psf = request.psf.sample(frame.width, frame.height, [x, y]);
    let ring = Ring::around(fwhm_px, frame.width, frame.height);
    let area = Area::of(frame, request, ring);
    let mut ring_pixels = SkyPixels::of(frame, [x, y], ring);
    let mut sky = ring_pixels.background()?;
    let mut found: Option<Estimate> = None;
    for _ in 0..MOST_ROUNDS {
        let flux = found.map_or(0.0, |found| found.flux);
        let variances = request.noise.variances(&ring_pixels, &sky, &psf, flux)?;
        let scene = Scene {
            frame,
            area: &area.pixels,
            psf: &psf,
            variances: &variances,
            sky: [sky.level, request.noise.sky_error(&sky, &variances)],
            fwhm_px,
        };
        let next = area.estimate(&scene)?;
        let is_settled = (next.flux - flux).abs() <= SETTLED * next.variance.sqrt();
        found = Some(next);
        let wings = wings_matter(&psf, frame.width, [x, y], ring, next.flux, &sky);
        if is_settled || !(wings || request.noise.knows_photons()) {
            break;
        }
        if wings {
            sky = ring_pixels.without_star(&psf, next.flux)?;
        }
    }
    let found = found.filter(|found| found.flux.is_finite() && found.variance > 0.0)?;
    Some(Measured {
        flux: found.flux,
        flux_err: found.variance.sqrt(),
        background: found.background,
        used_px: found.used_px,
        position_px: [x, y],
        fwhm_px,
        flags: area.flags,
    })
}

/// True where the light of the source at the inner edge of the ring is more than a hundredth of
/// the noise of a pixel, so that it lifts the sky.
fn wings_matter(
    psf: &[f32],
    width: usize,
    [x, y]: [f64; 2],
    ring: Ring,
    flux: f64,
    sky: &Background,
) -> bool {
    let height = psf.len() / width;
    let clamped = |at: f64, side: usize| at.round().clamp(0.0, side as f64 - 1.0) as usize;
    let at_edge = [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)].map(|(east, north)| {
        let column = clamped(x + east * ring.inner_px, width);
        let row = clamped(y + north * ring.inner_px, height);
        psf[row * width + column]
    });
    let share = at_edge.into_iter().fold(0.0, f32::max);
    flux.abs() * f64::from(share) > 0.01 * sky.scatter
}
