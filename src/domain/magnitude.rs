//! Magnitudes in words.

/// Below this error two decimals would be a zero, or one digit of it.
const SMALL: f64 = 0.005;

/// "18.29 ± 0.05", "15.8812 ± 0.0030": two decimals, and of an error below 0.005 two significant digits; without an error
/// (or one that is no number) the magnitude alone.
pub fn mag_in_words(mag: f64, error: Option<f64>) -> String {
    let Some(error) = error.filter(|error| error.is_finite()) else {
        return format!("{mag:.2}");
    };
    let digits = digits_of(error);
    format!("{mag:.digits$} ± {error:.digits$}")
}

/// Decimals that an error is written with: at most six.
fn digits_of(error: f64) -> usize {
    if error > 0.0 && error < SMALL {
        // 0.0030: the first digit stands at 10^-3.
        let first = -error.log10().floor();
        (first as usize + 1).min(6)
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_errors_have_two_significant_digits() {
        for (mag, error, words) in [
            (18.2912, Some(0.0512), "18.29 ± 0.05"),
            (18.2912, Some(0.005), "18.29 ± 0.01"),
            (15.881_23, Some(0.003), "15.8812 ± 0.0030"),
            (15.881_23, Some(0.000_46), "15.88123 ± 0.00046"),
            (15.0, Some(1e-9), "15.000000 ± 0.000000"),
            (15.0, Some(0.0), "15.00 ± 0.00"),
            (15.0, Some(f64::NAN), "15.00"),
            (15.0, None, "15.00"),
        ] {
            assert_eq!(mag_in_words(mag, error), words);
        }
    }
}
