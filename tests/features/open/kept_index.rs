//! Opening a set again: files that are what they were are taken from the index that was kept beside the project.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use destello::{domain::StampId, io::kept_index::Reuse, workspace::action::Action};

use crate::common::{InlineWindow, StampSet, kept::make_old};

/// More than the fewest that are worth an index.
const OBJECTS: usize = 210;

/// All that is known of the set.
fn known(window: &InlineWindow) -> Vec<String> {
    let shared = &window.state.shared;
    let candidates = shared.catalogue.iter().map(|(_, candidate)| {
        let mut candidate = candidate.clone();
        // Numbers of stamps go on from one set to the next.
        let stamps = candidate
            .epochs
            .iter_mut()
            .flat_map(|epoch| &mut epoch.stamps);
        stamps.for_each(|stamp| stamp.id = StampId(0));
        format!("{candidate:?}")
    });
    let problems = shared.problems.iter().map(ToString::to_string);
    let recognised = shared.recognised.iter().map(|rule| format!("{rule:?}"));
    candidates.chain(problems).chain(recognised).collect()
}

/// Waits until the index is written anew, beside the set that is open.
fn wait_for(index: &Path, before: Option<SystemTime>) -> SystemTime {
    for _ in 0..600 {
        let time = fs::metadata(index).and_then(|about| about.modified()).ok();
        if let Some(time) = time.filter(|time| Some(*time) != before) {
            return time;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{} is not written", index.display());
}

#[test]
fn a_set_that_is_opened_again_is_not_read_again() {
    let set = StampSet::many(OBJECTS, 9, 2);
    make_old(&set.path());
    let (project, index) = (
        set.beside("night.destello"),
        set.beside("night.destello-index"),
    );
    let mut window = InlineWindow::on(&set.path(), &project);
    let first = known(&window);
    let reuse = |window: &InlineWindow| window.state.shared.project.reuse;
    let of = |kept, read| Reuse { kept, read };
    assert_eq!(reuse(&window), of(0, OBJECTS));
    assert_eq!(window.state.shared.project.reuse_in_words(), None);
    let written = wait_for(&index, None);

    window = window.restart();
    assert_eq!(reuse(&window), of(OBJECTS, 0));
    assert!(
        known(&window) == first,
        "the same candidates, problems, rules"
    );
    let words = window.state.shared.project.reuse_in_words().unwrap();
    assert!(words.starts_with("210 files as they were"), "{words}");
    window.go_to("object007");
    window.look();
    let stamps = &window.state.shared.candidate().unwrap().epochs[0].stamps;
    let is_there = |stamp: StampId| window.state.shared.stamps.get(stamp).is_some();
    assert!(stamps.iter().all(|stamp| is_there(stamp.id)));

    // One file more, and one that is another object now.
    fs::copy(set.file("object000"), set.path().join("x.fits")).unwrap();
    fs::copy(set.file("object001"), set.file("object002")).unwrap();
    window = window.restart();
    assert_eq!(reuse(&window), of(OBJECTS - 1, 2));
    let after = known(&window);
    wait_for(&index, Some(written));
    window.act(Action::ReadAgain);
    assert_eq!(reuse(&window), of(0, OBJECTS + 1));
    assert!(known(&window) == after, "what a scan gives");
    window.close();
}
