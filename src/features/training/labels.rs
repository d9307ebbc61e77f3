//! Labelled candidates as examples, divided by object into what is learned from and what is kept.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::{
    labelled_set::{LabelledSet, Sources},
    note::Note,
    sequences,
    training_set::{Prepared, TrainingSet},
    triplets,
};
use crate::{
    domain::{Candidate, Catalogue, ModelCard, ModelInput, fnv},
    features::{
        labelling::{truth_table::TruthTable, truths::Truths},
        training::labelled_set::IsKept,
    },
    learn::Dataset,
    workspace::open::read_until,
};

/// One labelled object in so many is kept for validation.
const VALIDATED: u64 = 6;

/// True for one object in so many, always the same.
pub(crate) fn is_for_validation(candidate: &Candidate) -> bool {
    part_of(candidate, VALIDATED) == 0
}

/// In which of so many parts an object falls, always the same: all its epochs are in one.
pub(crate) fn part_of(candidate: &Candidate, parts: u64) -> u64 {
    part_of_id(&candidate.id, parts)
}

/// The same by identifier.
pub(crate) fn part_of_id(id: &str, parts: u64) -> u64 {
    fnv::drawn(id.bytes()) % parts.max(1)
}

/// Labelled files: by their table, or by the classes that the data give.
///
/// # Errors
/// Where the table cannot be read.
pub(crate) fn labelled_files(
    paths: &[PathBuf],
    labels: Option<&Path>,
    card: &ModelCard,
    sources: Sources<'_>,
    is_kept: IsKept<'_>,
) -> anyhow::Result<LabelledSet> {
    let opened = read_until(paths, sources.decoder, sources.cancel);
    let table = labels.map(TruthTable::read).transpose()?;
    let truths = table.as_ref().map_or(Truths::Data, Truths::Table);
    let mut set = labelled(&opened.catalogue, truths, card, sources, is_kept)?;
    let read = opened.problems.iter();
    let read = read.chain(table.iter().flat_map(|table| &table.problems));
    let read = read.map(|problem| Note::Problem(problem.to_string()));
    set.notes.splice(..0, read.collect::<Vec<_>>());
    Ok(set)
}

/// A set whose truths are known.
///
/// # Errors
/// Where it was stopped.
pub(crate) fn labelled(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    card: &ModelCard,
    sources: Sources<'_>,
    is_kept: IsKept<'_>,
) -> anyhow::Result<LabelledSet> {
    match &card.input {
        ModelInput::Sequence(plan) => {
            sequences::labelled(catalogue, truths, card, plan, sources, is_kept)
        }
        _ => triplets::labelled(catalogue, truths, card, sources, is_kept),
    }
}

/// That a set has more than one class.
///
/// # Errors
/// Where it has not.
pub(crate) fn several_classes(set: &dyn Dataset, card: &ModelCard) -> anyhow::Result<()> {
    let mut classes = set.classes().iter();
    if let Some(first) = classes.next()
        && classes.all(|class| class == first)
    {
        let class = &card.classes[usize::from(*first)];
        bail!("all labels are {class}: a network learns from more than one class");
    }
    Ok(())
}

impl LabelledSet {
    /// The set for a training from the beginning.
    ///
    /// # Errors
    /// Where too little is labelled, or all alike.
    pub fn prepared(self, card: &ModelCard) -> anyhow::Result<Prepared> {
        let (training, validation) = (&self.training, &self.validation);
        if training.is_empty() || validation.is_empty() {
            bail!(
                "{} examples can be learned from and {} are kept for validation: too few{}",
                training.len(),
                validation.len(),
                self.notes_in_words()
            );
        }
        several_classes(&**training, card)?;
        Ok(Prepared {
            training: TrainingSet::Labelled(self.training),
            validation: self.validation,
            learned: self.learned,
            notes: self.notes,
        })
    }

    /// What was left out, to be put behind a sentence.
    pub fn notes_in_words(&self) -> String {
        let notes = self.notes.iter();
        notes
            .flat_map(|note| ["; ".to_owned(), note.to_string()])
            .collect()
    }
}
