//! A few candidates looked at alone: opened from the evaluation, from what changed, for a repeat check.

use super::{effect::Effect, queue::Shortlist, screen::Screen, state::AppState};
use crate::domain::Timestamp;

impl AppState {
    pub(super) fn open_shortlist(&mut self, shortlist: Shortlist, now: Timestamp) -> Vec<Effect> {
        let first = shortlist.candidates.iter().next();
        let Some((first, epoch)) = first.map(|(ix, epoch)| (*ix, *epoch)) else {
            self.tell("there is nothing to open", now);
            return Vec::new();
        };
        self.tell(shortlist.title.clone(), now);
        self.narrow_queue(Some(shortlist));
        self.screen = Screen::Mosaic;
        let effects = self.go_to(first, now);
        self.set_epoch(epoch);
        effects
    }

    pub(super) fn drop_shortlist(&mut self, now: Timestamp) {
        self.repeat_check.end();
        if self.queue.shortlist().is_none() {
            self.tell(
                "the queue has all candidates that the filter lets through",
                now,
            );
            return;
        }
        self.narrow_queue(None);
    }

    fn narrow_queue(&mut self, shortlist: Option<Shortlist>) {
        self.repeat_check.end();
        self.with_queue(|queue, facts| queue.set_shortlist(shortlist, facts));
        self.selection.keep_shown(&self.queue);
    }
}
