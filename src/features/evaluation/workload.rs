//! Where to stop: how many of all scored candidates must be looked at to have found the real ones.

use super::{
    Request,
    judge::{likeliest_epoch, newest_epoch},
};
use crate::{
    domain::{Catalogue, JudgedAt, ModelFacts, ScoreBook, workload::Workload},
    features::labelling::truths::{Classes, Truths},
    learn::metrics::workload::{Ranked, workload},
};

/// Of a model that tells real from bogus: what the labels that there are let one expect of the whole set. An object
/// stands where its highest score puts it, or its last one where last epochs are judged.
pub(super) fn workload_of(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    scores: &ScoreBook,
    facts: &ModelFacts,
    request: &Request,
) -> Option<Workload> {
    let ranked = ranked_of(catalogue, truths, scores, facts, request.at)?;
    workload(&ranked, request.seed)
}

/// The scores of all candidates, and what the labels make of them; none of a model of other classes.
pub(super) fn ranked_of(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    scores: &ScoreBook,
    facts: &ModelFacts,
    at: Option<JudgedAt>,
) -> Option<Vec<Ranked>> {
    let positive = facts.positive?;
    let mut classes = Classes::new(truths, &facts.classes);
    let mut ranked = Vec::new();
    for (ix, candidate) in catalogue.iter() {
        let Some(predictions) = scores.get(&facts.id, ix) else {
            continue;
        };
        let found = match at {
            Some(JudgedAt::Last) => newest_epoch(predictions),
            _ => likeliest_epoch(predictions, facts),
        };
        let Some((epoch, probabilities)) = found else {
            continue;
        };
        let Some(score) = probabilities.get(positive) else {
            continue;
        };
        let truth = classes.of(candidate, epoch).ok();
        ranked.push(Ranked {
            score: f64::from(*score),
            is_real: truth.map(|truth| truth == positive),
            counts: !facts.learned.contains(&candidate.id),
        });
    }
    Some(ranked)
}
