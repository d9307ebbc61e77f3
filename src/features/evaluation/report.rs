//! A report: several models on one set of truths, what they differ in, and plots of all.

use std::{collections::BTreeSet, sync::Arc};

use serde::Serialize;

use super::{Request, compare, evaluate, over_seeds, plots::plots};
use crate::{
    domain::{
        Catalogue, Evaluation, ModelComparison, ModelFacts, Plot, ScoreBook, evaluation::OverSeeds,
    },
    features::labelling::truths::Truths,
};

/// Everything that is found out about models.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
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

/// Judges models by the truths that there are. All of them are judged on the same objects: those that none of them
/// has learned.
pub fn report(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    scores: &ScoreBook,
    models: &[ModelFacts],
    request: &Request,
) -> Report {
    let learned = models
        .iter()
        .flat_map(|facts| facts.learned.iter().cloned());
    let learned: Arc<BTreeSet<Arc<str>>> = Arc::new(learned.collect());
    let models: Vec<_> = models
        .iter()
        .map(|facts| {
            let facts = ModelFacts {
                learned: learned.clone(),
                ..facts.clone()
            };
            evaluate(catalogue, truths, scores, &facts, request)
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Candidate, Epoch, Measure, ModelId, Prediction};

    const COUNT: u32 = 200;

    /// Of the candidates every other one is real.
    fn catalogue() -> Catalogue {
        let mut catalogue = Catalogue::default();
        for at in 0..COUNT {
            let is_real = at % 2 == 1;
            catalogue.absorb(Candidate {
                id: format!("c{at}").into(),
                epochs: vec![Epoch {
                    mag_err: Some(if at < 100 { 0.3 } else { 0.02 }),
                    ..Epoch::default()
                }],
                truth: Some(if is_real { "real" } else { "bogus" }.into()),
                ..Candidate::default()
            });
        }
        catalogue
    }

    /// A model that is wrong on these.
    fn score(
        scores: &mut ScoreBook,
        name: &str,
        seed: u64,
        is_wrong: impl Fn(u32) -> bool,
    ) -> ModelFacts {
        let id = ModelId::new(name, seed << 32);
        for at in 0..COUNT {
            let is_called = (at % 2 == 1) != is_wrong(at);
            let noise = (at * 37 % 101) as f32 / 1000.0;
            let real = if is_called { 0.8 + noise } else { 0.1 + noise };
            let prediction = Prediction::Probabilities([1.0 - real, real].into());
            scores.put(&id, crate::domain::CandidateIx(at), [prediction].into());
        }
        ModelFacts {
            id,
            classes: ["bogus", "real"].map(String::from).into(),
            positive: Some(1),
            threshold: 0.5,
            learned: Arc::default(),
            sets: None,
        }
    }

    fn of(models: &dyn Fn(&mut ScoreBook) -> Vec<ModelFacts>) -> Report {
        let mut scores = ScoreBook::default();
        let models = models(&mut scores);
        report(
            &catalogue(),
            Truths::Data,
            &scores,
            &models,
            &Request::default(),
        )
    }

    #[test]
    fn perfect_and_inverted_models_are_told_for_what_they_are() {
        let found = of(&|scores| {
            vec![
                score(scores, "perfect", 0, |_| false),
                score(scores, "inverted", 0, |_| true),
            ]
        });
        let [perfect, inverted] = &found.models[..] else {
            panic!("{}", found.models.len())
        };
        for measure in [
            Measure::Accuracy,
            Measure::F1,
            Measure::Auc,
            Measure::MeanRecall,
        ] {
            assert_eq!(perfect.figures.get(measure), Some(1.0), "{measure:?}");
            // All of 200 right is no certainty.
            let error = perfect.uncertainty.get(measure).unwrap();
            assert!(error > 0.003 && error < 0.02, "{measure:?} {error}");
            assert_eq!(inverted.figures.get(measure), Some(0.0), "{measure:?}");
        }
        assert_eq!(perfect.figures.get(Measure::FnrAtFpr01), Some(0.0));
        // 100 bogus cannot measure a rate of one in a thousand.
        assert_eq!(perfect.figures.get(Measure::FnrAtFpr001), None);
        assert_eq!(inverted.figures.get(Measure::FnrAtFpr01), Some(1.0));
        let comparison = &found.comparisons[0];
        assert_eq!(
            (comparison.only_first_right, comparison.only_second_right),
            (200, 0)
        );
        assert!(comparison.mcnemar_p_value < 1e-20 && !comparison.is_exact);
        assert_eq!(comparison.differ.len(), 200);
        // Each epoch is judged for itself: nothing grows with their number.
        let empty = found.plots.iter().filter(|plot| plot.is_empty());
        let empty: Vec<_> = empty.map(|plot| plot.name).collect();
        assert_eq!(empty, ["recall_by_epochs"]);
    }

    #[test]
    fn errors_stand_in_the_bins_of_their_signal() {
        // Errors of 0.3 mag are S/N 3.6, those of 0.02 mag S/N 54.
        let found = of(&|scores| vec![score(scores, "faint", 0, |at| at < 50)]);
        let bins = &found.models[0].by_snr;
        let bins: Vec<_> = bins
            .iter()
            .map(|bin| (bin.from, bin.n, bin.wrong))
            .collect();
        assert_eq!(bins, [(3.0, 100, 50), (50.0, 100, 0)]);
    }

    #[test]
    fn models_of_one_name_are_told_together() {
        let found = of(&|scores| {
            (0..4)
                .map(|seed| score(scores, "cap", seed, |at| u64::from(at) < 10 * seed))
                .collect()
        });
        let [seeds] = &found.over_seeds[..] else {
            panic!("{:?}", found.over_seeds)
        };
        assert_eq!((seeds.models, &*seeds.name), (4, "cap"));
        let mean = seeds.figures.get(Measure::Accuracy).unwrap();
        assert!((mean - 0.925).abs() < 1e-12, "{mean}");
        // Accuracies 1, .95, .9, .85.
        let spread = seeds.uncertainty.get(Measure::Accuracy).unwrap();
        assert!(
            (spread - 0.064_549_722_436_790_28).abs() < 1e-12,
            "{spread}"
        );
        assert_eq!(found.comparisons.len(), 3);
    }

    #[test]
    fn models_are_judged_on_what_none_of_them_has_learned() {
        let found = of(&|scores| {
            let parent = score(scores, "parent", 0, |at| at < 20);
            let mut version = score(scores, "version", 1, |at| at < 4);
            // Of the first hundred it has seen every label.
            version.learned = Arc::new((0..100).map(|at| format!("c{at}").into()).collect());
            vec![parent, version]
        });
        for model in &found.models {
            assert_eq!((model.n, model.left_out[0].n), (100, 100));
            assert!(model.left_out[0].why.contains("has learned"));
            assert_eq!(model.figures.get(Measure::Accuracy), Some(1.0));
        }
        assert_eq!(found.comparisons[0].n, 100);
    }

    #[test]
    fn nothing_judged_has_no_figure_and_says_why() {
        let found = of(&|_| {
            vec![ModelFacts {
                id: ModelId::new("absent", 0),
                classes: ["bogus", "real"].map(String::from).into(),
                positive: Some(1),
                threshold: 0.5,
                learned: Arc::default(),
                sets: None,
            }]
        });
        let model = &found.models[0];
        assert_eq!((model.n, model.figures.get(Measure::Accuracy)), (0, None));
        assert_eq!(model.left_out[0].n, 200);
        assert!(found.plots.iter().all(Plot::is_empty));
        let json = serde_json::to_value(model).unwrap();
        assert!(json["auc"].is_null());
    }
}
