//! Scores on the screen: where they stand, what the threshold says, and that hiding hides all.

use egui::{Key, Modifiers};

use super::{
    NONE, SIZE,
    common::{InlineWindow, StampSet},
    harness::{View, click, press, rest, shows, texts, view},
    open, opened, tidy, window,
};
use destello::{
    window::command::{Command, Go, QueueCommand, Scoring},
    workspace::{action::Action, queue::column::Column, scores::shown::ScoringStatus},
};

fn counts(view: &View) -> String {
    let model = window(view).state.shared.scores.active();
    let real = model.tally.real(model.threshold());
    format!("{real} real · {} bogus · 0 not scored", 6 - real)
}

#[test]
fn the_bar_counts_as_the_threshold_moves() {
    let (_set, mut view) = opened();
    assert_eq!(window(&view).state.shared.scores.active().tally.scored(), 6);
    assert!(shows(&view, &counts(&view)));
    for threshold in [0.0, 1.0] {
        let command = Command::Scoring(Scoring::Threshold(threshold));
        view.state_mut().window.apply(command);
        rest(&mut view);
        assert!(shows(&view, &counts(&view)), "{threshold}");
    }
    assert_eq!(press(&mut view, NONE, Key::Comma), ["Do(LowerThreshold)"]);
    let threshold = window(&view).state.shared.scores.active().threshold();
    assert!((threshold - 0.99).abs() < 1e-6, "{threshold}");
    assert!(shows(&view, "bogus to measure rejection (0 so far)"));
}

#[test]
fn hiding_takes_every_trace_of_scores_from_the_screen() {
    let (_set, mut view) = opened();
    let sort = QueueCommand::Sort {
        column: Column::Margin,
        is_descending: true,
    };
    view.state_mut().window.apply(Command::Queue(sort));
    rest(&mut view);
    assert!(shows(&view, "Real/bogus"));
    assert_eq!(
        press(&mut view, Modifiers::SHIFT, Key::S),
        ["Do(HideScores)"]
    );
    press(&mut view, NONE, Key::M);
    press(&mut view, NONE, Key::Enter);
    let value = window(&view).state.shared.scores.active().threshold();
    for text in texts(&view) {
        assert!(!text.contains("not scored"), "{text}");
        assert!(!text.contains(&format!("{value:.3}")), "{text}");
        assert!(!text.contains("compact: "), "{text}");
    }
    assert!(shows(
        &view,
        // The order shows them still.
        "scores and truth are hidden, but still sort or filter the queue: labels are not blind"
    ));
    click(&mut view, "Show scores");
    assert!(shows(&view, &counts(&view)));
}

#[test]
fn a_result_of_another_epoch_than_the_lists_names_its_epoch() {
    let (_set, mut view) = opened();
    let mut named = 0;
    for epoch in 0..5 {
        let go = Command::Go(Go::Epoch(epoch));
        view.state_mut().window.apply(go);
        rest(&mut view);
        let shared = &window(&view).state.shared;
        let (scores, ix) = (&shared.scores, shared.place.candidate.unwrap());
        let of_list = scores.of_candidate(scores.active(), ix);
        let is_other = scores.of_epoch(scores.active(), ix, epoch) != of_list;
        let heading = format!("Real/bogus at epoch {} of 5", epoch + 1);
        assert_eq!(shows(&view, &heading), is_other, "{:?}", texts(&view));
        named += usize::from(is_other);
    }
    assert!((1..5).contains(&named), "{named}");
}

#[test]
fn where_the_score_would_stand_is_why_there_is_none() {
    let set = StampSet::new();
    let mut view = view(SIZE, |window: &mut InlineWindow| open(window, &set));
    let inline = &mut view.state_mut().window;
    inline.begin(Command::Scoring(Scoring::Show("cap".into())));
    inline.apply(Command::Scoring(Scoring::Stop));
    rest(&mut view);
    assert!(shows(&view, "Score the rest"));
    assert_eq!(
        press(&mut view, Modifiers::SHIFT, Key::F5),
        ["Do(ScoreAgain)"]
    );
    let status = &window(&view).state.shared.scores.active().status;
    assert_eq!(*status, ScoringStatus::Done);
    let broken = set.beside("broken.safetensors");
    std::fs::write(&broken, b"weights?").unwrap();
    let source = broken.to_string_lossy().into();
    let show = Command::Scoring(Scoring::Show(source));
    view.state_mut().window.apply(show);
    rest(&mut view);
    assert!(shows(
        &view,
        "broken.safetensors is no model that can be used"
    ));
    tidy(&mut view);
}

#[test]
fn actions_of_scores_stand_in_the_menu() {
    let (_set, mut view) = opened();
    click(&mut view, "Model");
    for action in [
        Action::AddModel,
        Action::HideScores,
        Action::ChooseThreshold,
        Action::Disagreements,
    ] {
        assert!(shows(&view, action.info().title()), "{action:?}");
    }
}
