//! Properties that hold for all inputs: the fold of labels under interleaved windows, the filter line,
//! vocabularies, ranges of steps.

use std::{collections::BTreeSet, sync::Arc};

use destello::{
    domain::{
        Assignment, Class, LabelAction, LabelBook, LabelEvent, StepId, StepIds, Vocabulary,
        label_book::LabelState,
    },
    io::vocabulary_file,
    workspace::queue::filter::Filter,
};
use proptest::{collection::vec, prelude::*};

use crate::common::events;

const PEOPLE: [&str; 2] = ["ana", "ben"];
const CLASSES: [&str; 3] = ["real", "bogus", "SN"];

/// What one window does next.
#[derive(Clone, Debug)]
enum Deed {
    /// The same action for one candidate or two, as one step.
    Decide(u8, Option<u8>, LabelAction),
    /// Takes back the last own step.
    Undo,
    /// Does it again.
    Redo,
    /// Takes back any step, known or not, as a second window may.
    UndoAny(i64),
}

fn action() -> impl Strategy<Value = LabelAction> {
    let class = || (0..CLASSES.len()).prop_map(|at| -> Arc<str> { CLASSES[at].into() });
    prop_oneof![
        4 => class().prop_map(|class| LabelAction::Set { class }),
        2 => class().prop_map(|class| LabelAction::Tag { class }),
        1 => class().prop_map(|class| LabelAction::Untag { class }),
        1 => Just(LabelAction::Clear),
        1 => Just(LabelAction::Unsure),
        2 => Just(LabelAction::Skip),
        1 => any::<bool>().prop_map(|on| LabelAction::Flag { on }),
        1 => "[a-z ]{0,6}".prop_map(|text| LabelAction::Note { text: text.into() }),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (0..4_u8, proptest::option::of(0..4_u8), action())
            .prop_map(|(one, other, action)| Deed::Decide(one, other, action)),
        3 => Just(Deed::Undo),
        2 => Just(Deed::Redo),
        1 => (0..40_i64).prop_map(Deed::UndoAny),
    ]
}

fn event(step: StepId, candidate: &str, action: LabelAction, who: usize) -> Arc<LabelEvent> {
    Arc::new(LabelEvent {
        step,
        annotator: PEOPLE[who].into(),
        ..events::event(0, candidate, action)
    })
}

/// The events that a window writes for a deed, given what it knows.
fn events_of(
    deed: &Deed,
    who: usize,
    book: &LabelBook,
    steps: &mut StepIds,
) -> Vec<Arc<LabelEvent>> {
    match deed {
        Deed::Decide(one, other, action) => {
            let step = steps.next_step();
            let both = [Some(*one), other.filter(|other| other != one)];
            let ids = both
                .into_iter()
                .flatten()
                .map(|number| format!("c{number}"));
            ids.map(|id| event(step, &id, action.clone(), who))
                .collect()
        }
        Deed::Undo => {
            let of = book.next_undo(PEOPLE[who]);
            of.map(|of| event(steps.next_step(), "", LabelAction::Undo { of }, who))
                .into_iter()
                .collect()
        }
        Deed::Redo => {
            let of = book.next_redo(PEOPLE[who]);
            of.map(|of| event(steps.next_step(), "", LabelAction::Redo { of }, who))
                .into_iter()
                .collect()
        }
        Deed::UndoAny(of) => {
            let of = StepId(*of);
            vec![event(steps.next_step(), "", LabelAction::Undo { of }, who)]
        }
    }
}

fn states(book: &LabelBook) -> Vec<(Arc<str>, LabelState)> {
    let all = book.candidates().into_iter();
    all.map(|(id, state)| (id.clone(), state.clone())).collect()
}

/// The labels of a journal by the definition: events of steps that are not taken back, in order.
fn by_definition(events: &[Arc<LabelEvent>]) -> Vec<(Arc<str>, LabelState)> {
    let mut known = BTreeSet::new();
    let mut undone = BTreeSet::new();
    for event in events {
        match event.action {
            LabelAction::Undo { of } if known.contains(&of) => {
                undone.insert(of);
            }
            LabelAction::Redo { of } => {
                undone.remove(&of);
            }
            LabelAction::Undo { .. } => {}
            _ => {
                known.insert(event.step);
            }
        }
    }
    // Only what counts, pushed into an empty book, with the places that events have in the journal.
    let mut book = LabelBook::default();
    for event in events {
        let is_move = matches!(
            event.action,
            LabelAction::Undo { .. } | LabelAction::Redo { .. }
        );
        if !is_move && !undone.contains(&event.step) {
            book.push(event.clone());
        }
    }
    let mut all = states(&book);
    for (_, state) in &mut all {
        state.decided_by = None;
    }
    all.retain(|(_, state)| *state != LabelState::default());
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two windows write into one file as they please; each sees the other's events late. The fold
    /// of the file is the one of the definition, whoever folds it and in how many pieces.
    #[test]
    fn the_fold_of_interleaved_windows_is_that_of_the_file(
        deeds in vec((0..2_usize, any::<bool>(), deed()), 1..60),
    ) {
        let mut steps = [StepIds::of_range(0), StepIds::of_range(1)];
        let mut file: Vec<Arc<LabelEvent>> = Vec::new();
        let mut known = [0_usize; 2];
        let mut books = [LabelBook::default(), LabelBook::default()];
        for (who, reads, deed) in &deeds {
            let who = *who;
            if *reads {
                // News of the other window: the whole journal in its true order.
                books[who] = LabelBook::of(file.iter().cloned());
                known[who] = file.len();
            }
            let new = events_of(deed, who, &books[who], &mut steps[who]);
            for event in new {
                books[who].push(event.clone());
                file.push(event);
            }
        }
        let whole = LabelBook::of(file.iter().cloned());
        let mut by_pieces = LabelBook::of(file[..file.len() / 2].iter().cloned());
        for event in &file[file.len() / 2..] {
            by_pieces.push(event.clone());
        }
        prop_assert_eq!(states(&whole), states(&by_pieces));
        let mut seen = states(&whole);
        for (_, state) in &mut seen {
            let ways = [state.is_labelled(), state.is_unsure, state.is_skipped];
            prop_assert!(ways.iter().filter(|is| **is).count() <= 1);
            state.decided_by = None;
        }
        seen.retain(|(_, state)| *state != LabelState::default());
        prop_assert_eq!(seen, by_definition(&file));
    }

    /// Undo and redo are the identity, from any state, for every person.
    #[test]
    fn undo_and_redo_are_the_identity(deeds in vec((0..2_usize, deed()), 1..60), who in 0..2_usize) {
        let mut steps = StepIds::of_range(0);
        let mut book = LabelBook::default();
        for (who, deed) in &deeds {
            for event in events_of(deed, *who, &book, &mut steps) {
                book.push(event);
            }
        }
        let before = states(&book);
        let undone = events_of(&Deed::Undo, who, &book, &mut steps);
        let is_any = !undone.is_empty();
        for event in undone {
            book.push(event);
        }
        if is_any {
            for event in events_of(&Deed::Redo, who, &book, &mut steps) {
                book.push(event);
            }
        }
        prop_assert_eq!(states(&book), before);
    }

    /// A book for one person's eyes is the same whether its events come one by one or all at once. Of a candidate that is to be
    /// judged it has nothing of others; of all else it has everything.
    #[test]
    fn a_blind_book_has_nothing_of_others_until_its_viewer_has_judged(
        deeds in vec((0..2_usize, deed()), 1..60),
        judges in 1..3_usize,
        assigned_at in 0..60_usize,
    ) {
        let ana = || Some(Arc::from("ana"));
        let assignment = Assignment::parse("ana,ben", judges).unwrap();
        let mut steps = StepIds::of_range(0);
        let mut book = LabelBook::default();
        book.set_viewer(ana());
        for (at, (who, deed)) in deeds.iter().enumerate() {
            if at == assigned_at {
                let assign = LabelAction::Assign(assignment.clone());
                book.push(event(steps.next_step(), "", assign, 1));
            }
            for event in events_of(deed, *who, &book, &mut steps) {
                book.push(event);
            }
        }
        let all = LabelBook::of(book.events().iter().cloned());
        let mut whole = all.clone();
        whole.set_viewer(ana());
        prop_assert_eq!(states(&whole), states(&book));
        for (id, state) in states(&book) {
            let is_own = book.assignment().is_some_and(|known| known.is_to(&id, "ana"));
            let has_judged = all.judges(&id).iter().any(|judge| &***judge == "ana");
            prop_assert_eq!(book.hides(&id), is_own && !has_judged);
            if book.hides(&id) {
                let mut history = book.history(&id);
                prop_assert!(history.all(|(event, _)| &*event.annotator == "ana"));
                prop_assert!(!state.is_decided());
            } else {
                prop_assert_eq!(&state, all.state(&id));
            }
        }
    }

    /// The parser takes any text: it reads it, or names what it does not understand. What it reads it
    /// prints as a line that reads as the same.
    #[test]
    fn a_filter_prints_a_line_that_reads_as_itself(line in "\\PC{0,40}") {
        if let Ok(filter) = Filter::parse(&line) {
            let printed = filter.to_string();
            prop_assert_eq!(Filter::parse(&printed), Ok(filter), "{}", printed);
        }
    }

    /// The same for lines that are nearly right.
    #[test]
    fn filters_of_known_words_print_and_read(
        terms in vec(
            (
                "(mag|label|state|epochs|score|score:cap|p:sn|rb|flag|candid|id|said|disagree|assigned|ztf18)",
                "(<|<=|>|>=|=|:|!=|)",
                "([0-9]{1,3}(\\.[0-9])?|none|real|[a-z]{1,4}|)",
            ),
            0..5,
        ),
    ) {
        let words: Vec<_> = terms.iter().map(|(name, sign, value)| format!("{name}{sign}{value}")).collect();
        match Filter::parse(&words.join(" ")) {
            Ok(filter) => {
                let printed = filter.to_string();
                prop_assert_eq!(Filter::parse(&printed), Ok(filter), "{}", printed);
            }
            Err(why) => prop_assert!(words.iter().any(|word| why.contains(word.as_str())), "{}", why),
        }
    }

    /// A vocabulary that passes its check is written and read as the same one, and every class is found
    /// by its name and by its key.
    #[test]
    fn a_sound_vocabulary_is_written_and_read(
        name in "[a-z][a-z_]{0,8}",
        is_tagging in any::<bool>(),
        classes in vec(("\\PC{1,8}", "\\PC{0,12}", any::<char>(), "#[0-9a-f]{6}", vec("[a-z]{1,5}", 0..3)), 1..5),
    ) {
        let class = |(name, title, key, color, aliases): (String, String, char, String, Vec<String>)| Class {
            name: name.into(),
            title: title.into(),
            key,
            color: color.into(),
            aliases: aliases.into_iter().map(Arc::from).collect(),
        };
        let vocabulary = Vocabulary {
            name: name.as_str().into(),
            title: name.as_str().into(),
            is_tagging,
            classes: classes.into_iter().map(class).collect(),
        };
        if vocabulary.check().is_ok() {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("vocabulary.toml");
            std::fs::write(&file, toml::to_string(&vocabulary).unwrap()).unwrap();
            let read = vocabulary_file::read(&file);
            prop_assert!(read.is_ok(), "{:?}", read);
            prop_assert_eq!(read.as_ref().ok(), Some(&vocabulary));
            for class in &vocabulary.classes {
                prop_assert_eq!(vocabulary.class(&class.name), Some(class));
                prop_assert_eq!(vocabulary.class_of_key(class.key), Some(class));
            }
        }
    }

    /// Ranges never give the same step, whichever windows have them.
    #[test]
    fn ranges_of_steps_never_meet(ranges in vec(0..u32::MAX >> 1, 2..6), taken in 1..200_usize) {
        let ranges: BTreeSet<_> = ranges.into_iter().collect();
        let mut steps = BTreeSet::new();
        for range in &ranges {
            let mut ids = StepIds::of_range(*range);
            for _ in 0..taken {
                let step = ids.next_step();
                prop_assert!(step.0 >= 0);
                prop_assert!(steps.insert(step), "{step:?} was given twice");
            }
        }
    }
}

/// Found by the first of these: a field whose name with a colon begins the name of a column.
#[test]
fn fields_named_as_beginnings_of_columns_print_and_read() {
    for line in ["P=:", "p=a<b", "Name=x>1", "score=0.5"] {
        let filter = Filter::parse(line).unwrap();
        assert_eq!(Filter::parse(&filter.to_string()), Ok(filter), "{line}");
    }
}
