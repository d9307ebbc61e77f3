//! Whom a decision is about: candidates that are in the list on the screen and whose stamps were
//! drawn, nobody else.

use crate::{
    domain::CandidateIx,
    text,
    workspace::{
        action::Action, command::Select, context::Context, screen::Screen, shared::Shared,
    },
};

/// Candidates that a decision goes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// They, in the order of the catalogue.
    pub candidates: Vec<CandidateIx>,
    /// True for a selection.
    pub is_bulk: bool,
    /// Selected candidates that have not been on the screen: they stay selected.
    pub unseen: Vec<CandidateIx>,
}

impl Shared {
    /// Whom a decision is about: the selection on the mosaic or in the latent space, else the
    /// candidate on screen.
    ///
    /// # Errors
    /// A sentence where it would be about nobody, or about somebody who was not to be seen.
    pub fn targets(&self) -> Result<Targets, String> {
        match self.screen {
            Screen::Mosaic | Screen::Latent if !self.selection.is_empty() => {
                self.selected_targets()
            }
            Screen::Inspect | Screen::Mosaic | Screen::Latent => {
                self.target_at_place().map(|candidate| Targets {
                    candidates: vec![candidate],
                    ..Targets::default()
                })
            }
            Screen::Evaluate | Screen::Train | Screen::Problems => Err(text!(
                "nothing is labelled here: no candidate is on this screen (Enter shows it)"
            )
            .into()),
        }
    }

    fn selected_targets(&self) -> Result<Targets, String> {
        let listed = self.selection.iter();
        let listed = listed.filter(|ix| self.queue.rank(*ix).is_some());
        let (candidates, unseen): (Vec<_>, Vec<_>) = listed.partition(|ix| {
            let seen = self.sight.epoch_seen(*ix);
            seen.is_some_and(|epoch| epoch == self.epoch_to_show(*ix))
        });
        if candidates.is_empty() {
            return Err(text!(
                "nothing is labelled: none of the {count} selected candidates has been on the screen",
                count = unseen.len()
            ));
        }
        Ok(Targets {
            candidates,
            is_bulk: true,
            unseen,
        })
    }

    fn target_at_place(&self) -> Result<CandidateIx, String> {
        let known = self.place.candidate;
        let Some((ix, candidate)) = known.and_then(|ix| Some((ix, self.catalogue.get(ix)?))) else {
            return Err(self.why_no_target());
        };
        let id = &candidate.id;
        if self.queue.rank(ix).is_none() {
            return Err(text!(
                "nothing is labelled: {id} is not in this list (the filter leaves it out)",
                id
            ));
        }
        if self.sight.epoch_on(self.screen, ix).is_some() {
            return Ok(ix);
        }
        Err(if self.screen == Screen::Mosaic {
            text!(
                "nothing is labelled: {id} is not wholly on the screen with its stamps drawn",
                id
            )
        } else {
            text!(
                "nothing is labelled: {id} was not drawn yet when the key came; press it again",
                id
            )
        })
    }

    /// Why no candidate is on screen.
    fn why_no_target(&self) -> String {
        if self.catalogue.is_empty() {
            text!("nothing is labelled: no candidate is open").into()
        } else if self.queue.order().is_empty() {
            text!("nothing is labelled: no candidate matches the filter").into()
        } else {
            text!("nothing is labelled: no candidate is on the screen").into()
        }
    }

    /// Adds to the message of a decision how many of the selection it did not go to.
    pub(super) fn tell_of_unseen(&mut self, unseen: usize) {
        if unseen > 0
            && let Some(toast) = &mut self.toast
        {
            let more = text!(
                "; {unseen} selected were not on the screen and stay selected",
                unseen
            );
            toast.text.push_str(&more);
        }
    }

    /// Whom a decision is about; where it is about no candidate, why is reported in the status bar.
    pub fn targets_or_warn(&mut self, cx: &Context) -> Option<Targets> {
        match self.targets() {
            Ok(targets) => Some(targets),
            Err(why) => {
                self.warn(why, cx.now);
                None
            }
        }
    }

    /// Does an action that selects, or drops what is selected.
    pub fn act_on_selection(&mut self, action: Action, cx: &Context) {
        match action {
            Action::SelectAll => self.select_all(cx),
            Action::SelectRestOfPage => self.select_rest_of_page(cx),
            Action::SelectThis => self.select_this(cx),
            _ => self.selection.clear(),
        }
    }

    /// Selects every candidate of the queue that is not flagged.
    pub fn select_all(&mut self, cx: &Context) {
        let order = self.queue.order().iter().copied();
        let chosen: Vec<_> = order.filter(|ix| !self.is_flagged(*ix)).collect();
        let left_out = self.queue.order().len() - chosen.len();
        let mut text = match chosen.len() {
            1 => text!("1 candidate selected").to_owned(),
            count => text!("{count} candidates selected", count),
        };
        if left_out > 0 {
            text += &text!("; {left_out} flagged left out", left_out);
        }
        self.selection.set(chosen);
        self.report(text, cx.now);
    }

    /// Adds the candidate on the screen to the selection, or takes it out: one of the list.
    fn select_this(&mut self, cx: &Context) {
        let here = self.place.candidate;
        let Some(ix) = here.filter(|ix| self.queue.rank(*ix).is_some()) else {
            self.report(text!("no candidate of the list is on the screen"), cx.now);
            return;
        };
        self.selection.apply(Select::Toggle(ix), &self.queue);
        self.report(
            text!("{count} selected", count = self.selection.len()),
            cx.now,
        );
    }

    /// Selects what is wholly on the mosaic page, has not been judged and is not flagged.
    pub fn select_rest_of_page(&mut self, cx: &Context) {
        if self.screen != Screen::Mosaic {
            self.report(text!("the mosaic has pages: open it first"), cx.now);
            return;
        }
        let drawn = self.sight.last();
        let whole = drawn
            .whole
            .iter()
            .filter(|_| drawn.screen == Screen::Mosaic);
        let rest: Vec<_> = whole
            .map(|(ix, _)| *ix)
            .filter(|ix| self.queue.rank(*ix).is_some())
            .filter(|ix| !self.is_flagged(*ix) && !self.is_judged(*ix))
            .collect();
        let text = match rest.len() {
            1 => text!("1 candidate of this page selected").to_owned(),
            count => text!("{count} candidates of this page selected", count),
        };
        self.report(text, cx.now);
        self.selection.set(rest);
    }

    fn is_flagged(&self, ix: CandidateIx) -> bool {
        let candidate = self.catalogue.get(ix);
        candidate.is_some_and(|candidate| self.book.state(&candidate.id).is_flagged)
    }

    fn is_judged(&self, ix: CandidateIx) -> bool {
        let candidate = self.catalogue.get(ix);
        candidate.is_some_and(|candidate| self.book.state(&candidate.id).is_seen())
    }
}
