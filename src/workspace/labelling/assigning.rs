//! Who judges which candidates, and whose eyes the labels are for.

use std::sync::Arc;

use crate::{
    domain::{
        Assignment, CandidateIx, LabelAction, LabelBook, Origin, label_book::LabelState,
        words::counted,
    },
    text,
    workspace::{context::Context, shared::Shared},
};

impl Shared {
    /// Takes these labels, as they are for the eyes of whoever labels here.
    pub fn take_book(&mut self, mut book: LabelBook) {
        book.set_viewer(Some(self.annotator()));
        self.book = Arc::new(book);
    }

    /// Whoever labels here may have got another name: what is hidden from the one need not be from the other.
    pub fn follow_annotator(&mut self) {
        let name = self.annotator();
        if self.book.viewer() != Some(&name) {
            Arc::make_mut(&mut self.book).set_viewer(Some(name));
        }
    }

    /// Filters and sorts anew where another assignment, or another person who labels, hides other labels than before.
    pub fn follow_assignment(&mut self, cx: &Context) {
        if !self.assigned_view.follow(&self.book) {
            return;
        }
        self.refresh_queue();
        self.selection.keep_shown(&self.queue);
        // While a set opens, its own place is still to be found.
        if self.place.is_chosen || !self.is_indexing() {
            self.stay_in_queue(cx);
        }
    }

    /// From now on candidates are judged so, for everybody who has this project.
    pub fn assign(&mut self, assignment: Assignment, cx: &Context) {
        let Some(step) = self.next_step(cx) else {
            return;
        };
        let text = assignment.in_words();
        let action = LabelAction::Assign(assignment);
        let event = self.event(step, "".into(), action, Origin::Window, cx);
        self.record(vec![event]);
        self.follow_assignment(cx);
        self.report(text, cx.now);
    }

    /// Those of these candidates whom an action goes to. A candidate that waits for whoever labels here may have labels of others
    /// that are not seen: what takes something away passes it over where there is nothing of one's own to take. Of such a
    /// candidate one's own decision can only be a skip, which undo takes back.
    pub(super) fn without_unseen(
        &self,
        candidates: &[CandidateIx],
        action: &LabelAction,
    ) -> Vec<CandidateIx> {
        let has_own = |state: &LabelState| match action {
            LabelAction::Clear => false,
            LabelAction::Flag { on: false } => state.is_flagged,
            LabelAction::Note { text } if text.trim().is_empty() => state.note.is_some(),
            _ => true,
        };
        let is_meant = |ix: &CandidateIx| {
            self.catalogue.get(*ix).is_none_or(|candidate| {
                let id = &candidate.id;
                !self.book.awaits_viewer(id) || has_own(self.book.state(id))
            })
        };
        candidates.iter().copied().filter(is_meant).collect()
    }

    /// Adds to the message of a decision how many candidates it passed over.
    pub(super) fn tell_of_passed_over(&mut self, count: usize) {
        if count > 0
            && let Some(toast) = &mut self.toast
        {
            toast.text.push_str("; ");
            toast.text.push_str(&nothing_to_take(count));
        }
    }

    /// "assigned to you, 2 judge it"; none for a candidate that is not.
    pub fn assigned_in_words(&self, candidate: &str) -> Option<String> {
        let assignment = self.book.assignment()?;
        let is_own = assignment.is_to(candidate, &self.annotator());
        is_own.then(|| match assignment.judges {
            1 => text!("assigned to you").into(),
            judges => {
                text!(
                    "assigned to you: {judges} judge it, each without the labels of others",
                    judges
                )
            }
        })
    }
}

/// "3 candidates passed over: they wait for your judgement and have nothing of yours to take away".
pub(super) fn nothing_to_take(count: usize) -> String {
    let candidates = counted(count as u64, "candidate");
    if count == 1 {
        text!(
            "{candidates} passed over: it waits for your judgement and has nothing of yours to take away",
            candidates
        )
    } else {
        text!(
            "{candidates} passed over: they wait for your judgement and have nothing of yours to take away",
            candidates
        )
    }
}
