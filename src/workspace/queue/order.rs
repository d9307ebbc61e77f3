//! The queue: candidates that match the filter, in the chosen order.
//!
//! The order is frozen while a person labels: nothing jumps because a label changed. It is
//! made anew when filter or sort change, or on request.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    column::{Column, Row},
    facts::Facts,
    filter::Filter,
    filter_line::FilterLine,
    hint::why_nothing,
    label_next::{Reason, ranked},
    sorting::{by_number, kept, sorted},
};
use crate::{
    domain::{Candidate, CandidateIx, Catalogue},
    workspace::scores::shown::Scores,
};

impl<'a> Facts<'a> {
    pub(super) fn row(&self, ix: CandidateIx, candidate: &'a Candidate) -> Row<'a> {
        Row {
            ix,
            candidate,
            book: self.book,
            scores: self.scores,
            repeat_check: self.repeat_check,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueSpec {
    /// What is sorted by.
    pub column: Column,
    /// Largest first.
    pub is_descending: bool,
    /// The filter line.
    pub filter: String,
}

impl QueueSpec {
    /// True where candidates stand in the order of finding: new ones go to the end.
    fn is_finding_order(&self) -> bool {
        self.column == Column::Found && !self.is_descending
    }
}

/// A few candidates that are looked at alone, whatever the filter lets through besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shortlist {
    /// What they are: "29 bogus called real".
    pub title: String,
    /// Each with the epoch to look at, from 0.
    pub candidates: BTreeMap<CandidateIx, usize>,
    /// What stands at a candidate in the place of the value that is sorted by: ".53 → .38 ↓".
    pub notes: BTreeMap<CandidateIx, Arc<str>>,
    /// What they are sorted by, and whether the largest come first; none for the order that was there.
    pub sort: Option<(Column, bool)>,
    /// The order that was there; set by the queue that shows them.
    pub before: Option<(Column, bool)>,
}

impl Shortlist {
    /// The order that comes back when these are left: none where they had none of their own, or a person has chosen another since.
    pub(super) fn order_to_restore(&self, spec: &QueueSpec) -> Option<(Column, bool)> {
        let (column, is_descending) = self.sort.as_ref()?;
        let is_in_force = spec.column == *column && spec.is_descending == *is_descending;
        self.before.clone().filter(|_| is_in_force)
    }
}

/// Candidates in order.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    spec: QueueSpec,
    line: FilterLine,
    shortlist: Option<Shortlist>,
    hint: Option<String>,
    order: Vec<CandidateIx>,
    rank: Vec<u32>,
    /// Why candidates stand where they do, where what to label next is asked for.
    reasons: HashMap<CandidateIx, Reason>,
    taken: usize,
    /// Label events that the filter has seen; later ones move no candidate out.
    judged_until: usize,
    revision: u64,
}

const NOT_IN_QUEUE: u32 = u32::MAX;

impl Queue {
    pub const fn spec(&self) -> &QueueSpec {
        &self.spec
    }

    /// The few that are looked at alone.
    pub const fn shortlist(&self) -> Option<&Shortlist> {
        self.shortlist.as_ref()
    }

    /// What stands at a candidate of the few in the place of the value that is sorted by.
    pub fn note(&self, ix: CandidateIx) -> Option<&str> {
        self.shortlist.as_ref()?.notes.get(&ix).map(|note| &**note)
    }

    /// Says otherwise what the few are.
    pub fn retitle_shortlist(&mut self, title: &str) {
        if let Some(shortlist) = &mut self.shortlist {
            title.clone_into(&mut shortlist.title);
        }
    }

    /// Leaves the few; the caller makes the queue anew.
    pub fn forget_shortlist(&mut self) {
        self.shortlist = None;
    }

    /// Candidates have other epochs: where each epoch is now.
    pub fn renumber_shortlist(&mut self, places: &BTreeMap<CandidateIx, Vec<usize>>) {
        let candidates = self
            .shortlist
            .iter_mut()
            .flat_map(|few| &mut few.candidates);
        for (ix, epoch) in candidates {
            if let Some(now) = places.get(ix).and_then(|all| all.get(*epoch)) {
                *epoch = *now;
            }
        }
    }

    /// Looks at a few alone; none for all again.
    pub fn set_shortlist(&mut self, shortlist: Option<Shortlist>, facts: Facts<'_>) {
        self.shortlist = shortlist;
        self.refresh(facts);
    }

    /// Why the filter line is not understood; the last good filter stays in force.
    pub fn fault(&self) -> Option<&str> {
        self.line.fault()
    }

    /// The filter by which candidates are listed, also where the line is not understood.
    pub const fn filter_in_force(&self) -> &Filter {
        self.line.in_force()
    }

    /// Why nothing is listed, and what to write instead, where that can be seen from the values that there are.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref().filter(|_| self.order.is_empty())
    }

    pub fn order(&self) -> &[CandidateIx] {
        &self.order
    }

    /// Place of a candidate in the order, from 0.
    pub fn rank(&self, candidate: CandidateIx) -> Option<usize> {
        let rank = *self.rank.get(candidate.0 as usize)?;
        (rank != NOT_IN_QUEUE).then_some(rank as usize)
    }

    /// For each candidate whether it is in the order: what work on another thread is given.
    pub fn listed(&self) -> Vec<bool> {
        self.rank.iter().map(|rank| *rank != NOT_IN_QUEUE).collect()
    }

    /// Why a candidate stands where it does; none unless what to label next is asked for.
    pub fn reason(&self, ix: CandidateIx) -> Option<&Reason> {
        self.reasons.get(&ix)
    }

    /// Grows whenever the order changes.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// True where candidates were found that the order does not know yet.
    pub fn is_behind(&self, catalogue: &Catalogue) -> bool {
        self.taken < catalogue.len()
    }

    /// Changes filter and order.
    pub fn set_spec(&mut self, spec: QueueSpec, facts: Facts<'_>) {
        let is_filter_new = spec.filter != self.spec.filter;
        if is_filter_new {
            self.line.read(&spec.filter, facts.catalogue);
        }
        self.spec = spec;
        self.refresh(facts);
        if is_filter_new {
            self.hint = self
                .order
                .is_empty()
                .then(|| why_nothing(self.line.in_force(), facts))
                .flatten();
        }
    }

    /// Looks again for the columns of the filter, as candidates or tables have come or gone; true where a line that was
    /// refused for a column is in force now: the caller makes the queue anew.
    pub fn look_for_columns(&mut self, catalogue: &Catalogue) -> bool {
        self.line.look_for_columns(&self.spec.filter, catalogue)
    }

    /// A column that the filter compares and no candidate has.
    pub const fn unknown_column(&self) -> Option<&Arc<str>> {
        self.line.unknown_column()
    }

    /// Filters and sorts everything again.
    pub fn refresh(&mut self, facts: Facts<'_>) {
        self.judged_until = facts.book.events().len();
        self.make(&[], facts);
    }

    /// The same because scores have changed. Who was labelled since the last refresh stays where he was let in.
    pub fn follow_scores(&mut self, facts: Facts<'_>) {
        let since = facts.book.events().iter().skip(self.judged_until);
        let judged = since.filter_map(|event| facts.catalogue.find(&event.candidate));
        let mut held: Vec<_> = judged.filter(|ix| self.rank(*ix).is_some()).collect();
        held.sort_unstable();
        self.make(&held, facts);
    }

    fn make(&mut self, held: &[CandidateIx], facts: Facts<'_>) {
        self.order.clear();
        self.taken = 0;
        self.take_new(held, facts);
        self.reasons.clear();
        if self.spec.column == Column::Next {
            (self.order, self.reasons) = ranked(&self.order, facts);
        } else if self.spec.column.is_of_scores() && self.spec.column != Column::Doubt {
            self.sort_by_score(facts.scores);
        } else if !self.spec.is_finding_order() {
            self.sort(facts);
        }
        self.number();
    }

    /// Takes in what was found since. In finding order new candidates go to the end;
    /// otherwise the caller decides when to `refresh`.
    pub fn extend(&mut self, facts: Facts<'_>) {
        if self.spec.is_finding_order() && self.is_behind(facts.catalogue) {
            self.take_new(&[], facts);
            self.number();
        }
    }

    /// True where scores decide who is in it, or in which order.
    pub fn uses_scores(&self) -> bool {
        self.spec.column.is_of_scores() || self.line.in_force().uses_scores()
    }

    /// True where scores or the data's own classes decide who is in it, or in which order.
    pub fn gives_away(&self) -> bool {
        self.spec.column.gives_away() || self.line.in_force().gives_away()
    }

    /// The candidate `steps` away in the order, not beyond its ends.
    pub fn neighbour(&self, from: Option<CandidateIx>, steps: isize) -> Option<CandidateIx> {
        let last = self.order.len().checked_sub(1)?;
        let at = match from.and_then(|from| self.rank(from)) {
            Some(rank) => rank.saturating_add_signed(steps).min(last),
            None => 0,
        };
        self.order.get(at).copied()
    }

    /// The first candidate after `from`, going round once, that meets the condition.
    pub fn find_after(
        &self,
        from: Option<CandidateIx>,
        mut is_wanted: impl FnMut(CandidateIx) -> bool,
    ) -> Option<CandidateIx> {
        let start = from
            .and_then(|from| self.rank(from))
            .map_or(0, |rank| rank + 1);
        let (before, after) = self.order.split_at(start.min(self.order.len()));
        after
            .iter()
            .chain(before)
            .copied()
            .find(|candidate| is_wanted(*candidate))
    }

    /// Takes in what the filter lets through of the new ones, and what is held.
    fn take_new(&mut self, held: &[CandidateIx], facts: Facts<'_>) {
        let (shortlist, filter) = (self.shortlist.as_ref(), self.line.in_force());
        let is_in_list = |ix: CandidateIx| {
            shortlist.is_none_or(|shortlist| shortlist.candidates.contains_key(&ix))
        };
        let is_kept = |ix: CandidateIx| {
            is_in_list(ix)
                && (held.binary_search(&ix).is_ok()
                    || (facts.catalogue.get(ix))
                        .is_some_and(|candidate| filter.matches(facts.row(ix, candidate))))
        };
        if filter.is_empty() {
            let new = facts.catalogue.since(self.taken).map(|(ix, _)| ix);
            self.order.extend(new.filter(|ix| is_in_list(*ix)));
        } else {
            self.order.extend(kept(self.taken, facts, &is_kept));
        }
        self.taken = facts.catalogue.len();
    }

    /// Numbers alone, without a look at the candidates: a threshold that is dragged sorts a
    /// hundred thousand in every frame.
    fn sort_by_score(&mut self, scores: &Scores) {
        let column = &self.spec.column;
        let scored = self.order.iter().map(|ix| {
            let score = column.score(*ix, scores);
            (score.map(f64::from), *ix)
        });
        self.order = by_number(scored, self.spec.is_descending);
    }

    fn sort(&mut self, facts: Facts<'_>) {
        let QueueSpec {
            column,
            is_descending,
            ..
        } = &self.spec;
        self.order = sorted(&self.order, column, *is_descending, facts);
    }

    fn number(&mut self) {
        self.revision += 1;
        self.rank.clear();
        self.rank.resize(self.taken, NOT_IN_QUEUE);
        for (rank, ix) in self.order.iter().enumerate() {
            self.rank[ix.0 as usize] = rank as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Candidate, Epoch, LabelAction, LabelBook, LabelEvent},
        workspace::repeat_check::RepeatCheck,
    };

    fn catalogue(mags: &[f32]) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for (at, mag) in mags.iter().enumerate() {
            let epoch = Epoch {
                mag: Some(*mag),
                ..Epoch::default()
            };
            catalogue.absorb(Candidate {
                id: format!("c{at}").into(),
                epochs: vec![epoch],
                ..Candidate::default()
            });
        }
        catalogue
    }

    struct Known {
        catalogue: Catalogue,
        book: LabelBook,
        scores: Scores,
        repeat_check: RepeatCheck,
    }

    impl Known {
        fn of(mags: &[f32]) -> Self {
            Self {
                catalogue: catalogue(mags),
                book: LabelBook::default(),
                scores: Scores::default(),
                repeat_check: RepeatCheck::default(),
            }
        }

        fn facts(&self) -> Facts<'_> {
            Facts {
                catalogue: &self.catalogue,
                book: &self.book,
                scores: &self.scores,
                repeat_check: &self.repeat_check,
                latent: None,
            }
        }
    }

    /// The event that calls a candidate real.
    fn labelled(number: usize) -> Arc<LabelEvent> {
        let class = "real".into();
        LabelEvent::made(1, &format!("c{number}"), LabelAction::Set { class })
    }

    fn order(queue: &Queue) -> Vec<u32> {
        queue.order().iter().map(|ix| ix.0).collect()
    }

    #[test]
    fn filter_and_sort_make_the_order() {
        let known = Known::of(&[20.0, 18.0, 22.0, 19.0]);
        let mut queue = Queue::default();
        let spec = |column, is_descending, filter: &str| QueueSpec {
            column,
            is_descending,
            filter: filter.into(),
        };
        queue.set_spec(spec(Column::Mag, false, "mag<21"), known.facts());
        assert_eq!(order(&queue), [1, 3, 0]);
        assert_eq!(queue.rank(CandidateIx(2)), None);
        queue.set_spec(spec(Column::Mag, true, ""), known.facts());
        assert_eq!(order(&queue), [2, 0, 3, 1]);
        assert_eq!(
            queue.neighbour(Some(CandidateIx(2)), -1),
            Some(CandidateIx(2))
        );
        assert_eq!(
            queue.neighbour(Some(CandidateIx(2)), 2),
            Some(CandidateIx(3))
        );
    }

    #[test]
    fn a_bad_filter_is_told_and_the_last_good_one_stays() {
        let known = Known::of(&[20.0, 18.0]);
        let mut queue = Queue::default();
        let good = QueueSpec {
            filter: "mag<19".into(),
            ..QueueSpec::default()
        };
        queue.set_spec(good, known.facts());
        let bad = QueueSpec {
            filter: "mag<".into(),
            ..QueueSpec::default()
        };
        queue.set_spec(bad, known.facts());
        assert!(queue.fault().is_some());
        assert_eq!(order(&queue), [1]);
    }

    #[test]
    fn the_beginning_of_a_column_is_no_part_of_an_identifier() {
        let known = Known::of(&[20.0, 18.0, 22.0]);
        let mut queue = Queue::default();
        let mut kept = |line: &str| {
            let filter = line.into();
            let spec = QueueSpec {
                filter,
                ..QueueSpec::default()
            };
            queue.set_spec(spec, known.facts());
            (order(&queue), queue.fault().is_some())
        };
        // As it is typed: the word that became a column no longer filters.
        for (line, expected) in [
            ("c", (vec![0, 1, 2], false)),
            ("c1", (vec![1], false)),
            ("c1<", (vec![0, 1, 2], true)),
            ("c1<=", (vec![0, 1, 2], true)),
            ("", (vec![0, 1, 2], false)),
            ("mag<21", (vec![0, 1], false)),
            ("mag<21 ", (vec![0, 1], false)),
            ("mag<21 c1", (vec![1], false)),
            ("mag<21 c1>", (vec![0, 1], true)),
            // What was a whole word, or a comparison, stays in force.
            ("c1 ", (vec![1], false)),
            ("c1 (", (vec![1], true)),
            ("c2", (vec![2], false)),
            ("c2 or", (vec![2], true)),
            ("mag<19", (vec![1], false)),
            ("mag<19x", (vec![1], true)),
        ] {
            assert_eq!(kept(line), expected, "{line}");
        }
    }

    #[test]
    fn scores_that_change_move_nobody_out_who_was_labelled() {
        let mut known = Known::of(&[20.0, 18.0, 22.0]);
        let mut queue = Queue::default();
        let spec = QueueSpec {
            filter: "label:none".into(),
            ..QueueSpec::default()
        };
        queue.set_spec(spec, known.facts());
        known.book.push(labelled(1));
        queue.follow_scores(known.facts());
        assert_eq!(order(&queue), [0, 1, 2]);
        // Until the queue is made anew: then one that is out stays out.
        queue.refresh(known.facts());
        assert_eq!(order(&queue), [0, 2]);
        known.book.push(labelled(1));
        queue.follow_scores(known.facts());
        assert_eq!(order(&queue), [0, 2]);
    }

    #[test]
    fn searching_goes_round_once() {
        let known = Known::of(&[20.0; 4]);
        let mut queue = Queue::default();
        queue.refresh(known.facts());
        let odd = |ix: CandidateIx| ix.0 == 1;
        assert_eq!(
            queue.find_after(Some(CandidateIx(2)), odd),
            Some(CandidateIx(1))
        );
        assert_eq!(
            queue.find_after(Some(CandidateIx(1)), odd),
            Some(CandidateIx(1))
        );
        assert_eq!(queue.find_after(None, |_| false), None);
    }
}
