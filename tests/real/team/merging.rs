//! Projects of files merged into one on a server, and who judges what there.

use destello::{domain::LabelEvent, store::Project};

use super::{person::Person, server::Server};
use crate::common::{
    events::set,
    program::{finished, text},
};

/// A project file of somebody who was not there: two labels.
fn make_file(person: &Person) -> String {
    let file = person.home().join("alone.destello");
    let mut project = Project::open_or_create(&file).unwrap();
    let mut steps = project.step_ids().unwrap();
    let events = [("m31", "real"), ("m33", "bogus")].map(|(id, class)| LabelEvent {
        step: steps.next_step(),
        annotator: "zoe".into(),
        ..set(0, id, class)
    });
    project.append(&events).unwrap();
    file.display().to_string()
}

fn destello(person: &Person, arguments: &[&str]) -> String {
    finished(person.program().args(arguments))
}

pub fn a_project_file_is_merged_into_one_on_a_server_once_and_back() {
    let server = Server::new();
    let address = server.address("");
    let [ana, ben] = ["ana", "ben"].map(|name| Person::new(name, &address));
    for (person, line) in [(&ana, "m31,bogus"), (&ben, "m51,real")] {
        let mut stream = person.stream();
        stream.decide(line);
        assert_eq!(stream.end(), "");
    }
    let file = make_file(&ana);
    let said = destello(&ana, &["project", "merge", &file, "--into", &address]);
    assert!(said.starts_with(&address), "{said}");
    assert!(
        said.contains(
            "4 label events of 3 people, 2 of them new; people contradict each other on 1 candidate"
        ),
        "{said}"
    );
    // The order of the server counts: what came in last is the label.
    let expected = ["m31 real zoe", "m33 bogus zoe", "m51 real ben"];
    for person in [&ana, &ben] {
        assert_eq!(person.list(), expected, "{}", person.name);
    }
    assert_eq!(ana.history(), ben.history());
    // Ben merges the same file: each is there once, in the same steps.
    let said = destello(&ben, &["project", "merge", &file, "--into", &address]);
    assert!(said.contains("none of them new"), "{said}");
    let count = "SELECT count(*), count(DISTINCT id) FROM destello.label_events";
    assert_eq!(server.sql(count), "4|4");
    // From the server into a file.
    let all = ben.home().join("all.destello").display().to_string();
    destello(&ben, &["project", "merge", &address, &file, "--into", &all]);
    let merged = Project::open_existing(&all).unwrap().history().unwrap().0;
    assert_eq!(merged.len(), 4);
    // A file that was copied from a local copy belongs to the server still.
    let taken = ben.home().join("taken.destello");
    std::fs::copy(ben.copy(), &taken).unwrap();
    let taken = taken.display().to_string();
    let mut merge = ben.program();
    merge.args(["project", "merge", &file, "--into", &taken]);
    let done = merge.output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    let why = text(&done.stderr);
    assert!(why.contains("by its address"), "{why}");
}

pub fn everybody_on_a_server_has_the_same_shares() {
    let server = Server::new();
    let address = server.address("");
    let [ana, ben] = ["ana", "ben"].map(|name| Person::new(name, &address));
    let people = ["--people", "ana,ben,cleo", "--judges", "2"];
    let assign: Vec<&str> = ["team", "assign", "--project", &*address]
        .into_iter()
        .chain(people)
        .collect();
    let words = "2 of 3 people judge each candidate: ana, ben, cleo";
    assert_eq!(destello(&ana, &assign).trim(), words);
    for person in [&ana, &ben] {
        let mut stream = person.stream();
        for number in 0..20 {
            stream.decide(&format!("c{number},real"));
        }
        assert_eq!(stream.end(), "");
    }
    ana.list();
    let status = ["team", "status", "--project", &*address];
    let [of_ana, of_ben] = [&ana, &ben].map(|person| destello(person, &status));
    assert_eq!(of_ana, of_ben);
    assert!(of_ana.starts_with(words), "{of_ana}");
    assert!(
        of_ana.contains("20 of 20 candidates have 2 judgements"),
        "{of_ana}"
    );
    assert!(of_ana.contains("ana and ben: 20 of 20 alike"), "{of_ana}");
    // Two judge each of the twenty; Cleo has judged none of her share.
    let share = |name: &str| -> usize {
        let line = of_ana.lines().find(|line| line.starts_with(name)).unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        words[3].parse().unwrap()
    };
    assert_eq!(
        share("ana: ") + share("ben: ") + share("cleo: "),
        40,
        "{of_ana}"
    );
    assert!(of_ana.contains("cleo: 0 of "), "{of_ana}");
}
