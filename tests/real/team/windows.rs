//! Two windows on one project on a server.

use std::{path::PathBuf, time::Instant};

use destello::{
    store::server::{Address, Exchange},
    workspace::{action::Action, settings::Settings},
};

use super::server::Server;
use crate::common::{BOGUS, InlineWindow, REAL, StampSet};

/// A person's window on the stamps, with a local copy beside them.
fn window(set: &StampSet, address: &Address, person: &str) -> InlineWindow {
    let file: PathBuf = set.beside(&format!("{person}.destello"));
    drop(Exchange::with_copy(address, &file).unwrap());
    let mut window = InlineWindow::new(Settings::default(), person, None);
    window.state.team.copies_elsewhere.push(file.clone());
    window.open(&[set.path()], &file);
    assert_eq!(window.state.shared.project.fault, None);
    window.wait_until(|window| window.state.team.status().is_connected);
    window
}

fn unsent(window: &InlineWindow) -> usize {
    window.state.team.status().unsent
}

pub fn two_windows_share_labels_and_count_what_is_not_sent() {
    let mut server = Server::new();
    let address = Address::parse(&server.address("")).unwrap();
    let set = StampSet::new();
    let mut ana = window(&set, &address, "ana");
    let mut ben = window(&set, &address, "ben");
    ana.look();
    ana.label(REAL);
    ana.settle();
    let since = Instant::now();
    ben.wait_until(|ben| ben.labels("hits01").is_labelled());
    println!("the other window had it after {:?}", since.elapsed());
    ben.act(Action::Undo);
    assert!(ben.toast().contains("nothing to undo"), "{}", ben.toast());

    server.kill();
    ben.wait_until(|ben| !ben.state.team.status().is_connected);
    for person in [&mut ana, &mut ben] {
        person.go_to("hits02");
        person.look();
    }
    ana.label(BOGUS);
    ana.wait_until(|ana| unsent(ana) == 1);
    let words = ana.state.team.status().in_words();
    assert_eq!(words, "offline: 1 label event not sent");
    assert_eq!(ana.state.shared.project.unsaved, 0, "it is on disk");
    ben.label(REAL);
    ben.wait_until(|ben| unsent(ben) == 1);

    server.start();
    for window in [&mut ana, &mut ben] {
        window.wait_until(|window| window.state.team.status().is_connected && unsent(window) == 0);
    }
    let order = server.sql("SELECT annotator FROM destello.label_events ORDER BY seq");
    let last = order.lines().last().unwrap().to_owned();
    let class = if last == "ana" { "bogus" } else { "real" };
    for window in [&mut ana, &mut ben] {
        window.wait_until(|window| {
            window.state.shared.book.events().len() == 3 && window.classes(&["hits02"]) == [class]
        });
    }
    let events = |window: &InlineWindow| -> Vec<_> {
        let events = window.state.shared.book.events().iter();
        events.map(|event| (**event).clone()).collect()
    };
    assert_eq!(events(&ana), events(&ben), "in one order");
    // Each takes back their own.
    ben.act(Action::Undo);
    ben.settle();
    ana.wait_until(|ana| ana.classes(&["hits02"]) == ["bogus"]);
    assert_eq!(ana.classes(&["hits01"]), ["real"]);
    ana.close();
    ben.close();
}
