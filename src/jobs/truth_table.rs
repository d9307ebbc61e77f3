//! What candidates really are, for training and evaluation: out of a table of labels, or as the data
//! say.

use std::{collections::HashMap, path::Path, sync::Arc};

use crate::{
    domain::{Candidate, Problem},
    io::labels_csv::{self, LabelsError},
};

/// Labels by object or by detection.
#[derive(Debug, Default)]
pub struct TruthTable {
    labels: HashMap<Arc<str>, Arc<str>>,
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
        Ok(Self {
            labels: rows.map(|row| (row.id, row.label)).collect(),
            is_by_detection: table.is_by_detection,
            problems: table.problems,
        })
    }

    /// The label of an epoch as written.
    pub fn label(&self, candidate: &Candidate, epoch: usize) -> Option<&Arc<str>> {
        if self.is_by_detection {
            let candid = candidate.epochs.get(epoch)?.candid.as_ref()?;
            self.labels.get(candid)
        } else {
            self.labels.get(&candidate.id)
        }
    }
}
