//! Fine-tuning a forest: it is grown anew, from the labels of a new sky and, as many of them in each
//! tree, simulated light curves of the old one.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use anyhow::ensure;

use super::fine_tuning::{FineTuneOrder, count_by_class};
use crate::{
    domain::{Confusion, DomainFigures, FineTuneFigures, ModelCard},
    features::training::{
        forest::{
            forest_set::KnownCurve,
            judge::judge,
            order::{ForestOrder, SimulatedObjects, usual_growth},
            train::{ForestStage, ReportStage, gather, validation},
        },
        labels::part_of_id,
        note::Note,
    },
    lightcurve::Forest,
    tasks::cancel::CancelToken,
};

/// Simulated objects unless the user says how many.
const USUAL_OBJECTS: usize = 7_000;
/// Beginnings of each light curve that are learned beside the whole.
const BEGINNINGS: usize = 3;
/// One labelled object in so many is held out to measure with.
const HELD_OUT: u64 = 4;

/// A forest that was grown anew.
#[derive(Clone, Debug, PartialEq)]
pub struct GrownForest {
    /// It, the figures in its card.
    pub forest: Forest,
    /// What was gained and lost.
    pub figures: FineTuneFigures,
    /// Labels of each class.
    pub labels: Vec<(String, usize)>,
    /// What was left out of the labels, and why.
    pub notes: Vec<Note>,
}

/// Grows a forest beside its parent; none where it was cancelled. Where there are labels enough, some
/// are held out and a forest grown without them is measured with them; simulated objects that neither
/// saw stand for the old sky.
///
/// # Errors
/// Where the labels or the survey cannot be used.
pub fn retrain(
    order: &FineTuneOrder,
    parent: &Forest,
    cancel: &CancelToken,
    report: ReportStage<'_>,
) -> anyhow::Result<Option<GrownForest>> {
    let forest_order = forest_order(order, parent.card());
    let classes = &parent.card().classes;
    let Some(mut material) = gather(&forest_order, classes, cancel, report)? else {
        return Ok(None);
    };
    let found = classes_of(&material.labelled);
    ensure!(
        found.len() > 1,
        "all labels are of one class: a forest learns from more than one"
    );
    let growing = Growing {
        order: &forest_order,
        cancel,
        report,
    };
    let mut figures = FineTuneFigures::default();
    let division = order
        .is_measured
        .then(|| divided(&material.labelled, &parent.card().training.learned));
    if let Some((trained, held_out)) = division.flatten() {
        let all = std::mem::replace(&mut material.labelled, trained);
        let Some(forest) = material.grown(&forest_order, cancel, report)? else {
            return Ok(None);
        };
        let Some(both) = growing.judged([parent, &forest], &held_out)? else {
            return Ok(None);
        };
        figures.target_domain = DomainFigures::of(&both[0], &both[1]);
        material.labelled = all;
    }
    let Some(mut forest) = material.grown(&forest_order, cancel, report)? else {
        return Ok(None);
    };
    let Some(test) = validation(&forest_order, parent, Vec::new(), cancel, report)? else {
        return Ok(None);
    };
    let Some(both) = growing.judged([parent, &forest], &test)? else {
        return Ok(None);
    };
    figures.source_domain = DomainFigures::of(&both[0], &both[1]);
    forest.figures_mut().extend(figures.by_name());
    let labelled = material.labelled.iter().map(|known| known.class);
    Ok(Some(GrownForest {
        labels: count_by_class(labelled, classes),
        notes: material.notes,
        forest,
        figures,
    }))
}

struct Growing<'a> {
    order: &'a ForestOrder,
    cancel: &'a CancelToken,
    report: ReportStage<'a>,
}

impl Growing<'_> {
    fn judged(
        &self,
        forests: [&Forest; 2],
        objects: &[KnownCurve],
    ) -> anyhow::Result<Option<Vec<Confusion>>> {
        let report_done = |done: usize| (self.report)(ForestStage::Judging, done, objects.len());
        let judged = forests.map(|forest| {
            let judged = judge(
                forest,
                objects,
                self.order.threads,
                self.cancel,
                &report_done,
            )?;
            Ok(judged.map(|judged| judged.whole))
        });
        judged.into_iter().collect()
    }
}

/// Labelled objects to learn from, and to measure with; none where a class would be left without one.
/// What the parent has `learned` already measures nothing.
fn divided(all: &[KnownCurve], learned: &[Arc<str>]) -> Option<(Vec<KnownCurve>, Vec<KnownCurve>)> {
    let is_trained =
        |known: &KnownCurve| part_of_id(&known.id, HELD_OUT) != 0 || learned.contains(&known.id);
    let (trained, held_out): (Vec<_>, Vec<_>) = all.iter().cloned().partition(is_trained);
    let is_enough = !held_out.is_empty() && classes_of(&trained) == classes_of(all);
    is_enough.then_some((trained, held_out))
}

fn classes_of(curves: &[KnownCurve]) -> BTreeSet<u8> {
    curves.iter().map(|known| known.class).collect()
}

fn forest_order(order: &FineTuneOrder, parent: &ModelCard) -> ForestOrder {
    ForestOrder {
        simulated: Some(SimulatedObjects {
            survey: order.survey_of(parent).to_owned(),
            templates: order.templates.clone(),
            count: order.replay.unwrap_or(USUAL_OBJECTS).max(1) as u64,
        }),
        labelled: Some(order.labels.clone()),
        validation: order.test as u64,
        beginnings: BEGINNINGS,
        trees: parent.members as u64,
        growth: usual_growth(order.seed),
        threads: order.threads,
        seed: order.seed,
        name: order.name.clone().unwrap_or_else(|| parent.name.clone()),
        command: order.command.clone(),
        commit: parent.training.commit.clone(),
        out: PathBuf::new(),
    }
}
