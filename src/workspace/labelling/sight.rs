//! Which epochs the person saw: decisions go to them.

use crate::{
    domain::CandidateIx,
    workspace::{drawn::Drawn, shared::Shared},
};

impl Shared {
    /// Takes in what the view drew; news of a set that was left is passed over.
    pub fn take_drawn(&mut self, drawn: Drawn) {
        self.sight.opening = Some(drawn.generation);
        // Of before epochs got other numbers, a picture says nothing.
        if drawn.generation == self.generation && drawn.renumbered == self.renumbered {
            self.sight.take(drawn);
        }
    }

    /// True where the last frame drew another set: the numbers of its candidates mean others by now.
    pub fn is_picture_of_another_set(&self) -> bool {
        let opening = self.sight.opening;
        opening.is_some_and(|opening| opening != self.generation)
    }

    /// The epoch of a candidate that a person saw when deciding about it: the one that was drawn,
    /// else the one that stands for it in lists.
    pub fn epoch_decided_on(&self, candidate: CandidateIx) -> usize {
        let drawn = self.sight.epoch_on(self.screen, candidate);
        drawn
            .or_else(|| self.sight.epoch_seen(candidate))
            .unwrap_or_else(|| self.epoch_to_show(candidate))
    }
}
