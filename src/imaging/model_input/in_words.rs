//! The preparation in words, for those who do the same in a program of their own.

use super::scaling;
use crate::domain::{InputPlan, Role, Scaling};

/// How the stamps of an epoch become the input of a network, in a few sentences.
pub(super) fn in_words(plan: &InputPlan) -> String {
    let scaling = scaling::in_words(plan.scaling);
    let from_variance = if plan.channels.contains(&Role::Snr) {
        " Where there is no S/N image it is the difference over the root of its variance."
    } else {
        ""
    };
    [
        cut_out(plan),
        turned(plan),
        format!("; then of each image for itself: {scaling}."),
        from_variance.into(),
    ]
    .concat()
}

/// What is cut out, and turned, before any scaling.
pub(super) fn beginning(plan: &InputPlan) -> String {
    [cut_out(plan), turned(plan)].concat()
}

fn cut_out(plan: &InputPlan) -> String {
    let (side, roles) = (plan.side_px, names(plan.channels.iter()));
    let smaller = match plan.scaling {
        Scaling::Norm => ", of smaller stamps all pixels, from the first corner on",
        _ => "",
    };
    let resampled = plan.pixel_scale_arcsec.map_or_else(String::new, |scale| {
        format!(", resampled to {scale} arcseconds a pixel where the scale is known")
    });
    format!(
        "Of {roles} (in this order) the square of {side}x{side} pixels about pixel (width / 2, height / \
         2), rounded down and counted from 0{smaller}{resampled}"
    )
}

/// Nothing where no sign is turned.
fn turned(plan: &InputPlan) -> String {
    let signed = names(plan.channels.iter().filter(|role| role.is_signed()));
    if !plan.is_in_detection_polarity || signed.is_empty() {
        return String::new();
    }
    format!(
        "; where the central 3x3 pixels of the difference (without one, of the S/N) sum below 0, the sign \
         of {signed} is turned"
    )
}

fn names<'a>(roles: impl Iterator<Item = &'a Role>) -> String {
    let names: Vec<&str> = roles.map(|role| role.name()).collect();
    names.join(", ")
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
            context_px: None,
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
