//! More like this: nearest first, refined, dropped, and without examples.

use crate::common::{InlineWindow, PlacedSet, simulated::ThreeKinds};
use destello::{
    features::similar::{state::SimilarCommand, task::CompareStamps},
    tasks::Task as _,
    window::command::Command,
    workspace::{action::Action, command::Select, queue::column::Column, screen::Screen},
};

/// How many of the first twelve of the queue are of a kind.
fn among_first(set: &ThreeKinds, window: &InlineWindow, kind: &str) -> usize {
    let first = window.queue().into_iter().take(12);
    first.filter(|id| set.of[*id] == kind).count()
}

#[test]
fn the_nearest_come_first_and_answers_make_them_better() {
    let set = ThreeKinds::new(60, 11);
    let mut window = set.window();
    let example = set.some("bad_column", 1)[0];
    window.go_to(example);
    window.act(Action::MoreLikeThis);
    assert_eq!(window.toast(), "nearest first: like 1 example");
    assert_eq!(window.state.shared.screen, Screen::Mosaic);
    assert_eq!(window.queue().len(), 60);
    assert_eq!((window.queue()[0], window.here()), (example, example));
    let before = among_first(&set, &window, "bad_column");
    // Ten of sixty are of this kind: of twelve by chance two.
    assert!(before >= 4, "{before}");
    // Three more of the kind, and three that are not.
    for (kind, action) in [
        ("bad_column", Action::MoreLikeThis),
        ("psf_ring", Action::LessLikeThis),
    ] {
        let chosen = set.some(kind, 4).into_iter().map(|id| window.ix(id));
        let chosen = chosen.collect();
        window.apply(Command::Select(Select::Add(chosen)));
        window.act(action);
    }
    assert_eq!(window.toast(), "nearest first: like 4 examples, unlike 4");
    let after = among_first(&set, &window, "bad_column");
    assert!(after >= before && after >= 8, "{before} {after}");
    // What is unlike is at the end, and nothing is judged.
    let last: Vec<_> = window.queue().into_iter().rev().take(4).collect();
    assert!(last.iter().all(|id| set.of[*id] == "psf_ring"), "{last:?}");
    assert!(window.labels(example).classes.is_empty());
}

#[test]
fn examples_are_forgotten_by_a_button_and_with_another_order() {
    let set = ThreeKinds::new(60, 11);
    let mut window = set.window();
    let in_file_order: Vec<String> = window.queue().into_iter().map(Into::into).collect();
    window.act(Action::MoreLikeThis);
    assert_ne!(window.queue(), in_file_order);
    window.apply(Command::Similar(SimilarCommand::Forget));
    assert_eq!(window.queue(), in_file_order);
    assert!(window.state.similar.examples()[0].is_empty());
    // "All candidates again" ends it too, with a filter and without.
    for filter in ["", "id~0"] {
        window.act(Action::MoreLikeThis);
        assert_eq!(window.state.shared.queue.spec().column, Column::Likeness);
        window.filter(filter);
        window.act(Action::WholeQueue);
        assert_eq!(window.queue(), in_file_order, "{filter}");
        assert!(window.state.similar.examples()[0].is_empty());
    }
    // A counterexample alone looks for nothing.
    window.act(Action::LessLikeThis);
    let toast = "first an example of what is wanted: More like this (A)";
    assert_eq!(window.toast(), toast);
    assert_eq!(window.state.shared.queue.spec().column, Column::Found);
    // After the queue was sorted otherwise, the next example is the first of a new search.
    window.act(Action::MoreLikeThis);
    window.act(Action::RefreshQueue);
    window.apply(Command::Queue(
        destello::window::command::QueueCommand::Sort {
            column: Column::Id,
            is_descending: true,
        },
    ));
    window.go_to(&in_file_order[5]);
    window.act(Action::MoreLikeThis);
    assert_eq!(window.toast(), "nearest first: like 1 example");
    assert_eq!(window.queue()[0], in_file_order[5]);
}

#[test]
fn it_is_stopped_and_a_set_without_differences_says_why_not() {
    let set = ThreeKinds::new(60, 11);
    let mut window = set.window();
    window.begin(Command::Do(Action::MoreLikeThis));
    window.apply(Command::Similar(SimilarCommand::Stop));
    // It may have ended before.
    let ends = ["comparing stamps: stopped", "nearest first: like 1 example"];
    assert!(ends.contains(&window.toast()), "{}", window.toast());
    assert!(!window.is_running(CompareStamps::NAME));
    // Science images alone are not what the network compares.
    let other = PlacedSet::with_a_pair();
    window.open(&[other.path()], &other.beside("other.destello"));
    window.act(Action::MoreLikeThis);
    let toast = window.toast();
    assert_eq!(
        toast,
        "more like this: stamps are compared by science, reference and difference: there is no reference and no difference"
    );
    assert_eq!(window.queue().len(), 4);
}
