//! `destello train forest`.

use std::process::Command;

use destello::lightcurve::forest_file::from_bytes;

use crate::common::program::program;

fn train() -> Command {
    let mut command = program();
    command.args(["train", "forest"]);
    command
}

#[test]
fn a_forest_is_trained_and_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("tiny.forest");
    let mut command = train();
    command.args(["--survey", "hits2015", "--objects", "70", "--trees", "5"]);
    command.args(["--validation", "21", "--name", "tiny"]);
    let done = command.arg("--out").arg(&out).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(
        said.contains("mean recall") && said.contains("tiny@"),
        "{said}"
    );
    let forest = from_bytes("tiny", &std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(forest.trees().len(), 5);
    assert!(
        forest
            .card()
            .training
            .command
            .starts_with("destello train forest --survey")
    );
    // What is there is written over only where that is asked for.
    let before = std::fs::read(&out).unwrap();
    let again = |more: &[&str]| {
        let mut command = train();
        command.args(["--survey", "hits2015", "--objects", "70", "--trees", "4"]);
        command.args(["--validation", "21"]).args(more);
        command.arg("--out").arg(&out).output().unwrap()
    };
    let refused = again(&[]);
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && why.contains("tiny.forest: there is a model already"),
        "{why}"
    );
    assert!(why.contains("--overwrite"), "{why}");
    assert_eq!(std::fs::read(&out).unwrap(), before);
    assert!(again(&["--overwrite"]).status.success());
    let forest = from_bytes("tiny", &std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(forest.trees().len(), 4);
}

#[test]
fn orders_for_nothing_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let done = train()
        .arg("--out")
        .arg(folder.path().join("a.forest"))
        .output()
        .unwrap();
    assert!(!done.status.success());
    let mut command = train();
    command.args(["--survey", "hits2015"]);
    let done = command
        .arg("--out")
        .arg(folder.path().join("a.txt"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        !done.status.success() && said.contains("ends in .forest"),
        "{said}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
