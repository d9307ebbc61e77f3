//! How many candidates of the catalogue have a class, and which of them are real or bogus, kept up
//! to date event by event.
//!
//! The status bar shows it in every frame. Counting anew, over a hundred thousand labels, would
//! take longer than a frame.

use std::sync::Arc;

use crate::domain::{
    CandidateIx, Catalogue, LabelAction, LabelBook, LabelEvent, class_of, label_book::LabelState,
};

/// What a candidate's label says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reality {
    Nothing,
    Real,
    Bogus,
    /// A class of the user's own, or classes that contradict each other.
    Other,
}

/// The two sides, in the order of [`Reality::of`].
const SIDES: [&str; 2] = ["bogus", "real"];

impl Reality {
    fn of(labels: &LabelState) -> Self {
        let sides = labels.classes.iter().map(|class| class_of(class, &SIDES));
        let mut reality = Self::Nothing;
        for side in sides {
            reality = match (reality, side) {
                (Self::Nothing | Self::Bogus, Some(0)) => Self::Bogus,
                (Self::Nothing | Self::Real, Some(1)) => Self::Real,
                _ => Self::Other,
            };
        }
        reality
    }

    fn counts(self) -> usize {
        usize::from(self != Self::Nothing)
    }
}

/// The count, and up to where catalogue and journal are counted.
#[derive(Clone, Debug, Default)]
pub struct LabelCount {
    reality: Vec<Reality>,
    count: usize,
    events: usize,
    folds: u64,
    last: Option<Arc<LabelEvent>>,
}

impl LabelCount {
    /// Candidates of the catalogue with a class.
    pub const fn get(&self) -> usize {
        self.count
    }

    /// Candidates that are labelled real.
    pub fn real(&self) -> impl Iterator<Item = CandidateIx> {
        self.that_are(Reality::Real)
    }

    /// Candidates that are labelled bogus.
    pub fn bogus(&self) -> impl Iterator<Item = CandidateIx> {
        self.that_are(Reality::Bogus)
    }

    fn that_are(&self, wanted: Reality) -> impl Iterator<Item = CandidateIx> {
        let all = (0..).zip(&self.reality);
        all.filter_map(move |(ix, reality)| (*reality == wanted).then_some(CandidateIx(ix)))
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
        for (_, candidate) in catalogue.since(self.reality.len()) {
            let reality = Reality::of(book.state(&candidate.id));
            self.count += reality.counts();
            self.reality.push(reality);
        }
        self.events = book.events().len();
        self.folds = book.folds();
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
        is_same_journal && self.folds == book.folds() && catalogue.len() >= self.reality.len()
    }

    fn look_again(&mut self, id: &str, catalogue: &Catalogue, book: &LabelBook) {
        let Some(CandidateIx(ix)) = catalogue.find(id) else {
            return;
        };
        // One that is not counted yet comes with the rest of the catalogue.
        if let Some(known) = self.reality.get_mut(ix as usize) {
            self.count -= known.counts();
            *known = Reality::of(book.state(id));
            self.count += known.counts();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Candidate, StepId};

    fn real(step: i64, candidate: &str) -> Arc<LabelEvent> {
        let class = "real".into();
        LabelEvent::made(step, candidate, LabelAction::Set { class })
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
        book.push(LabelEvent::made(4, "", LabelAction::Undo { of: StepId(3) }));
        count.update(&catalogue, &book);
        assert_eq!(count.get(), 2);
        book.push(LabelEvent::made(5, "", LabelAction::Redo { of: StepId(3) }));
        book.push(LabelEvent::made(6, "a", LabelAction::Unsure));
        count.update(&catalogue, &book);
        assert_eq!(count.get(), 2);
        let real: Vec<_> = count.real().map(|ix| ix.0).collect();
        assert_eq!(real, [1, 2]);
        let class = "bogus".into();
        book.push(LabelEvent::made(7, "b", LabelAction::Set { class }));
        count.update(&catalogue, &book);
        assert_eq!(count.real().count(), 1);
        // Every astronomical class is real, as where models are judged.
        for (step, class, real) in [(8, "SN", 2), (9, "galaxy", 2), (10, "my_own", 1)] {
            let class = class.into();
            book.push(LabelEvent::made(step, "a", LabelAction::Set { class }));
            count.update(&catalogue, &book);
            assert_eq!((count.real().count(), count.get()), (real, 3));
        }
        assert_eq!(count.bogus().collect::<Vec<_>>(), [CandidateIx(1)]);
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
