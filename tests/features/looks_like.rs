//! Looks like: the nearest labelled ones beside a candidate, as labels come and go, and side by side with it.

use crate::common::{BOGUS, InlineWindow, PlacedSet, REAL, simulated::ThreeKinds};
use destello::{
    domain::CandidateIx,
    features::{
        side_by_side::items::Items,
        similar::{
            looks_like::LooksLikeNow, neighbours::Sought, state::SimilarCommand,
            task::CompareStamps,
        },
    },
    tasks::Task as _,
    window::command::Command,
    workspace::{action::Action, alike::Neighbour, screen::Pane},
};

/// A window on thirty triplets of three kinds that shows what they look like.
fn kinds() -> (ThreeKinds, InlineWindow) {
    let set = ThreeKinds::new(30, 12);
    let mut window = set.window();
    window.state.shared.settings.shows_looks_like = true;
    (set, window)
}

fn now(window: &InlineWindow) -> LooksLikeNow {
    window.state.similar.looks_like(&window.state.shared)
}

fn label(window: &mut InlineWindow, id: &str, class: usize) {
    window.go_to(id);
    window.label(class);
}

/// Identifier and class of what is shown.
fn shown(window: &InlineWindow) -> Vec<(String, String)> {
    let catalogue = &window.state.shared.catalogue;
    let neighbours = window.state.shared.alike.neighbours.iter();
    let pair = |one: &Neighbour| {
        let id = catalogue.get(one.candidate).unwrap().id.to_string();
        (id, one.class.to_string())
    };
    neighbours.map(pair).collect()
}

/// How much a candidate is like the example of *More like this*.
fn likeness(window: &InlineWindow, ix: CandidateIx) -> f32 {
    window.state.shared.scores.likeness(ix).unwrap()
}

#[test]
fn the_nearest_of_each_side_follows_the_labels_and_the_search() {
    let (set, mut window) = kinds();
    let (columns, hosts) = (set.some("bad_column", 5), set.some("hostless", 3));
    let here = columns[0];
    window.go_to(here);
    assert_eq!(now(&window), LooksLikeNow::NoLabel);
    label(&mut window, hosts[0], REAL);
    window.go_to(here);
    let LooksLikeNow::Found(found) = now(&window) else {
        panic!("{:?}", now(&window));
    };
    assert_eq!(found[1], Sought::Missing("bogus"));
    assert_eq!(shown(&window), [(hosts[0].into(), "real".into())]);
    // More labels of both kinds, of the candidate itself too: that is no example of itself.
    for id in &hosts[1..] {
        label(&mut window, id, REAL);
    }
    for id in &columns {
        label(&mut window, id, BOGUS);
    }
    window.go_to(here);
    let before = window.state.shared.alike.neighbours.clone();
    let classes: Vec<_> = before.iter().map(|one| &*one.class).collect();
    assert_eq!(classes, ["real", "bogus"]);
    // The same search as that of More like this.
    window.act(Action::MoreLikeThis);
    for (neighbour, labelled) in before.iter().zip([&hosts[..], &columns[1..]]) {
        let all = labelled.iter().map(|id| window.ix(id));
        let nearest = all.max_by(|a, b| likeness(&window, *a).total_cmp(&likeness(&window, *b)));
        assert_eq!(Some(neighbour.candidate), nearest);
        let difference = neighbour.likeness - likeness(&window, neighbour.candidate);
        assert!(difference.abs() < 1e-5, "{difference}");
    }
    // The label of the nearest artefact is taken away: the next one stands there.
    let nearest = before[1].candidate;
    let id = window
        .state
        .shared
        .catalogue
        .get(nearest)
        .unwrap()
        .id
        .to_string();
    window.act(Action::Inspect);
    window.go_to(&id);
    window.act(Action::ClearLabel);
    window.go_to(here);
    let after = window.state.shared.alike.neighbours.clone();
    assert_eq!(after[0], before[0]);
    assert!(after[1].candidate != nearest && after[1].likeness <= before[1].likeness);
}

#[test]
fn the_nearest_stand_side_by_side_with_the_one_on_the_screen() {
    let (set, mut window) = kinds();
    let (columns, hosts) = (set.some("bad_column", 3), set.some("hostless", 2));
    label(&mut window, hosts[0], REAL);
    label(&mut window, columns[0], BOGUS);
    // Also where nothing of it stands in Inspect.
    window.act(Action::LooksLike);
    assert!(!window.saved_settings().unwrap().shows_looks_like);
    window.go_to(columns[1]);
    assert!(window.state.shared.alike.neighbours.is_empty());
    let ids = |window: &InlineWindow| -> Vec<String> {
        let shared = &window.state.shared;
        let columns = Items::of(shared).columns.into_iter();
        let id = |(ix, _)| shared.catalogue.get(ix).unwrap().id.to_string();
        columns.map(id).collect()
    };
    window.act(Action::BesideAlike);
    assert!(window.state.shared.panes.contains(&Pane::SideBySide));
    assert_eq!(ids(&window), [columns[1], hosts[0], columns[0]]);
    // It goes along.
    window.go_to(hosts[1]);
    assert_eq!(ids(&window), [hosts[1], hosts[0], columns[0]]);
    assert!(window.state.shared.selection.is_empty());
    window.act(Action::BesideAlike);
    assert!(!window.state.shared.panes.contains(&Pane::SideBySide));
    // By its own key the window shows what comes next again.
    window.act(Action::SideBySide);
    assert_ne!(ids(&window), [hosts[1], hosts[0], columns[0]]);
    window.act(Action::BesideAlike);
    assert!(window.state.shared.panes.contains(&Pane::SideBySide));
    assert_eq!(ids(&window), [hosts[1], hosts[0], columns[0]]);
}

#[test]
fn what_cannot_be_compared_and_what_was_stopped_is_named() {
    // Science images alone are not what the network compares.
    let set = PlacedSet::with_a_pair();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.state.shared.settings.shows_looks_like = true;
    label(&mut window, "left", REAL);
    window.go_to("right");
    assert_eq!(now(&window), LooksLikeNow::NoStamp);
    // Stopped, it begins anew by request only.
    let (set, mut window) = kinds();
    window.go_to(set.some("hostless", 1)[0]);
    window.begin(Command::Label(destello::window::command::Label::Class(
        REAL,
    )));
    window.wait_until(|window| window.is_running(CompareStamps::NAME));
    window.apply(Command::Similar(SimilarCommand::Stop));
    if let LooksLikeNow::Fault(why) = now(&window) {
        assert_eq!(why, "comparing stamps was stopped");
        window.go_to(set.some("psf_ring", 1)[0]);
        assert!(matches!(now(&window), LooksLikeNow::Fault(_)));
        window.apply(Command::Similar(SimilarCommand::Compare));
    }
    // It may have ended before it was stopped.
    assert!(
        matches!(now(&window), LooksLikeNow::Found(_)),
        "{:?}",
        now(&window)
    );
}
