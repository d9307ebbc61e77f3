//! Training a forest: light curves out of the simulator or a labelled set, features, trees, and a
//! model file at the end.

pub use super::order::{ForestOrder, SimulatedObjects, usual_growth};

use super::{
    forest_set::{KnownCurve, LabelledSet, VALIDATION_FROM, labelled, simulated, simulator},
    judge::{ForestJudgement, judge},
};
use crate::{
    english,
    features::training::note::Note,
    lightcurve::{
        Forest,
        growing::{Example, Origin, grow},
        tree::Tree,
    },
    tasks::{cancel::CancelToken, parallel::in_parallel},
};

/// What a training is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForestStage {
    /// Measuring the labelled set.
    Measuring,
    /// Simulating and measuring what is learned from.
    Simulating,
    /// Growing trees.
    Growing,
    /// Simulating what is validated with.
    SimulatingValidation,
    Judging,
}

impl ForestStage {
    /// What is being done, in a word or two.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Measuring => english!("objects measured"),
            Self::Simulating => english!("objects simulated"),
            Self::Growing => english!("trees grown"),
            Self::SimulatingValidation => english!("validation objects simulated"),
            Self::Judging => english!("validation objects judged"),
        }
    }
}

/// Hears how many of how many are done, from any thread.
pub type ReportStage<'a> = &'a (dyn Fn(ForestStage, usize, usize) + Sync);

#[derive(Clone, Debug, PartialEq)]
pub struct TrainedForest {
    /// The forest, with its figures in the card.
    pub forest: Forest,
    /// How well it judges what it has not learned from; none without validation.
    pub judgement: Option<ForestJudgement>,
    /// What the user must know of the data: what was left out, and why.
    pub notes: Vec<Note>,
}

/// Trains; where it was cancelled, none. The order decides every byte of the trees, whatever the
/// number of threads.
///
/// # Errors
/// Where the order is impossible, or the data cannot be used.
pub fn train(
    order: &ForestOrder,
    cancel: &CancelToken,
    report: ReportStage<'_>,
) -> anyhow::Result<Option<TrainedForest>> {
    order.check()?;
    let classes = order.card().classes;
    let Some(mut material) = gather(order, &classes, cancel, report)? else {
        return Ok(None);
    };
    // Beside simulations every label is learned from: validation is simulated.
    let kept = match order.simulated {
        Some(_) => Vec::new(),
        None => material.divide(),
    };
    let Some(mut forest) = material.grown(order, cancel, report)? else {
        return Ok(None);
    };
    let Some(validation) = validation(order, &forest, kept, cancel, report)? else {
        return Ok(None);
    };
    let all = validation.len();
    let report_done = |done: usize| report(ForestStage::Judging, done, all);
    let judged = judge(&forest, &validation, order.threads, cancel, &report_done)?;
    let Some(judgement) = judged.filter(|_| !cancel.is_cancelled()) else {
        return Ok(None);
    };
    let judgement = (all > 0).then_some(judgement);
    if let Some(judgement) = &judgement {
        forest.figures_mut().extend(judgement.figures());
    }
    Ok(Some(TrainedForest {
        forest,
        judgement,
        notes: material.notes,
    }))
}

/// What is learned from.
pub(crate) struct Material {
    /// Labelled objects.
    pub labelled: Vec<KnownCurve>,
    simulated: Vec<Example>,
    /// What was left out of the labels, and why.
    pub notes: Vec<Note>,
}

impl Material {
    /// Takes some labelled objects out, to validate with.
    fn divide(&mut self) -> Vec<KnownCurve> {
        let curves = std::mem::take(&mut self.labelled);
        let notes = Vec::new();
        let (learned, kept) = LabelledSet { curves, notes }.divided();
        self.labelled = learned;
        kept
    }

    /// A forest of it, without figures; where it was cancelled, none.
    ///
    /// # Errors
    /// Where no tree can be grown.
    pub fn grown(
        &self,
        order: &ForestOrder,
        cancel: &CancelToken,
        report: ReportStage<'_>,
    ) -> anyhow::Result<Option<Forest>> {
        let mut card = order.card();
        let labelled = self.labelled.iter();
        let labelled =
            labelled.filter_map(|known| known.example(Origin::Labelled, order.beginnings));
        let examples: Vec<Example> = labelled.chain(self.simulated.iter().cloned()).collect();
        let (classes, trees) = (card.classes.len(), order.trees as usize);
        let one = |number: u64| grow(&examples, classes, &order.growth, number);
        let report_done = |done: usize| report(ForestStage::Growing, done, trees);
        let grown = in_parallel(0..order.trees, order.threads, cancel, &report_done, &one)?;
        let Some(grown) = grown else {
            return Ok(None);
        };
        let trees: Vec<Tree> = grown.into_iter().collect::<Result<_, _>>()?;
        card.parameters = trees.iter().map(Tree::len).sum();
        let rows = examples.iter().map(|example| example.rows.len() as u64);
        card.training.examples = rows.sum();
        let learned = self.labelled.iter().map(|known| known.id.clone());
        card.training.learned = learned.collect();
        Forest::new(card, trees)
            .map(Some)
            .map_err(anyhow::Error::msg)
    }
}

/// Measures labelled objects and simulates others; where it was cancelled, none.
///
/// # Errors
/// Where the data cannot be used.
pub(crate) fn gather(
    order: &ForestOrder,
    classes: &[String],
    cancel: &CancelToken,
    report: ReportStage<'_>,
) -> anyhow::Result<Option<Material>> {
    let mut material = Material {
        labelled: Vec::new(),
        simulated: Vec::new(),
        notes: Vec::new(),
    };
    let beginnings = order.beginnings;
    if let Some(source) = &order.labelled {
        let report_done = |done: usize, all: usize| report(ForestStage::Measuring, done, all);
        let Some(set) = labelled(source, classes, order.threads, cancel, &report_done)? else {
            return Ok(None);
        };
        (material.labelled, material.notes) = (set.curves, set.notes);
    }
    if let Some(objects) = &order.simulated {
        let simulator = simulator(objects, order.seed)?;
        let all = objects.count as usize;
        let report_done = |done: usize| report(ForestStage::Simulating, done, all);
        let example = |known: KnownCurve| known.example(Origin::Simulated, beginnings);
        let numbers = 0..objects.count;
        let threads = order.threads;
        let made = simulated(
            &simulator,
            classes,
            numbers,
            threads,
            cancel,
            &report_done,
            &example,
        )?;
        let Some(made) = made else {
            return Ok(None);
        };
        material.simulated = made;
    }
    Ok(Some(material))
}

/// Simulated objects to judge with; those that were kept where nothing is simulated.
pub(crate) fn validation(
    order: &ForestOrder,
    forest: &Forest,
    kept: Vec<KnownCurve>,
    cancel: &CancelToken,
    report: ReportStage<'_>,
) -> anyhow::Result<Option<Vec<KnownCurve>>> {
    let Some(objects) = &order.simulated else {
        return Ok(Some(kept));
    };
    let simulator = simulator(objects, order.seed)?;
    let all = order.validation as usize;
    let report_done = |done: usize| report(ForestStage::SimulatingValidation, done, all);
    let numbers = VALIDATION_FROM..VALIDATION_FROM + order.validation;
    let classes = &forest.card().classes;
    simulated(
        &simulator,
        classes,
        numbers,
        order.threads,
        cancel,
        &report_done,
        &Some,
    )
}
