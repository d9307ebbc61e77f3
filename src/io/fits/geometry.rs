//! Where north is, from the cards of a FITS header.

use super::{header::Header, wcs};
use crate::domain::Geometry;

/// Arcseconds per pixel of ZTF's cutouts.
pub const ZTF_ARCSEC_PER_PX: f64 = 1.01;

/// The best rule that the header offers: a world coordinate system, an angle, a scale, nothing.
///
/// Rubin's stamps have a world coordinate system without CTYPE and CUNIT: TAN and degrees are
/// assumed. The coordinate system is that of the middle of the stamp. `ROTPA` alone turns north that many degrees clockwise of +y (checked on Rubin
/// stamps, whose own coordinate system agrees within a degree).
pub fn geometry(header: &Header, size_px: [usize; 2]) -> Geometry {
    if let Some(wcs) = wcs::local(header, size_px) {
        return Geometry::Wcs(wcs);
    }
    let scale = header.first_number(&["PIXSCALE", "PIXSCAL", "SECPIX", "SECPIX1"]);
    let scale = scale.filter(|scale| *scale > 0.0);
    match (header.first_number(&["ROTPA", "PA"]), scale) {
        (Some(angle), arcsec_per_px) => Geometry::HeaderAngle {
            north_clockwise_of_up_deg: angle,
            arcsec_per_px,
        },
        (None, Some(arcsec_per_px)) => Geometry::Scale { arcsec_per_px },
        (None, None) => Geometry::Unknown,
    }
}

/// True where the header has any sign of a world coordinate system.
pub fn has_wcs(header: &Header) -> bool {
    header.number("CRVAL1").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE_PX: [usize; 2] = [30, 30];

    const RUBIN: &[(&str, &str)] = &[
        ("ROTPA", "49.8877311078456"),
        ("CRPIX1", "15.886"),
        ("CRPIX2", "15.364"),
        ("PC1_1", "-3.5960884621903E-05"),
        ("PC1_2", "4.2350488651636E-05"),
        ("PC2_1", "4.2320415782649E-05"),
        ("PC2_2", "3.5911117548715E-05"),
        ("CDELT1", "1.0"),
        ("CDELT2", "1.0"),
        ("CRVAL1", "59.4825"),
        ("CRVAL2", "-48.0897"),
    ];

    #[test]
    fn rubin_without_ctype_is_a_wcs() {
        let geometry = geometry(&Header::of(RUBIN), SIZE_PX);
        let Geometry::Wcs(wcs) = geometry else {
            panic!("{geometry:?}");
        };
        assert!(wcs.is_ctype_assumed);
        let scale = geometry.arcsec_per_px().unwrap();
        assert!((scale - 0.2).abs() < 0.001, "{scale}");
    }

    #[test]
    fn what_is_left_of_a_header_still_tells_something() {
        assert_eq!(
            geometry(&Header::of(&RUBIN[..1]), SIZE_PX),
            Geometry::HeaderAngle {
                north_clockwise_of_up_deg: 49.887_731_107_845_6,
                arcsec_per_px: None
            }
        );
        assert_eq!(
            geometry(&Header::of(&[("PIXSCALE", "0.27")]), SIZE_PX),
            Geometry::Scale {
                arcsec_per_px: 0.27
            }
        );
        assert_eq!(geometry(&Header::of(&[]), SIZE_PX), Geometry::Unknown);
        let linear = [("CTYPE1", "'LINEAR'"), ("CRVAL1", "1"), ("CRVAL2", "1")];
        assert_eq!(geometry(&Header::of(&linear), SIZE_PX), Geometry::Unknown);
    }

    #[test]
    fn cdelt_with_rotation_is_a_matrix() {
        let cards = [
            ("CTYPE1", "'RA---TAN'"),
            ("CRVAL1", "10"),
            ("CRVAL2", "20"),
            ("CRPIX1", "1"),
            ("CRPIX2", "1"),
            ("CDELT1", "-0.001"),
            ("CDELT2", "0.001"),
            ("CROTA2", "90"),
        ];
        let Geometry::Wcs(wcs) = geometry(&Header::of(&cards), SIZE_PX) else {
            panic!("no WCS");
        };
        let [[a, b], [c, d]] = wcs.cd_deg;
        for (value, expected) in [(a, 0.0), (b, -0.001), (c, -0.001), (d, 0.0)] {
            assert!((value - expected).abs() < 1e-6, "{value} {expected}");
        }
    }
}
