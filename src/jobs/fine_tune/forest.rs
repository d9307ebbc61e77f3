//! Fine-tuning a forest: it is grown anew, from the labels of a new sky and, as many of them in each
//! tree, simulated light curves of the old one.

use std::path::Path;

use anyhow::bail;

use super::{FineTuneOrder, LabelSource};
use crate::{
    domain::ModelCard,
    jobs::{
        forest_judge::judge,
        forest_order::{ForestOrder, LabelledObjects, SimulatedObjects, usual_growth},
        forest_train::{ForestStage, Told, TrainedForest, train, validation},
        reporter::CancelToken,
    },
    lightcurve::Forest,
};

/// Simulated objects unless the user says how many.
const USUAL_OBJECTS: usize = 7_000;
/// Beginnings of each light curve that are learned beside the whole.
const BEGINNINGS: usize = 3;

/// Grows a forest beside its parent; none where it was cancelled. The card tells the accuracy of both
/// on simulated objects that neither saw: `old_sky_accuracy_before`, `old_sky_accuracy_after`.
///
/// # Errors
/// Where the labels or the survey cannot be used.
pub fn retrain(
    order: &FineTuneOrder,
    parent: &Forest,
    out: &Path,
    cancel: &CancelToken,
    told: Told<'_>,
) -> anyhow::Result<Option<TrainedForest>> {
    let forest_order = forest_order(order, parent.card(), out)?;
    let Some(mut trained) = train(&forest_order, cancel, told)? else {
        return Ok(None);
    };
    let Some(objects) = validation(&forest_order, parent, Vec::new(), cancel, told)? else {
        return Ok(None);
    };
    let all = objects.len();
    let heard = |done: usize| told(ForestStage::Judging, done, all);
    let Some(before) = judge(parent, &objects, order.threads, cancel, &heard)? else {
        return Ok(None);
    };
    let after = trained.judgement.as_ref();
    let accuracies = [
        ("old_sky_accuracy_before", before.whole.accuracy()),
        (
            "old_sky_accuracy_after",
            after.and_then(|after| after.whole.accuracy()),
        ),
    ];
    for (name, accuracy) in accuracies {
        let figures = trained.forest.figures_mut();
        figures.extend(accuracy.map(|accuracy| (name.to_owned(), accuracy)));
    }
    Ok(Some(trained))
}

fn forest_order(
    order: &FineTuneOrder,
    parent: &ModelCard,
    out: &Path,
) -> anyhow::Result<ForestOrder> {
    let LabelSource::Files { paths, labels } = &order.labels else {
        bail!("a forest learns labels of files: use `destello fine-tune`");
    };
    Ok(ForestOrder {
        simulated: Some(SimulatedObjects {
            survey: order.survey_of(parent).to_owned(),
            templates: order.templates.clone(),
            count: order.replay.unwrap_or(USUAL_OBJECTS).max(1) as u64,
        }),
        labelled: Some(LabelledObjects {
            paths: paths.clone(),
            labels: labels.clone(),
        }),
        validation: order.test as u64,
        beginnings: BEGINNINGS,
        trees: parent.members as u64,
        growth: usual_growth(order.seed),
        threads: order.threads,
        seed: order.seed,
        name: order.name.clone().unwrap_or_else(|| parent.name.clone()),
        command: order.command.clone(),
        commit: parent.training.commit.clone(),
        out: out.to_owned(),
    })
}
