//! Heat maps over the stamps, and the bar that says what they mean.

use destello::{
    window::command::{Command, Scoring},
    workspace::action::Action,
};
use egui::{Key, Modifiers};

use super::{
    NONE, SIZE,
    common::StampSet,
    harness::{drawn_view, press, shows},
    open, opened,
};

#[test]
fn a_key_brings_the_bar_with_model_class_and_shares_and_takes_it_away() {
    let (_set, mut view) = opened();
    assert!(!shows(&view, "because of"));
    assert_eq!(press(&mut view, NONE, Key::L), ["Do(Explanation)"]);
    assert!(shows(&view, "context predicts "));
    assert!(shows(&view, "science ") && shows(&view, "snr (computed) "));
    assert!(shows(&view, "for") && shows(&view, "against"));
    assert_eq!(
        press(&mut view, Modifiers::SHIFT, Key::L),
        ["Do(NextExplanation)"]
    );
    assert!(shows(&view, "LRP α1 β0"));
    press(&mut view, NONE, Key::L);
    assert!(!shows(&view, "because of"));
}

#[test]
fn the_heat_map_changes_the_middle_of_the_stamps_and_nothing_around() {
    let set = StampSet::with_stamps(63, 3);
    // A network that sees the middle alone.
    let mut view = drawn_view(SIZE, |window| {
        open(window, &set);
        for scoring in [Scoring::Show, Scoring::Activate] {
            window.apply(Command::Scoring(scoring("compact".into())));
        }
    });
    press(&mut view, NONE, Key::L);
    // The bar takes its room in both pictures.
    view.state_mut().window.state.explanation.explain.opacity = 0.0;
    view.run();
    let plain = view.render().unwrap();
    view.state_mut().window.state.explanation.explain.opacity = 1.0;
    view.run();
    let covered = view.render().unwrap();
    let stamp = super::harness::rect_of(&view, "science of hits01");
    let [mut inside, mut outside] = [0, 0];
    for y in stamp.top() as u32..stamp.bottom() as u32 {
        for x in stamp.left() as u32..stamp.right() as u32 {
            if plain.get_pixel(x, y) == covered.get_pixel(x, y) {
                continue;
            }
            let from_middle = egui::pos2(x as f32, y as f32) - stamp.center();
            let reach = stamp.width() * 22.0 / 63.0 / 2.0 + 2.0;
            if from_middle.x.abs().max(from_middle.y.abs()) < reach {
                inside += 1;
            } else {
                outside += 1;
            }
        }
    }
    assert_eq!(outside, 0);
    assert!(inside > 1000, "{inside}");
    assert_eq!(Action::Explanation.info().keys, ["L"]);
}
