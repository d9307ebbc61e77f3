//! A report: several models on one set of truths, what they differ in, and plots of all.

use serde::Serialize;

use super::{Request, Truths, compare, evaluate, over_seeds, plots::plots};
use crate::domain::{
    Catalogue, Evaluation, ModelComparison, ModelFacts, Plot, ScoreBook, evaluation::OverSeeds,
};

/// Everything that is found out about models.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Each model.
    pub models: Vec<Evaluation>,
    /// Models of one name together, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub over_seeds: Vec<OverSeeds>,
    /// The first of them against each of the others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<ModelComparison>,
    /// Pictures of all.
    #[serde(skip)]
    pub plots: Vec<Plot>,
}

/// Judges models by the truths that there are.
pub fn report(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    scores: &ScoreBook,
    models: &[ModelFacts],
    request: &Request,
) -> Report {
    let models: Vec<_> = models
        .iter()
        .map(|facts| evaluate(catalogue, truths, scores, facts, request))
        .collect();
    let comparisons = match models.split_first() {
        Some((first, others)) => others
            .iter()
            .filter(|other| other.classes == first.classes)
            .map(|other| compare(first, other))
            .collect(),
        None => Vec::new(),
    };
    Report {
        over_seeds: over_seeds(&models),
        comparisons,
        plots: plots(&models),
        models,
    }
}
