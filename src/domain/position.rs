//! Positions on the celestial sphere: right ascension and declination in degrees (J2000), and the angle
//! between two of them.

/// The angle between two positions, arcseconds. The haversine formula keeps its digits where they are close
/// together, near a pole too.
pub fn separation_arcsec([ra_a, dec_a]: [f64; 2], [ra_b, dec_b]: [f64; 2]) -> f64 {
    let half_chord = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let cosines = dec_a.to_radians().cos() * dec_b.to_radians().cos();
    let haversine = half_chord(dec_b - dec_a) + cosines * half_chord(ra_b - ra_a);
    2.0 * haversine.clamp(0.0, 1.0).sqrt().asin().to_degrees() * 3600.0
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
