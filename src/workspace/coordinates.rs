//! Positions as astronomers write them.

/// Right ascension and declination, degrees, in hours and degrees: `14:03:38.54 -05:15:00.0`.
pub fn sexagesimal([ra, dec]: [f64; 2]) -> String {
    let seconds = ra.rem_euclid(360.0) / 15.0 * 3600.0;
    let [h, m, s] = split((seconds * 100.0).round() / 100.0);
    let h = h % 24.0;
    let sign = if dec < 0.0 { '-' } else { '+' };
    let [d, arcmin, arcsec] = split((dec.abs() * 36_000.0).round() / 10.0);
    format!("{h:02.0}:{m:02.0}:{s:05.2} {sign}{d:02.0}:{arcmin:02.0}:{arcsec:04.1}")
}

/// Whole units, whole minutes, and seconds.
fn split(seconds: f64) -> [f64; 3] {
    let units = (seconds / 3600.0).floor();
    let minutes = ((seconds - units * 3600.0) / 60.0).floor();
    [units, minutes, seconds - units * 3600.0 - minutes * 60.0]
}

#[cfg(test)]
mod tests {
    use super::*;

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
