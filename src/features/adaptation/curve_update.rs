//! What a learning curve says, in words.

use crate::{domain::LearningCurve, features::adaptation::state::FineTuningPane, text};

/// Mean recalls that differ by less are called alike, 0 to 1.
const ALIKE: f64 = 0.01;

/// Held-out examples from which on a curve says something.
const ENOUGH: usize = 20;

impl FineTuningPane {
    /// What the curve says, in a sentence.
    pub fn learning_curve_in_words(&self) -> String {
        let Some(curve) = self.curve() else {
            return String::new();
        };
        let held_out = text!(
            "Measured on {count} held-out examples.",
            count = curve.held_out
        );
        if curve.held_out < ENOUGH {
            return text!(
                "Measured on {count} held-out examples only: too few to say whether more labels would help.",
                count = curve.held_out
            );
        }
        match last_gain(curve) {
            Some((from, to, gain)) if gain > ALIKE => text!(
                "From {from} to {to} labels mean recall still rose by {points} points: more labels are \
                 worth it. {held_out}",
                from,
                to,
                points = format_args!("{:.1}", 100.0 * gain),
                held_out
            ),
            Some((from, to, gain)) => text!(
                "From {from} to {to} labels mean recall changed by {points} points: labels of this kind \
                 bring little more. {held_out}",
                from,
                to,
                points = format_args!("{:+.1}", 100.0 * gain),
                held_out
            ),
            None => held_out,
        }
    }
}

/// What the last doubling brought: labels before, labels after, mean recall gained.
fn last_gain(curve: &LearningCurve) -> Option<(usize, usize, f64)> {
    let mut known = curve.points.iter().rev();
    let mut known = known
        .by_ref()
        .filter_map(|point| Some((point.labels, point.in_order?)));
    let (to, after) = known.next()?;
    let (from, before) = known.next()?;
    Some((from, to, after - before))
}
