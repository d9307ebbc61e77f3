//! `destello samp`: what goes to a hub, and what is refused.

use std::{fs, path::Path};

use crate::common::{
    PlacedSet,
    program::{program, text},
    samp_hub::SampHub,
};

/// Runs it in the set's folder with that hub: exit status, standard output and error.
fn samp(folder: &Path, place: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let run = program()
        .arg("samp")
        .args(arguments)
        .current_dir(folder)
        .env("SAMP_HUB", place)
        .env("XDG_RUNTIME_DIR", folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .output()
        .unwrap();
    (run.status.code(), text(&run.stdout), text(&run.stderr))
}

#[test]
fn programs_are_listed_and_take_positions_and_tables() {
    let set = PlacedSet::with_a_pair();
    let folder = set.beside("");
    let hub = SampHub::start();
    let place = format!("std-lockurl:file://{}", hub.lock_file().display());
    let run = |arguments: &[&str]| samp(&folder, &place, arguments);
    let (code, listed, why) = run(&["list"]);
    assert_eq!((code, listed.as_str()), (Some(0), "c1  topcat\n"), "{why}");
    let (code, sent, why) = run(&["position", "night", "--id", "far"]);
    assert_eq!(
        (code, sent.as_str()),
        (Some(0), "the position went to topcat\n"),
        "{why}"
    );
    assert_eq!(
        hub.take_asked("dec"),
        [("coord.pointAt.sky".into(), "2.00000000".into())]
    );
    let (code, sent, why) = run(&["table", "night", "--select", "right", "--to", "TOPCAT"]);
    assert_eq!(code, Some(0), "{why}");
    assert!(
        sent.starts_with("a table of 4 candidates went to topcat; a selection of 1 row"),
        "{sent}"
    );
    let asked = hub.take_asked("url");
    let path = asked[0].1.strip_prefix("file://").unwrap();
    assert!(fs::read_to_string(path).unwrap().contains("<TD>right</TD>"));
    assert!(!hub.is_registered(), "each run leaves the hub");
}

#[test]
fn what_cannot_be_sent_is_refused_with_the_reason() {
    let set = PlacedSet::with_a_pair();
    let folder = set.beside("");
    let hub = SampHub::start();
    let place = format!("std-lockurl:file://{}", hub.lock_file().display());
    let nowhere = format!("std-lockurl:file://{}/none", folder.display());
    for (place, arguments, named) in [
        (&nowhere, &["list"][..], "no SAMP hub is running"),
        (
            &place,
            &["position", "night", "--id", "lost"],
            "lost has no position",
        ),
        (
            &place,
            &["position", "night", "--id", "who"],
            "no candidate is called who",
        ),
        (
            &place,
            &["position", "night", "--id", "far", "--to", "ds9"],
            "no program at the SAMP hub called ds9 takes positions",
        ),
        (&place, &["image", "night", "--id", "far"], "takes images"),
        (
            &place,
            &["image", "night", "--id", "far", "--epoch", "2"],
            "there is no epoch 2",
        ),
        (
            &place,
            &["image", "night", "--id", "far", "--role", "difference"],
            "no difference image",
        ),
    ] {
        let (code, _, why) = samp(&folder, place, arguments);
        assert_eq!(code, Some(1), "{arguments:?}: {why}");
        assert!(why.contains(named), "{why}");
    }
    assert!(!hub.is_registered());
}
