//! A set whose class shares are not those of the training: shares are estimated, predictions corrected, what it
//! changes is named and listed, one key takes it back, and a project remembers the choice.

use std::path::Path;

use crate::common::{InlineWindow, Sky, simulated as sets};
use destello::{
    domain::likeliest,
    features::{scoring::class_shares::Corrected, simulation::order::Kind},
    learn::shares::{Decision, ShareSource, estimate},
    window::command::{Command, Scoring},
    workspace::{
        action::Action,
        models,
        scores::shares::{ChosenShares, FoundShares},
    },
};

/// 72 stars, 24 RR Lyrae and nothing else, in a folder `set`; classes are in the files.
fn shifted(folder: &Path) {
    for (class, count, seed) in [("non_variable", 72, 11), ("rr_lyrae", 24, 12)] {
        let out = folder.join("set").join(class);
        std::fs::create_dir_all(folder.join("set")).unwrap();
        let mut order = sets::order(Kind::Sequences, "hits2015", count, seed, &out);
        order.classes = vec![class.into()];
        sets::simulate(&order);
    }
}

fn found(window: &InlineWindow) -> &FoundShares {
    let active = window.state.shared.scores.active();
    active.shares().expect("shares that were found")
}

fn choose(window: &mut InlineWindow, source: ShareSource, decision: Decision) {
    let chosen = ChosenShares {
        source,
        decision,
        ..ChosenShares::default()
    };
    window.apply(Command::Scoring(Scoring::Shares(Box::new(chosen))));
}

/// The likeliest class of each candidate after its last epoch, as the window shows it.
fn called(window: &InlineWindow) -> Vec<usize> {
    let scores = &window.state.shared.scores;
    let all = window.state.shared.catalogue.iter();
    all.map(|(ix, _)| {
        let predicted = scores.classes_of(scores.active(), ix).unwrap();
        likeliest(predicted.last().unwrap()).unwrap()
    })
    .collect()
}

/// How many are called what they are.
fn right(window: &InlineWindow) -> usize {
    let ready = window.state.shared.scores.active().ready.clone().unwrap();
    let truths = window.state.shared.catalogue.iter();
    let truths = truths.map(|(_, candidate)| candidate.truth.clone().unwrap());
    let classes = &ready.card.classes;
    truths
        .zip(called(window))
        .filter(|(truth, called)| classes[*called] == **truth)
        .count()
}

#[test]
fn shares_of_a_shifted_set_are_found_correct_and_are_taken_back_by_one_key() {
    let folder = tempfile::tempdir().unwrap();
    shifted(folder.path());
    let project = folder.path().join("night.destello");
    let mut window = InlineWindow::on(&folder.path().join("set"), &project);
    assert_eq!(
        window.state.shared.scores.active().name(),
        models::SEQUENCES
    );
    let ready = window.state.shared.scores.active().ready.clone().unwrap();
    let of = |class: &str| {
        ready
            .card
            .classes
            .iter()
            .position(|name| name == class)
            .unwrap()
    };
    // As trained nothing is corrected, and what the estimate would change is known all the same.
    let plain = called(&window);
    let before = right(&window);
    let would_change = found(&window).changed.clone();
    assert!(!found(&window).is_in_force());
    let estimated = found(&window).estimated.clone();
    for (class, share) in [("non_variable", 0.75), ("rr_lyrae", 0.25)] {
        let off = (estimated.shares[of(class)] - share).abs();
        assert!(off < 0.05, "{class}: {estimated:?}");
    }
    assert!(!estimated.occurs[of("galaxy")] && !estimated.occurs[of("asteroid")]);

    choose(&mut window, ShareSource::Estimated, Decision::EveryClass);
    assert!(found(&window).is_in_force());
    assert_eq!(found(&window).changed, would_change);
    let corrected = called(&window);
    let differs = |(at, both): (usize, (&usize, &usize))| (both.0 != both.1).then_some(at as u32);
    let all = plain.iter().zip(&corrected).enumerate();
    let changed: Vec<u32> = all.filter_map(differs).collect();
    let listed: Vec<u32> = found(&window).changed.keys().map(|ix| ix.0).collect();
    assert_eq!(listed, changed);
    assert!(right(&window) >= before, "{} {before}", right(&window));
    assert!(corrected.iter().all(|class| estimated.occurs[*class]));
    // The same as on the command line.
    let scores = &window.state.shared.scores;
    let own = window.state.shared.catalogue.iter();
    let own: Vec<_> = own
        .map(|(ix, _)| scores.book.get(&ready.id, ix).unwrap().clone())
        .collect();
    let rows: Vec<_> = destello::features::scoring::class_shares::latest_rows(&own);
    let again = estimate(&rows, &ready.card.trained_shares());
    assert_eq!(again, estimated);
    let line = Corrected::of(again, Decision::EveryClass, &ready.card, [&own, &own]);
    for ((ix, _), predictions) in window.state.shared.catalogue.iter().zip(&line.predictions) {
        let shown = scores.predictions(scores.active(), ix).unwrap();
        assert_eq!(shown, predictions);
    }
    what_changed(&mut window, &listed, plain.len());

    // The project remembers the choice; one key takes it back, at once and for good.
    let mut window = window.restart();
    assert_eq!(called(&window), corrected);
    window.act(Action::RollBack);
    assert!(
        window.toast().contains("as trained again"),
        "{}",
        window.toast()
    );
    assert_eq!(called(&window), plain);
    assert!(!found(&window).is_in_force());
    let window = window.restart();
    assert_eq!(called(&window), plain);
}

/// The sentence counts what changed, and the key lists it.
fn what_changed(window: &mut InlineWindow, listed: &[u32], all: usize) {
    let shared = &window.state.shared;
    let words = shared.shares_in_words(shared.scores.active(), found(window));
    if listed.is_empty() {
        assert_eq!(words, "no candidate is called otherwise");
        return;
    }
    let counts: usize = words
        .split(' ')
        .filter_map(|word| word.parse::<usize>().ok())
        .sum();
    assert_eq!(counts, listed.len(), "{words}");
    assert!(words.contains("called"), "{words}");
    window.act(Action::WhatChanged);
    let queue: Vec<u32> = window
        .state
        .shared
        .queue
        .order()
        .iter()
        .map(|ix| ix.0)
        .collect();
    let mut sorted = queue;
    sorted.sort_unstable();
    assert_eq!(sorted, listed);
    window.act(Action::WholeQueue);
    assert_eq!(window.queue().len(), all);
}

#[test]
fn the_threshold_of_real_or_bogus_follows_the_share_of_bogus() {
    let sky = Sky::new(60);
    let mut window = InlineWindow::on(&sky.path(), &sky.beside("night.destello"));
    let active = |window: &InlineWindow| window.state.shared.scores.active().threshold();
    let own = active(&window);
    let real = window
        .state
        .shared
        .scores
        .active()
        .ready
        .clone()
        .unwrap()
        .real
        .unwrap();
    let by_hand = |bogus: f64| ChosenShares {
        source: ShareSource::ByHand,
        decision: Decision::MostRight,
        by_hand: [
            ("bogus".to_owned(), bogus),
            ("real".to_owned(), 1.0 - bogus),
        ]
        .into(),
    };
    window.apply(Command::Scoring(Scoring::Shares(Box::new(by_hand(0.95)))));
    let followed = active(&window);
    assert!(followed > own, "{own} {followed}");
    let scores = &window.state.shared.scores;
    let between = window.state.shared.catalogue.iter().filter(|(ix, _)| {
        let score = scores.score(*ix).unwrap();
        score >= own && score < followed
    });
    assert_eq!(found(&window).changed.len(), between.count());
    assert!(
        found(&window)
            .changed
            .values()
            .all(|change| *change == [real, 1 - real])
    );
    // A threshold by hand follows from nothing.
    window.apply(Command::Scoring(Scoring::Threshold(0.3)));
    assert!((active(&window) - 0.3).abs() < 1e-6);
    assert!(!found(&window).is_in_force());
    window.apply(Command::Scoring(Scoring::Shares(Box::new(by_hand(0.2)))));
    assert!(active(&window) < own);
    window.act(Action::RollBack);
    assert!(
        (active(&window) - 0.3).abs() < 1e-6,
        "what was chosen before counts again"
    );
}

#[test]
fn labels_give_shares_and_new_labels_give_others() {
    let folder = tempfile::tempdir().unwrap();
    shifted(folder.path());
    let mut window = InlineWindow::on(
        &folder.path().join("set"),
        &folder.path().join("n.destello"),
    );
    choose(&mut window, ShareSource::Labels, Decision::MostRight);
    assert_eq!(found(&window).used.objects, 0);
    window.label(0);
    window.label(0);
    assert_eq!(found(&window).used.objects, 2);
    assert_eq!(found(&window).used.source, ShareSource::Labels);
}
