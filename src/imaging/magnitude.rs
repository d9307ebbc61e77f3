//! Magnitudes from fluxes.

/// AB magnitude and its standard deviation from a flux in nanojansky and its standard
/// deviation: m = 31.4 - 2.5 lg |f| (Rubin Data Products Definition Document, LSE-163).
///
/// The magnitude is that of the size of the change, as ZTF's `magpsf` is: the flux of a
/// difference may be negative. None where the flux is zero or not finite.
pub fn ab_from_njy(flux_njy: f64, err_njy: Option<f64>) -> Option<(f32, Option<f32>)> {
    let size = flux_njy.abs();
    if size == 0.0 || !size.is_finite() {
        return None;
    }
    let err = err_njy.map(|err| (2.5 / std::f64::consts::LN_10 * err / size) as f32);
    Some(((31.4 - 2.5 * size.log10()) as f32, err))
}

#[cfg(test)]
mod tests {
    use super::ab_from_njy;

    #[test]
    fn a_flux_becomes_the_magnitude_of_its_size() {
        // A DECam alert gives both: 1375.2510968 +- 255.2295796 nJy and 23.554045 +- 0.2014992.
        for sign in [1.0, -1.0] {
            let (mag, err) = ab_from_njy(sign * 1_375.251_096_8, Some(255.229_579_6)).unwrap();
            assert!((mag - 23.554_045).abs() < 1e-4, "{mag}");
            assert!((err.unwrap() - 0.201_499_2).abs() < 1e-5);
        }
        assert_eq!(ab_from_njy(0.0, None), None);
        assert_eq!(ab_from_njy(f64::NAN, None), None);
    }
}
