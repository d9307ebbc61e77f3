//! The preparation in words, for those who do the same in a program of their own.

use super::{
    calibrated::{EXPOSURE_S, MOST_COUNTS, SKY_FROM_PX, ZERO_POINT},
    history::{FAINTEST_PEAK, MOST_RELATIVE, PEAK_WITHIN_PX, SIGNIFICANT, SOFTENING},
};
use crate::domain::{SequenceForm, SequencePlan};

/// How the images of a candidate become the input of a network, in a few sentences.
pub fn in_words(plan: &SequencePlan) -> String {
    let SequencePlan {
        role,
        form,
        side_px,
    } = plan;
    let channels = match form {
        SequenceForm::RunningDifference => format!(
            "b of this image; clip(3 D / peak, -{MOST_RELATIVE}, {MOST_RELATIVE}); \
             asinh(D / ({SIGNIFICANT} noise)) / 2. D is c less the mean of the earlier c of the same \
             filter, 0 where either is missing; peak the largest mean of 3x3 pixels of that mean within \
             {PEAK_WITHIN_PX} pixels of the middle, at least {FAINTEST_PEAK} times the mean's own noise; \
             noise that of c and of the mean, added in quadrature. At the first epoch of a filter the \
             last two are 0"
        ),
        SequenceForm::Window => {
            "b of this image, of the one before and of the one before that, 0 where there is none"
                .into()
        }
    };
    format!(
        "Of the {} image the square of {side_px}x{side_px} pixels about pixel (width / 2, height / 2), \
         rounded down and counted from 0; values of {MOST_COUNTS:e} and beyond are no measurements. Less \
         the median of the pixels {SKY_FROM_PX} and farther from the middle, times \
         10^(0.4 ({ZERO_POINT} - zero point)) {EXPOSURE_S} / exposure in seconds, these are counts c; \
         their noise is 1.4826 times the median absolute deviation of the same pixels. \
         b = asinh(c / {SOFTENING}) / 4, 0 where nothing was measured. Channels: {channels}. \
         Conditions: ln(1 + days since the epoch before) / 2; width of a point source in pixels / 10, at \
         most 2; ln(noise of c / 10) / 2; ln(1 + earlier epochs of the filter) / 2; 1 at the first of \
         them, else 0.",
        role.name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;

    #[test]
    fn each_form_tells_its_own_channels() {
        let of = |form| {
            in_words(&SequencePlan {
                role: Role::Science,
                form,
                side_px: 21,
            })
        };
        let words = of(SequenceForm::RunningDifference);
        assert!(words.contains("clip(3 D / peak, -4, 4)"), "{words}");
        assert!(
            words.contains("(25 - zero point)) 86 / exposure"),
            "{words}"
        );
        let words = of(SequenceForm::Window);
        assert!(words.contains("of the one before that"), "{words}");
        assert!(!words.contains("peak"), "{words}");
    }
}
