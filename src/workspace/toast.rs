//! Short messages at the foot of the window.

use super::{context::Context, shared::Shared};
use crate::domain::{Problem, Timestamp};

/// A short message at the foot of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// The message.
    pub text: String,
    /// True for bad news.
    pub is_error: bool,
    /// True where undo takes back what the message tells.
    pub offers_undo: bool,
    /// Since when it is up.
    pub since: Timestamp,
}

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
