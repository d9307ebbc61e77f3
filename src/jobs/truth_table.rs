//! What candidates really are, for training and evaluation: out of a table of labels, or as the data
//! say.

use std::{collections::HashMap, path::Path, sync::Arc};

use crate::{
    domain::{Candidate, Problem, Vocabulary},
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

/// The position of a label among a model's classes; any spelling of a vocabulary that comes with the
/// program is understood, and every astronomical class is `real` to a model that knows no other.
pub fn class_of(label: &str, classes: &[String]) -> Option<usize> {
    let place = |name: &str| classes.iter().position(|class| class == name);
    if let Some(at) = place(label) {
        return Some(at);
    }
    let vocabularies = Vocabulary::built_ins();
    let known: Vec<_> = vocabularies
        .iter()
        .filter_map(|vocabulary| vocabulary.class(label))
        .collect();
    let named = known.iter().find_map(|class| place(&class.name));
    named.or_else(|| (!known.is_empty()).then(|| place("real")).flatten())
}

#[cfg(test)]
mod tests {
    use super::class_of;

    #[test]
    fn every_spelling_finds_its_class() {
        let real_bogus = ["bogus", "real"].map(String::from);
        for (label, expected) in [
            ("real", Some(1)),
            ("0", Some(0)),
            ("artefact", Some(0)),
            ("SN", Some(1)),
            ("RR Lyrae", Some(1)),
            ("no such thing", None),
            ("", None),
        ] {
            assert_eq!(class_of(label, &real_bogus), expected, "{label}");
        }
    }
}
