//! What candidates really are: out of a table, as the data say, or as people labelled them.

use std::sync::Arc;

use crate::{
    domain::{Candidate, LabelBook},
    jobs::truth_table::{TruthTable, class_of},
};

/// Where truths come from.
#[derive(Clone, Copy, Debug)]
pub enum Truths<'a> {
    /// The class in the data (`CLASS` header).
    Data,
    /// A table of labels.
    Table(&'a TruthTable),
    /// The labels of a project.
    Labels(&'a LabelBook),
}

impl Truths<'_> {
    /// The position of an epoch's true class among a model's classes, or why it has none.
    pub(super) fn class(
        self,
        candidate: &Candidate,
        epoch: usize,
        classes: &[String],
    ) -> Result<usize, String> {
        let label = self.label(candidate, epoch)?;
        let class = class_of(&label, classes);
        class.ok_or_else(|| format!("labelled \"{label}\", which is no class of the model"))
    }

    fn label(self, candidate: &Candidate, epoch: usize) -> Result<Arc<str>, String> {
        match self {
            Self::Data => candidate
                .truth
                .clone()
                .ok_or_else(|| "the data do not say what it is".into()),
            Self::Table(table) => table
                .label(candidate, epoch)
                .cloned()
                .ok_or_else(|| "not in the table of labels".into()),
            Self::Labels(book) => {
                let state = book.state(&candidate.id);
                match &state.classes[..] {
                    [class] => Ok(class.clone()),
                    [] if state.is_unsure => Err("labelled unsure".into()),
                    [] => Err("not labelled".into()),
                    _ => Err("labelled with several classes".into()),
                }
            }
        }
    }
}
