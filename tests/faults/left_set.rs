//! News of a set that was left do not reach the next one.

use std::sync::Arc;

use destello::{
    domain::{Problem, StampId, label::StepIds},
    features::open::index::Batch,
    tasks::progress::Progress,
    window::{
        command::{Command, Session, Want},
        event::{JobEvent, JobId},
        reporter::Reporter,
    },
    workspace::journal_writer::JournalNews,
};

use crate::common::{self, InlineWindow, StampSet, in_turn};

/// The number of a kind: a new kind of event must be given one, and an example below.
const fn number(event: &JobEvent) -> usize {
    match event {
        JobEvent::ProjectOpened { .. } => 0,
        JobEvent::ProjectRefused { .. } => 1,
        JobEvent::Found { .. } => 2,
        JobEvent::IndexDone { .. } => 3,
        JobEvent::Decoded(_) => 4,
        JobEvent::Journal { .. } => 5,
        JobEvent::Broke(_) => 6,
        JobEvent::Problems(_) => 7,
        JobEvent::Progress { .. } => 8,
    }
}

/// How many kinds there are.
const KINDS: usize = 9;

fn why() -> String {
    "of the set that was left".into()
}

fn problem() -> Problem {
    Problem::new("a.fits", "stamp", why())
}

/// An event of every kind, of the first opening.
fn one_of_each() -> Vec<JobEvent> {
    let mut all = of_an_opening(1);
    all.extend(without_a_number());
    all
}

fn of_an_opening(generation: u64) -> Vec<JobEvent> {
    vec![
        JobEvent::ProjectOpened {
            generation,
            path: "a.destello".into(),
            events: Vec::new(),
            steps: StepIds::of_range(1),
            session: None,
            paths: Vec::new(),
        },
        JobEvent::ProjectRefused {
            generation,
            why: why(),
        },
        JobEvent::Found {
            generation,
            batch: Batch::default(),
        },
        JobEvent::IndexDone {
            generation,
            is_cancelled: false,
            missing: Vec::new(),
        },
        JobEvent::Journal {
            generation,
            news: JournalNews::NotSaved { why: why() },
        },
    ]
}

fn without_a_number() -> Vec<JobEvent> {
    let job = JobId::Export;

    vec![
        JobEvent::Decoded(vec![(StampId(1), Err(Arc::new(problem())))]),
        JobEvent::Broke(why()),
        JobEvent::Problems(vec![problem()]),
        JobEvent::Progress {
            job,
            progress: Progress::default(),
        },
    ]
}

#[test]
fn no_kind_of_event_of_a_set_that_was_left_arrives() {
    let _turn = in_turn();
    let kinds: std::collections::BTreeSet<_> = one_of_each().iter().map(number).collect();
    assert_eq!(kinds, (0..KINDS).collect());
    let (reporter, inbox) = Reporter::new(|| {});
    let left = reporter.for_opening(1);
    for event in one_of_each() {
        left.send(event);
    }
    // What is on the way when the next set is opened does not arrive either.
    let opened = reporter.for_opening(2);
    for event in one_of_each() {
        left.send(event);
    }
    assert!(inbox.try_recv().is_err());
    for (kind, event) in one_of_each().into_iter().enumerate() {
        left.send(event);
        assert!(inbox.try_recv().is_err(), "{kind}");
    }
    // Those of the present set do, and those of work that outlives a set.
    for reporter in [opened, reporter] {
        for event in one_of_each() {
            let kind = number(&event);
            reporter.send(event);
            assert_eq!(
                inbox
                    .try_iter()
                    .map(|event| number(&event))
                    .collect::<Vec<_>>(),
                [kind]
            );
        }
    }
}

#[test]
fn an_export_and_stamps_under_way_are_forgotten_with_their_set() {
    let _turn = in_turn();
    let (first, second) = (StampSet::new(), StampSet::with_stamps(15, 3));
    let mut window = InlineWindow::on(&first.path(), &first.beside("night.destello"));
    window.label(common::REAL);
    let candidate = window.state.candidate().unwrap();
    let stamps = candidate.epochs.iter().flat_map(|epoch| &epoch.stamps);
    let visible = stamps.cloned().collect();
    // Their ends are on the way, or will be, while the next set is opened.
    let table = first.beside("labels.csv");
    window.begin(Command::Session(Session::Export(table.clone())));
    window.begin(Command::Want(Want {
        visible,
        ..Want::default()
    }));
    window.counted = |event| matches!(event, JobEvent::Decoded(_));
    window.count = 0;
    window.begin(Command::Session(Session::Open {
        paths: vec![second.path()],
        project: Some(second.beside("night.destello")),
    }));
    window.settle();
    assert_eq!(window.count, 0);
    assert!(window.state.jobs.is_empty(), "{:?}", window.state.jobs);
    assert_eq!(window.state.stamps.bytes(), 0);
    assert!(!window.toast().contains("written"), "{}", window.toast());
    // What was begun is finished all the same.
    assert!(table.exists());
    // The next set decodes and exports as ever.
    window.look();
    assert!(window.state.stamps.bytes() > 0);
    let export = Session::Export(second.beside("labels.csv"));
    window.apply(Command::Session(export));
    assert!(window.toast().contains("written to"), "{}", window.toast());
}
