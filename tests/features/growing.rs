//! Flows about a folder that grows while it is open: what comes in joins the set, and nothing else moves.

use std::{fs, thread, time::Duration};

use destello::{
    domain::Prediction,
    workspace::{action::Action, drawn::Drawn, screen::Screen, settings::Settings},
};

use crate::common::{
    InlineWindow, StampSet,
    stamp_set::{OBJECTS, Object},
};

/// For how long a file must be the same.
const SETTLE: Duration = Duration::from_millis(300);

/// A window that follows folders.
fn following(set: &StampSet) -> InlineWindow {
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.state.shared.settings.follows_folders = true;
    window.state.growing.settle = SETTLE;
    window.open(&[set.path()], &set.beside("night.destello"));
    window
}

/// Takes a file out of the set; gives it back later.
fn aside(set: &StampSet, id: &str) -> Vec<u8> {
    let bytes = fs::read(set.file(id)).unwrap();
    fs::remove_file(set.file(id)).unwrap();
    bytes
}

/// Predictions of the active model for a candidate, one an epoch.
fn predicted(window: &InlineWindow, id: &str) -> usize {
    let shared = &window.state.shared;
    let predictions = shared
        .scores
        .predictions(shared.scores.active(), window.ix(id));
    let known = predictions.iter().flat_map(|all| all.iter());
    known
        .filter(|one| matches!(one, Prediction::Probabilities(_)))
        .count()
}

#[test]
fn what_comes_in_joins_the_set_and_is_scored_while_the_person_labels() {
    let set = StampSet::new();
    let last = aside(&set, "hits06");
    let mut window = following(&set);
    window.go_to("hits02");
    window.label(0);
    window.go_to("hits03");
    window.state.shared.set_epoch(2);
    let (labels, computed) = (window.labels("hits02").clone(), window.computed());
    assert!(computed > 0);
    fs::write(set.file("hits06"), last).unwrap();
    window.wait_until(|window| window.state.growing.new_count() == 1);
    window.settle();
    assert_eq!(
        window.queue(),
        ["hits01", "hits02", "hits03", "hits04", "hits05", "hits06"]
    );
    assert_eq!(
        (window.here(), window.state.shared.place.epoch),
        ("hits03", 2)
    );
    assert_eq!(*window.labels("hits02"), labels);
    assert_eq!(predicted(&window, "hits06"), 5);
    // Two models at most; the five others were not scored again.
    assert!(window.computed() - computed <= 10);
    assert_eq!(
        window.state.growing.in_words().as_deref(),
        Some("1 new candidate")
    );
    window.act(Action::ShowNew);
    assert_eq!(window.queue(), ["hits06"]);
    assert_eq!(window.state.shared.screen, Screen::Mosaic);
    assert_eq!(window.state.growing.in_words(), None);
    window.act(Action::ShowNew);
    assert!(
        window.toast().starts_with("nothing came in"),
        "{}",
        window.toast()
    );
    // What it has is there at the next opening too, and is no news then.
    let mut again = window.restart();
    again.settle();
    assert_eq!(again.queue().len(), 6);
}

#[test]
fn a_file_that_is_being_written_is_waited_for() {
    let set = StampSet::new();
    let last = aside(&set, "hits06");
    let mut window = following(&set);
    let (first, second) = last.split_at(last.len() / 2);
    fs::write(set.file("hits06"), first).unwrap();
    fs::write(set.path().join("later.fits.part"), first).unwrap();
    thread::sleep(SETTLE / 3);
    window.poll();
    let mut all = first.to_vec();
    all.extend_from_slice(second);
    fs::write(set.file("hits06"), &all).unwrap();
    window.wait_until(|window| window.state.growing.new_count() == 1);
    window.settle();
    let problems: Vec<_> = window.state.shared.problems.iter().collect();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(predicted(&window, "hits06"), 5);
}

#[test]
fn what_was_wrong_with_a_file_is_forgotten_once_it_is_whole() {
    let set = StampSet::new();
    let last = aside(&set, "hits06");
    fs::write(set.file("hits06"), &last[..100]).unwrap();
    let mut window = following(&set);
    assert_eq!(window.state.shared.problems.len(), 1);
    fs::write(set.file("hits06"), last).unwrap();
    window.wait_until(|window| window.state.growing.new_count() == 1);
    assert!(window.state.shared.problems.is_empty());
    window.settle();
    assert_eq!(predicted(&window, "hits06"), 5);
}

#[test]
fn epochs_that_come_in_belong_to_the_candidate_that_is_there() {
    let set = StampSet::new();
    let mut window = following(&set);
    window.go_to("hits03");
    window.state.shared.set_epoch(3);
    window.label(0);
    window.go_to("hits03");
    window.state.shared.set_epoch(3);
    assert_eq!(predicted(&window, "hits03"), 5);
    let object: &Object = &OBJECTS[2];
    set.reduce_again(object, 21, 7, 33);
    window.wait_until(|window| window.state.growing.new_count() == 1);
    window.settle();
    let epochs = window.state.shared.candidate().unwrap().epochs.len();
    assert_eq!((window.here(), epochs), ("hits03", 7));
    assert_eq!(window.state.shared.place.epoch, 3);
    assert_eq!(predicted(&window, "hits03"), 7);
    assert_eq!(predicted(&window, "hits01"), 5);
    assert_eq!(window.classes(&["hits03"]).len(), 1);
    assert!(window.labels("hits03").is_decided(), "its label stays");
    assert_eq!(
        window.state.growing.in_words().as_deref(),
        Some("1 candidate with new epochs")
    );
    window.act(Action::ShowNew);
    assert_eq!(window.here(), "hits03");
    assert_eq!(window.state.shared.place.epoch, 6, "the last new one");
}

#[test]
fn nothing_is_followed_where_that_is_not_wanted() {
    let set = StampSet::new();
    let last = aside(&set, "hits06");
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    fs::write(set.file("hits06"), last).unwrap();
    thread::sleep(2 * SETTLE);
    window.settle();
    window.poll();
    assert_eq!(
        (window.queue().len(), window.state.growing.new_count()),
        (5, 0)
    );
}

#[test]
fn a_picture_from_before_new_epochs_gives_no_label_its_epoch() {
    let set = StampSet::new();
    let mut window = following(&set);
    window.go_to("hits03");
    let ix = window.ix("hits03");
    let before = Drawn {
        generation: window.state.shared.generation,
        renumbered: window.state.shared.renumbered,
        screen: Screen::Inspect,
        large: Some((ix, 1)),
        ..Drawn::default()
    };
    let shared = &mut window.state.shared;
    shared.set_epoch(3);
    shared.take_drawn(before.clone());
    assert_eq!(shared.epoch_decided_on(ix), 1, "what was drawn counts");
    set.reduce_again(&OBJECTS[2], 21, 7, 33);
    window.wait_until(|window| window.state.growing.new_count() == 1);
    let shared = &mut window.state.shared;
    assert_ne!(shared.renumbered, before.renumbered);
    shared.take_drawn(before);
    assert_eq!(
        shared.epoch_decided_on(ix),
        3,
        "epoch 1 may be another by now"
    );
}

#[test]
fn a_set_whose_opening_was_stopped_does_not_grow_by_itself() {
    let set = StampSet::new();
    let last = aside(&set, "hits06");
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let shared = &mut window.state.shared;
    (shared.project.is_partial, shared.settings.follows_folders) = (true, true);
    window.state.growing.settle = SETTLE;
    fs::write(set.file("hits06"), &last).unwrap();
    window.poll();
    thread::sleep(2 * SETTLE);
    window.poll();
    assert_eq!(
        (window.queue().len(), window.state.growing.reading()),
        (5, None)
    );
    window.state.shared.project.is_partial = false;
    window.wait_until(|window| window.state.growing.new_count() == 1);
}
