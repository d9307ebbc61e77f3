//! The task: projects are merged into one, and what came of it is counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    domain::{LabelBook, agreement::Votes, words::counted},
    store::{Merged, Project, merge_files},
    tasks::{Task, TaskContext},
    text,
};

/// Merges project files into one; a window that has it open finds the labels there.
pub struct MergeProjects {
    /// The projects whose labels are taken.
    pub projects: Vec<PathBuf>,
    /// The project that takes them: a file that is there, or a new one.
    pub into: PathBuf,
}

/// What a merge came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedLabels {
    /// The project that took the labels: its file, or the address that it is shared at.
    pub into: String,
    pub merged: Merged,
    /// People who labelled.
    pub people: usize,
    /// Candidates on which they contradict each other.
    pub contradicted: usize,
    /// Candidates that had a label and have another one now.
    pub changed: usize,
    /// Who judges what, in words, where another project's assignment counts now.
    pub assigned: Option<String>,
}

impl Task for MergeProjects {
    const NAME: &'static str = crate::english!("merging");
    type Update = ();
    type Output = MergedLabels;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<MergedLabels> {
        cx.abandonable("merging", move || merge(&self.projects, &self.into))?
    }
}

fn merge(projects: &[PathBuf], into: &Path) -> anyhow::Result<MergedLabels> {
    let before = if into.exists() {
        book_of(into)?
    } else {
        LabelBook::default()
    };
    let assignment = before.assignment().cloned();
    let before = labels_of(&before);
    let merged = merge_files(projects, into)?;
    let book = book_of(into)?;
    let mut votes = Votes::default();
    votes.add_book(&book);
    let decided = book
        .events()
        .iter()
        .filter(|event| !event.candidate.is_empty());
    let people: BTreeSet<&Arc<str>> = decided.map(|event| &event.annotator).collect();
    let after = labels_of(&book);
    let is_changed = |id: &Arc<str>, classes: &Vec<Arc<str>>| after.get(id) != Some(classes);
    let changed = before
        .iter()
        .filter(|(id, classes)| is_changed(id, classes));
    let now = book.assignment().cloned();
    let is_reassigned = now != assignment;
    let assigned = is_reassigned.then(|| now.unwrap_or_default().in_words());
    let server = Project::open_existing(into)?.server()?;
    Ok(MergedLabels {
        into: server.map_or_else(|| into.display().to_string(), |server| server.address),
        merged,
        people: people.len(),
        contradicted: votes.contradicted(),
        changed: changed.count(),
        assigned,
    })
}

fn book_of(file: &Path) -> anyhow::Result<LabelBook> {
    let (events, _) = Project::open_existing(file)?.history()?;
    Ok(LabelBook::of(events.into_iter().map(Arc::new)))
}

/// The classes of every candidate that has some.
fn labels_of(book: &LabelBook) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
    let labelled = book.candidates().into_iter();
    let labelled = labelled.filter(|(_, state)| state.is_labelled());
    labelled
        .map(|(id, state)| (id.clone(), state.classes.clone()))
        .collect()
}

impl MergedLabels {
    /// "night.destello has 312 label events of 3 people, 104 of them new; people contradict each other on 12 candidates".
    pub fn in_words(&self) -> String {
        let events = counted(self.merged.events as u64, "label event");
        let people = match self.people {
            1 => text!("1 person").into(),
            count => text!("{count} people", count),
        };
        let new = match self.merged.added {
            0 => text!("none of them new").into(),
            added => text!("{count} of them new", count = added),
        };
        let mut words = vec![text!(
            "{project} has {events} of {people}, {new}",
            project = self.into,
            events,
            people,
            new
        )];
        if self.contradicted > 0 {
            let candidates = counted(self.contradicted as u64, "candidate");
            words.push(text!(
                "people contradict each other on {candidates}",
                candidates
            ));
        }
        if self.changed > 0 {
            let candidates = counted(self.changed as u64, "candidate");
            words.push(if self.changed == 1 {
                text!("{candidates} has another label than before", candidates)
            } else {
                text!("{candidates} have another label than before", candidates)
            });
        }
        if let Some(assigned) = &self.assigned {
            words.push(text!(
                "the latest assignment of these projects counts now: {assigned}",
                assigned
            ));
        }
        words.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_count_what_is_new_and_what_is_contradicted() {
        let merged = |events, added| Merged { events, added };
        let mut labels = MergedLabels {
            into: "night.destello".into(),
            merged: merged(1, 0),
            people: 1,
            contradicted: 0,
            changed: 0,
            assigned: None,
        };
        assert_eq!(
            labels.in_words(),
            "night.destello has 1 label event of 1 person, none of them new"
        );
        labels.merged = merged(312, 104);
        (labels.people, labels.contradicted, labels.changed) = (3, 12, 1);
        assert_eq!(
            labels.in_words(),
            "night.destello has 312 label events of 3 people, 104 of them new; people contradict each other on \
             12 candidates; 1 candidate has another label than before"
        );
        (labels.contradicted, labels.changed) = (0, 0);
        labels.assigned = Some("1 of 2 people judges each candidate: ana, ben".into());
        assert!(labels.in_words().ends_with(
            "; the latest assignment of these projects counts now: 1 of 2 people judges each candidate: ana, ben"
        ));
    }
}
