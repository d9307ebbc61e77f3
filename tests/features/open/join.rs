//! A table that is joined: its columns stand beside the stamp, filter and sort.

use std::fs;

use destello::window::command::{Command, Session};

use crate::common::{InlineWindow, StampSet};

#[test]
fn columns_of_a_joined_table_filter_and_sort() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let all = window.queue().len();
    let table = set.beside("gaia.csv");
    fs::write(
        &table,
        "source,plx,kind\nhits02,0.5,star\nhits05,7.5,qso\nnone,1,x\n",
    )
    .unwrap();
    window.apply(Command::Session(Session::Join(table.clone())));
    window.settle();
    assert!(
        window.toast().contains("2 of") && window.toast().contains("identifiers in source"),
        "{}",
        window.toast()
    );
    window.filter("gaia.plx>1");
    assert_eq!(window.queue(), ["hits05"]);
    window.filter("kind:star");
    assert_eq!(window.queue(), ["hits02"]);
    window.filter("");
    assert_eq!(window.queue().len(), all);
    let names = window.state.shared.field_names();
    assert!(names.iter().any(|name| &**name == "gaia.plx"), "{names:?}");
    window.filter("parallax>1");
    let unknown = window.state.shared.queue.unknown_column();
    assert_eq!(unknown.map(|name| &**name), Some("parallax"));
    window.filter("plx>1");
    assert_eq!(window.state.shared.queue.unknown_column(), None);
    window.filter("");
    // A table of something else changes nothing.
    fs::write(&table, "a,b\n1,2\n").unwrap();
    window.apply(Command::Session(Session::Join(table)));
    window.settle();
    assert!(
        window.toast().contains("names a candidate"),
        "{}",
        window.toast()
    );
}
