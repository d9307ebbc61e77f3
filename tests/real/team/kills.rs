//! The server is killed while people label.

use std::{
    collections::BTreeMap,
    env, thread,
    time::{Duration, Instant},
};

use super::{person::Person, server::Server};

const SIX: [&str; 6] = ["ana", "ben", "cleo", "dan", "eva", "fay"];
const EACH: usize = 60;
const KILLS: usize = 3;

const TWENTY: [&str; 20] = [
    "ana", "ben", "cleo", "dan", "eva", "fay", "gus", "hana", "ivo", "jun", "kai", "luis", "mei",
    "noor", "olga", "pia", "quin", "rosa", "sam", "zoe",
];
/// How long twenty people label, seconds; `DESTELLO_TEAM_S` names another time.
const LASTS_S: u64 = 10;
/// A person's pause between two labels.
const PAUSE: Duration = Duration::from_millis(20);
/// How long the server runs between two kills, and how long it is away.
const RUNS: Duration = Duration::from_millis(1500);
const IS_AWAY: Duration = Duration::from_millis(500);

fn people_at(names: &[&'static str], address: &str) -> Vec<Person> {
    let people = names.iter().map(|name| Person::new(name, address));
    let people: Vec<Person> = people.collect();
    for person in &people {
        assert_eq!(person.list(), [""; 0]);
    }
    people
}

/// Sends and takes what is left, and looks that every label that was acknowledged is there once, in each person's order, and that
/// all have one history. `given`: how many labels each person had acknowledged.
fn check(server: &Server, people: &[Person], given: &[usize]) {
    // Once to send what is left, once more to take what others sent.
    for _ in 0..2 {
        for person in people {
            assert_eq!(person.list_offline(), "");
        }
    }
    let history = people[0].history();
    let mut of_person: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in &history {
        let own = of_person.entry(&event.annotator).or_default();
        own.push(&event.candidate);
    }
    for (person, given) in people.iter().zip(given) {
        let name = person.name;
        let expected: Vec<String> = (0..*given)
            .map(|number| format!("{name}-{number}"))
            .collect();
        assert_eq!(of_person[name], expected, "{name}");
    }
    for person in people {
        assert_eq!(person.history(), history, "{}", person.name);
    }
    let count =
        "SELECT count(*), count(DISTINCT id), count(DISTINCT step) FROM destello.label_events";
    let all: usize = given.iter().sum();
    assert_eq!(server.sql(count), format!("{all}|{all}|{all}"));
}

pub fn a_server_that_is_killed_loses_no_acknowledged_label_and_has_none_twice() {
    let mut server = Server::new();
    let people = people_at(&SIX, &server.address(""));
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
            thread::sleep(RUNS);
            server.kill();
            thread::sleep(IS_AWAY);
            server.start();
        }
    });
    check(&server, &people, &[EACH; SIX.len()]);
}

/// Labels until then, one after the other; how many were acknowledged.
fn label_until(person: &Person, until: Instant) -> usize {
    let mut stream = person.stream();
    let mut given = 0;
    while Instant::now() < until {
        stream.decide(&format!("{}-{given},real", person.name));
        given += 1;
        thread::sleep(PAUSE);
    }
    stream.end();
    given
}

pub fn twenty_people_label_at_once_while_the_server_is_killed_again_and_again() {
    let seconds = env::var("DESTELLO_TEAM_S").ok();
    let seconds = seconds.map_or(LASTS_S, |text| {
        text.parse()
            .expect("DESTELLO_TEAM_S is a number of seconds")
    });
    let mut server = Server::new();
    let people = people_at(&TWENTY, &server.address(""));
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut kills = 0;
    let given: Vec<usize> = thread::scope(|scope| {
        let all: Vec<_> = people
            .iter()
            .map(|person| scope.spawn(move || label_until(person, until)))
            .collect();
        while Instant::now() + RUNS < until {
            thread::sleep(RUNS);
            server.kill();
            kills += 1;
            thread::sleep(IS_AWAY);
            server.start();
        }
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    println!(
        "{} labels of {} people, {kills} kills in {seconds} s",
        given.iter().sum::<usize>(),
        people.len()
    );
    assert!(
        kills > 0 && given.iter().all(|given| *given > 0),
        "{given:?}"
    );
    check(&server, &people, &given);
}
