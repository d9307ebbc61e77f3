//! Candidates that are judged again without the first label: which wait.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use crate::domain::{Candidate, LabelBook, label_book::LabelState};

/// The candidates that wait for a second word: their labels are hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepeatCheck {
    pub(super) open: BTreeSet<Arc<str>>,
}

impl RepeatCheck {
    /// These wait from now on.
    pub fn begin(&mut self, open: BTreeSet<Arc<str>>) {
        self.open = open;
    }

    /// Candidates still to be judged again.
    pub fn left(&self) -> usize {
        self.open.len()
    }

    /// True while a candidate waits for a second word.
    pub fn hides(&self, candidate: &Candidate) -> bool {
        self.open.contains(&candidate.id)
    }

    /// What may be said of a candidate's label.
    pub fn visible<'a>(&self, book: &'a LabelBook, candidate: &Candidate) -> &'a LabelState {
        static NOTHING: LazyLock<LabelState> = LazyLock::new(LabelState::default);
        if self.hides(candidate) {
            return &NOTHING;
        }
        book.state(&candidate.id)
    }

    /// None waits any more.
    pub fn end(&mut self) {
        self.open.clear();
    }
}
