//! The window in Spanish, whose words are longer. The language is of the whole process: each test starts this program again
//! for itself alone.

use std::process::Command as Process;

use super::{
    StampSet,
    common::InlineWindow,
    harness::{View, drag, places, view},
    layouts,
};
use destello::{
    language::{self, Language},
    window::command::{Command, Session},
    workspace::action::Action,
};
use egui::{PointerButton, Rect, accesskit::Role, pos2, vec2};

/// Set in the process in which the test is alone.
const ALONE: &str = "DESTELLO_TEST_ALONE";

/// Runs a test of that path in a process where no other runs.
fn alone(path: &str, test: impl FnOnce()) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let done = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", path])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{text}");
    assert!(text.contains("1 passed"), "{path} is no test: {text}");
}

/// The small window of that title.
fn small_window(view: &View, title: &str) -> Rect {
    let all = places(view, Role::Window);
    let found = all.iter().find(|(known, _)| known == title);
    found.unwrap_or_else(|| panic!("{title} among {all:?}")).1
}

#[test]
fn bars_and_curves_are_whole() {
    alone("spanish::bars_and_curves_are_whole", || {
        language::choose(Language::Spanish, "");
        layouts::bars_and_curves_are_whole_in_every_size();
    });
}

#[test]
fn bars_of_real_or_bogus_are_whole() {
    alone("spanish::bars_of_real_or_bogus_are_whole", || {
        language::choose(Language::Spanish, "");
        layouts::bars_of_real_or_bogus_are_whole_in_every_size();
    });
}

#[test]
fn a_window_that_was_moved_stays_where_it_is_when_the_language_changes() {
    alone(
        "spanish::a_window_that_was_moved_stays_where_it_is_when_the_language_changes",
        || {
            let set = StampSet::new();
            let mut view = view([1320.0, 860.0], |window: &mut InlineWindow| {
                super::open(window, &set);
                window.act(Action::Settings);
            });
            let first = small_window(&view, "Settings");
            let title_bar = pos2(first.center().x, first.top() + 12.0);
            let to = title_bar + vec2(-150.0, 40.0);
            drag(&mut view, title_bar, to, PointerButton::Primary);
            let moved = small_window(&view, "Settings");
            assert!(moved.left() < first.left() - 100.0, "{first:?} {moved:?}");
            let window = &mut view.state_mut().window;
            let mut settings = window.state.shared.settings.clone();
            settings.language = Language::Spanish;
            window.apply(Command::Session(Session::Settings(Box::new(settings))));
            view.run();
            let after = small_window(&view, "Ajustes");
            assert!(
                after.left_top().distance(moved.left_top()) < 1.0,
                "{moved:?} {after:?}"
            );
        },
    );
}
