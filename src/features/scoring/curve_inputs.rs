//! From candidates to what forests take: light curves.

use std::sync::Arc;

use super::{
    forest_curve::{CandidateCurve, of_candidate},
    inputs::Wanted,
};
use crate::{
    domain::{Candidate, FeaturePlan, Prediction, Predictions},
    io::Decoder,
    lightcurve::{Forest, forest::too_short},
};

/// What is known of a candidate before a forest judges it.
pub(crate) enum CurveInput {
    /// Nothing new: what the project has.
    Known(Predictions),
    Judge {
        /// What stands for each epoch already; none for those to be judged.
        settled: Vec<Option<Prediction>>,
        /// Its light curve.
        curve: CandidateCurve,
    },
}

/// The inputs of candidates. Light curves are measured only where an epoch has no score yet.
pub(crate) fn curve_inputs(
    candidates: &[&Candidate],
    plan: &FeaturePlan,
    wanted: &Wanted<'_>,
    decoder: &Decoder,
) -> Vec<CurveInput> {
    let input = |candidate: &&Candidate| {
        let settled = wanted.kept.known(candidate, wanted.input);
        let known = settled.iter().enumerate();
        // Before the fewest epochs a forest predicts nothing, and nothing is kept.
        let known = known.map(|(at, known)| match known {
            None if at + 1 < plan.fewest_epochs => Some(Prediction::Refused(
                too_short(at + 1, plan.fewest_epochs).into(),
            )),
            known => known.clone(),
        });
        match known.collect::<Option<Predictions>>() {
            Some(known) if settled.iter().any(Option::is_some) => CurveInput::Known(known),
            _ => CurveInput::Judge {
                settled,
                curve: of_candidate(candidate, decoder),
            },
        }
    };
    candidates.iter().map(input).collect()
}

/// What a forest predicts for candidates, after each of their epochs.
pub(crate) fn compute_curves(forest: &Forest, inputs: Vec<CurveInput>) -> Vec<Predictions> {
    let judged = |input| match input {
        CurveInput::Known(predictions) => predictions,
        CurveInput::Judge { settled, curve } => {
            let epochs = settled.into_iter().enumerate();
            let prediction = |(at, known): (usize, Option<Prediction>)| {
                known.unwrap_or_else(|| judge_epoch(forest, &curve, at))
            };
            epochs.map(prediction).collect()
        }
    };
    inputs.into_iter().map(judged).collect()
}

/// A verdict from the light curve up to an epoch. Refused are epochs without a measurement of their
/// own, and those before which there are too few.
fn judge_epoch(forest: &Forest, curve: &CandidateCurve, at: usize) -> Prediction {
    match &curve.epochs[at] {
        Err(why) => Prediction::Refused(Arc::clone(why)),
        Ok(_) => match forest.judge(&curve.until(at)) {
            Ok(row) => Prediction::Probabilities(row.into()),
            Err(why) => Prediction::Refused(why.into()),
        },
    }
}
