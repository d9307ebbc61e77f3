//! The preparation in words, for those who do the same in a program of their own.

use super::scaling;
use crate::domain::{InputPlan, Role, Scaling};

/// How the stamps of an epoch become the input of a network, in a few sentences.
pub fn in_words(plan: &InputPlan) -> String {
    let names = |roles: &mut dyn Iterator<Item = &Role>| {
        let names: Vec<&str> = roles.map(|role| role.name()).collect();
        names.join(", ")
    };
    let side = plan.side_px;
    let mut words = format!(
        "Of {} (in this order) the square of {side}x{side} pixels about pixel (width / 2, height / 2), \
         rounded down and counted from 0",
        names(&mut plan.channels.iter())
    );
    if plan.scaling == Scaling::Norm {
        words += ", of smaller stamps all pixels, from the first corner on";
    }
    if let Some(scale) = plan.pixel_scale_arcsec {
        words += &format!(", resampled to {scale} arcseconds a pixel where the scale is known");
    }
    let mut signed = plan.channels.iter().filter(|role| role.is_signed());
    let signed = names(&mut signed);
    if plan.is_in_detection_polarity && !signed.is_empty() {
        words += &format!(
            "; where the central 3x3 pixels of the difference (without one, of the S/N) sum below 0, \
             the sign of {signed} is turned"
        );
    }
    words += &format!(
        "; then of each image for itself: {}.",
        scaling::in_words(plan.scaling)
    );
    if plan.channels.contains(&Role::Snr) {
        words += " Where there is no S/N image it is the difference over the root of its variance.";
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_the_preparation_is_told() {
        let plan = InputPlan {
            channels: vec![Role::Science, Role::Difference, Role::Snr],
            side_px: 21,
            pixel_scale_arcsec: Some(0.27),
            scaling: Scaling::MedianNorm,
            is_in_detection_polarity: true,
        };
        let words = in_words(&plan);
        for part in [
            "science, difference, snr (in this order)",
            "21x21",
            "0.27 arcseconds",
            "the sign of difference, snr is turned",
            "multiplied by 5 over the root",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        let plan = InputPlan {
            channels: vec![Role::Science],
            pixel_scale_arcsec: None,
            scaling: Scaling::Norm,
            ..plan
        };
        let words = in_words(&plan);
        assert!(
            !words.contains("sign") && !words.contains("arcseconds"),
            "{words}"
        );
        assert!(words.contains("becomes 1e-9"), "{words}");
    }
}
