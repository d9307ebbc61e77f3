//! Messages at the foot of the window.

use super::{context::Context, shared::Shared, toast::Toast};
use crate::domain::{Problem, Timestamp};

impl Shared {
    /// Shows a short message.
    pub fn report(&mut self, text: impl Into<String>, now: Timestamp) {
        self.toast = Some(Toast {
            text: text.into(),
            is_error: false,
            offers_undo: false,
            since: now,
        });
    }

    /// Shows what was decided, with the way back.
    pub fn report_decision(&mut self, text: String, cx: &Context) {
        self.toast = Some(Toast {
            text,
            is_error: false,
            offers_undo: true,
            since: cx.now,
        });
    }

    /// Shows bad news.
    pub fn warn(&mut self, text: impl Into<String>, now: Timestamp) {
        self.toast = Some(Toast {
            text: text.into(),
            is_error: true,
            offers_undo: false,
            since: now,
        });
    }

    /// A part of the program broke off. Shown at once, and kept in Problems.
    pub fn report_fault(&mut self, why: String, cx: &Context) {
        self.problems
            .push(Problem::new("destello", "fault", why.clone()));
        self.warn(why, cx.now);
    }
}
