//! How many candidates of the catalogue have a class, kept up to date event by event.
//!
//! The status bar shows it in every frame. Counting anew, over a hundred thousand labels, would
//! take longer than a frame.

use std::sync::Arc;

use crate::domain::{CandidateIx, Catalogue, LabelAction, LabelBook, LabelEvent};

/// The count, and up to where catalogue and journal are counted.
#[derive(Clone, Debug, Default)]
pub struct LabelCount {
    is_labelled: Vec<bool>,
    count: usize,
    events: usize,
    last: Option<Arc<LabelEvent>>,
}

impl LabelCount {
    /// Candidates of the catalogue with a class.
    pub const fn get(&self) -> usize {
        self.count
    }

    /// Takes in what is new in catalogue and book; counts anew where either was exchanged.
    pub fn update(&mut self, catalogue: &Catalogue, book: &LabelBook) {
        if !self.is_continued_by(catalogue, book) {
            *self = Self::default();
        }
        for event in &book.events()[self.events..] {
            match event.action {
                LabelAction::Undo { of } | LabelAction::Redo { of } => {
                    for event in book.step(of) {
                        self.look_again(&event.candidate, catalogue, book);
                    }
                }
                _ => self.look_again(&event.candidate, catalogue, book),
            }
        }
        for (_, candidate) in catalogue.since(self.is_labelled.len()) {
            let is_labelled = book.state(&candidate.id).is_labelled();
            self.count += usize::from(is_labelled);
            self.is_labelled.push(is_labelled);
        }
        self.events = book.events().len();
        self.last = book.events().last().cloned();
    }

    /// True where both only grew since the last update.
    fn is_continued_by(&self, catalogue: &Catalogue, book: &LabelBook) -> bool {
        let last = self.events.checked_sub(1);
        let is_same_journal = match (last.map(|at| book.events().get(at)), &self.last) {
            (None, None) => true,
            (Some(Some(now)), Some(then)) => Arc::ptr_eq(now, then),
            _ => false,
        };
        is_same_journal && catalogue.len() >= self.is_labelled.len()
    }

    fn look_again(&mut self, id: &str, catalogue: &Catalogue, book: &LabelBook) {
        let Some(CandidateIx(ix)) = catalogue.find(id) else {
            return;
        };
        // One that is not counted yet comes with the rest of the catalogue.
        if let Some(known) = self.is_labelled.get_mut(ix as usize) {
            self.count -= usize::from(*known);
            *known = book.state(id).is_labelled();
            self.count += usize::from(*known);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Candidate, Origin, Timestamp, label::StepId};

    fn event(step: i64, candidate: &str, action: LabelAction) -> Arc<LabelEvent> {
        Arc::new(LabelEvent {
            step: StepId(step),
            candidate: candidate.into(),
            action,
            vocabulary: "real_bogus".into(),
            annotator: "ana".into(),
            at: Timestamp(step),
            dwell_ms: None,
            shown: None,
            model: None,
            score: None,
            origin: Origin::Window,
            program: "test".into(),
        })
    }

    fn real(step: i64, candidate: &str) -> Arc<LabelEvent> {
        let class = "real".into();
        event(step, candidate, LabelAction::Set { class })
    }

    fn add(catalogue: &mut Catalogue, ids: &[&str]) {
        for id in ids {
            catalogue.absorb(Candidate {
                id: (*id).into(),
                ..Candidate::default()
            });
        }
    }

    #[test]
    fn labels_undo_and_new_candidates_are_counted_as_they_come() {
        let mut catalogue = Catalogue::default();
        add(&mut catalogue, &["a", "b"]);
        let mut book = LabelBook::of([real(1, "a"), real(1, "elsewhere"), real(2, "late")]);
        let mut count = LabelCount::default();
        count.update(&catalogue, &book);
        assert_eq!(count.get(), 1);
        add(&mut catalogue, &["late"]);
        count.update(&catalogue, &book);
        assert_eq!(count.get(), 2);
        book.push(real(3, "a"));
        book.push(real(3, "b"));
        count.update(&catalogue, &book);
        assert_eq!(count.get(), 3);
        book.push(event(4, "", LabelAction::Undo { of: StepId(3) }));
        count.update(&catalogue, &book);
        assert_eq!(count.get(), 2);
        book.push(event(5, "", LabelAction::Redo { of: StepId(3) }));
        book.push(event(6, "a", LabelAction::Unsure));
        count.update(&catalogue, &book);
        assert_eq!(count.get(), 2);
    }

    #[test]
    fn another_set_or_another_journal_is_counted_anew() {
        let mut catalogue = Catalogue::default();
        add(&mut catalogue, &["a", "b"]);
        let mut count = LabelCount::default();
        count.update(&catalogue, &LabelBook::of([real(1, "a"), real(2, "b")]));
        assert_eq!(count.get(), 2);
        count.update(&catalogue, &LabelBook::of([real(1, "a"), real(2, "x")]));
        assert_eq!(count.get(), 1);
        count.update(&Catalogue::default(), &LabelBook::default());
        assert_eq!(count.get(), 0);
    }
}
