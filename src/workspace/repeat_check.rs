//! Candidates that are judged without the label that they have: again, or as practice.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use crate::domain::{Candidate, LabelBook, label_book::LabelState};

/// The candidates that wait for a second word: their labels are hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepeatCheck {
    pub(super) open: BTreeSet<Arc<str>>,
    /// True while a person practises: all labels are hidden, and none is taken.
    is_practice: bool,
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

    /// A practice begins or is over.
    pub const fn practise(&mut self, is_practice: bool) {
        self.is_practice = is_practice;
    }

    /// True while a person practises.
    pub const fn is_practice(&self) -> bool {
        self.is_practice
    }

    /// What is hidden, as a number: none, so many labels, or all of them.
    pub fn hidden(&self) -> usize {
        if self.is_practice {
            usize::MAX
        } else {
            self.open.len()
        }
    }

    /// True where the label of a candidate is hidden.
    pub fn hides(&self, candidate: &Candidate) -> bool {
        self.is_practice || self.open.contains(&candidate.id)
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
