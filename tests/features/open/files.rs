//! Stamps whose file changes or vanishes while the set is open.

use std::fs;

use destello::workspace::stamp_cache::CachedStamp;

use crate::common::{InlineWindow, StampSet};

/// Has the stamps of a candidate decoded, and returns how many came, and the problems with them.
fn look(window: &mut InlineWindow, id: &str) -> (usize, Vec<String>) {
    window.go_to(id);
    window.look();
    let candidate = window.state.shared.candidate().unwrap();
    let stamps = candidate.epochs.iter().flat_map(|epoch| &epoch.stamps);
    let ready = stamps
        .filter(|stamp| {
            matches!(
                window.state.shared.stamps.get(stamp.id),
                Some(CachedStamp::Ready(_))
            )
        })
        .count();
    let problems = window.state.shared.problems.iter().map(ToString::to_string);
    (ready, problems.collect())
}

#[test]
fn a_file_that_vanishes_is_named_and_the_others_are_shown() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    fs::remove_file(set.file("hits02")).unwrap();
    let (ready, problems) = look(&mut window, "hits02");
    assert_eq!(ready, 0);
    let is_named = |problem: &String| problem.contains("hits02.fits");
    assert!(
        !problems.is_empty() && problems.iter().all(is_named),
        "{problems:?}"
    );
    let (ready, _) = look(&mut window, "hits03");
    assert_eq!(ready, 15);
}

#[test]
fn a_file_that_is_exchanged_is_not_shown_as_the_candidate_it_was() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    // Another object of the same shape under its name: it would decode without a complaint.
    fs::copy(set.file("hits03"), set.file("hits02")).unwrap();
    let (ready, problems) = look(&mut window, "hits02");
    assert_eq!(ready, 0);
    let is_named = |problem: &String| {
        problem.contains("hits02.fits") && problem.contains("was changed since it was opened")
    };
    assert!(
        !problems.is_empty() && problems.iter().all(is_named),
        "{problems:?}"
    );
    assert_eq!(look(&mut window, "hits03").0, 15);
    // Opened again it is what it is now.
    window.open(&[set.path()], &set.beside("night.destello"));
    // Both files hold one object by header and place, which goes by the name of one of them.
    let catalogue = window.state.shared.catalogue.clone();
    let names = ["hits02", "hits03"].into_iter();
    let found: Vec<_> = names.filter(|id| catalogue.find(id).is_some()).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(look(&mut window, found[0]).0 >= 15);
}

#[test]
fn a_file_that_is_cut_short_is_a_problem() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let file = fs::File::options()
        .write(true)
        .open(set.file("hits02"))
        .unwrap();
    file.set_len(3_000).unwrap();
    let (ready, problems) = look(&mut window, "hits02");
    assert_eq!(ready, 0);
    assert!(problems[0].contains("hits02.fits"), "{problems:?}");
}
