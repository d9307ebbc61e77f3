//! What candidates really are, for training and evaluation: out of a table of labels, or as the data
//! say.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use crate::{
    domain::{Candidate, Catalogue, Problem},
    io::labels_csv::{self, LabelsError},
};

/// Labels by object or by detection.
#[derive(Debug, Default)]
pub struct TruthTable {
    /// With the row in which each stands first.
    labels: HashMap<Arc<str>, (usize, Arc<str>)>,
    is_by_detection: bool,
    /// Rows that could not be read.
    pub problems: Vec<Problem>,
}

impl TruthTable {
    /// Reads a table of labels; the last row of an object counts.
    ///
    /// # Errors
    /// Where the file cannot be read or has no such columns.
    pub fn read(path: &Path) -> Result<Self, LabelsError> {
        let table = labels_csv::read(path)?;
        let rows = table.rows.into_iter().filter(|row| !row.label.is_empty());
        let mut labels: HashMap<Arc<str>, (usize, Arc<str>)> = HashMap::new();
        for (at, row) in rows.enumerate() {
            let entry = labels.entry(row.id);
            entry
                .and_modify(|known| known.1 = row.label.clone())
                .or_insert((at, row.label));
        }
        Ok(Self {
            labels,
            is_by_detection: table.is_by_detection,
            problems: table.problems,
        })
    }

    /// True where labels are those of single detections.
    pub const fn is_by_detection(&self) -> bool {
        self.is_by_detection
    }

    /// Identifiers of the table that no candidate has, in its order.
    pub fn unknown(&self, catalogue: &Catalogue) -> Vec<&str> {
        let mut unknown: Vec<(usize, &str)> = self
            .labels
            .iter()
            .map(|(id, (row, _))| (*row, &**id))
            .collect();
        unknown.sort_unstable();
        let mut known = HashSet::new();
        for (_, candidate) in catalogue.iter() {
            if self.is_by_detection {
                known.extend(
                    candidate
                        .epochs
                        .iter()
                        .filter_map(|epoch| epoch.candid.as_deref()),
                );
            } else {
                known.insert(&*candidate.id);
            }
        }
        unknown.retain(|(_, id)| !known.contains(id));
        unknown.into_iter().map(|(_, id)| id).collect()
    }

    pub fn label(&self, candidate: &Candidate, epoch: usize) -> Option<&Arc<str>> {
        self.entry(candidate, epoch).map(|(_, label)| label)
    }

    /// The row in which a candidate is labelled first, from 0.
    pub fn place(&self, candidate: &Candidate) -> Option<usize> {
        let epochs = 0..candidate.epochs.len();
        let rows = epochs.filter_map(|epoch| Some(self.entry(candidate, epoch)?.0));
        rows.min()
    }

    fn entry(&self, candidate: &Candidate, epoch: usize) -> Option<&(usize, Arc<str>)> {
        if self.is_by_detection {
            let candid = candidate.epochs.get(epoch)?.candid.as_ref()?;
            self.labels.get(candid)
        } else {
            self.labels.get(&candidate.id)
        }
    }
}
