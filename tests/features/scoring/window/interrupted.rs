//! Scoring that is stopped, asked for again, or of a file that changed.

use super::{tiny_model, triplets};
use crate::common::{InlineWindow, StampSet};
use destello::{
    window::command::{Command, Scoring},
    workspace::{action::Action, scores::shown::ScoringStatus},
};

fn stop() -> Command {
    Command::Scoring(Scoring::Stop)
}

fn assert_all_scored(window: &InlineWindow, count: usize) {
    let model = window.state.shared.scores.active();
    assert_eq!(
        (&model.status, model.tally.scored()),
        (&ScoringStatus::Done, count)
    );
}

#[test]
fn a_model_that_is_being_read_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &folder.path().join("night.destello"));
    let file = tiny_model(folder.path().join("mine.safetensors"), 3);
    let source = file.to_string_lossy().into();
    window.begin(Command::Scoring(Scoring::Show(source)));
    assert_eq!(
        window.state.shared.scores.active().status,
        ScoringStatus::Reading
    );
    window.apply(stop());
    assert_eq!(
        window.state.shared.scores.active().status,
        ScoringStatus::Stopped
    );
    assert!(window.state.running().is_empty());
    window.act(Action::ScoreAgain);
    assert_all_scored(&window, 40);
}

/// So many epochs that scoring is under way for a while.
fn long_set() -> StampSet {
    StampSet::with_stamps(21, 150)
}

/// Also shows a model, and waits until it is read and scores.
fn show_until_it_scores(window: &mut InlineWindow, source: &str) {
    window.begin(Command::Scoring(Scoring::Show(source.into())));
    window
        .wait_until(|window| window.state.shared.scores.active().status != ScoringStatus::Reading);
    let model = window.state.shared.scores.active();
    assert_eq!(model.status, ScoringStatus::Scoring);
    assert!(window.is_running("scoring"));
}

#[test]
fn a_file_that_became_another_model_is_scored_alone() {
    let set = long_set();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let file = tiny_model(set.beside("mine.safetensors"), 3);
    show_until_it_scores(&mut window, &file.to_string_lossy());
    let first = window.active_model();
    window.apply(stop());
    assert_eq!(
        window.state.shared.scores.active().status,
        ScoringStatus::Stopped
    );
    assert_eq!(window.toast(), "scoring by tiny stopped");
    tiny_model(file, 4);
    window.act(Action::ScoreAgain);
    let model = window.state.shared.scores.active();
    assert_ne!(model.ready.as_ref().unwrap().id, first);
    assert_all_scored(&window, 6);
    assert_eq!(window.state.shared.scores.book.count(&first), 0);
}

#[test]
fn what_was_stopped_and_is_asked_for_at_once_is_scored_whole() {
    let set = long_set();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    show_until_it_scores(&mut window, "cap");
    // The end of the first run is on its way while the second begins: it is not taken for the second's.
    window.begin(stop());
    window.begin(Command::Do(Action::ScoreAgain));
    assert_eq!(
        window.state.shared.scores.active().status,
        ScoringStatus::Reading
    );
    window.settle();
    assert_all_scored(&window, 6);
    assert!(window.state.running().is_empty());
}

#[test]
fn scores_of_a_set_that_was_left_do_not_reach_the_next() {
    let (first, second) = (long_set(), StampSet::new());
    let mut window = InlineWindow::on(&first.path(), &first.beside("night.destello"));
    show_until_it_scores(&mut window, "cap");
    window.open(&[second.path()], &second.beside("night.destello"));
    let scores = &window.state.shared.scores;
    assert!(scores.shown().iter().all(|model| model.name() != "cap"));
    for model in scores.shown() {
        assert_eq!(model.status, ScoringStatus::Done);
        let id = &model.ready.as_ref().unwrap().id;
        assert_eq!(scores.book.count(id), 6);
    }
    // The first one is scored to its end where it is opened again.
    window.open(&[first.path()], &first.beside("night.destello"));
    assert_eq!(window.state.shared.scores.active().name(), "cap");
    assert_all_scored(&window, 6);
}
