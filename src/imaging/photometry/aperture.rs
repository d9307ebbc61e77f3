//! The pixels that a method measures: a mask, a circle, or all there are.

use super::{
    background::Ring,
    estimate::{self, AreaPixel, Estimate, Scene, aperture, optimal},
    flags::Flags,
    frame::Frame,
    psf_fit::psf_fit,
    request::{Method, Request},
};
use crate::imaging::marks::PixelMark;

/// Radius in FWHM where none is given: our choice, safe against a width that is a little wrong.
const RADIUS_FWHM: f64 = 1.0;
/// Parts into which the side of a pixel on the circle is divided.
const PARTS: i32 = 8;

/// Pixels whose centres lie this far outside of a circle may still be cut by it.
const CUT_PX: f64 = std::f64::consts::FRAC_1_SQRT_2;

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
            radius_px + CUT_PX
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
                        inside(dx, dy, radius_px)
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
        Method::Aperture => (RADIUS_FWHM * fwhm_px).max(1.0),
    };
    let given = request
        .radius_px
        .filter(|radius| radius.is_finite() && *radius > 0.0);
    given.unwrap_or(usual)
}

/// The share of a pixel that lies within a circle about the origin.
fn inside(dx: f64, dy: f64, radius_px: f64) -> f64 {
    let distance = (dx * dx + dy * dy).sqrt();
    if distance <= radius_px - CUT_PX {
        return 1.0;
    }
    if distance >= radius_px + CUT_PX {
        return 0.0;
    }
    let offset = |part: i32| (f64::from(part) + 0.5) / f64::from(PARTS) - 0.5;
    let is_inside = |x: f64, y: f64| x * x + y * y <= radius_px * radius_px;
    let columns = |y: f64| (0..PARTS).filter(move |part| is_inside(dx + offset(*part), y));
    let count: usize = (0..PARTS)
        .map(|row| columns(dy + offset(row)).count())
        .sum();
    count as f64 / f64::from(PARTS * PARTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_all_pixels_make_the_area_of_the_circle() {
        for radius in [0.8, 2.3, 5.0_f64] {
            let side = -8..=8;
            let pixels = side.clone().flat_map(|y| side.clone().map(move |x| (x, y)));
            let area: f64 = pixels
                .map(|(x, y)| inside(f64::from(x) - 0.3, f64::from(y) + 0.1, radius))
                .sum();
            let wanted = std::f64::consts::PI * radius * radius;
            assert!((area / wanted - 1.0).abs() < 0.02, "{radius}: {area}");
        }
    }
}
