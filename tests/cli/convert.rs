//! `destello convert --filter`: a part of a set, by its columns and by labels.

use std::path::Path;

use crate::common::{StampSet, opened::open, program::destello_in};

#[test]
fn a_filter_chooses_by_columns_and_by_labels_of_a_project() {
    let set = StampSet::many(8, 9, 1);
    let here = set.beside("");
    let run = |words: &[&str]| destello_in(&here, words);
    let (code, out, err) = run(&[
        "convert",
        "night",
        "--out",
        "bright.parquet",
        "--filter",
        "mag<19.5",
    ]);
    assert_eq!(code, Some(0), "{err}");
    let ids = |path: &Path, is_wanted: &dyn Fn(f32) -> bool| -> Vec<String> {
        let found = open(path).catalogue;
        let wanted = found
            .iter()
            .filter(|(_, one)| one.epochs[0].mag.is_some_and(is_wanted));
        wanted.map(|(_, one)| one.id.to_string()).collect()
    };
    let bright = ids(&set.path(), &|mag| mag < 19.5);
    assert!((1..8).contains(&bright.len()), "{bright:?}");
    let count = bright.len();
    assert!(
        out.starts_with(&format!("{count} epochs of {count} candidates")),
        "{out}"
    );
    assert_eq!(ids(&here.join("bright.parquet"), &|_| true), bright);
    std::fs::write(here.join("labels.csv"), "id,label\nobject003,real\n").unwrap();
    let (code, _, err) = run(&[
        "label",
        "import",
        "night",
        "--project",
        "p.destello",
        "--labels",
        "labels.csv",
    ]);
    assert_eq!(code, Some(0), "{err}");
    let line = [
        "convert",
        "night",
        "--out",
        "real.parquet",
        "--filter",
        "label:real",
        "--project",
        "p.destello",
    ];
    let (code, out, err) = run(&line);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.starts_with("1 epoch of 1 candidate with 3 stamps"),
        "{out}"
    );
}

#[test]
fn a_filter_that_means_nothing_writes_nothing() {
    let set = StampSet::many(4, 9, 1);
    let here = set.beside("");
    for (filter, why) in [
        ("mag<", "mag<"),
        ("score>0.5", "no scores are known here"),
        ("not significance>5", "no scores are known here"),
        ("not assigned", "write whose"),
        ("colour>1", "no candidate has a column colour"),
        ("mag>99", "no candidate meets it"),
    ] {
        let line = ["convert", "night", "--out", "x.parquet", "--filter", filter];
        let (code, _, err) = destello_in(&here, &line);
        assert_eq!(code, Some(1), "{err}");
        assert!(err.contains(why), "{filter}: {err}");
        assert!(!here.join("x.parquet").exists());
    }
}
