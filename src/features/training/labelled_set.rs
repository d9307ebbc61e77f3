//! The opened set as it was when a training was ordered, and labelled candidates out of it.

use std::{collections::BTreeSet, fmt, sync::Arc};

use super::{input_memory::InputMemory, note::Note};
use crate::{
    domain::{candidate::Candidate, catalogue::Catalogue, fnv, label_book::LabelBook},
    io::Decoder,
    learn::dataset::Dataset,
    tasks::cancel::CancelToken,
};
/// The set that is open in the window with the labels of its project, as they were when the
/// training was ordered.
#[derive(Clone)]
pub struct OpenedSet {
    /// What was opened, in words.
    pub name: Arc<str>,
    /// Its candidates.
    pub catalogue: Arc<Catalogue>,
    pub book: Arc<LabelBook>,
}

impl OpenedSet {
    /// Every label of a candidate of the set, as one number.
    pub(crate) fn fingerprint(&self) -> String {
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

/// Labelled candidates, divided by object.
pub(crate) struct LabelledSet {
    pub training: Arc<dyn Dataset>,
    pub validation: Arc<dyn Dataset>,
    /// Identifiers of the objects that they are of.
    pub learned: BTreeSet<Arc<str>>,
    /// What was left out, and why.
    pub notes: Vec<Note>,
}

/// Says which objects are kept for validation.
pub(crate) type IsKept<'a> = &'a dyn Fn(&Candidate) -> bool;

/// What reads labelled sets.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub decoder: &'a Decoder,
    pub cancel: &'a CancelToken,
    /// Inputs that the task has prepared already.
    pub memory: &'a InputMemory,
}
