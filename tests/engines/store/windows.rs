//! Several windows and processes on one project: nothing is lost or overwritten.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Stdio},
    thread,
};

use destello::{
    domain::{LabelEvent, StepId},
    store::Project,
};

use crate::common::{events, program::program};

const APPENDS: usize = 150;

fn event(step: StepId, annotator: &str, number: usize) -> LabelEvent {
    LabelEvent {
        step,
        annotator: annotator.into(),
        ..events::set(0, &format!("{annotator}-{number}"), "real")
    }
}

/// Opens the project as one window does and labels.
fn label(path: &Path, annotator: &str) {
    let mut project = Project::open_or_create(path).unwrap();
    let mut steps = project.step_ids().unwrap();
    let mut seen = 0;
    let mut own = 0;
    for number in 0..APPENDS {
        let pair = [
            event(steps.next_step(), annotator, number),
            event(steps.next_step(), annotator, number),
        ];
        let last = project.append(&pair).unwrap();
        for (seq, event) in project.events_since(seen).unwrap() {
            assert!(seq > seen);
            seen = seq;
            own += usize::from(&*event.annotator == annotator);
        }
        assert!(seen >= last);
        assert_eq!(own, 2 * (number + 1));
    }
}

#[test]
fn windows_that_open_and_label_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.destello");
    let annotators = ["ana", "ben", "cleo", "dan"];
    thread::scope(|scope| {
        for annotator in annotators {
            scope.spawn(|| label(&path, annotator));
        }
    });
    let project = Project::open_or_create(&path).unwrap();
    let events = project.events_since(0).unwrap();
    assert_eq!(events.len(), annotators.len() * APPENDS * 2);
    let steps: HashSet<_> = events.iter().map(|(_, event)| event.step).collect();
    assert_eq!(steps.len(), events.len(), "a step was given twice");
    for annotator in annotators {
        let own = events.iter().filter(|(_, e)| &*e.annotator == annotator);
        let ids: Vec<_> = own.map(|(_, event)| event.candidate.to_string()).collect();
        let wanted: Vec<_> = (0..APPENDS)
            .flat_map(|number| {
                [
                    format!("{annotator}-{number}"),
                    format!("{annotator}-{number}"),
                ]
            })
            .collect();
        assert_eq!(ids, wanted);
    }
    // The two events of one append stand next to each other: transactions do not mix.
    for pair in events.chunks(2) {
        assert_eq!(pair[0].1.candidate, pair[1].1.candidate);
    }
    project.check_integrity().unwrap();
}

fn start(project: &Path, annotator: &str) -> Child {
    program()
        .args(["label", "stream", "--annotator", annotator, "--project"])
        .arg(project)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn two_processes_label_at_once_and_undo_only_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.destello");
    let mut ana = start(&path, "ana");
    let mut ben = start(&path, "ben");
    for (child, name) in [(&mut ana, "ana"), (&mut ben, "ben")] {
        let mut input = child.stdin.take().unwrap();
        for number in 0..APPENDS {
            writeln!(input, "{name}-{number},real").unwrap();
        }
        writeln!(input, "undo").unwrap();
    }
    for child in [&mut ana, &mut ben] {
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        let answers: Vec<_> = answers.map(Result::unwrap).collect();
        assert_eq!(answers.len(), APPENDS + 1);
        assert!(answers.iter().all(|answer| answer.starts_with("ok ")));
        assert!(child.wait().unwrap().success());
    }
    let project = Project::open_or_create(&path).unwrap();
    let events = project.events_since(0).unwrap();
    assert_eq!(events.len(), 2 * (APPENDS + 1));
    let book = destello::domain::LabelBook::of(events.into_iter().map(|(_, e)| e.into()));
    for name in ["ana", "ben"] {
        let is_labelled = |number| book.state(&format!("{name}-{number}")).is_labelled();
        assert!((0..APPENDS - 1).all(is_labelled));
        assert!(!is_labelled(APPENDS - 1));
    }
}
