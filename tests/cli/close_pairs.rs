//! `destello close-pairs`: a table of pairs, and orders that are refused.

use std::fs;

use crate::common::{
    PlacedSet, StampSet,
    kept::make_old,
    program::{destello_in, finished, program},
};

#[test]
fn pairs_are_written_as_a_table_and_counted() {
    let set = PlacedSet::with_a_pair();
    let folder = set.beside("");
    let (code, table, summary) = destello_in(&folder, &["close-pairs", "night"]);
    assert_eq!(code, Some(0), "{summary}");
    assert!(
        summary.contains("1 pair within 1 arcsec; 1 candidate has no position"),
        "{summary}"
    );
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "id_1,id_2,separation,ra_1,dec_1,ra_2,dec_2");
    assert_eq!(lines.len(), 2, "{table}");
    assert!(lines[1].starts_with("left,right,0.5"), "{table}");
    let arguments = ["close-pairs", "night", "--radius", "0.4", "--out", "p.fits"];
    let (code, summary, _) = destello_in(&folder, &arguments);
    assert_eq!(code, Some(0), "{summary}");
    assert!(summary.contains("0 pairs within 0.4 arcsec"), "{summary}");
    assert!(
        fs::read(folder.join("p.fits"))
            .unwrap()
            .starts_with(b"SIMPLE")
    );
}

#[test]
fn what_cannot_be_used_is_named_and_the_rest_is_done() {
    let set = PlacedSet::with_a_pair();
    let folder = set.beside("");
    fs::write(folder.join("night/broken.fits"), b"SIMPLE  =").unwrap();
    let (code, table, named) = destello_in(&folder, &["close-pairs", "night"]);
    assert_eq!((code, table.lines().count()), (Some(2), 2), "{named}");
    assert!(named.contains("broken.fits"), "{named}");
    for (arguments, sentence) in [
        (&["night", "--radius=-1"][..], "at most 3600"),
        (&["night", "--out", "table.doc"][..], "the ending should be"),
        (&["nothing_here"][..], "no candidate was found"),
    ] {
        let all = [&["close-pairs"], arguments].concat();
        let (code, _, why) = destello_in(&folder, &all);
        assert_eq!(code, Some(1), "{arguments:?}: {why}");
        assert!(why.contains(sentence), "{arguments:?}: {why}");
    }
}

/// The second run takes the set from the index that the first one kept in the cache folder; the tables are the same.
#[test]
fn a_second_run_takes_the_set_from_the_index() {
    let set = StampSet::many(210, 9, 1);
    make_old(&set.path());
    let cache = set.beside("cache");
    let kept = cache.join("destello").join("index");
    let run = |more: &[&str]| {
        let mut command = program();
        command.args(["close-pairs", "night", "--radius", "3600"]);
        command.args(more).current_dir(set.beside(""));
        command.env("XDG_CACHE_HOME", &cache);
        finished(&mut command)
    };
    let indexes = || fs::read_dir(&kept).map_or(0, Iterator::count);
    let first = run(&[]);
    assert!(cfg!(not(target_os = "linux")) || indexes() == 1);
    assert_eq!(run(&[]), first);
    assert_eq!(run(&["--anew"]), first);
    fs::remove_file(set.file("object000")).unwrap();
    assert_eq!(run(&[]), run(&["--anew"]));
}
