//! `destello label agreement`: votes of several people out of projects and tables.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use std::{fs, process::Command};

#[test]
fn kappas_conflicts_and_consensus_of_tables() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(
        place("ana.csv"),
        "id,label\na,real\nb,real\nc,bogus\nd,bogus\n",
    )
    .unwrap();
    fs::write(
        place("ben.csv"),
        "id,label\na,real\nb,bogus\nc,bogus\nd,bogus\n",
    )
    .unwrap();
    let both = "id,label,annotator\nb,real,eva\na,real,eva\n";
    fs::write(place("more.csv"), both).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_destello"))
        .current_dir(folder.path())
        .args([
            "label",
            "agreement",
            "--labels",
            "ana.csv",
            "ben.csv",
            "more.csv",
        ])
        .args(["--consensus", "together.csv", "--conflicts", "apart.csv"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    // 3 of 4 alike; by chance 1/2 * 1/4 + 1/2 * 3/4 = 1/2.
    assert!(
        said.contains("ana and ben: 3 of 4 alike, Cohen's kappa 0.500"),
        "{said}"
    );
    assert!(said.contains("over 2 candidates"), "{said}");
    let together = fs::read_to_string(place("together.csv")).unwrap();
    assert!(together.contains("b,real,2,3\n"), "{together}");
    let apart = fs::read_to_string(place("apart.csv")).unwrap();
    assert_eq!(apart, "id,ana,ben,eva\nb,real,bogus,real\n");
}

#[test]
fn what_is_not_there_is_said() {
    let done = Command::new(env!("CARGO_BIN_EXE_destello"))
        .args(["label", "agreement", "--project", "nowhere.destello"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        !done.status.success() && said.contains("nowhere.destello"),
        "{said}"
    );
}
