//! One source on one image: sky, weights, flux, until they agree with each other.

use super::{
    aperture::Area,
    background::{Background, Ring, SkyPixels},
    estimate::{Estimate, Scene},
    frame::Frame,
    request::{Measured, Method, Request},
};

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

/// The radius of the largest S/N among these, pixels, and what is measured within it.
///
/// It is the best circle for this one image: on noise it prefers lucky ones, so a light curve
/// should have one radius for all its epochs.
pub fn best_aperture(
    frame: &Frame<'_>,
    request: &Request<'_>,
    radii_px: &[f64],
) -> Option<(f64, Measured)> {
    let of_radius = |radius: &f64| {
        let request = Request {
            method: Method::Aperture,
            radius_px: Some(*radius),
            ..*request
        };
        Some((*radius, measure(frame, &request)?))
    };
    let measured = radii_px.iter().filter_map(of_radius);
    measured.max_by(|a, b| a.1.snr().total_cmp(&b.1.snr()))
}
