//! SAMP in the window: what goes to other programs, and what they point at.

use crate::common::{InlineWindow, PlacedSet, samp_hub::SampHub};
use destello::{
    features::samp::state::{SampCommand, What},
    io::samp::{HubAddress, SampValue},
    window::command::{Command, Select},
    workspace::{action::Action, screen::Screen},
};

fn at_hub(set: &PlacedSet, hub: &SampHub) -> InlineWindow {
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.state.samp.address = Some(hub.address());
    window.state.samp.folder = Some(hub.folder());
    window.go_to("far");
    window
}

fn send(window: &mut InlineWindow, what: What) {
    window.apply(Command::Samp(SampCommand::Send(what)));
}

fn row(table: &str, row: &str) -> SampValue {
    SampValue::map([("table-id", table.into()), ("row", row.into())])
}

#[test]
fn one_key_connects_and_sends_the_position_and_a_table_makes_rows_of_candidates() {
    let set = PlacedSet::with_a_pair();
    let hub = SampHub::start();
    let mut window = at_hub(&set, &hub);
    window.act(Action::PointElsewhere);
    assert_eq!(window.toast(), "SAMP: the position went to topcat");
    let sent = hub.take_asked("ra");
    assert_eq!(sent, [("coord.pointAt.sky".into(), "151.00000000".into())]);
    let peers = window.state.samp.peers().iter();
    assert!(peers.map(|peer| peer.name.as_str()).eq(["topcat"]));
    // The selection brings the table along the first time.
    let pair = ["left", "right"].map(|id| window.ix(id));
    window.apply(Command::Select(Select::Add(pair.into())));
    send(&mut window, What::Selection);
    assert_eq!(
        window.toast(),
        "SAMP: a table of 4 candidates went to topcat; a selection of 2 rows went to topcat"
    );
    let sent = hub.take_asked("table-id");
    let kinds: Vec<&str> = sent.iter().map(|(mtype, _)| mtype.as_str()).collect();
    assert_eq!(kinds, ["table.load.votable", "table.select.rowList"]);
    assert_eq!(sent[0].1, sent[1].1);
    // Its rows are the candidates, in both directions.
    hub.send("table.highlight.row", row(&sent[0].1, "3"));
    window.wait_until(|window| window.here() == "right");
    window.act(Action::PointElsewhere);
    let sent_row = hub.take_asked("row");
    assert_eq!(
        sent_row.last(),
        Some(&("table.highlight.row".into(), "3".into()))
    );
    let rows = SampValue::List(vec!["0".into(), "2".into(), "99".into()]);
    let chosen = SampValue::map([("table-id", sent[0].1.as_str().into()), ("row-list", rows)]);
    hub.send("table.select.rowList", chosen);
    window.wait_until(|window| window.toast() == "topcat selected 2 candidates");
    let selected: Vec<_> = window.state.shared.selection.iter().collect();
    assert_eq!(selected, ["far", "lost"].map(|id| window.ix(id)));
    assert_eq!(window.state.shared.screen, Screen::Mosaic);
}

#[test]
fn what_others_point_at_becomes_current_and_nothing_else_does() {
    let set = PlacedSet::with_a_pair();
    let hub = SampHub::start();
    let mut window = at_hub(&set, &hub);
    window.apply(Command::Samp(SampCommand::Connect));
    assert_eq!(window.toast(), "SAMP: connected");
    let point = |ra: &str, dec: &str| SampValue::map([("ra", ra.into()), ("dec", dec.into())]);
    hub.send("coord.pointAt.sky", point("150.0", "2.00001"));
    window.wait_until(|window| window.here() == "left");
    hub.send("coord.pointAt.sky", point("10.0", "-30"));
    window.wait_until(|window| {
        window
            .toast()
            .starts_with("topcat points at 10.00000 -30.00000")
    });
    assert_eq!(window.here(), "left");
    // A table that is not ours, a message that lacks something, and one that is not from the hub.
    hub.send("table.highlight.row", row("others", "0"));
    hub.send("coord.pointAt.sky", point("151", "two"));
    hub.send_with("guessed", "coord.pointAt.sky", point("151", "2"));
    // What comes last is taken last.
    hub.send("coord.pointAt.sky", point("150.0", "2.0001388"));
    window.wait_until(|window| window.here() == "right");
    // The window goes: the hub knows it no more.
    window.apply(Command::Samp(SampCommand::Disconnect));
    window.wait_until(|window| !window.state.samp.is_connected());
    assert!(!hub.is_registered());
}

#[test]
fn refusals_and_absences_are_sentences() {
    let set = PlacedSet::with_a_pair();
    let hub = SampHub::start();
    let mut window = at_hub(&set, &hub);
    send(&mut window, What::Image);
    let untaken = "SAMP: no program at the SAMP hub takes images (image.load.fits)";
    assert_eq!(window.toast(), untaken);
    let written: Vec<_> = std::fs::read_dir(hub.folder()).unwrap().collect();
    assert_eq!(written.len(), 1, "the image was written before");
    hub.refuse("out of memory");
    send(&mut window, What::Table);
    assert_eq!(window.toast(), "SAMP: topcat: out of memory");
    window.go_to("lost");
    send(&mut window, What::Position);
    assert_eq!(window.toast(), "this candidate has no position");
    hub.send("samp.hub.event.shutdown", SampValue::map([]));
    window.wait_until(|window| !window.state.samp.is_connected());
    assert_eq!(window.toast(), "SAMP: the hub has ended");
    // Another hub that is not there any more, and one that does not know the secret.
    let secret = || "wrong".to_owned();
    for (url, named) in [
        ("http://127.0.0.1:1/".to_owned(), "127.0.0.1:1"),
        (hub.address().url, "the secret is wrong"),
    ] {
        window.state.samp.address = Some(HubAddress {
            url,
            secret: secret(),
        });
        window.apply(Command::Samp(SampCommand::Connect));
        assert!(window.toast().contains(named), "{}", window.toast());
        assert!(window.state.samp.fault().is_some());
    }
}
