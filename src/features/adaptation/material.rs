//! What fine-tuning learns from and is measured with: labels in parts, and simulated examples of the old
//! sky. Nothing of it computes networks.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::bail;

use super::{
    new_classes::new_classes,
    order::{FineTuneOrder, parts},
};
use crate::{
    domain::{Candidate, ModelCard},
    features::training::{
        input_memory::InputMemory,
        label_source::OpenedLabels,
        labelled_set::Sources,
        labels::{part_of, several_classes},
        note::Note,
        training_set::{simulated_dataset, simulator_for},
    },
    io::Decoder,
    learn::Dataset,
    tasks::cancel::CancelToken,
};

/// Simulated examples that the old sky is tested with have numbers from here on.
const TEST_FROM: u64 = 1 << 41;
/// Those that are replayed, from here on.
const REPLAY_FROM: u64 = 1 << 42;
/// Those by which a stage is chosen that does not forget, from here on.
const CHOICE_FROM: u64 = 1 << 43;

/// Labels of which some objects are held out.
pub(crate) struct Fold {
    pub trained: Arc<dyn Dataset>,
    pub held_out: Arc<dyn Dataset>,
}

pub struct Material {
    /// All labels.
    pub(crate) labelled: Arc<dyn Dataset>,
    /// The same, divided by object.
    pub(crate) folds: Vec<Fold>,
    /// Simulated examples that are shown again.
    pub(crate) replayed: Arc<dyn Dataset>,
    /// Simulated examples by which a stage is chosen that does not forget the source domain.
    pub(crate) choice: Arc<dyn Dataset>,
    /// Simulated examples to test with: nothing is learned from them or chosen by them.
    pub(crate) test: Arc<dyn Dataset>,
    /// Classes that the model is given.
    pub(crate) new_classes: Vec<String>,
    /// Identifiers of the labelled objects.
    pub(crate) learned: Vec<Arc<str>>,
    /// What was left out, and why.
    pub notes: Vec<Note>,
}

impl Material {
    /// What is learned in the round of that number: all labels but those that it holds out.
    pub(crate) fn trained(&self, round: usize) -> Arc<dyn Dataset> {
        match self.folds.get(round) {
            Some(fold) => fold.trained.clone(),
            None => self.labelled.clone(),
        }
    }

    /// Reads labels and simulates source-domain examples.
    ///
    /// # Errors
    /// Where there are too few labels, or the survey cannot be used.
    pub fn gather(
        order: &FineTuneOrder,
        card: &ModelCard,
        decoder: &Decoder,
        cancel: &CancelToken,
    ) -> anyhow::Result<Self> {
        let memory = InputMemory::default();
        let sources = Sources {
            decoder,
            cancel,
            memory: &memory,
        };
        let opened = OpenedLabels::open(&order.labels, sources)?;
        let mut card = card.clone();
        let new_classes = if order.has_new_classes {
            new_classes(&opened, &card)?
        } else {
            Vec::new()
        };
        card.classes.extend_from_slice(&new_classes);
        let card = &card;
        let set = opened.examples(card, sources, &|_| false)?;
        if set.training.is_empty() {
            bail!("there is no label to learn from{}", set.notes_in_words());
        }
        several_classes(&*set.training, card)?;
        let known = opened.in_order(card);
        let known = known.iter().filter(|one| is_learned(card, one)).count();
        let mut notes = set.notes;
        if known > 0 {
            let model = card.name.clone();
            notes.push(Note::Learned {
                labels: known,
                model,
            });
        }
        Ok(Self {
            folds: folds(order, card, &opened, &*set.training, sources)?,
            labelled: set.training,
            replayed: replayed(order, card)?,
            choice: simulated(order, card, CHOICE_FROM, order.test.max(1))?,
            test: simulated(order, card, TEST_FROM, order.test.max(1))?,
            new_classes,
            learned: opened
                .in_order(card)
                .into_iter()
                .map(|one| one.id.clone())
                .collect(),
            notes,
        })
    }
}

/// Simulated examples that are shown again.
pub(crate) fn replayed(
    order: &FineTuneOrder,
    card: &ModelCard,
) -> anyhow::Result<Arc<dyn Dataset>> {
    simulated(order, card, REPLAY_FROM, order.replayed())
}

fn simulated(
    order: &FineTuneOrder,
    card: &ModelCard,
    from: u64,
    count: usize,
) -> anyhow::Result<Arc<dyn Dataset>> {
    let survey = order.survey_of(card);
    let simulator = simulator_for(survey, order.templates.as_ref(), card, order.seed)?;
    simulated_dataset(&simulator, from..from + count as u64, order.threads, card)
}

/// True where a model, or one that it was fine-tuned from, has learned the label of an object.
pub(crate) fn is_learned(card: &ModelCard, candidate: &Candidate) -> bool {
    card.training.learned.contains(&candidate.id)
}

/// The labels divided; a part without which a class is not taught, or without labels, measures nothing
/// and is left out.
fn folds(
    order: &FineTuneOrder,
    card: &ModelCard,
    opened: &OpenedLabels<'_>,
    all: &dyn Dataset,
    sources: Sources<'_>,
) -> anyhow::Result<Vec<Fold>> {
    let mut folds = Vec::new();
    if !order.is_measured {
        return Ok(folds);
    }
    let (parts, held_out) = parts(all.len(), &card.input);
    let classes =
        |dataset: &dyn Dataset| dataset.classes().iter().copied().collect::<BTreeSet<u8>>();
    for part in 0..held_out {
        // What the model knows already measures nothing: it is learned again in every round.
        let set = opened.examples(card, sources, &|candidate| {
            part_of(candidate, parts) == part && !is_learned(card, candidate)
        })?;
        if !set.validation.is_empty() && classes(&*set.training) == classes(all) {
            folds.push(Fold {
                trained: set.training,
                held_out: set.validation,
            });
        }
    }
    Ok(folds)
}
