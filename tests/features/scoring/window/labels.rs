//! Labels remember what was shown, and a project what was computed.

use destello::{
    window::command::Scoring,
    workspace::{
        action::Action,
        scores::shown::{Reading, ScoringStatus},
    },
};

use super::{order_scores, scoring, triplets};
use crate::common::{BOGUS, InlineWindow, REAL};

#[test]
fn labels_remember_the_score_and_whether_it_was_shown() {
    let project = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &project.path().join("night.destello"));
    let (here, epoch) = (
        window.state.shared.place.candidate.unwrap(),
        window.state.shared.place.epoch,
    );
    let scores = &window.state.shared.scores;
    let Reading::Score { value, .. } = scores.of_epoch(scores.active(), here, epoch) else {
        panic!("no score")
    };
    let id = scores.active().ready.as_ref().unwrap().id.text().clone();
    window.label(REAL);
    window.act(Action::HideScores);
    window.label(BOGUS);
    let events = window.state.shared.book.events();
    assert_eq!(events[0].model, Some(id.clone()));
    assert!((events[0].score.unwrap() - f64::from(value)).abs() < 1e-6);
    assert!(events[0].shown.as_ref().unwrap().is_score_shown);
    // A blind label: the score was known to the program, and not to the person.
    assert_eq!(events[1].model, Some(id));
    assert!(!events[1].shown.as_ref().unwrap().is_score_shown);
    // On the mosaic only what is on the page was seen.
    window.act(Action::HideScores);
    let ids: Vec<String> = window.queue().iter().map(ToString::to_string).collect();
    window.show_mosaic(&[&ids[4], &ids[5]]);
    window.act(Action::SelectAll);
    window.label(REAL);
    let shown = |id: &str| {
        let mut events = window.state.shared.book.events().iter().rev();
        let event = events.find(|event| *event.candidate == *id)?;
        Some(event.shown.as_ref()?.is_score_shown)
    };
    assert_eq!([&ids[4], &ids[5]].map(|id| shown(id)), [Some(true); 2]);
    assert_eq!(shown(&ids[6]), None, "it was not on the page");
}

#[test]
fn after_a_restart_scores_come_from_the_project() {
    let project = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &project.path().join("night.destello"));
    scoring(&mut window, Scoring::Threshold(0.875));
    window.act(Action::HideScores);
    let before = order_scores(&window);
    let mut window = window.restart();
    assert_eq!(window.computed(), 0, "nothing is computed twice");
    assert_eq!(
        window.state.shared.scores.active().status,
        ScoringStatus::Done
    );
    assert_eq!(order_scores(&window), before);
    assert!(window.state.shared.scores.is_hidden);
    assert!((window.state.shared.scores.active().threshold() - 0.875).abs() < 1e-6);
    // Going on where nothing is left does nothing.
    window.act(Action::ScoreAgain);
    assert_eq!(window.computed(), 0);
}
