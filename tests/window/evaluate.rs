//! The Evaluate screen: what stands there, and what its cells and tabs do.

use egui::Key;

use super::{
    NONE, SIZE,
    common::Sky,
    harness::{click, press, shows, texts, view},
    window,
};
use destello::workspace::{action::Action, screen::Screen};

#[test]
fn models_are_judged_and_cells_open_what_they_count() {
    let sky = Sky::new(40);
    let mut view = view(SIZE, |window| {
        window.open(&[sky.path()], &sky.beside("p.destello"));
        window.act(Action::Evaluate);
    });
    for part in [
        "accuracy",
        "FNR at FPR 0.01",
        "in the data",
        "true \\ predicted",
    ] {
        assert!(shows(&view, part), "{part} among {:?}", texts(&view));
    }
    for tab in [
        "ROC",
        "Precision and recall",
        "Calibration",
        "Where to stop",
        "Errors against S/N",
        "DET",
    ] {
        click(&mut view, tab);
    }
    let report = window(&view).state.evaluation.report().unwrap().clone();
    let count = report.models[0].confusion.count(1, 1);
    assert!(count > 0);
    click(&mut view, &format!("{count} real predicted as real"));
    assert_eq!(window(&view).state.shared.screen, Screen::Mosaic);
    assert_eq!(window(&view).state.shared.queue.order().len() as u64, count);
    click(&mut view, "All candidates again");
    assert_eq!(window(&view).state.shared.queue.order().len(), 40);
    press(&mut view, NONE, Key::F6);
    assert_eq!(window(&view).state.shared.screen, Screen::Evaluate);
}

#[test]
fn beside_the_figures_of_few_stands_of_how_few() {
    let sky = Sky::new(40);
    let mut view = view(SIZE, |window| {
        window.open(&[sky.path()], &sky.beside("p.destello"));
        window.label_truths(4);
        window.act(Action::Evaluate);
    });
    click(&mut view, "labels (4)");
    assert!(shows(&view, "of 4 objects only"), "{:?}", texts(&view));
    click(&mut view, "in the data");
    assert!(!shows(&view, "objects only"), "{:?}", texts(&view));
}

#[test]
fn without_truth_it_says_what_brings_it() {
    let (_set, mut view) = super::opened();
    press(&mut view, NONE, Key::F6);
    click(&mut view, "labels (0)");
    assert!(shows(&view, "judged here"), "{:?}", texts(&view));
}
