//! Where labels come from, and labels that were opened: candidates, and what they are.

use std::{path::PathBuf, sync::Arc};

use crate::{
    domain::{Candidate, Catalogue, ModelCard, class_of},
    features::{
        labelling::{truth_table::TruthTable, truths::Truths},
        training::{
            labelled_set::{IsKept, LabelledSet, OpenedSet, Sources},
            labels::labelled,
            note::Note,
        },
    },
    workspace::open::read_until,
};

#[derive(Clone, Debug, PartialEq)]
pub enum LabelSource {
    /// Files with a table of labels.
    Files {
        /// Files, folders, archives.
        paths: Vec<PathBuf>,
        /// Table of labels; without one the classes that the data give.
        labels: Option<PathBuf>,
    },
    /// The set that is open in the window.
    Opened(OpenedSet),
}

impl LabelSource {
    /// What it is, for cards.
    pub fn in_words(&self) -> String {
        match self {
            Self::Files { paths, .. } => {
                let paths: Vec<_> = paths
                    .iter()
                    .map(|path| path.display().to_string())
                    .collect();
                paths.join(", ")
            }
            Self::Opened(set) => set.name.to_string(),
        }
    }
}

/// Candidates and their labels.
pub(crate) enum OpenedLabels<'a> {
    Files {
        catalogue: Catalogue,
        table: Option<TruthTable>,
        /// What could not be read.
        problems: Vec<Note>,
    },
    Window(&'a OpenedSet),
}

impl<'a> OpenedLabels<'a> {
    /// Reads where candidates lie, and their table of labels.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub fn open(source: &'a LabelSource, sources: Sources<'_>) -> anyhow::Result<Self> {
        let (paths, labels) = match source {
            LabelSource::Opened(set) => return Ok(Self::Window(set)),
            LabelSource::Files { paths, labels } => (paths, labels),
        };
        let table = labels.as_deref().map(TruthTable::read).transpose()?;
        let opened = read_until(paths, sources.decoder, sources.cancel);
        let problems = opened.problems.iter();
        let problems = problems.chain(table.iter().flat_map(|table| &table.problems));
        Ok(Self::Files {
            problems: problems
                .map(|problem| Note::Problem(problem.to_string()))
                .collect(),
            catalogue: opened.catalogue,
            table,
        })
    }

    pub fn catalogue(&self) -> &Catalogue {
        match self {
            Self::Files { catalogue, .. } => catalogue,
            Self::Window(set) => &set.catalogue,
        }
    }

    /// What could not be read.
    pub fn problems(&self) -> &[Note] {
        match self {
            Self::Files { problems, .. } => problems,
            Self::Window(_) => &[],
        }
    }

    /// What the candidates are.
    pub fn truths(&self) -> Truths<'_> {
        match self {
            Self::Files { table, .. } => table.as_ref().map_or(Truths::Data, Truths::Table),
            Self::Window(set) => Truths::Labels(&set.book),
        }
    }

    /// The labels as examples, those of some candidates kept apart.
    ///
    /// # Errors
    /// Where it was stopped.
    pub fn examples(
        &self,
        card: &ModelCard,
        sources: Sources<'_>,
        is_kept: IsKept<'_>,
    ) -> anyhow::Result<LabelledSet> {
        let mut set = labelled(self.catalogue(), self.truths(), card, sources, is_kept)?;
        set.notes.splice(..0, self.problems().iter().cloned());
        Ok(set)
    }

    /// The labels of a candidate's epochs, as written.
    pub fn labels_of(&self, candidate: &Candidate) -> impl Iterator<Item = Arc<str>> {
        let epochs = 0..candidate.epochs.len();
        epochs.filter_map(|epoch| self.truths().label(candidate, epoch).ok())
    }

    /// Candidates with a label that a model has a class for, in the order in which they were labelled;
    /// where nothing tells it, in that of the data.
    pub fn in_order(&self, card: &ModelCard) -> Vec<&Candidate> {
        let known = |candidate: &Candidate| {
            let mut labels = self.labels_of(candidate);
            labels.any(|label| class_of(&label, &card.classes).is_some())
        };
        let all = self.catalogue().iter();
        let mut known: Vec<&Candidate> = all
            .map(|(_, candidate)| candidate)
            .filter(|candidate| known(candidate))
            .collect();
        match self {
            Self::Window(set) => known.sort_by_key(|one| set.book.state(&one.id).decided_by),
            Self::Files {
                table: Some(table), ..
            } => known.sort_by_key(|one| table.place(one)),
            Self::Files { table: None, .. } => {}
        }
        known
    }
}
