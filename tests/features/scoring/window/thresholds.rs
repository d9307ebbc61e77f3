//! A threshold counts, sorts and filters, and is chosen on labelled candidates.

use super::{counts, order_scores, scoring, sort, triplets};
use crate::common::{BOGUS, InlineWindow, REAL};
use destello::{
    store::Project,
    window::command::Scoring,
    workspace::{
        action::Action, models, queue::column::Column, scores::shown::ScoringStatus, screen::Screen,
    },
};

#[test]
fn scores_come_by_themselves_and_a_threshold_counts_sorts_and_filters() {
    let project = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &project.path().join("night.destello"));
    let model = window.state.shared.scores.active();
    assert_eq!(model.name(), models::DEFAULT);
    assert_eq!(model.status, ScoringStatus::Done);
    assert_eq!((model.tally.scored(), window.computed()), (40, 40));
    assert!(window.state.running().is_empty());
    let usual = counts(&window);
    assert!(usual[0] > 5 && usual[1] > 5 && usual[2] == 0, "{usual:?}");

    scoring(&mut window, Scoring::Threshold(0.0));
    assert_eq!(counts(&window), [40, 0, 0]);
    let before = window.state.shared.scores.active().threshold();
    window.act(Action::RaiseThreshold);
    let step = window.state.shared.scores.active().threshold() - before;
    assert!((step - 0.01).abs() < 1e-6, "{step}");
    window.act(Action::LowerThreshold);

    sort(&mut window, Column::Score, true);
    let sorted = order_scores(&window);
    assert_eq!(sorted.len(), 40);
    assert!(sorted.is_sorted_by(|a, b| a >= b), "{sorted:?}");
    // The threshold moves the order where the order is made of it.
    sort(&mut window, Column::Margin, false);
    let first = window.queue()[0].to_owned();
    scoring(&mut window, Scoring::Threshold(1.0));
    assert_ne!(window.queue()[0], first);
    let nearest = window.state.shared.queue.order()[0];
    assert_eq!(window.state.shared.scores.score(nearest), Some(sorted[0]));

    window.filter("score>0.5");
    let kept = order_scores(&window);
    assert!(kept.iter().all(|score| *score > 0.5));
    assert_eq!(kept.len(), sorted.iter().filter(|s| **s > 0.5).count());
}

#[test]
fn a_threshold_is_chosen_on_labelled_candidates() {
    let project = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &project.path().join("night.destello"));
    window.act(Action::ChooseThreshold);
    assert!(
        window.toast().contains("label some real"),
        "{}",
        window.toast()
    );
    sort(&mut window, Column::Score, true);
    let sorted = order_scores(&window);
    window.state.shared.screen = Screen::Inspect;
    let ids: Vec<String> = window.queue().iter().map(ToString::to_string).collect();
    for id in &ids[..20] {
        window.go_to(id);
        window.label(REAL);
    }
    scoring(&mut window, Scoring::WantedRecall(0.9));
    window.act(Action::ChooseThreshold);
    let threshold = window.state.shared.scores.active().threshold();
    assert!((threshold - sorted[17]).abs() < 1e-6, "{threshold}");
    let evidence = window.state.shared.evidence();
    assert_eq!((evidence.real, evidence.bogus), (20, 0));
    assert!(evidence.found >= 18, "{evidence:?}");
    assert!(
        window.toast().contains("to measure rejection (0 so far)"),
        "{}",
        window.toast()
    );
    for id in &ids[30..40] {
        window.go_to(id);
        window.label(BOGUS);
    }
    let words = window.state.shared.evidence().rejection_words();
    assert!(words.contains("of 10 labelled bogus"), "{words}");
}

// What version 0.1.0 wrote into a project: identifiers of versions are for good.
#[test]
fn a_threshold_of_an_old_project_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.destello");
    let session = r#"{"scores":{"models":[{"source":"compact","threshold":[0.75,"compact@937a3f2b"]},
        {"source":"cap","threshold":[0.75,"cap@00000000"]}],"active":0,"is_usual":false}}"#;
    let mut project = Project::open_or_create(&path).unwrap();
    project.session_put("window", session).unwrap();
    drop(project);
    let window = InlineWindow::on(&triplets(), &path);
    let shown = window.state.shared.scores.shown();
    let of = |at: usize| (shown[at].name(), shown[at].is_threshold_chosen());
    assert_eq!([of(0), of(1)], [("compact", true), ("cap", false)]);
    assert!((shown[0].threshold() - 0.75).abs() < 1e-6);
}
