//! Where north lies in a stamp, and which rule says so.

use crate::text;

/// A linear tangent-plane world coordinate system. Axes are FITS axes: x along a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wcs {
    /// Reference pixel, FITS convention (the centre of the first pixel is 1).
    pub crpix: [f64; 2],
    /// Right ascension and declination at the reference pixel, degrees.
    pub crval_deg: [f64; 2],
    /// Degrees per pixel: `[[dxi/dx, dxi/dy], [deta/dx, deta/dy]]`, xi towards east.
    pub cd_deg: [[f64; 2]; 2],
    /// True where the header has no CTYPE, so that TAN was assumed (Rubin).
    pub is_ctype_assumed: bool,
}

/// The rule that orients a stamp. Row 0 is the first row of the FITS array.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Geometry {
    /// ZTF cutouts: no WCS in the file; row 0 is north, column 0 is east.
    ZtfRowZeroNorth {
        /// Arcseconds per pixel (1.01 for ZTF).
        arcsec_per_px: f64,
    },
    /// The header's own world coordinate system.
    Wcs(Wcs),
    /// An angle in the header: north lies this many degrees clockwise of +y (y up).
    HeaderAngle {
        /// Degrees clockwise from the direction of increasing row, rows drawn upwards.
        north_clockwise_of_up_deg: f64,
        /// Arcseconds per pixel, where the header says so.
        arcsec_per_px: Option<f64>,
    },
    /// Nothing in the file says where north is.
    #[default]
    Unknown,
    /// Only the pixel scale is known.
    Scale {
        /// Arcseconds per pixel.
        arcsec_per_px: f64,
    },
}

impl Geometry {
    /// The rule in words, as shown beside the compass.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::ZtfRowZeroNorth { .. } => text!("N up, E left (ZTF)"),
            Self::Wcs(Wcs {
                is_ctype_assumed: true,
                ..
            }) => text!("WCS without CTYPE, TAN assumed"),
            Self::Wcs(_) => "WCS",
            Self::HeaderAngle { .. } => text!("angle in header"),
            Self::Unknown | Self::Scale { .. } => text!("orientation unknown"),
        }
    }

    /// Arcseconds per pixel, where known.
    pub fn arcsec_per_px(&self) -> Option<f64> {
        match self {
            Self::ZtfRowZeroNorth { arcsec_per_px } | Self::Scale { arcsec_per_px } => {
                Some(*arcsec_per_px)
            }
            Self::Wcs(wcs) => {
                let [[a, b], [c, d]] = wcs.cd_deg;
                let area = (a * d - b * c).abs();
                (area > 0.0).then(|| area.sqrt() * 3600.0)
            }
            Self::HeaderAngle { arcsec_per_px, .. } => *arcsec_per_px,
            Self::Unknown => None,
        }
    }
}
