//! `destello label agreement`: votes of several people out of projects and tables.

use std::{fmt::Write as _, fs, path::Path};

use crate::common::program::{destello, destello_in, text};

/// Tables of two people who differ on one of four.
fn write_two(folder: &Path) {
    for (name, second) in [("ana", "real"), ("ben", "bogus")] {
        let table = format!("id,label\na,real\nb,{second}\nc,bogus\nd,bogus\n");
        fs::write(folder.join(name).with_extension("csv"), table).unwrap();
    }
}

#[test]
fn kappas_conflicts_and_consensus_of_tables() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    write_two(folder.path());
    let both = "id,label,annotator\nb,real,eva\na,real,eva\n";
    fs::write(place("more.csv"), both).unwrap();
    let order = "label agreement --labels ana.csv ben.csv more.csv --consensus together.csv \
                 --conflicts apart.csv";
    let order: Vec<&str> = order.split_whitespace().collect();
    let (code, said, err) = destello_in(folder.path(), &order);
    assert_eq!(code, Some(0), "{err}");
    // 3 of 4 alike; by chance 1/2 * 1/4 + 1/2 * 3/4 = 1/2.
    assert!(
        said.contains("ana and ben: 3 of 4 alike, Cohen's kappa 0.500 ± 0."),
        "{said}"
    );
    assert!(said.contains("over 2 candidates"), "{said}");
    let together = fs::read_to_string(place("together.csv")).unwrap();
    assert!(together.contains("b,real,2,3\n"), "{together}");
    // Three voted: their skill can be told, and weighs.
    assert!(
        said.contains("eva: ") && said.contains("% right of 2"),
        "{said}"
    );
    let apart = fs::read_to_string(place("apart.csv")).unwrap();
    assert_eq!(apart, "id,ana,ben,eva\nb,real,bogus,real\n");
}

#[test]
fn the_skilled_outvote_those_who_guess() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::from("id,label,annotator\n");
    for number in 0..60_u32 {
        let truth = if number % 2 == 0 { "real" } else { "bogus" };
        let slip = if number == 7 { "real" } else { truth };
        for (name, said) in [
            ("ana", truth),
            ("udo", slip),
            ("ben", "real"),
            ("eva", "real"),
        ] {
            writeln!(rows, "c{number},{said},{name}").unwrap();
        }
    }
    fs::write(folder.path().join("all.csv"), rows).unwrap();
    let consensus = |by: &str| {
        let order = "label agreement --labels all.csv --consensus out.csv --by";
        let order: Vec<&str> = order.split_whitespace().chain([by]).collect();
        let (code, _, err) = destello_in(folder.path(), &order);
        assert_eq!(code, Some(0), "{err}");
        fs::read_to_string(folder.path().join("out.csv")).unwrap()
    };
    // Two against two.
    assert!(consensus("majority").contains("c9,,2,4\n"));
    let by_skill = consensus("skill");
    let row = by_skill.lines().find(|row| row.starts_with("c9,")).unwrap();
    assert!(row.starts_with("c9,bogus,0.9"), "{row}");
}

#[test]
fn a_certificate_is_of_two_and_shows_where_they_differ() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    write_two(folder.path());
    fs::write(place("eva.csv"), "id,label\na,real\n").unwrap();
    let order = |tables: &str| {
        let order = format!("label agreement --labels {tables} --certificate both.html");
        let words: Vec<&str> = order.split_whitespace().collect();
        destello_in(folder.path(), &words)
    };
    let (code, _, err) = order("ana.csv ben.csv eva.csv");
    assert_eq!(code, Some(1), "{err}");
    assert!(
        err.contains("a certificate is of two annotators, here are 3"),
        "{err}"
    );
    assert!(!place("both.html").exists());
    let (code, _, err) = order("ana.csv ben.csv");
    assert_eq!(code, Some(0), "{err}");
    let page = fs::read_to_string(place("both.html")).unwrap();
    for part in [
        "Certificate of agreement: ana and ben",
        "3 of 4 alike",
        "kappa 0.50 ± ",
        "<b>b</b><br><div>ana: real; ben: bogus</div>",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn what_is_not_there_is_said() {
    let done = destello(&["label", "agreement", "--project", "nowhere.destello"]);
    let said = text(&done.stderr);
    assert!(
        !done.status.success() && said.contains("nowhere.destello"),
        "{said}"
    );
}
