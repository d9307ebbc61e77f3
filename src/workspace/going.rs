//! Moving about: candidates, epochs, playing.

use super::context::Context;
use crate::{
    domain::{Candidate, CandidateIx, Epoch, Role},
    text,
    workspace::{
        command::Go,
        place::{Motion, Place},
        screen::Screen,
        shared::Shared,
    },
};

impl Shared {
    pub fn apply_go(&mut self, go: Go, cx: &Context) {
        match go {
            Go::To { candidate, open } => {
                if open {
                    self.screen = Screen::Inspect;
                }
                self.go_to(candidate, cx);
            }
            Go::Epoch(epoch) => {
                self.motion = None;
                self.set_epoch(epoch);
                self.save_session();
            }
            Go::PlayStep => {
                let epochs = self
                    .candidate()
                    .map_or(0, |candidate| candidate.epochs.len());
                if let (Some(Motion::Play { is_backwards }), 1..) = (self.motion, epochs) {
                    let step = if is_backwards { epochs - 1 } else { 1 };
                    self.set_epoch((self.place.epoch + step) % epochs);
                }
            }
        }
    }

    /// `steps` candidates on in the queue, or back.
    pub fn walk(&mut self, steps: isize, cx: &Context) {
        let from = self.place.candidate;
        match self.queue.neighbour(from, steps) {
            Some(candidate) if Some(candidate) == from => {
                let text = if steps > 0 {
                    text!("this is the end of the queue")
                } else {
                    text!("this is the start of the queue")
                };
                if self.toast.is_none() {
                    self.report(text, cx.now);
                }
            }
            Some(candidate) => self.go_to(candidate, cx),
            None => {}
        }
    }

    pub fn go_to_next_unlabelled(&mut self, cx: &Context) {
        let found = self.queue.find_after(self.place.candidate, |ix| {
            self.catalogue
                .get(ix)
                .is_some_and(|c| !self.book.state(&c.id).is_seen())
        });
        if let Some(candidate) = found {
            self.go_to(candidate, cx);
            return;
        }
        let text = if self.queue.order().is_empty() {
            text!("no candidate matches the filter")
        } else {
            text!("every candidate of the queue has been judged")
        };
        self.report(text, cx.now);
    }

    pub fn go_to(&mut self, candidate: CandidateIx, cx: &Context) {
        self.place_at(candidate, cx);
        self.place.is_chosen = true;
        self.return_to = None;
        self.save_session();
    }

    /// The first candidate of the queue becomes the current one; none where the queue is empty.
    pub fn go_to_first(&mut self, cx: &Context) {
        if let Some(first) = self.queue.order().first().copied() {
            self.go_to(first, cx);
            return;
        }
        self.leave_place();
    }

    /// The current candidate stays where the queue has it, else the first becomes current.
    pub fn stay_in_queue(&mut self, cx: &Context) {
        let here = self.place.candidate;
        if here.is_some_and(|ix| self.queue.rank(ix).is_some()) {
            return;
        }
        self.go_to_first(cx);
    }

    /// Nothing is current: what is found next may become so.
    fn leave_place(&mut self) {
        let is_played = matches!(self.motion, Some(Motion::Play { .. }));
        self.motion = self.motion.filter(|_| !is_played);
        self.place = Place::default();
    }

    /// Puts a candidate on screen, without choosing it for the person.
    pub fn place_at(&mut self, candidate: CandidateIx, cx: &Context) {
        let Some(first_look) = self.catalogue.get(candidate).map(Candidate::first_look) else {
            return;
        };
        if self.place.candidate != Some(candidate) {
            self.place.candidate = Some(candidate);
            self.place.since = Some(cx.now);
            self.place.epoch = first_look;
            self.motion = self
                .motion
                .filter(|motion| matches!(motion, Motion::Blink { .. }));
        }
    }

    pub fn step_epoch(&mut self, steps: isize) {
        self.motion = None;
        self.set_epoch(self.place.epoch.saturating_add_signed(steps));
        self.save_session();
    }

    pub fn set_epoch(&mut self, epoch: usize) {
        let last = self
            .candidate()
            .map_or(0, |candidate| candidate.epochs.len().saturating_sub(1));
        self.place.epoch = epoch.min(last);
    }

    pub fn search(&mut self, text: &str, cx: &Context) {
        let wanted = text.trim().to_lowercase();
        if wanted.is_empty() {
            return;
        }
        let is_match = |ix: CandidateIx| {
            self.catalogue
                .get(ix)
                .is_some_and(|c| c.id.to_lowercase().contains(&wanted))
        };
        if let Some(candidate) = self.queue.find_after(self.place.candidate, is_match) {
            self.go_to(candidate, cx);
            return;
        }
        let is_hidden = self.catalogue.iter().any(|(ix, _)| is_match(ix));
        self.warn(
            if is_hidden {
                text!(
                    "{part}: only among the candidates that the filter hides",
                    part = text
                )
            } else {
                text!("{part}: no candidate has this in its id", part = text)
            },
            cx.now,
        );
    }

    /// Starts a motion, or stops the same one.
    pub fn toggle_motion(&mut self, motion: Motion, cx: &Context) {
        if let Some(why) = self.why_still(motion) {
            self.motion = None;
            self.report(why, cx.now);
            return;
        }
        self.motion = if self.motion == Some(motion) {
            None
        } else {
            Some(motion)
        };
    }

    /// Why nothing would move.
    fn why_still(&self, motion: Motion) -> Option<&'static str> {
        let candidate = self.candidate()?;
        match motion {
            Motion::Play { .. } if candidate.epochs.len() < 2 => {
                Some(text!("nothing to play: there is one epoch"))
            }
            Motion::Blink { .. } if candidate.roles().len() < 2 => {
                Some(text!("nothing to blink: there is one image an epoch"))
            }
            _ => None,
        }
    }
}

impl Shared {
    /// The image that stands for a candidate in the queue: of that epoch the difference, where there
    /// is one, else the first role.
    pub fn thumbnail(&self, candidate: CandidateIx) -> Option<(usize, Role)> {
        let epoch = self.epoch_to_show(candidate);
        let candidate = self.catalogue.get(candidate)?;
        let has_difference = |epoch: &Epoch| epoch.stamp(Role::Difference).is_some();
        if candidate.epochs.get(epoch).is_some_and(has_difference) {
            return Some((epoch, Role::Difference));
        }
        Some((epoch, candidate.roles().first().copied()?))
    }

    /// The epoch that stands for a candidate in lists: the one on screen for the candidate on
    /// screen, else the one that would be looked at first.
    pub fn epoch_to_show(&self, candidate: CandidateIx) -> usize {
        if self.place.candidate == Some(candidate) {
            return self.place.epoch;
        }
        self.catalogue
            .get(candidate)
            .map_or(0, Candidate::first_look)
    }
}
