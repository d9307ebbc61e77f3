//! Saved views in use: which is shown, and how one is shown, one key away in every set.

use super::{action::Action, context::Context, saved_view::SavedView, shared::Shared};
use crate::text;

/// The keys of the first ones.
pub const KEYS: [Action; 5] = [
    Action::View1,
    Action::View2,
    Action::View3,
    Action::View4,
    Action::View5,
];

impl Shared {
    /// What is on the screen, under a name.
    pub fn as_view(&self, name: &str) -> SavedView {
        SavedView {
            name: name.trim().to_owned(),
            screen: self.screen,
            queue: self.queue.spec().clone(),
        }
    }

    /// The saved view that looks as the screen does.
    pub fn view_in_force(&self) -> Option<usize> {
        let views = self.settings.views.iter();
        let is_it = |view: &SavedView| view.queue == *self.queue.spec();
        let mut alike = views.enumerate().filter(|(_, view)| is_it(view));
        let first = alike.clone().next();
        alike
            .find(|(_, view)| view.screen == self.screen)
            .or(first)
            .map(|(at, _)| at)
    }

    /// Shows a saved view; says how to save one where there is none at that place.
    pub fn show_view(&mut self, at: usize, cx: &Context) {
        let Some(view) = self.settings.views.get(at).cloned() else {
            let text = text!(
                "There is no saved view {number}: \"Views\" above the list saves filter, order and screen",
                number = at + 1
            );
            self.report(text, cx.now);
            return;
        };
        self.show(view.screen);
        self.queue.forget_shortlist();
        self.show_queue(view.queue, cx);
        self.report(text!("View: {name}", name = view.name), cx.now);
    }
}
