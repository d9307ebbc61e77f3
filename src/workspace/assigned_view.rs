//! Which labels of others are hidden: under which assignment, and from whom.

use std::sync::Arc;

use crate::domain::{Assignment, LabelBook};

/// Under which assignment, and for whose eyes, the queue was made.
#[derive(Debug, Default)]
pub struct AssignedView {
    /// None where no candidate is assigned.
    made_for: Option<(Assignment, Option<Arc<str>>)>,
    changes: u64,
}

impl AssignedView {
    /// How often it became another one: other labels are hidden then than before.
    pub const fn changes(&self) -> u64 {
        self.changes
    }

    /// Becomes that of these labels. True where it was another one.
    pub fn follow(&mut self, book: &LabelBook) -> bool {
        let is_same = match (&self.made_for, book.assignment()) {
            (None, None) => true,
            (Some((known, viewer)), Some(now)) => known == now && viewer.as_ref() == book.viewer(),
            _ => false,
        };
        if !is_same {
            let assignment = book.assignment().cloned();
            self.made_for = assignment.map(|all| (all, book.viewer().cloned()));
            self.changes += 1;
        }
        !is_same
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{LabelAction, LabelEvent};

    #[test]
    fn it_changes_with_the_assignment_and_with_who_looks() {
        let mut view = AssignedView::default();
        let mut book = LabelBook::default();
        book.set_viewer(Some("ana".into()));
        assert!(!view.follow(&book), "without an assignment all see all");
        let assignment = Assignment::parse("ana,ben", 2).unwrap();
        book.push(LabelEvent::made(1, "", LabelAction::Assign(assignment)));
        assert!(view.follow(&book) && !view.follow(&book));
        book.set_viewer(Some("ben".into()));
        assert!(view.follow(&book) && !view.follow(&book));
        assert_eq!(view.changes(), 2);
    }
}
