//! Aperture photometry: the sum within a circle, brought to the whole light of a point source.

use super::estimate::{Estimate, Scene};

/// Radius in FWHM where none is given: our choice, safe against a width that is a little wrong.
pub const RADIUS_FWHM: f64 = 1.0;
/// Parts into which the side of a pixel on the circle is divided.
const PARTS: i32 = 8;

/// Pixels whose centres lie this far outside of a circle may still be cut by it.
pub(super) const CUT_PX: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// The flux within a radius over the share of the PSF within it.
pub(super) fn aperture(scene: &Scene<'_>) -> Option<Estimate> {
    scene.weighed(|pixel, _, _| pixel.inside)
}

/// The share of a pixel that lies within a circle about the origin.
pub(super) fn inside(dx: f64, dy: f64, radius_px: f64) -> f64 {
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
