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
    column::{Cell, Column, Row, has_field},
    facts::Facts,
    filter::Filter,
    filter_term::ends_in_bare_word,
    hint::why_nothing,
    label_next::{Reason, ranked},
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
    filter: Filter,
    /// The last line that was understood.
    understood: String,
    /// The filter in force before the bare word at the end of the line was begun: what looks like a part of an identifier may become the
    /// name of a column.
    before_word: Filter,
    shortlist: Option<Shortlist>,
    fault: Option<String>,
    unknown: Option<Arc<str>>,
    /// What the line asks for, where it is not in force because a column is unknown.
    refused: Option<Filter>,
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

/// The first column of a filter that no candidate has; none before there is any candidate.
fn missing_column(filter: &Filter, catalogue: &Catalogue) -> Option<Arc<str>> {
    let mut fields = filter.fields();
    let missing = fields.find(|name| !has_field(catalogue, name));
    missing.filter(|_| !catalogue.is_empty()).cloned()
}

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
        self.fault.as_deref()
    }

    /// The filter by which candidates are listed, also where the line is not understood.
    pub const fn filter_in_force(&self) -> &Filter {
        &self.filter
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
            self.read(&spec.filter, facts.catalogue);
        }
        self.spec = spec;
        self.refresh(facts);
        if is_filter_new {
            self.hint = self
                .order
                .is_empty()
                .then(|| why_nothing(&self.filter, facts))
                .flatten();
        }
    }

    /// Reads a filter line; what is not understood, or compares a column that no candidate has, leaves the filter that is
    /// in force.
    fn read(&mut self, line: &str, catalogue: &Catalogue) {
        (self.unknown, self.refused) = (None, None);
        match Filter::parse(line) {
            Ok(filter) => match missing_column(&filter, catalogue) {
                None => self.put_in_force(filter, line),
                Some(name) => {
                    self.leave_column(line);
                    let term = filter.term_of_field(&name);
                    let term = term.map_or_else(|| line.to_owned(), ToString::to_string);
                    self.fault = Some(format!("{term}: no candidate has a column {name}"));
                    (self.unknown, self.refused) = (Some(name), Some(filter));
                }
            },
            Err(why) => {
                self.leave_column(line);
                self.fault = Some(why);
            }
        }
    }

    fn put_in_force(&mut self, filter: Filter, line: &str) {
        if !ends_in_bare_word(line) {
            self.before_word = filter.clone();
        }
        line.clone_into(&mut self.understood);
        self.filter = filter;
        self.fault = None;
        self.unknown = None;
    }

    /// A word that turns out to be the beginning of a column no longer filters as a part of an identifier.
    fn leave_column(&mut self, line: &str) {
        if self.was_beginning_of(line) {
            self.filter = self.before_word.clone();
            self.understood.clear();
        }
    }

    /// True where the last line that was understood ended within a word that goes on in this one: "mag" before "mag<".
    fn was_beginning_of(&self, line: &str) -> bool {
        let rest = line.strip_prefix(&self.understood);
        let next = rest.and_then(|rest| rest.chars().next());
        let goes_on = next.is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | ')'));
        goes_on && ends_in_bare_word(&self.understood)
    }

    /// Looks again for the columns of the filter, as candidates or tables have come or gone; true where a line that was
    /// refused for a column is in force now: the caller makes the queue anew.
    pub fn look_for_columns(&mut self, catalogue: &Catalogue) -> bool {
        let refused = self.refused.take();
        self.unknown = missing_column(refused.as_ref().unwrap_or(&self.filter), catalogue);
        match refused {
            Some(filter) if self.unknown.is_none() => {
                let line = self.spec.filter.clone();
                self.put_in_force(filter, &line);
                true
            }
            refused => {
                self.refused = refused;
                false
            }
        }
    }

    /// A column that the filter compares and no candidate has.
    pub const fn unknown_column(&self) -> Option<&Arc<str>> {
        self.unknown.as_ref()
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
        self.spec.column.is_of_scores() || self.filter.uses_scores()
    }

    /// True where scores or the data's own classes decide who is in it, or in which order.
    pub fn gives_away(&self) -> bool {
        self.spec.column.gives_away() || self.filter.gives_away()
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
        let shortlist = self.shortlist.as_ref();
        let new = facts.catalogue.since(self.taken).filter(|(ix, _)| {
            shortlist.is_none_or(|shortlist| shortlist.candidates.contains_key(ix))
        });
        if self.filter.is_empty() {
            self.order.extend(new.map(|(ix, _)| ix));
        } else {
            let kept = new.filter(|(ix, candidate)| {
                held.binary_search(ix).is_ok() || self.filter.matches(facts.row(*ix, candidate))
            });
            let kept: Vec<_> = kept.map(|(ix, _)| ix).collect();
            self.order.extend(kept);
        }
        self.taken = facts.catalogue.len();
    }

    /// Numbers alone, without a look at the candidates: a threshold that is dragged sorts a
    /// hundred thousand in every frame.
    fn sort_by_score(&mut self, scores: &Scores) {
        let column = &self.spec.column;
        let (mut known, missing): (Vec<_>, Vec<_>) = self
            .order
            .iter()
            .map(|ix| (column.score(*ix, scores), *ix))
            .partition(|(score, _)| score.is_some());
        let is_descending = self.spec.is_descending;
        known.sort_unstable_by(|(a, ix), (b, other)| {
            let [a, b] = [a, b].map(|score| score.unwrap_or(f32::NAN));
            let order = a.total_cmp(&b);
            let order = if is_descending {
                order.reverse()
            } else {
                order
            };
            order.then(ix.cmp(other))
        });
        let all = known.into_iter().chain(missing);
        self.order = all.map(|(_, ix)| ix).collect();
    }

    fn sort(&mut self, facts: Facts<'_>) {
        let mut keyed: Vec<(Cell, CandidateIx)> = self
            .order
            .iter()
            .filter_map(|ix| {
                let candidate = facts.catalogue.get(*ix)?;
                Some((self.spec.column.cell(facts.row(*ix, candidate)), *ix))
            })
            .collect();
        let is_descending = self.spec.is_descending;
        keyed.sort_by(|a, b| a.0.order(&b.0, is_descending).then(a.1.cmp(&b.1)));
        self.order = keyed.into_iter().map(|(_, ix)| ix).collect();
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
    fn a_filter_by_an_unknown_column_leaves_the_list_until_the_column_comes() {
        let mut known = Known::of(&[20.0, 18.0, 22.0]);
        let mut queue = Queue::default();
        let spec = |line: &str| QueueSpec {
            filter: line.into(),
            ..QueueSpec::default()
        };
        queue.set_spec(spec("mag<21"), known.facts());
        // Typed letter by letter, and at once.
        for line in [
            "mag<21 f",
            "mag<21 foo",
            "mag<21 foo<",
            "mag<21 foo<3",
            "foo<3",
        ] {
            queue.set_spec(spec(line), known.facts());
        }
        assert_eq!(order(&queue), [0, 1]);
        let fault = queue.fault().unwrap();
        assert_eq!(fault, "foo<3: no candidate has a column foo");
        assert_eq!(queue.unknown_column().map(|name| &**name), Some("foo"));
        // What is wrong next does not take the refused line for the one in force.
        queue.set_spec(spec("mag<abc"), known.facts());
        assert_eq!(queue.filter_in_force().to_string(), "mag<21");
        assert_eq!(order(&queue), [0, 1]);
        queue.set_spec(spec("foo<3"), known.facts());
        assert!(!queue.look_for_columns(&known.catalogue));
        let fields = crate::domain::Fields::new(Arc::from(["foo".into()]), vec![2.0], Vec::new());
        known.catalogue.absorb(Candidate {
            id: "c3".into(),
            fields,
            ..Candidate::default()
        });
        assert!(queue.look_for_columns(&known.catalogue));
        queue.refresh(known.facts());
        assert_eq!(order(&queue), [3]);
        assert_eq!((queue.fault(), queue.unknown_column()), (None, None));
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
