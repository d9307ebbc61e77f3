//! Labelled stamps as examples, divided by object into what is learned from and what is kept.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::bail;

use super::{
    open::read_until,
    score::prepare_candidate,
    training_set::{Prepared, Sources, TrainingSet},
    truth_table::TruthTable,
    truths::Truths,
};
use crate::{
    domain::{Candidate, Catalogue, LabelBook, ModelCard, class_of, fnv},
    learn::{Example, Examples},
};

/// One labelled object in so many is kept for validation.
const VALIDATED: u64 = 6;

/// The set that is open in the window with the labels of its project, as they were when the
/// training was ordered.
#[derive(Clone)]
pub struct OpenedSet {
    /// What was opened, in words.
    pub name: Arc<str>,
    /// Its candidates.
    pub catalogue: Arc<Catalogue>,
    /// Their labels.
    pub book: Arc<LabelBook>,
}

impl OpenedSet {
    /// Every label of a candidate of the set, as one number.
    pub(super) fn fingerprint(&self) -> String {
        let mut hash = fnv::FNV_START;
        let mut count = 0_usize;
        for (_, candidate) in self.catalogue.iter() {
            let classes = &self.book.state(&candidate.id).classes;
            for text in [&candidate.id].into_iter().chain(classes) {
                hash = fnv::fnv1a(hash, text.bytes().chain([0]));
            }
            count += usize::from(!classes.is_empty());
        }
        format!("{count} labels {hash:x}")
    }
}

impl PartialEq for OpenedSet {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.fingerprint() == other.fingerprint()
    }
}

impl fmt::Debug for OpenedSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} candidates", self.name, self.catalogue.len())
    }
}

/// Labelled files: by their table, or by the classes that the data give.
///
/// # Errors
/// Where the table cannot be read, or too little is labelled.
pub(super) fn labelled_files(
    paths: &[PathBuf],
    labels: Option<&Path>,
    card: &ModelCard,
    sources: Sources<'_>,
) -> anyhow::Result<Prepared> {
    let opened = read_until(paths, sources.decoder, sources.cancel);
    let table = labels.map(TruthTable::read).transpose()?;
    let truths = table.as_ref().map_or(Truths::Data, Truths::Table);
    let mut prepared = labelled(&opened.catalogue, truths, card, sources)?;
    let read = opened.problems.iter();
    let read = read.chain(table.iter().flat_map(|table| &table.problems));
    prepared
        .notes
        .splice(..0, read.map(ToString::to_string).collect::<Vec<_>>());
    Ok(prepared)
}

/// A set whose truths are known.
///
/// # Errors
/// Where too little is labelled, or all alike.
pub(super) fn labelled(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    card: &ModelCard,
    sources: Sources<'_>,
) -> anyhow::Result<Prepared> {
    let mut sheet = Sheet::new(card);
    for (_, candidate) in catalogue.iter() {
        if sources.cancel.is_cancelled() {
            bail!("stopped");
        }
        sheet.take(candidate, truths, sources)?;
    }
    sheet.check(catalogue.len())?;
    let counts = sheet.left_out.into_iter();
    Ok(Prepared {
        training: TrainingSet::Labelled(Arc::new(sheet.training)),
        validation: sheet.validation,
        notes: counts
            .map(|(why, count)| format!("{count} epochs left out: {why}"))
            .collect(),
    })
}

/// What was found so far.
struct Sheet<'a> {
    card: &'a ModelCard,
    training: Examples,
    validation: Examples,
    left_out: BTreeMap<String, usize>,
}

impl<'a> Sheet<'a> {
    fn new(card: &'a ModelCard) -> Self {
        let empty = || Examples::new(card.input.channels.len(), card.input.side_px);
        Self {
            card,
            training: empty(),
            validation: empty(),
            left_out: BTreeMap::new(),
        }
    }

    fn leave_out(&mut self, why: String) {
        *self.left_out.entry(why).or_default() += 1;
    }

    fn take(
        &mut self,
        candidate: &Candidate,
        truths: Truths<'_>,
        sources: Sources<'_>,
    ) -> anyhow::Result<()> {
        let class = |epoch| {
            let label = truths.label(candidate, epoch)?;
            let class = class_of(&label, &self.card.classes);
            class.ok_or_else(|| format!("label \"{label}\" is no class of {}", self.card.name))
        };
        let classes: Vec<_> = (0..candidate.epochs.len()).map(class).collect();
        if classes.iter().all(Result::is_err) {
            // Nothing of it is decoded.
            let reasons = classes.into_iter().filter_map(Result::err);
            reasons.for_each(|why| self.leave_out(why));
            return Ok(());
        }
        let inputs = prepare_candidate(candidate, self.card, sources.decoder);
        let hash = fnv::fnv1a(fnv::FNV_START, candidate.id.bytes());
        let is_kept = hash.rotate_left(17).is_multiple_of(VALIDATED);
        for (class, input) in classes.into_iter().zip(inputs) {
            match (class, input) {
                (Ok(class), Ok(input)) => {
                    let class = class as u8;
                    let set = if is_kept {
                        &mut self.validation
                    } else {
                        &mut self.training
                    };
                    set.push(&Example { input, class })?;
                }
                (Ok(_), Err(why)) => self.leave_out(why.to_string()),
                (Err(why), _) => self.leave_out(why),
            }
        }
        Ok(())
    }

    fn check(&self, candidates: usize) -> anyhow::Result<()> {
        let (training, validation) = (&self.training, &self.validation);
        if training.is_empty() || validation.is_empty() {
            bail!(
                "of {candidates} candidates {} epochs can be learned from and {} kept for \
                 validation: too few",
                training.len(),
                validation.len()
            );
        }
        let first = training.classes()[0];
        if training.classes().iter().all(|class| *class == first) {
            let class = &self.card.classes[usize::from(first)];
            bail!("all labels are {class}: a network learns from more than one class");
        }
        Ok(())
    }
}
