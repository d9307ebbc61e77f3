//! What a set that was left had under way does not reach the next one.

use destello::{
    window::command::{Command, Session},
    workspace::stamp_store::Want,
};

use crate::common::{self, InlineWindow, StampSet, in_turn};

#[test]
fn an_export_and_stamps_under_way_are_forgotten_with_their_set() {
    let _turn = in_turn();
    let (first, second) = (StampSet::new(), StampSet::with_stamps(15, 3));
    let mut window = InlineWindow::on(&first.path(), &first.beside("night.destello"));
    window.label(common::REAL);
    let candidate = window.state.shared.candidate().unwrap();
    let stamps = candidate.epochs.iter().flat_map(|epoch| &epoch.stamps);
    let visible = stamps.cloned().collect();
    // Their ends are on the way, or will be, while the next set is opened.
    let table = first.beside("labels.csv");
    window.begin(Command::Session(Session::Export(table.clone())));
    window.begin(Command::Want(Want {
        visible,
        ..Want::default()
    }));
    window.begin(Command::Session(Session::Open {
        paths: vec![second.path()],
        project: Some(second.beside("night.destello")),
    }));
    window.settle();
    window.assert_idle();
    assert_eq!(window.state.shared.stamps.bytes(), 0);
    assert!(!window.toast().contains("written"), "{}", window.toast());
    // What was begun is finished all the same.
    assert!(table.exists());
    // The next set decodes and exports as ever.
    window.look();
    assert!(window.state.shared.stamps.bytes() > 0);
    let export = Session::Export(second.beside("labels.csv"));
    window.apply(Command::Session(export));
    assert!(window.toast().contains("written to"), "{}", window.toast());
}
