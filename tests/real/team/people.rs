//! Two people at the command line.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use destello::domain::LabelEvent;

use super::{
    person::{Person, Stream},
    server::Server,
};

/// Within this time another person's label is here, however busy the machine is; on an idle one it is a second.
const SOON: Duration = Duration::from_secs(10);

/// Waits until a person's copy has that many events.
fn wait_for(person: &Person, events: usize) {
    let since = Instant::now();
    while person.history().len() < events {
        assert!(since.elapsed() < SOON, "{} has not got it", person.name);
        std::thread::sleep(Duration::from_millis(20));
    }
    println!("{} had it after {:?}", person.name, since.elapsed());
}

pub fn two_people_see_each_others_labels_and_take_back_their_own() {
    let server = Server::new();
    let ana = Person::new("ana", &server.address(""));
    let ben = Person::new("ben", &server.address(""));
    for person in [&ana, &ben] {
        assert_eq!(person.list(), [""; 0]);
    }
    let (mut of_ana, mut of_ben) = (ana.stream(), ben.stream());
    of_ana.decide("m31,real");
    wait_for(&ben, 1);
    of_ben.decide("m31,bogus");
    of_ben.decide("m33,bogus");
    wait_for(&ana, 3);
    // The last decision counts, and each takes back their own last one.
    of_ana.decide("undo");
    wait_for(&ben, 4);
    assert!(of_ana.answer("undo").contains("nothing to undo"));
    of_ben.decide("undo");
    of_ben.decide("undo");
    wait_for(&ana, 6);
    assert!(of_ben.answer("undo").contains("nothing to undo"));
    of_ana.decide("redo");
    for stream in [of_ana, of_ben] {
        assert_eq!(stream.end(), "");
    }
    for person in [&ana, &ben] {
        assert_eq!(person.list(), ["m31 real ana"], "{}", person.name);
    }
    assert_eq!(ana.history(), ben.history());
    assert_eq!(
        server.sql("SELECT count(*) FROM destello.label_events"),
        "7"
    );
    // Another project in the same database is another project.
    let other = Person::new("cleo", &server.address("&project=two"));
    assert_eq!(other.list(), [""; 0]);
}

pub fn labels_given_offline_are_sent_later_in_order_and_once() {
    const EACH: usize = 20;
    let mut server = Server::new();
    let ana = Person::new("ana", &server.address(""));
    let ben = Person::new("ben", &server.address(""));
    let label = |stream: &mut Stream, name: &str| {
        for number in 0..EACH {
            let class = ["real", "bogus"][number % 2];
            stream.decide(&format!("{name}-{number},{class}"));
        }
        // Both about the same one: the order decides.
        stream.decide(&format!(
            "both,{}",
            if name == "ana" { "real" } else { "bogus" }
        ));
    };
    assert_eq!(ana.list(), [""; 0]);
    assert_eq!(ben.list(), [""; 0]);
    server.kill();
    for person in [&ana, &ben] {
        let mut stream = person.stream();
        label(&mut stream, person.name);
        let errors = stream.end();
        let unsent = format!("{} label events not sent", EACH + 1);
        assert!(errors.contains(&unsent), "{errors}");
        assert!(errors.contains("the server does not answer"), "{errors}");
        assert!(person.list_offline().contains(&unsent));
    }
    // Who was never there cannot begin without the server.
    let new = Person::new("cleo", &server.address(""));
    let mut list = new.program();
    list.args(["label", "list", "--project", &server.address("")]);
    assert_eq!(list.output().unwrap().status.code(), Some(1));

    server.start();
    ben.list();
    ana.list();
    ben.list();
    assert_eq!(ana.history(), ben.history());
    let history = ana.history();
    assert_eq!(history.len(), 2 * (EACH + 1));
    for person in [&ana, &ben] {
        let own = |event: &&LabelEvent| *event.annotator == *person.name;
        let own: Vec<&str> = history
            .iter()
            .filter(own)
            .map(|event| &*event.candidate)
            .collect();
        let expected = (0..EACH).map(|number| format!("{}-{number}", person.name));
        let expected: Vec<String> = expected.chain(["both".to_owned()]).collect();
        assert_eq!(own, expected, "in the order in which they were given");
    }
    // Ben's came to the server first: Ana's word on the same candidate is the later one, for both.
    for person in [&ana, &ben] {
        let labels: BTreeSet<String> = person.list().into_iter().collect();
        assert!(labels.contains("both real ana"), "{labels:?}");
    }
    let count = "SELECT count(*), count(DISTINCT id) FROM destello.label_events";
    assert_eq!(server.sql(count), "42|42");
}
