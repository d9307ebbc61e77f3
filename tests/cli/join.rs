//! `destello join`: joined columns as a table, and the joined tables that a project keeps.

use std::fs;

use crate::common::{PlacedSet, program::destello_in};

/// A set with a table beside it, and a project for it.
fn prepared() -> PlacedSet {
    let set = PlacedSet::with_a_pair();
    fs::write(set.beside("gaia.csv"), "source,plx\nleft,0.5\nfar,7.5\n").unwrap();
    fs::write(set.beside("labels.csv"), "id,label\nleft,real\n").unwrap();
    let import = [
        "label",
        "import",
        "night",
        "--project",
        "p.destello",
        "--labels",
        "labels.csv",
    ];
    let (code, _, why) = destello_in(&set.beside(""), &import);
    assert_eq!(code, Some(0), "{why}");
    set
}

#[test]
fn a_project_keeps_what_is_joined_and_forgets_it() {
    let set = prepared();
    let folder = set.beside("");
    let join = |arguments: &[&str]| destello_in(&folder, &[&["join"], arguments].concat());
    let (code, table, how) = join(&["night", "--join", "gaia.csv"]);
    assert_eq!(code, Some(0), "{how}");
    assert!(
        how.contains("2 of 4 candidates joined by the identifiers in source"),
        "{how}"
    );
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "objectId,gaia.plx,gaia.source");
    assert!(
        lines.contains(&"far,7.5,far") && lines.contains(&"lost,,"),
        "{table}"
    );

    let (code, _, why) = join(&[
        "--project",
        "p.destello",
        "--join",
        "gaia.csv",
        "--radius",
        "2",
    ]);
    assert_eq!(code, Some(1), "{why}");
    assert!(why.contains("positions"), "{why}");
    let (_, kept, _) = join(&["--project", "p.destello"]);
    assert_eq!(kept.lines().next(), Some("objectId"), "nothing was joined");

    let (code, _, why) = join(&["--project", "p.destello", "--join", "gaia.csv"]);
    assert_eq!(code, Some(0), "{why}");
    let (code, kept, why) = join(&["--project", "p.destello"]);
    assert_eq!((code, &kept), (Some(0), &table), "{why}");

    fs::write(set.beside("gaia.csv"), "source,plx\nleft,1.5\n").unwrap();
    let (code, kept, why) = join(&["--project", "p.destello", "--out", "joined.csv"]);
    assert_eq!(code, Some(0), "{why}");
    assert!(why.contains("was changed since it was joined"), "{why}");
    assert!(
        kept.contains("4 candidates with 2 joined columns"),
        "{kept}"
    );
    assert!(
        fs::read_to_string(set.beside("joined.csv"))
            .unwrap()
            .contains("left,1.5")
    );
    let (_, _, why) = join(&["--project", "p.destello"]);
    assert!(!why.contains("changed"), "{why}");

    fs::remove_file(set.beside("gaia.csv")).unwrap();
    let (code, kept, why) = join(&["--project", "p.destello"]);
    assert_eq!((code, kept.lines().count()), (Some(2), 5), "{why}");
    assert!(
        why.contains("gaia.csv") && why.contains("not joined this time"),
        "{why}"
    );

    let (code, _, why) = join(&["--project", "p.destello", "--forget", "gaia.csv"]);
    assert_eq!(code, Some(0), "{why}");
    let (code, _, why) = join(&["--project", "p.destello", "--forget", "gaia.csv"]);
    assert_eq!(code, Some(1), "{why}");
    assert!(why.contains("no such table is joined"), "{why}");
}

#[test]
fn scores_have_the_columns_that_the_project_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let (code, out, why) = destello_in(folder.path(), arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {why}");
        out
    };
    let simulate = ["simulate", "triplets", "--survey", "mixed"];
    run(&[&simulate[..], &["--out", "sky", "--count", "4"]].concat());
    run(&["label", "stream", "sky", "--project", "p.destello"]);
    let project = ["--project", "p.destello"];
    run(&[
        &["label", "export", "sky", "--all", "--out", "all.csv"],
        &project[..],
    ]
    .concat());
    run(&[
        &["join", "sky", "--join", "all.csv", "--out", "x.csv"],
        &project[..],
    ]
    .concat());
    let table = run(&[&["score", "sky", "--device", "cpu"], &project[..]].concat());
    let mut lines = table.lines();
    let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = heads.iter().position(|head| *head == "all.ndet");
    let at = at.unwrap_or_else(|| panic!("{heads:?}"));
    let cells: Vec<&str> = lines.map(|line| line.split(',').nth(at).unwrap()).collect();
    assert_eq!(cells, ["1"; 4], "{table}");
}

#[test]
fn orders_that_cannot_be_followed_are_refused() {
    let set = prepared();
    let folder = set.beside("");
    for (arguments, sentence) in [
        (&["night", "--join", "none.csv"][..], "none.csv"),
        (
            &["night", "--join", "gaia.csv", "--out", "table.doc"][..],
            "the ending should be",
        ),
        (&["--project", "none.destello"][..], "none.destello"),
        (
            &["nothing_here", "--join", "gaia.csv"][..],
            "no candidate was found",
        ),
    ] {
        let (code, _, why) = destello_in(&folder, &[&["join"], arguments].concat());
        assert_eq!(code, Some(1), "{arguments:?}: {why}");
        assert!(why.contains(sentence), "{arguments:?}: {why}");
    }
}
