//! Who judges which candidates, and whose eyes the labels are for.

use std::sync::Arc;

use crate::{
    domain::{Assignment, LabelAction, LabelBook, Origin},
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

    /// From now on candidates are judged so, for everybody who has this project.
    pub fn assign(&mut self, assignment: Assignment, cx: &Context) {
        let Some(step) = self.next_step(cx) else {
            return;
        };
        let text = assignment.in_words();
        let action = LabelAction::Assign(assignment);
        let event = self.event(step, "".into(), action, Origin::Window, cx);
        self.record(vec![event]);
        self.refresh_queue();
        self.selection.keep_shown(&self.queue);
        self.stay_in_queue(cx);
        self.report(text, cx.now);
    }

    /// "assigned to you, 2 judge it"; none for a candidate that is not.
    pub fn assigned_in_words(&self, candidate: &str) -> Option<String> {
        let assignment = self.book.assignment()?;
        let is_own = assignment.is_to(candidate, &self.annotator());
        is_own.then(|| match assignment.judges {
            1 => "assigned to you".into(),
            judges => {
                format!("assigned to you: {judges} judge it, each without the labels of others")
            }
        })
    }
}
