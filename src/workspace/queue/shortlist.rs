//! A few candidates looked at alone: opened from the evaluation, from what changed, for a repeat check.

use super::order::{QueueSpec, Shortlist};
use crate::workspace::{context::Context, screen::Screen, shared::Shared};

impl Shared {
    pub fn open_shortlist(&mut self, shortlist: Shortlist, cx: &Context) {
        if shortlist.candidates.is_empty() {
            self.report("there is nothing to open", cx.now);
            return;
        }
        let epochs = shortlist.candidates.clone();
        self.report(shortlist.title.clone(), cx.now);
        // All of them, whatever was looked for before.
        if !self.queue.spec().filter.is_empty() {
            self.set_queue(QueueSpec {
                filter: String::new(),
                ..self.queue.spec().clone()
            });
        }
        self.narrow_queue(Some(shortlist));
        self.screen = Screen::Mosaic;
        self.go_to_first(cx);
        let first = self.place.candidate;
        if let Some(epoch) = first.and_then(|first| epochs.get(&first)) {
            self.set_epoch(*epoch);
        }
    }

    /// All candidates again: neither a shortlist nor a filter leaves any out.
    pub fn drop_shortlist(&mut self, cx: &Context) {
        self.repeat_check.end();
        if self.queue.shortlist().is_none() && self.queue.spec().filter.trim().is_empty() {
            self.report("the queue has all candidates already", cx.now);
            return;
        }
        let spec = QueueSpec {
            filter: String::new(),
            ..self.queue.spec().clone()
        };
        self.queue.forget_shortlist();
        self.set_queue(spec);
        self.stay_in_queue(cx);
        self.save_session();
    }

    fn narrow_queue(&mut self, shortlist: Option<Shortlist>) {
        self.repeat_check.end();
        self.with_queue(|queue, facts| queue.set_shortlist(shortlist, facts));
        self.selection.keep_shown(&self.queue);
    }
}
