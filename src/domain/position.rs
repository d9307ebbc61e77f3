//! Positions on the celestial sphere: right ascension and declination in degrees (J2000), the angle between two
//! of them, galactic longitude and latitude, and hours and degrees as astronomers write them.

/// From galactic to equatorial axes (J2000; Hipparcos catalogue, volume 1, section 1.5.3).
const ROTATION: [[f64; 3]; 3] = [
    [-0.054_875_560_4, 0.494_109_427_9, -0.867_666_149_0],
    [-0.873_437_090_2, -0.444_829_630_0, -0.198_076_373_4],
    [-0.483_835_015_5, 0.746_982_244_5, 0.455_983_776_2],
];

/// The angle between two positions, arcseconds. The haversine formula keeps its digits where they are close
/// together, near a pole too.
pub fn separation_arcsec([ra_a, dec_a]: [f64; 2], [ra_b, dec_b]: [f64; 2]) -> f64 {
    let half_chord = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let cosines = dec_a.to_radians().cos() * dec_b.to_radians().cos();
    let haversine = half_chord(dec_b - dec_a) + cosines * half_chord(ra_b - ra_a);
    2.0 * haversine.clamp(0.0, 1.0).sqrt().asin().to_degrees() * 3600.0
}

/// From galactic longitude and latitude to right ascension and declination, all in degrees.
pub fn equatorial(galactic: [f64; 2]) -> [f64; 2] {
    let axes = unit_vector(galactic);
    angles(ROTATION.map(|row| row.iter().zip(axes).map(|(a, b)| a * b).sum()))
}

/// From right ascension and declination to galactic longitude and latitude, all in degrees.
pub fn galactic(equatorial: [f64; 2]) -> [f64; 2] {
    let axes = unit_vector(equatorial);
    let along = |column: usize| {
        ROTATION
            .iter()
            .zip(axes)
            .map(|(row, a)| row[column] * a)
            .sum()
    };
    angles([0, 1, 2].map(along))
}

fn unit_vector([longitude, latitude]: [f64; 2]) -> [f64; 3] {
    let (sin_l, cos_l) = longitude.to_radians().sin_cos();
    let (sin_b, cos_b) = latitude.to_radians().sin_cos();
    [cos_b * cos_l, cos_b * sin_l, sin_b]
}

fn angles([x, y, z]: [f64; 3]) -> [f64; 2] {
    [
        y.atan2(x).to_degrees().rem_euclid(360.0),
        // Near a pole the arcsine would lose half of the digits.
        z.atan2(x.hypot(y)).to_degrees(),
    ]
}

/// Right ascension and declination, degrees, in hours and degrees: `14:03:38.54 -05:15:00.0`.
pub fn sexagesimal([ra, dec]: [f64; 2]) -> String {
    let seconds = ra.rem_euclid(360.0) / 15.0 * 3600.0;
    let [h, m, s] = sexagesimal_parts((seconds * 100.0).round() / 100.0);
    let h = h % 24.0;
    let sign = if dec < 0.0 { '-' } else { '+' };
    let [d, arcmin, arcsec] = sexagesimal_parts((dec.abs() * 36_000.0).round() / 10.0);
    format!("{h:02.0}:{m:02.0}:{s:05.2} {sign}{d:02.0}:{arcmin:02.0}:{arcsec:04.1}")
}

/// Whole units, whole minutes, and seconds.
fn sexagesimal_parts(seconds: f64) -> [f64; 3] {
    let units = (seconds / 3600.0).floor();
    let minutes = ((seconds - units * 3600.0) / 60.0).floor();
    [units, minutes, seconds - units * 3600.0 - minutes * 60.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn galactic_coordinates_are_those_of_known_objects_and_lead_back() {
        // M31 and the Crab by SIMBAD; the centre and the pole by their definition.
        for (equatorial_deg, galactic_deg) in [
            ([10.684_708, 41.268_75], [121.174_3, -21.573_3]),
            ([83.633_083, 22.014_5], [184.557_5, -5.784_3]),
            ([266.404_996, -28.936_172], [0.0, 0.0]),
        ] {
            let found = galactic(equatorial_deg);
            let angle = separation_arcsec(found, galactic_deg);
            assert!(angle < 0.5, "{equatorial_deg:?}: {found:?}");
            let back = separation_arcsec(equatorial(found), equatorial_deg);
            assert!(back < 1e-4, "{equatorial_deg:?}: {back}");
        }
        let pole = galactic([192.859_48, 27.128_25]);
        assert!((pole[1] - 90.0).abs() < 1e-4, "{pole:?}");
    }

    fn is_close(found: f64, arcsec: f64) -> bool {
        (found - arcsec).abs() < 1e-6 * arcsec.max(1.0)
    }

    #[test]
    fn an_angle_is_that_of_the_sphere_across_zero_and_at_the_poles() {
        for (a, b, arcsec) in [
            ([10.0, 0.0], [10.0, 1.0 / 3600.0], 1.0),
            ([359.9999, 0.0], [0.0001, 0.0], 0.72),
            // A degree of right ascension is half as long at 60 degrees.
            ([10.0, 60.0], [10.002, 60.0], 3.6),
            ([0.0, 89.9999], [180.0, 89.9999], 0.72),
            ([0.0, 90.0], [123.0, 90.0], 0.0),
            ([0.0, 0.0], [180.0, 0.0], 648_000.0),
        ] {
            let found = separation_arcsec(a, b);
            assert!(is_close(found, arcsec), "{a:?} {b:?}: {found}");
            assert!(is_close(separation_arcsec(b, a), arcsec), "{b:?} {a:?}");
        }
    }

    #[test]
    fn positions_are_those_of_astropy() {
        // SkyCoord(ra, dec).to_string("hmsdms", sep=":", precision=2, pad=True), and 1 for Dec.
        for (degrees, text) in [
            ([210.910_57, -5.25], "14:03:38.54 -05:15:00.0"),
            ([0.0, 0.0], "00:00:00.00 +00:00:00.0"),
            ([359.999_999_9, 89.999_999], "00:00:00.00 +90:00:00.0"),
            ([83.633_083, 22.014_5], "05:34:31.94 +22:00:52.2"),
            ([10.0, -0.000_3], "00:40:00.00 -00:00:01.1"),
        ] {
            assert_eq!(sexagesimal(degrees), text);
        }
    }
}
