//! The server is killed while several people label.

use std::{collections::BTreeMap, thread, time::Duration};

use super::{person::Person, server::Server};

const NAMES: [&str; 6] = ["ana", "ben", "cleo", "dan", "eva", "fay"];
const EACH: usize = 60;
const KILLS: usize = 3;

pub fn a_server_that_is_killed_loses_no_acknowledged_label_and_has_none_twice() {
    let mut server = Server::new();
    let address = server.address("");
    let people: Vec<Person> = NAMES
        .iter()
        .map(|name| Person::new(name, &address))
        .collect();
    for person in &people {
        assert_eq!(person.list(), [""; 0]);
    }
    thread::scope(|scope| {
        for person in &people {
            scope.spawn(move || {
                let mut stream = person.stream();
                for number in 0..EACH {
                    // It ends the test where one is not acknowledged.
                    stream.decide(&format!("{}-{number},real", person.name));
                    thread::sleep(Duration::from_millis(100));
                }
                stream.end()
            });
        }
        for _ in 0..KILLS {
            thread::sleep(Duration::from_millis(1500));
            server.kill();
            thread::sleep(Duration::from_millis(500));
            server.start();
        }
    });
    // Once to send what is left, once more to take what others sent.
    for _ in 0..2 {
        for person in &people {
            assert_eq!(person.list_offline(), "");
        }
    }
    let history = people[0].history();
    let mut of_person: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in &history {
        let own = of_person.entry(&event.annotator).or_default();
        own.push(&event.candidate);
    }
    for name in NAMES {
        let expected: Vec<String> = (0..EACH).map(|number| format!("{name}-{number}")).collect();
        assert_eq!(of_person[name], expected, "{name}");
    }
    for person in &people {
        assert_eq!(person.history(), history, "{}", person.name);
    }
    let count =
        "SELECT count(*), count(DISTINCT id), count(DISTINCT step) FROM destello.label_events";
    let all = NAMES.len() * EACH;
    assert_eq!(server.sql(count), format!("{all}|{all}|{all}"));
}
