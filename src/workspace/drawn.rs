//! Whose stamps have been on the screen: a decision goes to nobody else.
//!
//! The view reports at the start of a frame what the frame before it drew, ahead of the commands of
//! this frame's keys. A key is therefore held against what the person could see when it was
//! pressed, not against what the program has brought to the screen since.

use std::collections::{BTreeMap, HashMap};

use super::screen::Screen;
use crate::domain::CandidateIx;

/// A candidate, and the epoch (from 0) whose stamps were drawn.
pub type DrawnEpoch = (CandidateIx, usize);

/// What one frame drew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Number of the opening that the candidates belong to.
    pub generation: u64,
    /// How often epochs of this opening had got other numbers.
    pub renumbered: u64,
    pub screen: Screen,
    /// The large stamps, where each of them was drawn or the reason stood in its place.
    pub large: Option<DrawnEpoch>,
    /// Candidates whose small stamps were drawn whole, in the order of the screen.
    pub whole: Vec<DrawnEpoch>,
}

/// What the last frame drew, and what frames before it did.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// Number of the opening that the last frame drew; none before the first frame.
    pub(super) opening: Option<u64>,
    last: Drawn,
    /// The epoch that each candidate was last seen at.
    seen: HashMap<CandidateIx, usize>,
}

impl Sight {
    /// What the last frame drew.
    pub const fn last(&self) -> &Drawn {
        &self.last
    }

    /// Another set is opened: what is on the screen is not of it.
    pub fn forget(&mut self) {
        *self = Self {
            opening: self.opening,
            ..Self::default()
        };
    }

    /// These have other epochs by now, which were not on the screen.
    pub fn forget_those(&mut self, renewed: &BTreeMap<CandidateIx, Vec<usize>>) {
        let is_left = |ix: &CandidateIx| !renewed.contains_key(ix);
        self.seen.retain(|ix, _| is_left(ix));
        self.last.whole.retain(|(ix, _)| is_left(ix));
        self.last.large = self.last.large.filter(|(ix, _)| is_left(ix));
    }

    /// Takes in what a frame drew.
    pub fn take(&mut self, drawn: Drawn) {
        self.seen.extend(drawn.whole.iter().copied());
        self.seen.extend(drawn.large);
        self.last = drawn;
    }

    /// The epoch at which a candidate was last on the screen of this opening.
    pub fn epoch_seen(&self, candidate: CandidateIx) -> Option<usize> {
        self.seen.get(&candidate).copied()
    }

    fn small_on(&self, screen: Screen, candidate: CandidateIx) -> Option<usize> {
        let whole = self.last.whole.iter();
        let mut whole = whole.filter(|_| self.last.screen == screen);
        whole.find_map(|(ix, epoch)| (*ix == candidate).then_some(*epoch))
    }

    fn large_on(&self, screen: Screen, candidate: CandidateIx) -> Option<usize> {
        let large = self.last.large.filter(|_| self.last.screen == screen);
        large.and_then(|(ix, epoch)| (ix == candidate).then_some(epoch))
    }

    /// The epoch of a candidate that the last frame showed on that screen as what a decision is
    /// about: large, or whole in the mosaic.
    pub fn epoch_on(&self, screen: Screen, candidate: CandidateIx) -> Option<usize> {
        match screen {
            Screen::Inspect | Screen::Latent => self.large_on(screen, candidate),
            Screen::Mosaic => self.small_on(screen, candidate),
            Screen::Evaluate | Screen::Train | Screen::Problems => None,
        }
    }
}
