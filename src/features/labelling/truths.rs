//! What candidates really are: out of a table, as the data say, or as people labelled them.

use std::{collections::HashMap, sync::Arc};

use super::truth_table::TruthTable;
use crate::{
    domain::{Candidate, LabelBook, class_of, is_class},
    english,
};

#[derive(Clone, Copy, Debug)]
pub enum Truths<'a> {
    /// The class in the data (`CLASS` header).
    Data,
    /// A table of labels.
    Table(&'a TruthTable),
    Labels(&'a LabelBook),
}

/// The same for work that takes them along.
#[derive(Debug)]
pub enum TruthsAtHand {
    /// The class in the data.
    Data,
    /// A table of labels.
    Table(TruthTable),
    Labels(Arc<LabelBook>),
}

impl TruthsAtHand {
    /// To look them up.
    pub fn as_truths(&self) -> Truths<'_> {
        match self {
            Self::Data => Truths::Data,
            Self::Table(table) => Truths::Table(table),
            Self::Labels(book) => Truths::Labels(book),
        }
    }
}

/// Truths as positions among the classes of a model.
pub(crate) struct Classes<'a> {
    truths: Truths<'a>,
    names: &'a [String],
    /// Labels come by the thousand and are few.
    known: HashMap<Arc<str>, Option<usize>>,
}

impl<'a> Classes<'a> {
    pub fn new(truths: Truths<'a>, names: &'a [String]) -> Self {
        Self {
            truths,
            names,
            known: HashMap::new(),
        }
    }

    /// The position of an epoch's true class, or why it has none.
    pub fn of(&mut self, candidate: &Candidate, epoch: usize) -> Result<usize, String> {
        let label = self.truths.label(candidate, epoch)?;
        let names = self.names;
        let known = self.known.entry(label.clone());
        let class = *known.or_insert_with(|| class_of(&label, names));
        class.ok_or_else(|| format!("labelled \"{label}\", which is no class of the model"))
    }

    /// True where the label of an epoch is a class that vocabularies know and the model has not.
    pub fn is_of_another_class(&self, candidate: &Candidate, epoch: usize) -> bool {
        let label = self.truths.label(candidate, epoch);
        label.is_ok_and(|label| self.known.get(&label) == Some(&None) && is_class(&label))
    }
}

impl Truths<'_> {
    /// The epoch that the label of a candidate is about, for what looks at single epochs: the one that
    /// was on the screen, else the brightest. A supernova has epochs in which nothing is to be seen. None
    /// where every epoch has a label of its own.
    pub(crate) fn labelled_epoch(self, candidate: &Candidate) -> Option<usize> {
        match self {
            Self::Table(table) if table.is_by_detection() => None,
            Self::Table(_) | Self::Data => Some(candidate.first_look()),
            Self::Labels(book) => {
                let decided_by = book.state(&candidate.id).decided_by;
                let event = decided_by.and_then(|at| book.events().get(at));
                let shown = event.and_then(|event| event.shown.as_ref());
                let epoch = shown.and_then(|shown| candidate.epoch_named(&shown.epoch));
                Some(epoch.unwrap_or_else(|| candidate.first_look()))
            }
        }
    }

    /// True where nobody said anything of a candidate, and nothing was to be expected.
    pub(crate) fn is_silent(self, candidate: &Candidate) -> bool {
        matches!(self, Self::Labels(book) if !book.state(&candidate.id).is_seen())
    }

    /// What an epoch really is, as written, or why that is not known.
    ///
    /// # Errors
    /// The reason, as a part of a sentence.
    pub fn label(self, candidate: &Candidate, epoch: usize) -> Result<Arc<str>, String> {
        match self {
            Self::Data => candidate
                .truth
                .clone()
                .ok_or_else(|| english!("the data do not say what it is").into()),
            Self::Table(table) => table
                .label(candidate, epoch)
                .cloned()
                .ok_or_else(|| english!("not labelled in the table").into()),
            Self::Labels(book) => {
                let state = book.state(&candidate.id);
                match &state.classes[..] {
                    [class] => Ok(class.clone()),
                    [] if state.is_unsure => Err(english!("labelled unsure").into()),
                    [] => Err(english!("not labelled").into()),
                    _ => Err(english!("labelled with several classes").into()),
                }
            }
        }
    }
}
