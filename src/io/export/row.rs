//! One row of an export: a candidate, its label, and where the label comes from.

use crate::domain::{Candidate, Catalogue, Epoch, LabelBook, LabelEvent, LabelState};

/// One candidate with what is known of its label.
#[derive(Clone, Copy, Debug)]
pub struct ExportRow<'a> {
    /// The candidate's identifier.
    pub id: &'a str,
    /// The candidate, where its files are open.
    pub candidate: Option<&'a Candidate>,
    pub state: &'a LabelState,
    /// The event that decided its class; without one the last event that still counts (a flag,
    /// a note).
    pub event: Option<&'a LabelEvent>,
    /// The epoch that the row speaks of: the one on screen at the decision, else the last one.
    pub epoch: Option<&'a Epoch>,
}

impl<'a> ExportRow<'a> {
    /// Who gave its label; empty where there is none.
    pub fn annotator(&self) -> &'a str {
        self.event.map_or("", |event| &event.annotator)
    }

    /// The remark; empty where there is none.
    pub fn note(&self) -> &'a str {
        self.state.note.as_deref().unwrap_or_default()
    }
}

/// Which candidates are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Those with a class, and those marked unsure, flagged or with a note.
    Judged,
    /// Those with a class.
    Labelled,
    /// Every candidate, also without any label.
    All,
}

/// The rows of an export: the catalogue's candidates in its order, then labelled identifiers
/// whose files are not open, sorted.
pub fn rows<'a>(
    book: &'a LabelBook,
    catalogue: &'a Catalogue,
    selection: Selection,
) -> Vec<ExportRow<'a>> {
    let open = catalogue.iter().map(|(_, candidate)| &candidate.id);
    let absent = book
        .candidates()
        .into_iter()
        .map(|(id, _)| id)
        .filter(|id| catalogue.find(id).is_none());
    open.chain(absent)
        .map(|id| row_of(id, book, catalogue))
        .filter(|row| is_selected(row, selection))
        .collect()
}

fn row_of<'a>(id: &'a str, book: &'a LabelBook, catalogue: &'a Catalogue) -> ExportRow<'a> {
    let candidate = catalogue.find(id).and_then(|ix| catalogue.get(ix));
    let last = || {
        let counting = book.history(id).filter(|(_, counts)| *counts);
        counting.last().map(|(event, _)| event)
    };
    let event = book.decision(id).or_else(last);
    let epoch = candidate
        .and_then(|candidate| epoch_shown(candidate, event).or_else(|| candidate.epochs.last()));
    ExportRow {
        id,
        candidate,
        state: book.state(id),
        event,
        epoch,
    }
}

fn epoch_shown<'a>(candidate: &'a Candidate, event: Option<&LabelEvent>) -> Option<&'a Epoch> {
    let shown = &event?.shown.as_ref()?.epoch;
    let by_candid = |epoch: &&Epoch| epoch.candid.as_deref() == Some(shown);
    candidate.epochs.iter().find(by_candid).or_else(|| {
        let number: usize = shown.parse().ok()?;
        candidate.epochs.get(number.checked_sub(1)?)
    })
}

fn is_selected(row: &ExportRow<'_>, selection: Selection) -> bool {
    let state = row.state;
    match selection {
        Selection::All => row.candidate.is_some() || row.event.is_some(),
        Selection::Labelled => state.is_labelled(),
        Selection::Judged => {
            state.is_labelled() || state.is_unsure || state.is_flagged || state.note.is_some()
        }
    }
}
