//! The selection: one and the same on every screen.

use std::collections::BTreeSet;

use super::queue::order::Queue;
use crate::{domain::CandidateIx, workspace::command::Select};

/// Selected candidates, and the one from which a range is drawn.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    chosen: BTreeSet<CandidateIx>,
    anchor: Option<CandidateIx>,
    revision: u64,
}

impl Selection {
    /// Grows whenever it may have changed.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Number of selected candidates.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// True where nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// True where this one is selected.
    pub fn contains(&self, candidate: CandidateIx) -> bool {
        self.chosen.contains(&candidate)
    }

    /// All selected candidates in catalogue order.
    pub fn iter(&self) -> impl Iterator<Item = CandidateIx> + '_ {
        self.chosen.iter().copied()
    }

    /// Drops the selection.
    pub fn clear(&mut self) {
        self.chosen.clear();
        self.anchor = None;
        self.revision += 1;
    }

    /// Selects these and nothing else.
    pub fn set(&mut self, candidates: impl IntoIterator<Item = CandidateIx>) {
        self.chosen = candidates.into_iter().collect();
        self.revision += 1;
    }

    /// Drops what the queue no longer shows: nobody labels what the filter hides.
    pub fn keep_shown(&mut self, queue: &Queue) {
        self.chosen
            .retain(|candidate| queue.rank(*candidate).is_some());
        self.revision += 1;
    }

    /// Changes the selection; ranges follow the queue's order.
    pub fn apply(&mut self, select: Select, queue: &Queue) {
        self.revision += 1;
        match select {
            Select::Only(candidate) => {
                self.chosen = BTreeSet::from([candidate]);
                self.anchor = Some(candidate);
            }
            Select::Toggle(candidate) => {
                if !self.chosen.remove(&candidate) {
                    self.chosen.insert(candidate);
                }
                self.anchor = Some(candidate);
            }
            Select::Through(candidate) => {
                let from = self.anchor.and_then(|anchor| queue.rank(anchor));
                match (from, queue.rank(candidate)) {
                    (Some(a), Some(b)) => {
                        self.chosen
                            .extend(queue.order()[a.min(b)..=a.max(b)].iter().copied());
                    }
                    _ => self.apply(Select::Only(candidate), queue),
                }
            }
            Select::Add(candidates) => self.chosen.extend(candidates),
        }
    }
}
