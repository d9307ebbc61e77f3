//! The pixels that a method measures: a mask, a circle, or all there are.

use super::{
    aperture::{self, aperture},
    background::Ring,
    estimate::{self, AreaPixel, Estimate, Scene, optimal},
    flags::Flags,
    frame::Frame,
    psf_fit::psf_fit,
    request::{Method, Request},
};
use crate::imaging::marks::PixelMark;

/// The area of one measurement.
pub(super) struct Area {
    method: Method,
    pub pixels: Vec<AreaPixel>,
    pub flags: Flags,
}

impl Area {
    /// Gathers the good pixels, and remarks on the others.
    pub fn of(frame: &Frame<'_>, request: &Request<'_>, ring: Ring) -> Self {
        let method = request.method;
        let radius_px = radius(request, ring);
        let is_circle = method == Method::Aperture;
        let reach = if is_circle {
            radius_px + aperture::CUT_PX
        } else {
            radius_px
        };
        let mut flags = Flags::default();
        // A fit takes all that a small stamp has, so only its core can be cut.
        let core_px = match method {
            Method::Psf => radius_px.min(request.psf.fwhm_px()),
            Method::Optimal | Method::Aperture => radius_px,
        };
        if frame.cuts(request.position_px, core_px) {
            flags.insert(Flags::EDGE);
        }
        let mut pixels = Vec::new();
        for (at, dx, dy) in frame.within(request.position_px, reach) {
            match frame.mark(at) {
                PixelMark::Plain => pixels.push(AreaPixel {
                    at,
                    distance_px: (dx * dx + dy * dy).sqrt(),
                    inside: if is_circle {
                        aperture::inside(dx, dy, radius_px)
                    } else {
                        1.0
                    },
                }),
                PixelMark::Saturated => flags.insert(Flags::SATURATED),
                PixelMark::Nan | PixelMark::Sentinel => flags.insert(Flags::MISSING),
            }
        }
        Self {
            method,
            pixels,
            flags,
        }
    }

    pub fn estimate(&self, scene: &Scene<'_>) -> Option<Estimate> {
        match self.method {
            Method::Optimal => optimal(scene),
            Method::Psf => psf_fit(scene),
            Method::Aperture => aperture(scene),
        }
    }
}

/// The radius asked for, else the usual one of the method, pixels.
fn radius(request: &Request<'_>, ring: Ring) -> f64 {
    let fwhm_px = request.psf.fwhm_px();
    let usual = match request.method {
        Method::Optimal => (estimate::MASK_FWHM * fwhm_px).max(1.5),
        Method::Psf => ring.outer_px,
        Method::Aperture => (aperture::RADIUS_FWHM * fwhm_px).max(1.0),
    };
    let given = request
        .radius_px
        .filter(|radius| radius.is_finite() && *radius > 0.0);
    given.unwrap_or(usual)
}
