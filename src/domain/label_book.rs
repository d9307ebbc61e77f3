//! The labels: the fold of all label events.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{
    assignment::Assignment,
    label::{LabelAction, LabelEvent, StepId},
};

/// What is known of one candidate after all its events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelState {
    /// Its classes: none, one, or several tags, in the order given.
    pub classes: Vec<Arc<str>>,
    /// Somebody looked and could not say.
    pub is_unsure: bool,
    /// Passed over.
    pub is_skipped: bool,
    /// Marked for a second look.
    pub is_flagged: bool,
    /// A remark.
    pub note: Option<Arc<str>>,
    /// The event that last changed class, unsure or skip: its index in the journal.
    pub decided_by: Option<usize>,
}

impl LabelState {
    /// True where a class was given.
    pub const fn is_labelled(&self) -> bool {
        !self.classes.is_empty()
    }

    /// True where somebody gave a class, or looked and could not.
    pub const fn is_decided(&self) -> bool {
        self.is_labelled() || self.is_unsure
    }

    /// True where a person has dealt with it: labelled, unsure or skipped, one of the three.
    pub const fn is_seen(&self) -> bool {
        self.is_decided() || self.is_skipped
    }

    fn apply(&mut self, action: &LabelAction, at: usize) {
        match action {
            LabelAction::Set { class } => self.decide(vec![class.clone()], at),
            LabelAction::Clear => self.decide(Vec::new(), at),
            LabelAction::Tag { class } => {
                let mut classes = std::mem::take(&mut self.classes);
                if !classes.contains(class) {
                    classes.push(class.clone());
                }
                self.decide(classes, at);
            }
            LabelAction::Untag { class } => {
                let mut classes = std::mem::take(&mut self.classes);
                classes.retain(|known| known != class);
                self.decide(classes, at);
            }
            LabelAction::Unsure => {
                self.decide(Vec::new(), at);
                self.is_unsure = true;
            }
            // Passing over takes no decision away.
            LabelAction::Skip if self.is_decided() => {}
            LabelAction::Skip => {
                self.is_skipped = true;
                self.decided_by = Some(at);
            }
            LabelAction::Flag { on } => self.is_flagged = *on,
            LabelAction::Note { text } => {
                self.note = (!text.trim().is_empty()).then(|| text.clone());
            }
            LabelAction::Import { .. }
            | LabelAction::Component { .. }
            | LabelAction::Assign(_)
            | LabelAction::Undo { .. }
            | LabelAction::Redo { .. } => {}
        }
    }

    fn decide(&mut self, classes: Vec<Arc<str>>, at: usize) {
        self.classes = classes;
        self.is_unsure = false;
        self.is_skipped = false;
        self.decided_by = Some(at);
    }
}

/// The journal in memory and what follows from it.
///
/// A book that has a viewer is blind: of a candidate that is assigned to this person, and that they have not judged yet, it has what
/// they did themselves and nothing of others.
#[derive(Clone, Debug, Default)]
pub struct LabelBook {
    events: Vec<Arc<LabelEvent>>,
    of_candidate: HashMap<Arc<str>, Vec<usize>>,
    of_step: HashMap<StepId, Vec<usize>>,
    undone: HashSet<StepId>,
    states: HashMap<Arc<str>, LabelState>,
    undo: BTreeMap<Arc<str>, Vec<StepId>>,
    redo: BTreeMap<Arc<str>, Vec<StepId>>,
    revision: u64,
    /// Who judges which candidates; none where no candidate is assigned.
    assignment: Option<Assignment>,
    viewer: Option<Arc<str>>,
    /// Candidates of which the viewer sees nothing of others.
    hidden: HashSet<Arc<str>>,
    /// How often the states of all candidates were made anew.
    folds: u64,
}

impl LabelBook {
    /// The fold of a whole journal.
    pub fn of(events: impl IntoIterator<Item = Arc<LabelEvent>>) -> Self {
        let mut book = Self::default();
        for event in events {
            book.push(event);
        }
        book
    }

    /// Adds one event at the end.
    pub fn push(&mut self, event: Arc<LabelEvent>) {
        self.revision += 1;
        let at = self.events.len();
        match event.action {
            LabelAction::Undo { of } => self.move_step(of, true),
            LabelAction::Redo { of } => self.move_step(of, false),
            LabelAction::Import { .. } | LabelAction::Component { .. } => {
                self.join_step(&event, at);
            }
            LabelAction::Assign(ref assignment) => {
                self.assignment = Some(assignment.clone()).filter(|all| !all.is_none());
                self.events.push(event);
                return self.refold_all();
            }
            _ => {
                self.of_candidate
                    .entry(event.candidate.clone())
                    .or_default()
                    .push(at);
                self.join_step(&event, at);
                if self.is_for_viewer(&event.candidate) {
                    let id = event.candidate.clone();
                    self.events.push(event);
                    return self.refold(&id);
                }
                let state = self.states.entry(event.candidate.clone()).or_default();
                if !self.undone.contains(&event.step) {
                    state.apply(&event.action, at);
                }
            }
        }
        self.events.push(event);
    }

    /// Who judges which candidates; none where no candidate is assigned.
    pub const fn assignment(&self) -> Option<&Assignment> {
        self.assignment.as_ref()
    }

    /// Whose eyes it is for.
    pub const fn viewer(&self) -> Option<&Arc<str>> {
        self.viewer.as_ref()
    }

    /// From now on it is for the eyes of this person; none for all that there is.
    pub fn set_viewer(&mut self, viewer: Option<Arc<str>>) {
        if self.viewer != viewer {
            self.viewer = viewer;
            self.refold_all();
        }
    }

    /// True where the viewer sees nothing of others.
    pub fn hides(&self, candidate: &str) -> bool {
        self.hidden.contains(candidate)
    }

    /// True where a candidate is assigned to the viewer, who has not judged it. Whether others have judged it makes no difference.
    pub fn awaits_viewer(&self, candidate: &str) -> bool {
        let is_untouched = !self.of_candidate.contains_key(candidate);
        self.hides(candidate) || (is_untouched && self.is_for_viewer(candidate))
    }

    /// How often the states of all candidates were made anew: what is counted by events is counted anew then.
    pub const fn folds(&self) -> u64 {
        self.folds
    }

    /// True where a candidate is assigned to the viewer.
    fn is_for_viewer(&self, candidate: &str) -> bool {
        let both = self.assignment.as_ref().zip(self.viewer.as_deref());
        both.is_some_and(|(assignment, viewer)| assignment.is_to(candidate, viewer))
    }

    /// Counts the event among those of its step; its first event says whose step it is.
    fn join_step(&mut self, event: &LabelEvent, at: usize) {
        let step = self.of_step.entry(event.step).or_default();
        step.push(at);
        if step.len() == 1 {
            self.undo
                .entry(event.annotator.clone())
                .or_default()
                .push(event.step);
            self.redo.remove(&event.annotator);
        }
    }

    /// All events in order.
    pub fn events(&self) -> &[Arc<LabelEvent>] {
        &self.events
    }

    /// The events of one candidate that the viewer sees, oldest first, with whether each still counts.
    pub fn history(&self, candidate: &str) -> impl Iterator<Item = (&LabelEvent, bool)> {
        let only = self.viewer.as_ref().filter(|_| self.hides(candidate));
        let all = self.history_of_all(candidate);
        all.filter(move |(event, _)| only.is_none_or(|viewer| event.annotator == *viewer))
    }

    /// The events of one candidate, those of others too that are hidden from the viewer: for what counts and shows none.
    pub fn history_of_all(&self, candidate: &str) -> impl Iterator<Item = (&LabelEvent, bool)> {
        let of_candidate = self
            .of_candidate
            .get(candidate)
            .map_or(&[][..], Vec::as_slice);
        of_candidate.iter().map(|&at| {
            let event = &*self.events[at];
            (event, !self.undone.contains(&event.step))
        })
    }

    /// Who has judged a candidate, those too whose labels are hidden from the viewer, sorted.
    pub fn judges(&self, candidate: &str) -> Vec<&Arc<str>> {
        let history = self.history_of_all(candidate);
        let mut judges: Vec<&Arc<str>> = history.map(|(event, _)| &event.annotator).collect();
        judges.sort_unstable();
        judges.dedup();
        judges.retain(|judge| self.state_of(candidate, Some(judge)).is_decided());
        judges
    }

    pub fn state(&self, candidate: &str) -> &LabelState {
        static NOTHING: LabelState = LabelState {
            classes: Vec::new(),
            is_unsure: false,
            is_skipped: false,
            is_flagged: false,
            note: None,
            decided_by: None,
        };
        self.states.get(candidate).unwrap_or(&NOTHING)
    }

    /// The event that decided a candidate's present class.
    pub fn decision(&self, candidate: &str) -> Option<&LabelEvent> {
        self.state(candidate).decided_by.map(|at| &*self.events[at])
    }

    /// All candidates with at least one event, sorted by identifier.
    pub fn candidates(&self) -> Vec<(&Arc<str>, &LabelState)> {
        let mut all: Vec<_> = self.states.iter().collect();
        all.sort_by_key(|(id, _)| *id);
        all
    }

    /// The step that `annotator` would take back next.
    pub fn next_undo(&self, annotator: &str) -> Option<StepId> {
        self.undo.get(annotator)?.last().copied()
    }

    /// The step that `annotator` would do again next.
    pub fn next_redo(&self, annotator: &str) -> Option<StepId> {
        self.redo.get(annotator)?.last().copied()
    }

    /// The events of a step, in order.
    pub fn step(&self, step: StepId) -> impl Iterator<Item = &LabelEvent> {
        let events = self.of_step.get(&step).map_or(&[][..], Vec::as_slice);
        events.iter().map(|&at| &*self.events[at])
    }

    /// Grows with every event: what is derived from the labels is kept by this number.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Takes a step back or does it again. What is already so, as when two windows undo the
    /// same step, or names no known step, changes nothing.
    fn move_step(&mut self, step: StepId, is_undo: bool) {
        let Some(first) = self.of_step.get(&step).and_then(|events| events.first()) else {
            return;
        };
        let owner = self.events[*first].annotator.clone();
        let is_changed = if is_undo {
            self.undone.insert(step)
        } else {
            self.undone.remove(&step)
        };
        if !is_changed {
            return;
        }
        let (from, to) = if is_undo {
            (&mut self.undo, &mut self.redo)
        } else {
            (&mut self.redo, &mut self.undo)
        };
        if let Some(stack) = from.get_mut(&owner) {
            stack.retain(|known| *known != step);
        }
        to.entry(owner).or_default().push(step);
        self.refold_step(step);
    }

    fn refold_step(&mut self, step: StepId) {
        let events = self.of_step.get(&step).cloned().unwrap_or_default();
        for at in events {
            let id = self.events[at].candidate.clone();
            if matches!(
                self.events[at].action,
                LabelAction::Import { .. } | LabelAction::Component { .. }
            ) {
                continue;
            }
            self.refold(&id);
        }
    }

    fn refold_all(&mut self) {
        if self.assignment.is_none() && self.hidden.is_empty() {
            return;
        }
        self.folds += 1;
        self.revision += 1;
        let mut all: Vec<Arc<str>> = self.of_candidate.keys().cloned().collect();
        if self.hidden.is_empty() {
            // Only these can be hidden now.
            all.retain(|id| self.is_for_viewer(id));
        }
        for id in all {
            self.refold(&id);
        }
    }

    /// Makes the state of a candidate anew. What it is for the viewer alone counts until they have judged it.
    fn refold(&mut self, id: &Arc<str>) {
        let viewer = self.viewer.as_deref().filter(|_| self.is_for_viewer(id));
        let own = viewer.map(|viewer| self.state_of(id, Some(viewer)));
        let own = own.filter(|own| !own.is_decided());
        if own.is_some() {
            self.hidden.insert(id.clone());
        } else {
            self.hidden.remove(id);
        }
        let state = own.unwrap_or_else(|| self.state_of(id, None));
        self.states.insert(id.clone(), state);
    }

    /// A candidate after the events of one person, or of all.
    fn state_of(&self, id: &str, person: Option<&str>) -> LabelState {
        let mut state = LabelState::default();
        for &at in self.of_candidate.get(id).map_or(&[][..], Vec::as_slice) {
            let event = &self.events[at];
            let is_meant = person.is_none_or(|person| *event.annotator == *person);
            if is_meant && !self.undone.contains(&event.step) {
                state.apply(&event.action, at);
            }
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(step: i64, candidate: &str, class: &str) -> Arc<LabelEvent> {
        LabelEvent::made(
            step,
            candidate,
            LabelAction::Set {
                class: class.into(),
            },
        )
    }

    fn classes(book: &LabelBook, candidate: &str) -> Vec<String> {
        book.state(candidate)
            .classes
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_last_decision_counts_and_undo_brings_back_the_one_before() {
        let mut book = LabelBook::of([set(1, "a", "real"), set(2, "a", "bogus")]);
        assert_eq!(classes(&book, "a"), ["bogus"]);
        book.push(LabelEvent::made(3, "", LabelAction::Undo { of: StepId(2) }));
        assert_eq!(classes(&book, "a"), ["real"]);
        assert_eq!(book.next_undo("ana"), Some(StepId(1)));
        assert_eq!(book.next_redo("ana"), Some(StepId(2)));
        book.push(LabelEvent::made(4, "", LabelAction::Redo { of: StepId(2) }));
        assert_eq!(classes(&book, "a"), ["bogus"]);
        assert_eq!(book.history("a").filter(|(_, counts)| *counts).count(), 2);
    }

    #[test]
    fn a_bulk_step_is_undone_as_one() {
        let mut book = LabelBook::of([
            set(1, "a", "real"),
            set(2, "a", "bogus"),
            set(2, "b", "bogus"),
        ]);
        book.push(LabelEvent::made(3, "", LabelAction::Undo { of: StepId(2) }));
        assert_eq!(classes(&book, "a"), ["real"]);
        assert!(!book.state("b").is_seen());
    }

    #[test]
    fn a_new_decision_empties_redo_of_that_person_only() {
        let mut book = LabelBook::of([set(1, "a", "real")]);
        book.push(LabelEvent::made(2, "", LabelAction::Undo { of: StepId(1) }));
        let mut other = (*set(3, "b", "real")).clone();
        other.annotator = "ben".into();
        book.push(Arc::new(other));
        assert_eq!(book.next_redo("ana"), Some(StepId(1)));
        book.push(set(4, "c", "real"));
        assert_eq!(book.next_redo("ana"), None);
    }

    #[test]
    fn two_windows_that_undo_the_same_step_undo_it_once() {
        let undo = |at| LabelEvent::made(at, "", LabelAction::Undo { of: StepId(2) });
        let mut book = LabelBook::of([set(1, "a", "real"), set(2, "a", "bogus")]);
        book.push(undo(3));
        book.push(undo(4));
        assert_eq!(book.next_undo("ana"), Some(StepId(1)));
        book.push(LabelEvent::made(5, "", LabelAction::Redo { of: StepId(2) }));
        assert_eq!(classes(&book, "a"), ["bogus"]);
        assert_eq!(book.next_redo("ana"), None);
        book.push(LabelEvent::made(
            6,
            "",
            LabelAction::Undo { of: StepId(77) },
        ));
        assert_eq!(book.next_redo("ana"), None);
    }

    #[test]
    fn an_import_belongs_to_who_read_it_whatever_names_its_rows_carry() {
        let marker = LabelAction::Import {
            table: "night.csv".into(),
        };
        let mut row = (*set(1, "a", "real")).clone();
        row.annotator = "ben".into();
        let mut book = LabelBook::of([LabelEvent::made(1, "", marker), Arc::new(row)]);
        assert_eq!(book.next_undo("ben"), None);
        assert_eq!(book.next_undo("ana"), Some(StepId(1)));
        book.push(LabelEvent::made(2, "", LabelAction::Undo { of: StepId(1) }));
        assert!(!book.state("a").is_seen());
        assert!(book.candidates().iter().all(|(id, _)| !id.is_empty()));
    }

    #[test]
    fn tags_add_up_and_unsure_takes_the_class_away() {
        let tag = |step, class: &str| {
            LabelEvent::made(
                step,
                "a",
                LabelAction::Tag {
                    class: class.into(),
                },
            )
        };
        let mut book = LabelBook::of([tag(1, "dipole"), tag(2, "edge"), tag(3, "edge")]);
        assert_eq!(classes(&book, "a"), ["dipole", "edge"]);
        book.push(LabelEvent::made(
            4,
            "a",
            LabelAction::Untag {
                class: "dipole".into(),
            },
        ));
        assert_eq!(classes(&book, "a"), ["edge"]);
        book.push(LabelEvent::made(5, "a", LabelAction::Unsure));
        assert!(book.state("a").is_unsure && !book.state("a").is_labelled());
    }

    #[test]
    fn a_skip_takes_no_decision_away_and_a_decision_ends_a_skip() {
        let mut skip = (*LabelEvent::made(2, "a", LabelAction::Skip)).clone();
        skip.annotator = "ben".into();
        let book = LabelBook::of([set(1, "a", "real"), Arc::new(skip)]);
        let state = book.state("a");
        assert!(state.is_labelled() && !state.is_skipped);
        assert_eq!(
            book.decision("a").map(|event| &*event.annotator),
            Some("ana")
        );
        let skip = |step, id| LabelEvent::made(step, id, LabelAction::Skip);
        let unsure = LabelEvent::made(3, "b", LabelAction::Unsure);
        let book = LabelBook::of([skip(1, "a"), set(2, "a", "real"), unsure, skip(4, "b")]);
        for id in ["a", "b"] {
            let state = book.state(id);
            let ways = [state.is_labelled(), state.is_unsure, state.is_skipped];
            assert_eq!(ways.iter().filter(|is| **is).count(), 1, "{id}");
            assert!(!state.is_skipped, "{id}");
        }
    }

    fn of_person(step: i64, person: &str, candidate: &str, action: LabelAction) -> Arc<LabelEvent> {
        let mut event = (*LabelEvent::made(step, candidate, action)).clone();
        event.annotator = person.into();
        Arc::new(event)
    }

    #[test]
    fn labels_of_others_are_hidden_until_one_has_judged_oneself() {
        let class = |name: &str| LabelAction::Set { class: name.into() };
        let assign = |people: &str, judges| {
            let assignment = Assignment::parse(people, judges).unwrap();
            LabelEvent::made(0, "", LabelAction::Assign(assignment))
        };
        let mut book = LabelBook::of([
            assign("ana,ben", 2),
            of_person(1, "ben", "a", class("bogus")),
            of_person(2, "ana", "a", LabelAction::Flag { on: true }),
        ]);
        assert_eq!(
            classes(&book, "a"),
            ["bogus"],
            "without a viewer all is seen"
        );
        book.set_viewer(Some("ana".into()));
        assert!(book.hides("a") && book.state("a").is_flagged);
        assert!(!book.state("a").is_seen() && book.decision("a").is_none());
        assert_eq!(book.history("a").count(), 1);
        assert_eq!(book.history_of_all("a").count(), 2);
        // What comes in is hidden too, also a note.
        let text = "a dipole".into();
        book.push(of_person(3, "ben", "b", class("real")));
        book.push(of_person(4, "ben", "a", LabelAction::Note { text }));
        assert!(book.hides("b") && book.state("a").note.is_none());
        // A skip is no judgement; being unsure is one.
        book.push(of_person(5, "ana", "a", LabelAction::Skip));
        assert!(book.hides("a") && book.state("a").is_skipped);
        book.push(of_person(6, "ana", "a", LabelAction::Unsure));
        assert!(!book.hides("a") && book.state("a").is_unsure);
        assert_eq!(book.state("a").note.as_deref(), Some("a dipole"));
        assert_eq!(book.history("a").count(), 5);
        // Taken back, it is hidden again.
        let undo = LabelAction::Undo { of: StepId(6) };
        book.push(of_person(7, "ana", "", undo));
        assert!(book.hides("a") && !book.state("a").is_unsure);
        // An assignment is no step of anybody, and the last one counts.
        assert_eq!(book.next_undo("ana"), Some(StepId(5)));
        let folds = book.folds();
        book.push(assign("ben,cleo", 2));
        assert!(!book.hides("a") && book.folds() > folds);
        assert_eq!(classes(&book, "a"), ["bogus"]);
        book.push(assign("ana,ben", 2));
        assert!(book.hides("a") && book.hides("b"));
        book.push(LabelEvent::made(
            0,
            "",
            LabelAction::Assign(Assignment::default()),
        ));
        assert!(!book.hides("a") && book.assignment().is_none());
    }
}
