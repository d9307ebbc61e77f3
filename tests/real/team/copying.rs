//! Projects from a file to a server and back.

use std::path::Path;

use destello::{
    domain::{Assignment, LabelAction, LabelEvent, Origin, Shown, StepId},
    store::Project,
};

use super::{person::Person, server::Server};
use crate::common::{
    events::{event, set},
    program::{finished, text},
};

/// An event of every kind, with every value, and texts of every sort.
fn awkward_events() -> Vec<LabelEvent> {
    let shown = Shown {
        epoch: "mjd 57070.1".into(),
        stretch: "asinh".into(),
        limits: "zscale".into(),
        science_limits: Some([79.1, -0.1]),
        color_map: "gray".into(),
        is_score_shown: true,
    };
    let mut full = set(1, "m31 'é\"\\; DROP TABLE", "real");
    full.dwell_ms = Some(u32::MAX);
    full.shown = Some(shown.clone());
    full.model = Some("cap@1f0c44d2".into());
    full.score = Some(0.1 + 0.2);
    let mut bare = set(2, "m33", "bogus");
    bare.annotator = "ben".into();
    bare.origin = Origin::Bulk;
    bare.shown = Some(Shown {
        science_limits: None,
        is_score_shown: false,
        ..shown
    });
    let class = || "dipole".into();
    let actions = [
        LabelAction::Tag { class: class() },
        LabelAction::Untag { class: class() },
        LabelAction::Clear,
        LabelAction::Unsure,
        LabelAction::Skip,
        LabelAction::Flag { on: true },
        LabelAction::Flag { on: false },
        LabelAction::Note {
            text: "line one\nline two \u{1f52d}".into(),
        },
        LabelAction::Import {
            table: "theirs.csv".into(),
        },
        LabelAction::Component {
            what: "3 of vade".into(),
        },
        LabelAction::Assign(Assignment::parse("ana, \"ben\" \u{1f52d}", 1).unwrap()),
        LabelAction::Undo { of: StepId(2) },
        LabelAction::Redo { of: StepId(2) },
    ];
    let steps = (3..).zip(actions);
    let others = steps.map(|(step, action)| event(step, "ngc 1", action));
    [full, bare].into_iter().chain(others).collect()
}

fn identities(project: &Path) -> Vec<Vec<u8>> {
    let raw = rusqlite::Connection::open(project).unwrap();
    let mut select = raw
        .prepare("SELECT id FROM event_ids ORDER BY seq")
        .unwrap();
    let rows = select.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Copies, and gives the error where it is refused.
fn copy(person: &Person, from: &str, to: &str) -> Result<String, String> {
    let mut copy = person.program();
    let done = copy.args(["project", "copy", from, to]).output().unwrap();
    match done.status.code() {
        Some(0) => Ok(text(&done.stdout)),
        Some(1) => Err(text(&done.stderr)),
        other => panic!("{other:?}"),
    }
}

pub fn a_project_goes_to_the_server_and_back_with_the_same_history() {
    let server = Server::new();
    let address = server.address("");
    let ana = Person::new("ana", &address);
    let inside = |name: &str| ana.home().join(name);
    let path = |name: &str| inside(name).display().to_string();
    let events = awkward_events();
    let mut project = Project::open_or_create(inside("night.destello")).unwrap();
    let range = project.step_ids().unwrap().next_step();
    for event in &events {
        project.append(std::slice::from_ref(event)).unwrap();
    }
    drop(project);

    let done = copy(&ana, &path("night.destello"), &address).unwrap();
    assert!(
        done.starts_with("15 label events copied to postgresql://"),
        "{done}"
    );
    // Again is once.
    copy(&ana, &path("night.destello"), &address).unwrap();
    copy(&ana, &address, &path("back.destello")).unwrap();
    let mut back = Project::open_existing(inside("back.destello")).unwrap();
    assert_eq!(back.history().unwrap().0, events);
    assert_eq!(back.server().unwrap(), None, "it is a project of one file");
    assert!(back.step_ids().unwrap().next_step() > range);
    back.check_integrity().unwrap();
    drop(back);
    assert_eq!(
        identities(&inside("back.destello")),
        identities(&inside("night.destello"))
    );

    // Steps of whoever opens it on the server are none of those that the file gave.
    let mut stream = ana.stream();
    stream.decide("m32,real");
    assert_eq!(stream.end(), "");
    let history = ana.history();
    assert_eq!(history[..events.len()], events);
    assert!(history.last().unwrap().step > range);

    // Nothing is written over, here or there.
    let why = copy(&ana, &address, &path("back.destello")).unwrap_err();
    assert!(why.contains("a file is there"), "{why}");
    let mut other = Project::open_or_create(inside("other.destello")).unwrap();
    other.append(&[set(1, "m77", "real")]).unwrap();
    drop(other);
    let why = copy(&ana, &path("other.destello"), &address).unwrap_err();
    assert!(why.contains("copy into an empty one"), "{why}");
    let own = ana.copy().display().to_string();
    let why = copy(&ana, &own, &server.address("&project=two")).unwrap_err();
    assert!(why.contains("copy that to a file first"), "{why}");
    let why = copy(&ana, &path("other.destello"), &path("new.destello")).unwrap_err();
    assert!(why.contains("two files"), "{why}");
    assert_eq!(
        server.sql("SELECT count(*) FROM destello.label_events"),
        "16"
    );
}

pub fn a_server_that_was_set_back_gets_its_labels_again() {
    let server = Server::new();
    let [ana, ben] = ["ana", "ben"].map(|name| Person::new(name, &server.address("")));
    for person in [&ana, &ben] {
        let mut stream = person.stream();
        for number in 0..5 {
            stream.decide(&format!("{}-{number},real", person.name));
        }
        assert_eq!(stream.end(), "");
    }
    ana.list();
    let before = ana.history();
    // As after a backup of an hour ago; the others are label events of somebody else since.
    server.sql(
        "ALTER TABLE destello.label_events DISABLE TRIGGER ALL;
         DELETE FROM destello.label_events WHERE seq > 4;
         ALTER TABLE destello.label_events ENABLE TRIGGER ALL;
         UPDATE destello.about SET last_seq = 4",
    );
    let cleo = Person::new("cleo", &server.address(""));
    let mut stream = cleo.stream();
    for number in 0..8 {
        stream.decide(&format!("cleo-{number},bogus"));
    }
    assert_eq!(stream.end(), "");
    for person in [&ana, &ben, &cleo, &ana] {
        person.list();
    }
    let mut after = ana.history();
    assert_eq!((after.len(), &after), (18, &cleo.history()));
    assert_eq!(after, ben.history());
    after.retain(|event| &*event.annotator != "cleo");
    let key = |event: &LabelEvent| (event.annotator.clone(), event.step);
    let sorted = |mut events: Vec<LabelEvent>| {
        events.sort_by_key(key);
        events
    };
    assert_eq!(sorted(after), sorted(before), "none is lost");
    // And a database with another project is not taken for this one.
    server.sql("UPDATE destello.about SET project = 'another'");
    let mut list = ana.program();
    list.args(["label", "list", "--project", &server.address("")]);
    let done = list.output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(
        text(&done.stderr).contains("another project"),
        "{}",
        text(&done.stderr)
    );
    let mut copy = cleo.program();
    let file = cleo.home().join("copy.destello");
    // Without a copy of its own it is what it is.
    std::fs::remove_file(cleo.copy()).unwrap();
    finished(
        copy.args(["project", "copy", &server.address("")])
            .arg(file),
    );
}
