//! News of a set that was left do not reach the next one.

use std::{path::PathBuf, sync::Arc};

use destello::{
    app::{
        Command,
        command::{Session, Want},
        event::{JobEvent, JobId},
        reporter::Reporter,
    },
    domain::{CandidateIx, Problem, StampId, label::StepIds},
    features::{
        file_dialog::{
            disk::{Lies, PathNews},
            pick::PickFor,
        },
        light_curve::{photometer::MeasuredCurve, photometry::PhotometryOrder},
        open::index::Batch,
    },
    tasks::progress::Progress,
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
        JobEvent::Header { .. } => 5,
        JobEvent::Measured(_) => 6,
        JobEvent::PeriodFound { .. } => 7,
        JobEvent::Journal { .. } => 8,
        JobEvent::Broke(_) => 9,
        JobEvent::Problems(_) => 10,
        JobEvent::Progress { .. } => 11,
        JobEvent::Vocabulary { .. } => 12,
        JobEvent::Done { .. } => 13,
        JobEvent::Evaluated { .. } => 14,
        JobEvent::Picked { .. } => 15,
        JobEvent::NoDialog(_) => 16,
        JobEvent::Paths(_) => 17,
    }
}

/// How many kinds there are.
const KINDS: usize = 18;

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
        JobEvent::Measured(MeasuredCurve {
            generation,
            candidate: CandidateIx(0),
            stamps: 0,
            order: PhotometryOrder::default(),
            curve: Arc::default(),
        }),
        JobEvent::Journal {
            generation,
            news: JournalNews::NotSaved { why: why() },
        },
    ]
}

fn without_a_number() -> Vec<JobEvent> {
    let job = JobId::Export;
    let serial = 1;
    vec![
        JobEvent::Decoded(vec![(StampId(1), Err(Arc::new(problem())))]),
        JobEvent::Header {
            stamp: StampId(0),
            cards: Err(Arc::new(problem())),
        },
        JobEvent::PeriodFound {
            serial,
            period: None,
        },
        JobEvent::Broke(why()),
        JobEvent::Problems(vec![problem()]),
        JobEvent::Progress {
            job,
            progress: Progress::default(),
        },
        JobEvent::Vocabulary {
            source: PathBuf::new(),
            vocabulary: Err(problem()),
        },
        JobEvent::Done {
            job,
            outcome: Err(why()),
        },
        JobEvent::Evaluated {
            serial,
            report: Err(why()),
        },
        JobEvent::Picked {
            purpose: PickFor::OpenFiles,
            paths: Vec::new(),
        },
        JobEvent::NoDialog(PickFor::OpenFiles),
        JobEvent::Paths(PathNews::What {
            serial,
            lies: Lies::Folder,
        }),
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
    let paths = vec![table.clone()];
    let purpose = PickFor::ExportLabels;
    window.begin(Command::News(Box::new(JobEvent::Picked { purpose, paths })));
    window.begin(Command::Want(Want {
        visible,
        ..Want::default()
    }));
    window.counted = |event| matches!(event, JobEvent::Done { .. } | JobEvent::Decoded(_));
    window.count = 0;
    window.begin(Command::Session(Session::Open {
        paths: vec![second.path()],
        project: Some(second.beside("night.destello")),
    }));
    window.settle();
    assert_eq!(window.count, 0);
    assert!(window.state.jobs.is_empty(), "{:?}", window.state.jobs);
    assert_eq!(window.state.shelf.bytes(), 0);
    assert!(!window.toast().contains("written"), "{}", window.toast());
    // The next set decodes and exports as ever.
    window.look();
    assert!(window.state.shelf.bytes() > 0);
    let paths = vec![second.beside("labels.csv")];
    window.apply(Command::News(Box::new(JobEvent::Picked { purpose, paths })));
    assert!(window.toast().contains("written to"), "{}", window.toast());
}
