//! Which way up: from a stamp's geometry to the screen, and to the sky.
//!
//! Pixel axes are x along a row and y with the row number; the first pixel's centre is
//! (0, 0). On screen x points right and y down.

use crate::domain::{Geometry, Wcs};

/// A 2×2 matrix by rows.
pub type Matrix2 = [[f64; 2]; 2];

/// How pixel axes lie on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orientation {
    /// Screen direction (y down) out of pixel direction; determinant ±1.
    pub screen_from_pixel: Matrix2,
}

/// Unit vectors on screen, y down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compass {
    /// Towards the north celestial pole.
    pub north: [f64; 2],
    /// Towards growing right ascension.
    pub east: [f64; 2],
}

impl Orientation {
    /// Row 0 at the top, as ZTF cutouts are drawn.
    pub const ROW_ZERO_TOP: Self = Self {
        screen_from_pixel: [[1.0, 0.0], [0.0, 1.0]],
    };

    /// Row 0 at the bottom, as FITS images are drawn.
    pub const ROW_ZERO_BOTTOM: Self = Self {
        screen_from_pixel: [[1.0, 0.0], [0.0, -1.0]],
    };

    /// The orientation of the array as the survey draws it, without turning to north.
    pub const fn as_stored(geometry: &Geometry) -> Self {
        match geometry {
            Geometry::ZtfRowZeroNorth { .. } => Self::ROW_ZERO_TOP,
            _ => Self::ROW_ZERO_BOTTOM,
        }
    }

    /// North up and east left; none where north is unknown. A mirrored image is mirrored
    /// back.
    pub fn north_up(geometry: &Geometry) -> Option<Self> {
        let [xi, eta] = sky_from_pixel(geometry)?;
        let scale = determinant([xi, eta]).abs().sqrt();
        Some(Self {
            screen_from_pixel: [xi, eta].map(|row| row.map(|value| clean(-value / scale))),
        })
    }

    /// North up where `is_north_up` and north is known, else as stored.
    pub fn of(geometry: &Geometry, is_north_up: bool) -> Self {
        is_north_up
            .then(|| Self::north_up(geometry))
            .flatten()
            .unwrap_or_else(|| Self::as_stored(geometry))
    }

    /// Turned on screen by quarter turns, clockwise. Exact.
    #[must_use]
    pub fn turned(self, quarters: i32) -> Self {
        let [x, y] = self.screen_from_pixel;
        let minus = |row: [f64; 2]| row.map(|value| clean(-value));
        let screen_from_pixel = match quarters.rem_euclid(4) {
            0 => [x, y],
            1 => [minus(y), x],
            2 => [minus(x), minus(y)],
            _ => [y, minus(x)],
        };
        Self { screen_from_pixel }
    }

    /// Mirrored on screen, left for right.
    #[must_use]
    pub fn mirrored(self) -> Self {
        let [x, y] = self.screen_from_pixel;
        Self {
            screen_from_pixel: [x.map(|value| clean(-value)), y],
        }
    }

    /// Width and height on screen of a stamp of that size, in stamp pixels.
    pub fn extent_of(self, stamp_size: [usize; 2]) -> [f64; 2] {
        let [width, height] = stamp_size.map(|side| side.max(1) as f64);
        self.screen_from_pixel
            .map(|[x, y]| x.abs() * width + y.abs() * height)
    }

    /// Pixel direction out of screen direction.
    pub fn pixel_from_screen(self) -> Matrix2 {
        // The determinant of an orientation is ±1 by construction.
        inverse(self.screen_from_pixel).unwrap_or([[1.0, 0.0], [0.0, 1.0]])
    }

    /// Where north and east lie on screen; none where north is unknown.
    pub fn compass(self, geometry: &Geometry) -> Option<Compass> {
        let pixel_from_sky = inverse(sky_from_pixel(geometry)?)?;
        let on_screen = |sky: [f64; 2]| {
            unit(transform(
                self.screen_from_pixel,
                transform(pixel_from_sky, sky),
            ))
        };
        Some(Compass {
            north: on_screen([0.0, 1.0]),
            east: on_screen([1.0, 0.0]),
        })
    }
}

/// Degrees by which north lies clockwise of +y, rows drawn upwards; -180..=180.
pub fn north_clockwise_of_up_deg(geometry: &Geometry) -> Option<f64> {
    let [x, y] = transform(inverse(sky_from_pixel(geometry)?)?, [0.0, 1.0]);
    Some(x.atan2(y).to_degrees())
}

/// Right ascension and declination, degrees, of pixel position (`x`, `y`), the first pixel's
/// centre being (0, 0). Only a WCS knows; none where it is degenerate.
///
/// The tangent-plane projection of Calabretta & Greisen (2002), section 5.1.3, about CRVAL.
pub fn sky_at(geometry: &Geometry, x: f64, y: f64) -> Option<(f64, f64)> {
    let Geometry::Wcs(Wcs {
        crpix,
        crval_deg,
        cd_deg,
        ..
    }) = geometry
    else {
        return None;
    };
    sky_from_pixel(geometry)?;
    let from_reference = [x + 1.0 - crpix[0], y + 1.0 - crpix[1]];
    let [xi, eta] = transform(*cd_deg, from_reference).map(f64::to_radians);
    let (ra0, dec0) = (crval_deg[0].to_radians(), crval_deg[1].to_radians());
    let toward_pole = dec0.cos() - eta * dec0.sin();
    let ra = ra0 + xi.atan2(toward_pole);
    let dec = (dec0.sin() + eta * dec0.cos()).atan2(xi.hypot(toward_pole));
    let ra_deg = ra.to_degrees().rem_euclid(360.0);
    (ra_deg.is_finite() && dec.is_finite()).then(|| (ra_deg, dec.to_degrees()))
}

/// Direction on the sky (east, north) out of pixel direction, up to scale; none where
/// unknown or degenerate.
fn sky_from_pixel(geometry: &Geometry) -> Option<Matrix2> {
    let matrix = match geometry {
        Geometry::ZtfRowZeroNorth { .. } => [[-1.0, 0.0], [0.0, -1.0]],
        Geometry::Wcs(wcs) => wcs.cd_deg,
        Geometry::HeaderAngle {
            north_clockwise_of_up_deg,
            ..
        } => {
            // North is (sin, cos) with y up; east lies a quarter turn to its left.
            let (sin, cos) = north_clockwise_of_up_deg.to_radians().sin_cos();
            [[-cos, sin], [sin, cos]]
        }
        Geometry::Unknown | Geometry::Scale { .. } => return None,
    };
    inverse(matrix).map(|_| matrix)
}

fn determinant([[a, b], [c, d]]: Matrix2) -> f64 {
    a * d - b * c
}

fn inverse(matrix: Matrix2) -> Option<Matrix2> {
    let [[a, b], [c, d]] = matrix;
    let area = determinant(matrix);
    let inverted = [[d / area, -b / area], [-c / area, a / area]];
    let is_sound = area != 0.0 && inverted.iter().flatten().all(|value| value.is_finite());
    is_sound.then(|| inverted.map(|row| row.map(clean)))
}

fn transform([[a, b], [c, d]]: Matrix2, [x, y]: [f64; 2]) -> [f64; 2] {
    [a * x + b * y, c * x + d * y]
}

fn unit([x, y]: [f64; 2]) -> [f64; 2] {
    let length = x.hypot(y);
    [x / length, y / length]
}

/// Minus zero becomes zero, so that equal orientations compare and print alike.
fn clean(value: f64) -> f64 {
    value + 0.0
}

#[cfg(test)]
#[path = "orientation_tests.rs"]
mod tests;
