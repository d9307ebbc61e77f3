//! Where north is, from the cards of a FITS header.

use super::fits_header::Header;
use crate::domain::{Geometry, Wcs};

/// Arcseconds per pixel of ZTF's cutouts.
pub const ZTF_ARCSEC_PER_PX: f64 = 1.01;

/// The best rule that the header offers: a world coordinate system, an angle, a scale, nothing.
///
/// Rubin's stamps have a world coordinate system without CTYPE and CUNIT: TAN and degrees are
/// assumed. `ROTPA` alone turns north that many degrees clockwise of +y (checked on Rubin
/// stamps, whose own coordinate system agrees within a degree).
pub fn geometry(header: &Header) -> Geometry {
    if let Some(wcs) = wcs(header) {
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

fn wcs(header: &Header) -> Option<Wcs> {
    let pair = |a, b| Some([header.number(a)?, header.number(b)?]);
    let mut crval_deg = pair("CRVAL1", "CRVAL2")?;
    let crpix = pair("CRPIX1", "CRPIX2")?;
    let mut cd_deg = matrix(header)?;
    for (axis, name) in ["CUNIT1", "CUNIT2"].into_iter().enumerate() {
        let factor = match header.text(name).as_deref() {
            Some("arcsec") => 1.0 / 3600.0,
            Some("arcmin") => 1.0 / 60.0,
            Some("rad") => 1.0_f64.to_degrees(),
            _ => 1.0,
        };
        crval_deg[axis] *= factor;
        cd_deg[axis] = cd_deg[axis].map(|value| value * factor);
    }
    let ctype = header.text("CTYPE1");
    match ctype
        .as_deref()
        .map(|ctype| ctype.get(..4).unwrap_or(ctype))
    {
        None | Some("RA--") => {}
        Some("DEC-") => {
            crval_deg.swap(0, 1);
            cd_deg.swap(0, 1);
        }
        Some(_) => return None,
    }
    let determinant = cd_deg[0][0] * cd_deg[1][1] - cd_deg[0][1] * cd_deg[1][0];
    (determinant != 0.0).then_some(Wcs {
        crpix,
        crval_deg,
        cd_deg,
        is_ctype_assumed: ctype.is_none(),
    })
}

/// Units per pixel: CD, or PC times CDELT, or CDELT turned by CROTA2 (FITS WCS papers I and II).
fn matrix(header: &Header) -> Option<[[f64; 2]; 2]> {
    let entry =
        |prefix: &str, i: usize, j: usize| header.number(&format!("{prefix}{}_{}", i + 1, j + 1));
    let has = |prefix: &str| (0..4).any(|at| entry(prefix, at / 2, at % 2).is_some());
    let filled = |prefix: &str, diagonal: f64| {
        [0, 1].map(|i| {
            [0, 1].map(|j| entry(prefix, i, j).unwrap_or(if i == j { diagonal } else { 0.0 }))
        })
    };
    if has("CD") {
        return Some(filled("CD", 0.0));
    }
    let cdelt = ["CDELT1", "CDELT2"].map(|name| header.number(name));
    if has("PC") {
        let pc = filled("PC", 1.0);
        return Some([0, 1].map(|i| pc[i].map(|value| value * cdelt[i].unwrap_or(1.0))));
    }
    let [dx, dy] = [cdelt[0]?, cdelt[1]?];
    let (sin, cos) = header
        .number("CROTA2")
        .unwrap_or(0.0)
        .to_radians()
        .sin_cos();
    Some([[dx * cos, -dy * sin], [dx * sin, dy * cos]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::fits_file::Card;

    fn header(cards: &[(&str, &str)]) -> Header {
        let card = |(name, value): &(&str, &str)| Card {
            name: (*name).into(),
            value: (*value).into(),
            comment: String::new(),
        };
        Header::new(cards.iter().map(card).collect())
    }

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
        let geometry = geometry(&header(RUBIN));
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
            geometry(&header(&RUBIN[..1])),
            Geometry::HeaderAngle {
                north_clockwise_of_up_deg: 49.887_731_107_845_6,
                arcsec_per_px: None
            }
        );
        assert_eq!(
            geometry(&header(&[("PIXSCALE", "0.27")])),
            Geometry::Scale {
                arcsec_per_px: 0.27
            }
        );
        assert_eq!(geometry(&header(&[])), Geometry::Unknown);
        let linear = [("CTYPE1", "'LINEAR'"), ("CRVAL1", "1"), ("CRVAL2", "1")];
        assert_eq!(geometry(&header(&linear)), Geometry::Unknown);
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
        let Geometry::Wcs(wcs) = geometry(&header(&cards)) else {
            panic!("no WCS");
        };
        let [[a, b], [c, d]] = wcs.cd_deg;
        for (value, expected) in [(a, 0.0), (b, -0.001), (c, -0.001), (d, 0.0)] {
            assert!((value - expected).abs() < 1e-12, "{value} {expected}");
        }
    }
}
