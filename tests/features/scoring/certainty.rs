//! How much a predicted class is worth: nothing is seen yet, and the set of classes, in the window.

use crate::common::{InlineWindow, simulated as sets};
use destello::{
    domain::{
        CandidateIx,
        certainty::{Certainty, KnownClasses},
        detections::SEEN,
    },
    features::{scoring::detections::significances, simulation::order::Kind},
    io::Decoder,
    window::command::{Command, Session},
    workspace::scores::shown::Reading,
};

/// Stars, which are seen from the first epoch on, and asteroids, which are not there before they pass.
fn opened(folder: &std::path::Path) -> InlineWindow {
    std::fs::create_dir_all(folder.join("set")).unwrap();
    for (class, count, seed) in [("non_variable", 4, 21), ("asteroid", 8, 22)] {
        let out = folder.join("set").join(class);
        let mut order = sets::order(Kind::Sequences, "hits2015", count, seed, &out);
        order.classes = vec![class.into()];
        sets::simulate(&order);
    }
    InlineWindow::on(&folder.join("set"), &folder.join("night.destello"))
}

fn known(window: &InlineWindow, ix: CandidateIx, epoch: usize) -> KnownClasses<'_> {
    let scores = &window.state.shared.scores;
    let model = scores.class_model().unwrap();
    scores.known_classes(model, ix, Some(epoch)).unwrap()
}

#[test]
fn what_is_not_seen_yet_is_no_finding() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(folder.path());
    let shared = &window.state.shared;
    let scores = &shared.scores;
    let model = scores.class_model().unwrap();
    let (mut unseen, mut words) = (0, Vec::new());
    for (ix, candidate) in shared.catalogue.iter() {
        // As measured on the stamps alone, epoch by epoch, and never forgotten.
        let found = scores.detections.get(ix).expect("it was looked at");
        assert_eq!(*found, significances(candidate, &Decoder::default()));
        assert_eq!(found.len(), candidate.epochs.len());
        assert!(
            found
                .windows(2)
                .all(|pair| pair[0].is_nan() || pair[1] >= pair[0])
        );
        let is_star = candidate.truth.as_deref() == Some("non_variable");
        for (epoch, significance) in found.iter().enumerate() {
            let is_seen = *significance >= SEEN;
            assert!(
                is_seen || !is_star,
                "{} epoch {epoch}: {significance}",
                candidate.id
            );
            let known = known(&window, ix, epoch);
            assert_eq!(known.is_seen, Some(is_seen));
            let Reading::Class {
                class, certainty, ..
            } = scores.of_epoch(model, ix, epoch)
            else {
                continue;
            };
            let set = known.set.clone().unwrap();
            assert!(set.contains(&class), "{set:?} without {class}");
            if is_seen {
                assert!(matches!(certainty, Certainty::One | Certainty::Several(_)));
            } else {
                unseen += 1;
                assert_eq!(certainty, Certainty::Unseen);
                words.extend(known.in_words(str::to_owned));
            }
        }
    }
    assert!(unseen > 0, "no asteroid was away");
    assert!(
        words
            .iter()
            .all(|words| words.starts_with("nothing is seen yet: "))
    );
    let last = shared.catalogue.iter().filter(|(ix, one)| {
        let epochs = one.epochs.len();
        scores.detections.is_seen(*ix, epochs - 1) == Some(false)
    });
    let unseen = last.count();
    assert_eq!(scores.detections.unseen(), unseen);
    // They are found by the filter line.
    let all = shared.catalogue.len();
    window.filter("significance<4");
    assert_eq!(window.queue().len(), unseen);
    window.filter("significance>=4 or significance:none");
    assert_eq!(window.queue().len(), all - unseen);
}

#[test]
fn sets_grow_with_the_level_of_the_settings_and_end_with_their_set() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(folder.path());
    let sizes = |window: &InlineWindow| -> Vec<usize> {
        let all = window.state.shared.catalogue.iter();
        all.map(|(ix, _)| known(window, ix, 2).set.unwrap().len())
            .collect()
    };
    let at = |window: &mut InlineWindow, percent: f32| {
        let mut settings = window.state.shared.settings.clone();
        settings.class_set_percent = percent;
        window.apply(Command::Session(Session::Settings(Box::new(settings))));
        sizes(window)
    };
    let usual = sizes(&window);
    let (few, many) = (at(&mut window, 50.0), at(&mut window, 99.0));
    assert!((window.state.shared.scores.level() - 0.99).abs() < 1e-6);
    for (at, usual) in usual.iter().enumerate() {
        assert!(few[at] <= *usual && *usual <= many[at]);
    }
    assert!(
        few.iter().sum::<usize>() < many.iter().sum(),
        "{few:?} {many:?}"
    );

    // Another set: nothing is known of it from the last one.
    window.act(destello::workspace::action::Action::CloseSet);
    assert!(
        window
            .state
            .shared
            .scores
            .detections
            .get(CandidateIx(0))
            .is_none()
    );
}
