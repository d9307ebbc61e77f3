//! Close pairs in the window: found, opened, forgotten with the set.

use crate::common::{InlineWindow, PlacedSet, StampSet};
use destello::{
    features::close_pairs::state::ClosePairsCommand,
    window::command::Command,
    workspace::{
        action::Action,
        screen::{Pane, Screen},
    },
};

fn ask(window: &mut InlineWindow, command: ClosePairsCommand) {
    window.apply(Command::ClosePairs(command));
}

#[test]
fn a_pair_is_found_and_opened_and_all_are_there_again() {
    let set = PlacedSet::with_a_pair();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.act(Action::ClosePairs);
    assert!(window.state.shared.panes.contains(&Pane::ClosePairs));
    ask(&mut window, ClosePairsCommand::Start);
    let sentence = "1 pair within 1 arcsec; 1 candidate has no position";
    assert_eq!(window.toast(), sentence);
    let pair = window.state.close_pairs.found().unwrap().pairs[0];
    assert!((pair.separation_arcsec - 0.5).abs() < 1e-3, "{pair:?}");
    for open in [ClosePairsCommand::Open(0), ClosePairsCommand::OpenAll] {
        ask(&mut window, open);
        assert_eq!(window.queue(), ["left", "right"]);
        assert_eq!(window.state.shared.screen, Screen::Mosaic);
        window.act(Action::WholeQueue);
        assert_eq!(window.queue().len(), 4);
    }
    // A place that the list does not have opens nothing.
    ask(&mut window, ClosePairsCommand::Open(7));
    assert_eq!(window.queue().len(), 4);
}

#[test]
fn the_radius_decides_and_stays_where_another_set_is_opened() {
    let set = PlacedSet::with_a_pair();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    ask(&mut window, ClosePairsCommand::Radius(0.4));
    ask(&mut window, ClosePairsCommand::Start);
    assert_eq!(window.state.close_pairs.found().unwrap().pairs, []);
    let other = StampSet::new();
    window.open(&[other.path()], &other.beside("night.destello"));
    assert!(window.state.close_pairs.found().is_none());
    assert!((window.state.close_pairs.radius_arcsec - 0.4).abs() < 1e-9);
    ask(&mut window, ClosePairsCommand::Start);
    let sentence = "0 pairs within 0.4 arcsec; 6 candidates have no position";
    assert_eq!(window.toast(), sentence);
}

#[test]
fn a_search_that_is_stopped_leaves_nothing_and_one_without_a_set_asks_for_it() {
    let set = PlacedSet::with_a_pair();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.begin(Command::ClosePairs(ClosePairsCommand::Start));
    ask(&mut window, ClosePairsCommand::Stop);
    // It may have ended before.
    let ends = ["close pairs: stopped", "1 pair within 1 arcsec"];
    let toast = window.toast();
    assert!(ends.iter().any(|end| toast.starts_with(end)), "{toast}");
    window.act(Action::CloseSet);
    ask(&mut window, ClosePairsCommand::Start);
    assert_eq!(window.toast(), "open a set first");
}
