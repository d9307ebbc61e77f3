//! What frames ask of the atlas, and what of it finds no room: so that it is asked for once, and
//! again only when what is on screen has changed.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::domain::StampId;

/// The stamps that frames draw, and those of them that are not as they should be.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what one frame was found to be; none depends on another"
)]
pub struct Demand {
    /// Depends on stamps and levels of a frame, but not on their order: this one's, the last's.
    sum: u64,
    last_sum: u64,
    /// What is missing or too coarse, how fine it is needed, and the frame that asked last.
    wanted: HashMap<StampId, (u32, u64)>,
    /// What found no room while the screen was as it is now.
    refused: HashSet<StampId>,
    /// What this frame has to leave out.
    left_out: BTreeSet<StampId>,
    is_anything_missing: bool,
    /// True where the frame shows something coarser than needed, for want of room.
    is_anything_coarse: bool,
    is_pressed: bool,
    may_relax: bool,
    is_stuck: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameEnd {
    /// Stamps that the frame should have shown and for which there is no room.
    pub left_over: BTreeSet<StampId>,
    /// True where another frame may find room for some of them.
    pub is_unsettled: bool,
}

impl Demand {
    pub fn begin_frame(&mut self, frame: u64) {
        self.sum = 0;
        self.left_out.clear();
        self.is_anything_missing = false;
        self.is_anything_coarse = false;
        self.wanted.retain(|_, (_, asked)| *asked + 1 >= frame);
    }

    /// Counts a stamp that the frame draws.
    pub fn count(&mut self, id: StampId, needed: u32) {
        // The finaliser of SplitMix64: sums of its values meet by chance only.
        let both = (u64::from(id.0) << 8) | u64::from(needed);
        let mut mixed = both.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.sum = self.sum.wrapping_add(mixed ^ (mixed >> 31));
    }

    /// Notes that a stamp is missing, or coarser than needed; true where it is to be uploaded.
    pub fn want(&mut self, id: StampId, needed: u32, frame: u64, is_held: bool) -> bool {
        if self.refused.contains(&id) {
            if is_held {
                self.is_anything_coarse = true;
            } else {
                self.left_out.insert(id);
            }
            return false;
        }
        let (level, asked) = self.wanted.entry(id).or_insert((needed, frame));
        *level = if *asked == frame {
            needed.min(*level)
        } else {
            needed
        };
        *asked = frame;
        self.is_anything_missing = true;
        true
    }

    /// How fine a stamp is wanted; none where no frame asks for it.
    pub fn wanted(&self, id: StampId) -> Option<u32> {
        self.wanted.get(&id).map(|(level, _)| *level)
    }

    /// The stamp was uploaded.
    pub fn serve(&mut self, id: StampId) {
        self.wanted.remove(&id);
    }

    /// There is no room for the stamp. While a frame is under way it is not known what the
    /// screen will show, so that it is asked for again.
    pub fn refuse(&mut self, id: StampId, is_frame_ended: bool) {
        self.is_pressed = true;
        if is_frame_ended && self.wanted.remove(&id).is_some() {
            self.refused.insert(id);
        }
    }

    /// True since something found no room: stamps are as coarse as the screen allows.
    pub const fn is_pressed(&self) -> bool {
        self.is_pressed
    }

    /// Notes that something found no room.
    pub const fn press(&mut self) {
        self.is_pressed = true;
    }

    /// Ends a frame. What was refused is asked for again where the screen has changed.
    pub fn end_frame(&mut self) -> FrameEnd {
        let is_changed = self.sum != self.last_sum;
        self.last_sum = self.sum;
        let left_over = std::mem::take(&mut self.left_out);
        let is_short = !left_over.is_empty() || self.is_anything_coarse;
        let is_whole = !is_short && !self.is_anything_missing;
        self.may_relax = self.is_pressed && is_changed && is_whole;
        let was_stuck = std::mem::replace(&mut self.is_stuck, is_short && !is_changed);
        if is_changed {
            self.retry();
        }
        FrameEnd {
            // The frame after one that is stuck has what the held ones gave up.
            is_unsettled: is_short && (is_changed || !was_stuck),
            left_over,
        }
    }

    /// True where something lacks room and the screen is as it was: only what is held can give
    /// up some.
    pub const fn is_stuck(&self) -> bool {
        self.is_stuck
    }

    /// Room was made: what was refused is asked for again.
    pub fn retry(&mut self) {
        self.refused.clear();
    }

    /// True after a frame that shows something else than the one before, and all of it.
    pub const fn may_relax(&self) -> bool {
        self.may_relax
    }

    /// There is room enough again.
    pub const fn relax(&mut self) {
        self.is_pressed = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: StampId = StampId(1);
    const B: StampId = StampId(2);

    /// A frame that draws these, none of which is held; what is to be uploaded, and its end.
    fn frame(demand: &mut Demand, number: u64, ids: &[StampId]) -> (Vec<StampId>, FrameEnd) {
        demand.begin_frame(number);
        let mut missing = Vec::new();
        for id in ids {
            demand.count(*id, 0);
            if demand.want(*id, 0, number, false) {
                missing.push(*id);
            }
        }
        (missing, demand.end_frame())
    }

    #[test]
    fn what_finds_no_room_is_asked_for_again_only_when_the_screen_changes() {
        let mut demand = Demand::default();
        assert_eq!(frame(&mut demand, 1, &[A, B]).0, [A, B]);
        assert_eq!(demand.wanted(A), Some(0));
        demand.serve(A);
        demand.refuse(B, true);
        assert!(demand.is_pressed());
        let (missing, end) = frame(&mut demand, 2, &[B]);
        // Something else is on screen: one more frame asks again.
        assert!(end.is_unsettled && missing.is_empty());
        assert_eq!(frame(&mut demand, 3, &[B]).0, [B]);
        demand.refuse(B, true);
        for number in 4..7 {
            let (missing, end) = frame(&mut demand, number, &[B]);
            // Once more, for what the held ones may give up.
            assert_eq!((missing, end.is_unsettled), (vec![], number == 4));
            assert_eq!(end.left_over, BTreeSet::from([B]));
        }
    }

    #[test]
    fn a_refusal_in_the_middle_of_a_frame_is_not_remembered() {
        let mut demand = Demand::default();
        frame(&mut demand, 1, &[A]);
        demand.refuse(A, false);
        assert_eq!(frame(&mut demand, 2, &[A]).0, [A]);
    }

    #[test]
    fn the_finest_use_within_a_frame_counts() {
        let mut demand = Demand::default();
        demand.begin_frame(1);
        for needed in [3, 1, 2] {
            demand.want(A, needed, 1, true);
        }
        assert_eq!(demand.wanted(A), Some(1));
        demand.begin_frame(2);
        demand.want(A, 4, 2, true);
        assert_eq!(demand.wanted(A), Some(4));
        demand.begin_frame(9);
        assert_eq!(demand.wanted(A), None);
    }

    #[test]
    fn pressure_may_end_when_another_screen_is_whole() {
        let mut demand = Demand::default();
        demand.press();
        for (number, may_relax) in [(1, true), (2, false)] {
            demand.begin_frame(number);
            demand.count(A, 0);
            demand.end_frame();
            assert_eq!(demand.may_relax(), may_relax);
        }
        assert!(!frame(&mut demand, 3, &[B]).1.is_unsettled);
        assert!(!demand.may_relax(), "something is missing");
        demand.relax();
        assert!(!demand.is_pressed());
    }
}
