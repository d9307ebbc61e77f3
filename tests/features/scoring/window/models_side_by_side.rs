//! Several models at once, and what they disagree on.

use destello::{
    features::file_dialog::pick::PickFor,
    window::command::Scoring,
    workspace::{action::Action, models, queue::column::Column},
};

use super::{counts, scoring, sort, tiny_model, triplets};
use crate::common::InlineWindow;

#[test]
fn models_stand_side_by_side_and_disagree() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &folder.path().join("night.destello"));
    window.act(Action::Disagreements);
    assert!(window.toast().contains("where two are shown"));
    window.act(Action::AddModel);
    assert_eq!(window.dialogs, [PickFor::Model]);
    let file = tiny_model(folder.path().join("mine.safetensors"), 3);
    window.answer_dialogs(&file);
    window.settle();
    assert_eq!(window.saved_settings().unwrap().model_files, [file]);
    assert_eq!(window.state.shared.scores.active().name(), "tiny");
    assert_eq!(window.state.shared.scores.active().tally.scored(), 40);
    assert_eq!(window.computed(), 80);
    // Everything is real for one of them.
    scoring(&mut window, Scoring::Threshold(0.0));
    window.act(Action::NextModel);
    assert_eq!(window.state.shared.scores.active().name(), models::DEFAULT);
    let [real, bogus, _] = counts(&window);
    window.act(Action::Disagreements);
    assert_eq!(window.queue().len(), bogus);
    // Moving a threshold changes who disagrees, at once.
    scoring(&mut window, Scoring::Threshold(0.0));
    assert_eq!(window.queue().len(), 0);
    window.act(Action::Disagreements);
    assert_eq!(window.queue().len(), real + bogus);
    sort(&mut window, Column::score_of("tiny"), true);
    let of_tiny = window.state.shared.queue.order().iter();
    let of_tiny = of_tiny.filter_map(|ix| window.state.shared.scores.score_of("tiny", *ix));
    assert!(of_tiny.collect::<Vec<_>>().is_sorted_by(|a, b| a >= b));
    // The project remembers both, and one can go.
    let mut window = window.restart();
    assert_eq!(
        (window.state.shared.scores.shown().len(), window.computed()),
        (2, 0)
    );
    let source = window.state.shared.scores.shown()[1].source.clone();
    scoring(&mut window, Scoring::Drop(source));
    assert_eq!(window.state.shared.scores.shown().len(), 1);
}
