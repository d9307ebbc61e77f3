//! `destello simulate` and `demo`: orders that cannot be served are one sentence, and nothing
//! is written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::common::program::{destello, text};

/// What is said of an order with these further arguments; nothing may be written.
fn refusal(what: &str, args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("sky");
    let place = out.display().to_string();
    let mut all = vec!["simulate", what, "--count", "5", "--out", &place];
    all.extend(args);
    let done = destello(&all);
    let said = text(&done.stderr);
    assert!(!done.status.success(), "{all:?} went through");
    assert!(!out.exists(), "{said}");
    said
}

/// A survey of the user's own: the built-in one with a line changed.
fn survey(folder: &Path, from: &str, to: &str) -> PathBuf {
    let known = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/surveys/hits2015.toml");
    let known = fs::read_to_string(known).unwrap();
    assert!(known.contains(from), "{from}");
    let path = folder.join("mine.toml");
    fs::write(&path, known.replacen(from, to, 1)).unwrap();
    path
}

#[test]
fn surveys_are_listed_with_their_source() {
    let done = destello(&["simulate", "surveys"]);
    let said = text(&done.stdout);
    assert!(done.status.success());
    assert!(
        said.contains("hits2015") && said.contains("HiTS 2015"),
        "{said}"
    );
    assert!(said.contains("Carrasco-Davis et al. 2019"), "{said}");
}

#[test]
fn surveys_that_cannot_be_are_refused_by_name_and_field() {
    let said = refusal("sequences", &["--survey", "hits1915"]);
    assert!(
        said.starts_with("destello: there is no survey hits1915: use "),
        "{said}"
    );
    assert!(said.contains("hits2015"), "{said}");
    let said = refusal("sequences", &["--survey", "/no/such.toml"]);
    assert!(
        said.contains("the survey /no/such.toml: cannot be read"),
        "{said}"
    );
    let folder = tempfile::tempdir().unwrap();
    for (from, to, word) in [
        (
            "stamp_side_px = 21",
            "stamp_side_px = 20",
            "stamp_side_px is 20: it must be odd",
        ),
        ("is_quantised = true", "is_quantized = true", "is_quantized"),
        ("title =", "title", "TOML"),
    ] {
        let path = survey(folder.path(), from, to).display().to_string();
        let said = refusal("triplets", &["--survey", &path]);
        assert!(
            said.contains(&path) && said.contains(word),
            "{word}: {said}"
        );
    }
}

#[test]
fn a_table_of_visits_is_looked_for_beside_its_survey() {
    let folder = tempfile::tempdir().unwrap();
    let with_table = "visits_table = \"nights.csv\"\ntitle =";
    let path = survey(folder.path(), "title =", with_table)
        .display()
        .to_string();
    let table = folder.path().join("nights.csv").display().to_string();
    let said = refusal("sequences", &["--survey", &path]);
    assert!(said.contains(&table), "{said}");
    fs::write(&table, "FIELD,FILTER\n1,g\n").unwrap();
    let said = refusal("sequences", &["--survey", &path]);
    assert!(
        said.contains(&table) && said.contains("the column MJD is missing"),
        "{said}"
    );
}

#[test]
fn classes_roles_and_templates_that_are_not_there_are_named() {
    let hits = |args: &[&str]| refusal("sequences", &[&["--survey", "hits2015"], args].concat());
    let said = hits(&["--classes", "galaxy,quasar"]);
    assert!(
        said.contains("there is no class quasar") && said.contains("asteroid"),
        "{said}"
    );
    let said = hits(&["--roles", "science,depth"]);
    assert!(
        said.contains("depth") && said.contains("the roles are science"),
        "{said}"
    );
    let said = hits(&["--templates", "/no/such/folder"]);
    assert!(said.contains("the templates: /no/such/folder: "), "{said}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("psf_mine.fits"), "no FITS").unwrap();
    let said = hits(&["--templates", &folder.path().display().to_string()]);
    assert!(said.contains("psf_mine.fits: "), "{said}");
    let said = hits(&["--seed", "first"]);
    assert!(said.contains("--seed"), "{said}");
}

#[test]
fn an_empty_order_is_refused() {
    let done = destello(&[
        "simulate",
        "sequences",
        "--survey",
        "hits2015",
        "--count",
        "0",
        "--out",
        "x",
    ]);
    assert!(!done.status.success());
    assert!(
        text(&done.stderr).contains("--count"),
        "{}",
        text(&done.stderr)
    );
}
