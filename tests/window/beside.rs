//! What stands beside a candidate and above the queue: what it looks like, and where to stop.

use super::{
    SIZE,
    common::{BOGUS, REAL, Sky},
    harness::{View, click, rect_of, shows, texts, view},
    window,
};
use destello::workspace::{
    action::Action,
    screen::{Pane, Screen},
};

#[test]
fn what_a_candidate_looks_like_stands_beside_it_and_a_click_shows_it() {
    let sky = Sky::new(40);
    let empty = "No labels yet: give some, real (1), bogus (2)";
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
        window.label_truths(19);
    });
    let control = Action::RefreshQueue.info().title();
    let control_before = rect_of(&view, control);
    assert!(!shows(&view, "look at "), "{:?}", texts(&view));
    let line = line_of(&mut view);
    // Its place was kept: what a person may aim at above has not moved, and it stands below the list.
    assert_eq!(rect_of(&view, control), control_before);
    let place = rect_of(&view, &line);
    assert!(
        place.top() > SIZE[1] - 100.0 && place.bottom() <= SIZE[1] - 20.0,
        "{place:?}"
    );
    view.event(egui::Event::PointerMoved(place.center()));
    view.run();
    assert_eq!(
        view.output().platform_output.cursor_icon,
        egui::CursorIcon::PointingHand
    );
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

/// Labels until some need not be looked at; the line about it.
fn line_of(view: &mut View) -> String {
    let line = (28..40).find_map(|count| {
        let window = &mut view.state_mut().window;
        window.label_truths(count);
        window.state.evaluation.where_to_stop.found()?.in_short()
    });
    view.run();
    line.expect("the last of 40 candidates is bogus")
}
