//! What a forest says of candidates, after each of their epochs.

use super::forest_curve::{CandidateCurve, of_candidate};
use crate::{
    domain::{Candidate, Verdict, Verdicts},
    io::Decoder,
    lightcurve::Forest,
};

/// A verdict for each epoch, from the light curve up to it. Refused are epochs without a
/// measurement of their own, and those before which there are too few.
pub fn score_candidate(candidate: &Candidate, forest: &Forest, decoder: &Decoder) -> Verdicts {
    score_curve(&of_candidate(candidate, decoder), forest)
}

/// The same of a light curve that was measured before.
pub fn score_curve(curve: &CandidateCurve, forest: &Forest) -> Verdicts {
    let epochs = curve.epochs.iter().enumerate();
    let verdict = |(at, point): (usize, &Result<_, _>)| match point {
        Err(why) => Verdict::Refused(std::sync::Arc::clone(why)),
        Ok(_) => match forest.judge(&curve.until(at)) {
            Ok(said) => Verdict::Probabilities(said.into()),
            Err(why) => Verdict::Refused(why.into()),
        },
    };
    epochs.map(verdict).collect()
}
