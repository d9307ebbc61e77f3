//! What stands beside a candidate and above the queue: what it looks like, and where to stop.

use super::{
    SIZE,
    common::{BOGUS, REAL, Sky},
    harness::{click, shows, texts, view},
    window,
};
use destello::workspace::{
    action::Action,
    screen::{Pane, Screen},
};

#[test]
fn what_a_candidate_looks_like_stands_beside_it_and_a_click_shows_it() {
    let sky = Sky::new(40);
    let empty = "No label yet: give some, real (1), bogus (2)";
    let mut order = Vec::new();
    let mut view = view(SIZE, |window| {
        window.open(&[sky.path()], &sky.beside("p.destello"));
        window.state.shared.settings.shows_looks_like = true;
        order.extend(window.queue().into_iter().map(str::to_owned));
    });
    assert!(shows(&view, empty), "{:?}", texts(&view));
    drop(view);
    view = super::harness::view(SIZE, |window| {
        window.open(&[sky.path()], &sky.beside("p.destello"));
        window.state.shared.settings.shows_looks_like = true;
        window.go_to(&order[0]);
        window.label(REAL);
        window.label(BOGUS);
        window.go_to(&order[0]);
    });
    assert!(!shows(&view, empty));
    // Its own label is no example of itself.
    let missing = "No other one is labelled real yet.";
    assert!(shows(&view, missing), "{:?}", texts(&view));
    let all = texts(&view);
    let row = all.iter().find(|text| text.starts_with("looks like "));
    let row = row.unwrap_or_else(|| panic!("{all:?}")).clone();
    assert!(row.contains(&order[1]) && row.contains("bogus, "), "{row}");
    click(&mut view, &row);
    assert!(window(&view).state.shared.panes.contains(&Pane::SideBySide));
    let title = "this one, and the labelled ones that it looks most like, at one scale";
    assert!(shows(&view, title), "{:?}", texts(&view));
}

#[test]
fn where_to_stop_leads_to_its_plot() {
    let sky = Sky::new(40);
    let mut view = view(SIZE, |window| {
        window.open(&[sky.path()], &sky.beside("p.destello"));
        window.label_truths(28);
    });
    let found = window(&view).state.evaluation.where_to_stop.found();
    let line = found.unwrap().in_short().unwrap();
    click(&mut view, &line);
    assert_eq!(window(&view).state.shared.screen, Screen::Evaluate);
    let plot = view.state().memory.view.plot;
    let report = window(&view).state.evaluation.report().unwrap();
    assert_eq!(report.plots[plot.unwrap()].name, "workload");
    // Labelled blind, no trace of a score is on the screen.
    let state = &mut view.state_mut().window;
    state.act(Action::Inspect);
    view.run();
    assert!(shows(&view, &line));
    view.state_mut().window.act(Action::HideScores);
    view.run();
    assert!(!shows(&view, &line));
}
