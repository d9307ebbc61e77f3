//! Several models: what two of them differ in, and how those of one name scatter.

use std::collections::{BTreeMap, HashMap};

use crate::{
    domain::{Evaluation, Figures, Judged, Measure, ModelComparison, evaluation::OverSeeds},
    learn::metrics::{bootstrap::mean_and_deviation, mcnemar::mcnemar, rank_correlation::spearman},
};

/// Compares two models on what both have judged.
///
/// McNemar's test takes what was judged as independent. Epochs of one object are not: where objects
/// have many and each is judged, the chance comes out too small.
pub fn compare(first: &Evaluation, second: &Evaluation) -> ModelComparison {
    let key = |judged: &Judged| (judged.candidate, judged.epoch);
    // Where one epoch stands for an object, two models may have chosen different ones.
    let key = |judged: &Judged| match first.at {
        crate::domain::JudgedAt::Each => key(judged),
        _ => (judged.candidate, 0),
    };
    let of_second: HashMap<_, _> = second.judged.iter().map(|j| (key(j), j)).collect();
    let both = first.judged.iter().filter_map(|judged| {
        let other = of_second.get(&key(judged))?;
        Some([*judged, **other])
    });
    let both: Vec<[Judged; 2]> = both.collect();
    let count = |wanted: [bool; 2]| {
        let is_wanted = |pair: &&[Judged; 2]| pair.map(|judged| judged.is_right()) == wanted;
        both.iter().filter(is_wanted).count() as u64
    };
    let test = mcnemar(count([true, false]), count([false, true]));
    let scores: Vec<_> = both
        .iter()
        .map(|[a, b]| (f64::from(a.score), f64::from(b.score)))
        .collect();
    let is_binary = first.positive.is_some() && second.positive.is_some();
    let differ = both
        .iter()
        .filter(|[a, b]| a.predicted != b.predicted)
        .copied();
    ModelComparison {
        models: [first.model.clone(), second.model.clone()],
        n: both.len(),
        only_first_right: test.only_first,
        only_second_right: test.only_second,
        mcnemar_p_value: test.p_value,
        is_exact: test.is_exact,
        rank_correlation: is_binary.then(|| spearman(&scores)).flatten(),
        differ: differ.collect(),
    }
}

/// Mean and spread over models of one name, where there are several: trained with other seeds, as a rule.
pub fn over_seeds(evaluations: &[Evaluation]) -> Vec<OverSeeds> {
    let mut of_name: BTreeMap<&str, Vec<&Evaluation>> = BTreeMap::new();
    for evaluation in evaluations {
        let models = of_name.entry(evaluation.model.name()).or_default();
        models.push(evaluation);
    }
    let several = of_name.into_iter().filter(|(_, models)| models.len() > 1);
    let row = |(name, models): (&str, Vec<&Evaluation>)| {
        let mut figures = Figures::default();
        let mut uncertainty = Figures::default();
        for (at, measure) in Measure::ALL.into_iter().enumerate() {
            let values = models.iter().filter_map(|model| model.figures.get(measure));
            if let Some((mean, deviation)) = mean_and_deviation(values) {
                figures.0[at] = Some(mean);
                uncertainty.0[at] = deviation;
            }
        }
        OverSeeds {
            name: name.to_owned(),
            models: models.len(),
            figures,
            uncertainty,
        }
    };
    several.map(row).collect()
}
