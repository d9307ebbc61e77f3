//! Projects are merged: every event once, in one order, whatever the order in which they are named.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use destello::{
    domain::{LabelAction, LabelBook, LabelEvent, StepId, Timestamp},
    store::{Merged, Project, merge_files},
};

use crate::common::events::{TIME_US, event, set};

/// A person who labels in a project file, opening it once.
struct Person {
    name: &'static str,
    project: Project,
    range: i64,
}

impl Person {
    fn new(name: &'static str, file: &Path) -> Self {
        let mut project = Project::open_or_create(file).unwrap();
        let range = project.step_ids().unwrap().next_step().0;
        Self {
            name,
            project,
            range,
        }
    }

    /// Keeps an event of that second; its step is the second too.
    fn give(&mut self, second: i64, event: LabelEvent) {
        let event = LabelEvent {
            step: StepId(self.range + second),
            at: Timestamp(TIME_US + second * 1_000_000),
            annotator: self.name.into(),
            ..event
        };
        self.project.append(&[event]).unwrap();
    }

    fn set(&mut self, second: i64, candidate: &str, class: &str) {
        self.give(second, set(0, candidate, class));
    }

    /// Imports a table in which Zoe labelled two candidates, as one step of that second.
    fn import(&mut self, second: i64) {
        let marker = LabelAction::Import {
            table: "zoe.csv".into(),
        };
        let step = StepId(self.range + second);
        let marker = LabelEvent {
            step,
            at: Timestamp(TIME_US + second * 1_000_000),
            annotator: self.name.into(),
            ..event(0, "", marker)
        };
        let row = |candidate| LabelEvent {
            step,
            annotator: "zoe".into(),
            ..set(0, candidate, "real")
        };
        let events = [marker, row("m31"), row("m33")];
        self.project.append(&events).unwrap();
    }

    /// Takes back the step of that second.
    fn undo(&mut self, second: i64, of: i64) {
        let of = StepId(self.range + of);
        self.give(second, event(0, "", LabelAction::Undo { of }));
    }
}

fn history(file: &Path) -> Vec<LabelEvent> {
    Project::open_existing(file).unwrap().history().unwrap().0
}

fn book(file: &Path) -> LabelBook {
    LabelBook::of(history(file).into_iter().map(Arc::new))
}

fn classes(file: &Path, candidate: &str) -> String {
    book(file).state(candidate).classes.join("+")
}

/// In the order in which they count.
fn identities(file: &Path) -> Vec<Vec<u8>> {
    let raw = rusqlite::Connection::open(file).unwrap();
    let mut select = raw
        .prepare("SELECT id FROM event_ids ORDER BY server_seq IS NULL, server_seq, seq")
        .unwrap();
    let rows = select.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Projects of three people, whose steps have the same numbers.
fn three(folder: &Path) -> [PathBuf; 3] {
    let files = ["ana", "ben", "cleo"].map(|name| folder.join(name).with_extension("destello"));
    let mut ana = Person::new("ana", &files[0]);
    ana.set(1, "m31", "real");
    ana.set(5, "m33", "real");
    ana.set(9, "m51", "bogus");
    let mut ben = Person::new("ben", &files[1]);
    ben.set(1, "m31", "bogus");
    ben.set(4, "m33", "bogus");
    ben.undo(6, 1);
    let mut cleo = Person::new("cleo", &files[2]);
    cleo.set(3, "m31", "bogus");
    cleo.set(5, "m51", "real");
    files
}

#[test]
fn the_order_of_the_projects_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let files = three(folder.path());
    let mut merged = Vec::new();
    for (number, order) in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ]
    .into_iter()
    .enumerate()
    {
        let into = folder.path().join(format!("{number}.destello"));
        let projects: Vec<PathBuf> = order.iter().map(|at| files[*at].clone()).collect();
        let done = merge_files(&projects, &into).unwrap();
        assert_eq!(
            done,
            Merged {
                events: 8,
                added: 8
            }
        );
        merged.push(into);
    }
    let all = history(&merged[0]);
    let times: Vec<i64> = all.iter().map(|event| event.at.0).collect();
    assert!(times.is_sorted(), "{times:?}");
    for other in &merged[1..] {
        assert_eq!(history(other), all);
        assert_eq!(identities(other), identities(&merged[0]));
    }
    // Ben took back a step of his own, which has the number of one of Ana's.
    assert_eq!(classes(&merged[0], "m31"), "bogus");
    let book = book(&merged[0]);
    let counts: Vec<(&str, bool)> = book
        .history("m31")
        .map(|(event, counts)| (&*event.annotator, counts))
        .collect();
    assert!(counts.contains(&("ana", true)) && counts.contains(&("ben", false)));
    assert_eq!(counts.len(), 3);
    // Everybody takes back what was theirs.
    for (name, class) in [("ana", "bogus"), ("cleo", "real")] {
        let step = book.next_undo(name).unwrap();
        let events: Vec<&LabelEvent> = book.step(step).collect();
        assert_eq!(events.len(), 1, "{name}");
        assert!(matches!(&events[0].action, LabelAction::Set { class: set } if **set == *class));
        assert_eq!(&*events[0].annotator, name);
    }
    Project::open_existing(&merged[0])
        .unwrap()
        .check_integrity()
        .unwrap();
}

#[test]
fn a_project_that_is_there_takes_what_is_new_where_it_belongs() {
    let folder = tempfile::tempdir().unwrap();
    let [ana, ben, cleo] = three(folder.path());
    let open = Project::open_existing(&ana).unwrap();
    open.history().unwrap();
    let done = merge_files(&[ben.clone(), ben.clone(), ana.clone()], &ana).unwrap();
    assert_eq!(
        done,
        Merged {
            events: 6,
            added: 3
        }
    );
    // A window that has it open sees that events have come to stand before others.
    assert!(open.is_reordered().unwrap());
    let (events, _) = open.history().unwrap();
    assert!(events.is_sorted_by_key(|event| event.at));
    assert!(!open.is_reordered().unwrap());
    // Of the two on m33 Ana's is the later one, though Ben's came in later.
    assert_eq!(classes(&ana, "m33"), "real");
    // Again is once.
    let again = merge_files(std::slice::from_ref(&ben), &ana).unwrap();
    assert_eq!(
        again,
        Merged {
            events: 6,
            added: 0
        }
    );
    assert!(!open.is_reordered().unwrap());
    // What is given afterwards comes last, also where its clock is behind.
    let mut person = Person::new("ana", &ana);
    person.set(2, "m33", "bogus");
    assert_eq!(classes(&ana, "m33"), "bogus");
    // Ben goes on; only that is new, and it is in steps of its own.
    let mut person = Person::new("ben", &ben);
    person.set(20, "m77", "real");
    let done = merge_files(&[ben, cleo], &ana).unwrap();
    assert_eq!(
        done,
        Merged {
            events: 10,
            added: 3
        }
    );
    let merged = book(&ana);
    assert_eq!(merged.step(merged.next_undo("ben").unwrap()).count(), 1);
    let steps: std::collections::HashSet<StepId> =
        history(&ana).iter().map(|event| event.step).collect();
    assert_eq!(steps.len(), 10, "no step is in two projects");
    open.check_integrity().unwrap();
}

#[test]
fn copies_of_one_project_have_its_labels_once() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);
    let mut ana = Person::new("ana", &inside("ana.destello"));
    ana.set(1, "m31", "real");
    ana.set(2, "m33", "real");
    drop(ana);
    fs::copy(inside("ana.destello"), inside("ben.destello")).unwrap();
    // Both go on, and their steps get the same numbers.
    Person::new("ana", &inside("ana.destello")).set(3, "m51", "real");
    Person::new("ben", &inside("ben.destello")).set(4, "m51", "bogus");
    let both = [inside("ana.destello"), inside("ben.destello")];
    let done = merge_files(&both, &inside("all.destello")).unwrap();
    assert_eq!(
        done,
        Merged {
            events: 4,
            added: 4
        }
    );
    let merged = book(&inside("all.destello"));
    let step = |name| merged.next_undo(name).unwrap();
    assert_ne!(step("ana"), step("ben"));
    assert_eq!(merged.step(step("ben")).count(), 1);
    // The merged project is one of them from then on.
    let done = merge_files(&[inside("all.destello")], &both[0]).unwrap();
    assert_eq!(
        done,
        Merged {
            events: 4,
            added: 1
        }
    );
    assert_eq!(identities(&both[0]), identities(&inside("all.destello")));
    // A copy from before events had identities got others for the same events.
    let raw = rusqlite::Connection::open(&both[1]).unwrap();
    raw.execute("UPDATE event_ids SET id = randomblob(16)", [])
        .unwrap();
    drop(raw);
    let done = merge_files(&both, &inside("again.destello")).unwrap();
    assert_eq!(done.events, 4);
    let turned = [both[1].clone(), both[0].clone()];
    merge_files(&turned, &inside("turned.destello")).unwrap();
    assert_eq!(
        history(&inside("turned.destello")),
        history(&inside("again.destello"))
    );
    assert_eq!(
        identities(&inside("turned.destello")),
        identities(&inside("again.destello"))
    );
}

#[test]
fn what_cannot_be_merged_is_refused_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);
    let [ana, ben, cleo] = three(folder.path());
    let new = inside("new.destello");
    let why =
        |projects: &[PathBuf], into: &Path| merge_files(projects, into).unwrap_err().to_string();
    fs::write(inside("notes.txt"), "buy milk").unwrap();
    let text = why(&[ana.clone(), inside("notes.txt")], &new);
    assert!(
        text.contains("notes.txt: this is not a destello project"),
        "{text}"
    );
    let text = why(&[ana.clone(), inside("none.destello")], &new);
    assert!(
        text.contains("none.destello: there is no such project"),
        "{text}"
    );
    let text = why(std::slice::from_ref(&ana), &inside("no/such/new.destello"));
    assert!(text.contains("there is no folder"), "{text}");

    // Another program gave an event of Ben's the identity of one of Ana's.
    let raw = rusqlite::Connection::open(&ben).unwrap();
    let id = &identities(&ana)[0];
    raw.execute("UPDATE event_ids SET id = ? WHERE seq = 2", [id])
        .unwrap();
    drop(raw);
    let before = history(&cleo);
    for into in [&new, &cleo] {
        let text = why(&[ana.clone(), ben.clone()], into);
        assert!(
            text.contains("ben.destello: the project cannot be merged"),
            "{text}"
        );
        assert!(text.contains("changed by another program"), "{text}");
        assert!(text.contains("\"set\" of ben on \"m33\""), "{text}");
    }
    assert_eq!(history(&cleo), before, "all or nothing");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
    let left = left
        .iter()
        .map(|entry| entry.file_name().into_string().unwrap());
    let left: Vec<String> = left.filter(|name| name.starts_with("new")).collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn a_table_that_two_people_imported_is_an_import_of_each() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);
    let files = [inside("ana.destello"), inside("ben.destello")];
    let mut ana = Person::new("ana", &files[0]);
    ana.import(1);
    let mut ben = Person::new("ben", &files[1]);
    ben.import(2);
    // Ben takes his back: Ana's stays.
    ben.undo(3, 2);
    drop((ana, ben));
    let turned = [files[1].clone(), files[0].clone()];
    for (name, projects) in [("all.destello", &files), ("turned.destello", &turned)] {
        let done = merge_files(projects, &inside(name)).unwrap();
        assert_eq!(done.events, 7, "{name}");
        assert_eq!(classes(&inside(name), "m31"), "real", "{name}");
        assert_eq!(classes(&inside(name), "m33"), "real", "{name}");
    }
    assert_eq!(
        identities(&inside("all.destello")),
        identities(&inside("turned.destello"))
    );
    // Each import is a step of who made it.
    let merged = book(&inside("all.destello"));
    let step = merged.next_undo("ana").unwrap();
    assert_eq!(merged.step(step).count(), 3);
    // A copy whose events got other identities is the same import still.
    let copy = inside("copy.destello");
    fs::copy(&files[0], &copy).unwrap();
    let raw = rusqlite::Connection::open(&copy).unwrap();
    raw.execute("UPDATE event_ids SET id = randomblob(16)", [])
        .unwrap();
    drop(raw);
    let done = merge_files(&[files[0].clone(), copy], &inside("copies.destello")).unwrap();
    assert_eq!(done.events, 3);
}
