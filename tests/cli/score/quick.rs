//! `destello score --quick`: one orientation first, all four where that leaves the decision open.

use super::triplets;
use crate::common::{
    program::destello_in,
    tables::{csv, numbers},
};

#[test]
fn the_table_says_which_scores_are_in_full_and_those_are_the_usual_ones() {
    let folder = triplets(200);
    let run = |order: &[&str]| {
        let (code, _, err) = destello_in(folder.path(), order);
        assert_eq!(code, Some(0), "{order:?}: {err}");
        err
    };
    run(&["score", "sky", "--out", "full.csv"]);
    let full = csv(&folder.path().join("full.csv"));
    assert!(!full.0.iter().any(|name| name == "in_full"));
    let report = run(&["score", "sky", "--quick", "--out", "quick.csv"]);
    assert!(
        report.contains("of 200 scores are of all orientations"),
        "{report}"
    );
    let quick = csv(&folder.path().join("quick.csv"));
    let in_full = quick.0.iter().position(|name| name == "in_full").unwrap();
    let (usual, found) = (numbers(&full, "score"), numbers(&quick, "score"));
    let (mut in_full_count, mut changed) = (0, 0);
    for ((usual, found), row) in usual.iter().zip(&found).zip(&quick.1) {
        let (usual, found) = (usual.unwrap(), found.unwrap());
        if row[in_full] == "true" {
            in_full_count += 1;
            assert!((usual - found).abs() < 1e-5, "{usual} {found}");
        }
        changed += usize::from((usual >= 0.5) != (found >= 0.5));
    }
    assert!((1..200).contains(&in_full_count), "{in_full_count}");
    assert!(changed <= 2, "{changed} of 200 decisions changed");
    // About another threshold other ones are open.
    let other = run(&["score", "sky", "--quick=0.99", "--out", "other.csv"]);
    assert_ne!(other, report);
    let (code, _, err) = destello_in(folder.path(), &["score", "sky", "--quick=2"]);
    assert!(code == Some(2) && err.contains("between 0 and 1"), "{err}");
    let order = ["score", "sky", "--quick", "--shares", "estimated"];
    let (code, _, err) = destello_in(folder.path(), &order);
    assert!(code != Some(0), "{err}");
}
