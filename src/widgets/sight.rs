//! What a frame draws, kept until the next one begins: a decision goes only to candidates whose
//! stamps were drawn, and labels name the epoch that was.

use std::collections::HashSet;

use egui::Rect;

use crate::{
    domain::{CandidateIx, Role, StampId},
    widgets::view_memory::Lost,
    workspace::{drawn::Drawn, screen::Screen, shared::Shared},
};

/// What a stamp is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sight {
    /// The candidate that is looked at, large.
    Large,
    /// One of many, to be judged where its cell is whole on the screen.
    Cell,
    /// A thumbnail, an epoch of the strip, a cell that is cut off: nobody is judged by it.
    Glimpse,
}

/// What came of a stamp that was to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the batch of this frame.
    Laid,
    /// It cannot be decoded: the reason stands in its place.
    Refused,
    /// It is not there yet.
    Pending,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaidStamp {
    pub candidate: CandidateIx,
    /// Epoch from 0.
    pub epoch: usize,
    pub role: Role,
    /// Its pixels.
    pub stamp: StampId,
    /// Where, points.
    pub rect: Rect,
    pub sight: Sight,
    pub outcome: Outcome,
}

/// What this frame draws.
#[derive(Debug, Default)]
pub struct SightMemory {
    generation: u64,
    renumbered: u64,
    screen: Screen,
    shown: Vec<(Sight, CandidateIx, usize)>,
    stamps: Vec<LaidStamp>,
    /// What the last pass that was painted drew.
    painted: Drawn,
    /// True where the last pass was laid out and never painted.
    is_discarded: bool,
}

impl SightMemory {
    /// Begins a frame: what the one before drew, without what the painter did not find.
    pub fn begin(&mut self, shared: &Shared, lost: &Lost) -> Drawn {
        let missing = lost.undrawn();
        for laid in &mut self.stamps {
            if missing.contains(&laid.stamp) {
                laid.outcome = Outcome::Pending;
            }
        }
        if !std::mem::take(&mut self.is_discarded) {
            self.painted = self.drawn();
        }
        self.generation = shared.generation;
        self.renumbered = shared.renumbered;
        self.screen = shared.screen;
        self.shown.clear();
        self.stamps.clear();
        self.painted.clone()
    }

    /// The pass that is laid out now will not be painted: nobody sees what it draws.
    pub const fn discard(&mut self) {
        self.is_discarded = true;
    }

    /// That candidate is on the screen at that epoch, with or without stamps.
    pub fn show(&mut self, sight: Sight, candidate: CandidateIx, epoch: usize) {
        if sight != Sight::Glimpse {
            self.shown.push((sight, candidate, epoch));
        }
    }

    /// Takes note of a stamp.
    pub fn lay(&mut self, stamp: LaidStamp) {
        self.stamps.push(stamp);
    }

    /// The stamps of this frame so far, or of the last one before the next begins.
    pub fn stamps(&self) -> &[LaidStamp] {
        &self.stamps
    }

    fn drawn(&self) -> Drawn {
        let mut drawn = Drawn {
            generation: self.generation,
            renumbered: self.renumbered,
            screen: self.screen,
            ..Drawn::default()
        };
        let places = |is_awaited: bool| -> HashSet<_> {
            let large = self
                .stamps
                .iter()
                .filter(|laid| laid.sight != Sight::Glimpse);
            large
                .filter(|laid| (laid.outcome == Outcome::Pending) == is_awaited)
                .map(|laid| (laid.candidate, laid.epoch))
                .collect()
        };
        let (awaited, there) = (places(true), places(false));
        for (sight, candidate, epoch) in &self.shown {
            let place = (*candidate, *epoch);
            if awaited.contains(&place) {
                continue;
            }
            match sight {
                Sight::Large => drawn.large = Some(place),
                // A cell without the stamp that the mosaic shows says nothing about a candidate.
                Sight::Cell if there.contains(&place) => drawn.whole.push(place),
                Sight::Cell | Sight::Glimpse => {}
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(candidate: u32, stamp: u32, sight: Sight, outcome: Outcome) -> LaidStamp {
        LaidStamp {
            candidate: CandidateIx(candidate),
            epoch: 1,
            role: Role::Science,
            stamp: StampId(stamp),
            rect: Rect::NOTHING,
            sight,
            outcome,
        }
    }

    #[test]
    fn a_candidate_counts_as_drawn_once_none_of_its_stamps_is_awaited() {
        let state = Shared::new(crate::workspace::settings::Settings::default(), "ana");
        let lost = Lost::default();
        let mut sight = SightMemory::default();
        for candidate in 0..4 {
            sight.show(Sight::Cell, CandidateIx(candidate), 1);
        }
        sight.show(Sight::Large, CandidateIx(7), 1);
        sight.lay(laid(0, 10, Sight::Cell, Outcome::Laid));
        sight.lay(laid(0, 11, Sight::Cell, Outcome::Pending));
        sight.lay(laid(1, 12, Sight::Cell, Outcome::Refused));
        sight.lay(laid(2, 13, Sight::Cell, Outcome::Laid));
        // A thumbnail that is awaited holds nobody up.
        sight.lay(laid(7, 14, Sight::Glimpse, Outcome::Pending));
        lost.add(0, vec![StampId(13)]);
        let drawn = sight.begin(&state, &lost);
        let whole: Vec<_> = drawn.whole.iter().map(|(ix, _)| ix.0).collect();
        assert_eq!(
            whole,
            [1],
            "0 is awaited, 2 is not in the GPU's memory, 3 has no such stamp"
        );
        assert_eq!(drawn.large, Some((CandidateIx(7), 1)));
        assert_eq!(sight.begin(&state, &Lost::default()), Drawn::default());
    }
}
