//! The bar that says how large a stamp is on the sky.

/// A bar of a round length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaleBar {
    /// Length on the sky.
    pub arcsec: f64,
    /// Length on screen.
    pub length_px: f64,
}

impl ScaleBar {
    /// The longest bar of 1, 2 or 5 times a power of ten that is no longer than
    /// `max_length_px`; arcminutes are counted the same way from 60″ on. None where the
    /// scale is unknown or absurd. `zoom` is screen pixels per stamp pixel.
    pub fn fit(arcsec_per_px: Option<f64>, zoom: f64, max_length_px: f64) -> Option<Self> {
        let px_per_arcsec = zoom / arcsec_per_px.filter(|scale| *scale > 0.0)?;
        let most = max_length_px / px_per_arcsec;
        if !(px_per_arcsec.is_normal() && most.is_normal() && most > 0.0) {
            return None;
        }
        let arcsec = if most >= 60.0 {
            60.0 * round_below(most / 60.0)
        } else {
            round_below(most)
        };
        Some(Self {
            arcsec,
            length_px: arcsec * px_per_arcsec,
        })
    }

    /// The length as written beside the bar: `5″`, `0.5″`, `2′`.
    pub fn label(&self) -> String {
        if self.arcsec >= 60.0 {
            format!("{}′", self.arcsec / 60.0)
        } else {
            format!("{}″", self.arcsec)
        }
    }
}

/// The largest of 1, 2, 5 × 10ⁿ that is not above a positive value.
fn round_below(value: f64) -> f64 {
    let decade = 10_f64.powi(value.log10().floor() as i32);
    let step = [5.0, 2.0, 1.0]
        .into_iter()
        .find(|step| step * decade <= value * (1.0 + 1e-12));
    step.unwrap_or(1.0) * decade
}

#[cfg(test)]
mod tests {
    use super::ScaleBar;

    #[test]
    fn bars_have_round_lengths() {
        for (scale, zoom, most, label) in [
            (1.01, 4.0, 60.0, "10″"),
            (0.2, 10.0, 100.0, "2″"),
            (0.27, 20.0, 40.0, "0.5″"),
            (1.0, 1.0, 130.0, "2′"),
            (1.0, 1.0, 59.0, "50″"),
            (0.05, 100.0, 60.0, "0.02″"),
        ] {
            let bar = ScaleBar::fit(Some(scale), zoom, most).unwrap();
            assert_eq!(bar.label(), label);
            assert!(bar.length_px <= most * 1.000_001 && bar.length_px > most * 0.35);
        }
    }

    #[test]
    fn an_unknown_scale_has_no_bar() {
        for scale in [None, Some(0.0), Some(-1.0), Some(f64::NAN)] {
            assert_eq!(ScaleBar::fit(scale, 4.0, 60.0), None);
        }
        assert_eq!(ScaleBar::fit(Some(1.0), 0.0, 60.0), None);
        assert_eq!(ScaleBar::fit(Some(1.0), 4.0, f64::INFINITY), None);
    }
}
