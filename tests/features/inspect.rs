//! Stamps and the window: decoding on demand, the memory limit, stamps that fail, and what a
//! label says was on screen.

use std::collections::BTreeSet;

use crate::common::{InlineWindow, REAL, StampSet};
use destello::{
    domain::{Role, Shown},
    window::command::{Command, Go, Session},
    workspace::{action::Action, display::Lock, settings::Settings, stamp_cache::CachedStamp},
};

const ALL: [&str; 6] = ["hits01", "hits02", "hits03", "hits04", "hits05", "hits06"];

#[test]
fn opening_decodes_nothing_and_looking_decodes_what_is_seen() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    assert_eq!(window.state.shared.stamps.bytes(), 0);
    window.look();
    assert_eq!(window.state.shared.stamps.bytes(), 3 * 5 * 21 * 21 * 4);
    let epoch = window.state.shared.epoch().unwrap().clone();
    let pixels = |role| {
        let id = epoch.stamp(role).unwrap().id;
        window
            .state
            .shared
            .stamps
            .ready(id)
            .unwrap()
            .stamp
            .pixels
            .clone()
    };
    let science = pixels(Role::Science);
    let difference = pixels(Role::Difference);
    for (at, reference) in pixels(Role::Reference).iter().enumerate() {
        assert!((science[at] - reference - difference[at]).abs() < 1e-3);
    }
}

#[test]
fn the_memory_limit_holds_while_walking_through_the_set() {
    let set = StampSet::with_stamps(64, 12);
    let settings = Settings {
        memory_mib: 1,
        ..Settings::default()
    };
    let mut window = InlineWindow::new(settings, "ana", None);
    window.open(&[set.path()], &set.beside("night.destello"));
    for id in ALL {
        window.go_to(id);
        window.look();
        assert!(window.state.shared.stamps.bytes() <= 1 << 20);
        let stamps = window.state.shared.candidate().unwrap().epochs.iter();
        for stamp in stamps.flat_map(|epoch| &epoch.stamps) {
            assert!(window.state.shared.stamps.ready(stamp.id).is_some(), "{id}");
        }
    }
    let first = window
        .state
        .shared
        .catalogue
        .get(window.ix("hits01"))
        .unwrap();
    let left = first.epochs[0].stamps[0].id;
    assert!(
        window.state.shared.stamps.get(left).is_none(),
        "the oldest has left"
    );
    window.go_to("hits01");
    window.look();
    assert!(
        window.state.shared.stamps.ready(left).is_some(),
        "and comes back"
    );
    window.apply(Command::Session(Session::Settings(Box::new(Settings {
        memory_mib: 64,
        ..window.state.shared.settings.clone()
    }))));
    for id in ALL {
        window.go_to(id);
        window.look();
    }
    assert_eq!(window.state.shared.stamps.bytes(), 6 * 3 * 12 * 64 * 64 * 4);
}

#[test]
fn a_stamp_that_fails_is_a_problem_and_nothing_else_breaks() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    // The file is cut short after it was indexed.
    let file = set.file("hits02");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..100]).unwrap();
    window.go_to("hits02");
    window.look();
    let stamp = window.state.shared.epoch().unwrap().stamps[0].id;
    assert!(matches!(
        window.state.shared.stamps.get(stamp),
        Some(CachedStamp::Failed(_))
    ));
    let problems = window.state.shared.problems.clone();
    assert_eq!(problems.len(), 3, "one for each role: {problems:?}");
    assert!(problems.iter().all(|p| p.path.contains("hits02.fits")));
    window.look();
    assert_eq!(
        window.state.shared.problems, problems,
        "a fault is told once"
    );
    window.label(REAL);
    assert_eq!(window.classes(&["hits02"]), ["real"]);
    let shown = window.state.shared.book.events()[0].shown.clone().unwrap();
    assert_eq!(shown.science_limits, None, "nothing was drawn");
    assert_eq!(window.here(), "hits03");
    window.look();
    let stamp = window.state.shared.epoch().unwrap().stamps[0].id;
    assert!(window.state.shared.stamps.ready(stamp).is_some());
}

#[test]
fn faults_at_opening_are_listed_and_the_rest_opens() {
    let set = StampSet::new();
    std::fs::write(set.path().join("empty.fits"), b"").unwrap();
    let whole = std::fs::read(set.file("hits01")).unwrap();
    std::fs::write(set.path().join("short.fits"), &whole[..whole.len() / 3]).unwrap();
    let window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    assert_eq!(window.queue(), ALL);
    // A file may have several: its structure, and a stamp that is not whole.
    let problems = window.state.shared.problems.iter();
    let paths: BTreeSet<_> = problems.map(|p| &*p.path).collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert!(paths.iter().any(|path| path.contains("empty.fits")));
    assert!(paths.iter().any(|path| path.contains("short.fits")));
}

#[test]
fn a_label_says_what_was_on_screen() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.look();
    window.apply(Command::Go(Go::Epoch(1)));
    window.act(Action::NextStretch);
    window.act(Action::NextColorMap);
    let here = window.state.shared.place.candidate.unwrap();
    let limits = window.state.shared.limits(here, 1, Role::Science).unwrap();
    let recipe = window.state.shared.display.plain;
    window.label(REAL);
    let event = window.state.shared.book.events()[0].clone();
    let expected = Shown {
        epoch: "2".into(),
        stretch: recipe.stretch.name().into(),
        limits: recipe.rule.name().into(),
        science_limits: Some([limits.low, limits.high]),
        color_map: recipe.color_map.name().into(),
        // The default model has scored the epochs of the strip.
        is_score_shown: true,
    };
    assert_eq!(event.shown.as_ref(), Some(&expected));
    // Opened, looked at, epoch, stretch, map, label: a second each.
    assert_eq!(event.dwell_ms, Some(5000));
    assert_eq!(&*event.annotator, "ana");
    assert_eq!(&*event.vocabulary, "real_bogus");
    assert_eq!(&*event.program, env!("CARGO_PKG_VERSION"));
    assert!(event.model.as_ref().unwrap().starts_with("context@"));
    assert!((0.0..=1.0).contains(&event.score.unwrap()));
    let window = window.restart();
    assert_eq!(window.state.shared.book.events()[0], event);
}

#[test]
fn scale_lock_decides_over_which_stamps_limits_are_found() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    for id in ALL {
        window.go_to(id);
        window.look();
    }
    let limits = |window: &InlineWindow, id: &str, epoch, role| {
        let limits = window
            .state
            .shared
            .limits(window.ix(id), epoch, role)
            .unwrap();
        (limits.low, limits.high)
    };
    // Stamps that share limits share the interval above their skies.
    let interval = |window: &InlineWindow, id: &str, epoch, role| {
        let (low, high) = limits(window, id, epoch, role);
        ((high - low) * 10.0).round() as i64
    };
    let science =
        |window: &InlineWindow, id: &str, epoch| interval(window, id, epoch, Role::Science);
    assert_eq!(window.state.shared.display.lock, Lock::Object);
    assert_eq!(science(&window, "hits02", 0), science(&window, "hits02", 2));
    assert_eq!(
        science(&window, "hits02", 2),
        interval(&window, "hits02", 2, Role::Reference)
    );
    assert_ne!(science(&window, "hits02", 2), science(&window, "hits03", 2));
    let (low, high) = limits(&window, "hits02", 2, Role::Difference);
    assert!(
        (low + high).abs() < 1e-3,
        "symmetric about zero: {low} {high}"
    );
    window.act(Action::NextLock);
    assert_eq!(window.state.shared.display.lock, Lock::Set);
    assert_eq!(science(&window, "hits02", 2), science(&window, "hits03", 0));
    window.act(Action::NextLock);
    assert_eq!(window.state.shared.display.lock, Lock::Free);
    assert_ne!(science(&window, "hits02", 0), science(&window, "hits02", 2));
}
