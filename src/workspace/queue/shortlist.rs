//! A few candidates looked at alone: opened from the evaluation, from what changed, for a repeat check.

use super::order::{QueueSpec, Shortlist};
use crate::{
    text,
    workspace::{context::Context, screen::Screen, shared::Shared},
};

impl Shared {
    /// Looks at these alone, in the order that they ask for.
    pub fn open_shortlist(&mut self, mut shortlist: Shortlist, cx: &Context) {
        if shortlist.candidates.is_empty() {
            self.report(text!("there is nothing to open"), cx.now);
            return;
        }
        let epochs = shortlist.candidates.clone();
        self.report(shortlist.title.clone(), cx.now);
        // All of them, whatever was looked for before.
        let mut spec = self.spec_without_shortlist();
        if let Some((column, is_descending)) = &shortlist.sort {
            let before = (spec.column, spec.is_descending);
            shortlist.before = Some(before);
            (spec.column, spec.is_descending) = (column.clone(), *is_descending);
        }
        if spec != *self.queue.spec() {
            self.set_queue(spec);
        }
        self.narrow_queue(Some(shortlist));
        self.screen = Screen::Mosaic;
        self.go_to_first(cx);
        let first = self.place.candidate;
        if let Some(epoch) = first.and_then(|first| epochs.get(&first)) {
            self.set_epoch(*epoch);
        }
    }

    /// All candidates again: neither a shortlist nor a filter leaves any out. The order is that from before the shortlist.
    pub fn drop_shortlist(&mut self, cx: &Context) {
        self.repeat_check.end();
        if self.queue.shortlist().is_none() && self.queue.spec().filter.trim().is_empty() {
            self.report(text!("the queue has all candidates already"), cx.now);
            return;
        }
        let spec = self.spec_without_shortlist();
        self.queue.forget_shortlist();
        self.set_queue(spec);
        self.stay_in_queue(cx);
        self.save_session();
    }

    /// No filter, and the order from before the shortlist.
    fn spec_without_shortlist(&self) -> QueueSpec {
        QueueSpec {
            filter: String::new(),
            ..self.spec_to_keep()
        }
    }

    /// Filter and order as a session keeps them: no shortlist is kept, so that the order is that from before it.
    pub fn spec_to_keep(&self) -> QueueSpec {
        let spec = self.queue.spec();
        let shortlist = self.queue.shortlist();
        let restored = shortlist.and_then(|few| few.order_to_restore(spec));
        let (column, is_descending) =
            restored.unwrap_or_else(|| (spec.column.clone(), spec.is_descending));
        QueueSpec {
            column,
            is_descending,
            filter: spec.filter.clone(),
        }
    }

    fn narrow_queue(&mut self, shortlist: Option<Shortlist>) {
        self.repeat_check.end();
        self.with_queue(|queue, facts| queue.set_shortlist(shortlist, facts));
        self.selection.keep_shown(&self.queue);
    }
}
