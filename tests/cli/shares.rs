//! Class shares and the fusion on the command line: `--shares`, `--decide`, `--model fusion`, `train fusion`.

use std::{fs, path::Path};

use crate::common::program::{destello_in, finished, program};

/// A set without galaxies, Cepheids and asteroids, in a folder `set`: 72 stars and 24 RR Lyrae.
fn set(folder: &Path) {
    for (classes, count, seed) in [("non_variable", "72", "11"), ("rr_lyrae", "24", "12")] {
        let mut command = program();
        command.args(["simulate", "sequences", "--survey", "hits2015"]);
        command.args(["--classes", classes, "--count", count, "--seed", seed]);
        command.arg("--out").arg(folder.join("set").join(classes));
        fs::create_dir_all(folder.join("set")).unwrap();
        finished(&mut command);
    }
}

fn mean_recall(json: &str) -> f64 {
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    json["mean_recall"].as_f64().unwrap()
}

#[test]
fn estimated_shares_are_named_and_change_what_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    set(folder.path());
    let evaluate = |more: &[&str]| {
        let arguments = [
            "evaluate", "set", "--model", "fusion", "--device", "cpu", "--json",
        ];
        destello_in(folder.path(), &[&arguments[..], more].concat())
    };
    let (code, plain, said) = evaluate(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("class shares"), "{said}");
    let (code, corrected, said) = evaluate(&["--shares", "estimated"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("class shares estimated from 96 objects"),
        "{said}"
    );
    assert!(said.contains("galaxy left out") && said.contains("every class found equally well"));
    assert!(
        mean_recall(&corrected) >= mean_recall(&plain),
        "{plain} {corrected}"
    );
    assert!(mean_recall(&corrected) > 0.9, "{corrected}");
    let by_labels = evaluate(&["--shares", "labels", "--decide", "most-right"]);
    assert!(
        by_labels.2.contains("class shares from 96 labels"),
        "{}",
        by_labels.2
    );

    // The same in the table of scores: what is left out has no probability.
    let score = [
        "score", "set", "--model", "forest", "--device", "cpu", "--out", "s.csv",
    ];
    let (code, _, said) = destello_in(
        folder.path(),
        &[&score[..], &["--shares", "estimated"]].concat(),
    );
    assert_eq!(
        code,
        Some(2),
        "first epochs are too few for a forest: {said}"
    );
    let table = fs::read_to_string(folder.path().join("s.csv")).unwrap();
    let mut lines = table.lines();
    let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
    let galaxy = heads.iter().position(|head| *head == "galaxy").unwrap();
    let known = lines.filter_map(|line| line.split(',').nth(galaxy)?.parse::<f64>().ok());
    let known: Vec<f64> = known.collect();
    assert!(known.len() > 500 && known.iter().all(|p| *p == 0.0));
}

#[test]
fn shares_by_hand_that_cannot_be_used_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    set(folder.path());
    fs::write(folder.path().join("mine.toml"), "quasar = 0.5").unwrap();
    let arguments = [
        "evaluate",
        "set",
        "--model",
        "recurrent",
        "--device",
        "cpu",
        "--shares",
    ];
    let with = |file: &str| destello_in(folder.path(), &[&arguments[..], &[file]].concat());
    let (code, _, said) = with("mine.toml");
    assert_eq!(code, Some(1));
    assert!(
        said.contains("mine.toml: quasar is no class of this model"),
        "{said}"
    );
    let (code, _, said) = with("missing.toml");
    assert_eq!(code, Some(1));
    assert!(
        said.contains("missing.toml: class shares cannot be read"),
        "{said}"
    );
    fs::write(
        folder.path().join("mine.toml"),
        "non_variable = 3\nrr_lyrae = 1",
    )
    .unwrap();
    let (code, _, said) = with("mine.toml");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("class shares by hand: supernova left out"),
        "{said}"
    );
}

#[test]
fn a_fusion_is_trained_and_too_little_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program();
    command.args([
        "simulate",
        "sequences",
        "--survey",
        "hits2015",
        "--count",
        "140",
    ]);
    finished(command.arg("--out").arg(folder.path().join("set")));
    let arguments = [
        "train",
        "fusion",
        "set",
        "--device",
        "cpu",
        "--out",
        "mine.json",
    ];
    let (code, said, faults) = destello_in(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{faults}");
    assert!(
        said.contains("from  3 epochs: network ") && said.contains("fusion@"),
        "{said}"
    );
    let score = [
        "score",
        "set",
        "--model",
        "mine.json",
        "--device",
        "cpu",
        "--out",
        "s.csv",
    ];
    let (code, _, faults) = destello_in(folder.path(), &score);
    assert_eq!(code, Some(0), "{faults}");
    // Of a forest of other trees it is no fusion.
    let text = fs::read_to_string(folder.path().join("mine.json")).unwrap();
    let other = text.replace("\"forest_id\": \"forest@", "\"forest_id\": \"forest@0");
    fs::write(folder.path().join("mine.json"), other).unwrap();
    let (code, _, faults) = destello_in(folder.path(), &score);
    assert_eq!(code, Some(1));
    assert!(faults.contains("was learned with forest@0"), "{faults}");
    let one = folder.path().join("one");
    fs::create_dir(&one).unwrap();
    let mut files = fs::read_dir(folder.path().join("set")).unwrap();
    let file = files.find_map(|file| {
        let path = file.unwrap().path();
        path.extension()
            .is_some_and(|ending| ending == "fits")
            .then_some(path)
    });
    fs::copy(file.unwrap(), one.join("a.fits")).unwrap();
    let few = [
        "train", "fusion", "one", "--device", "cpu", "--out", "few.json",
    ];
    let (code, _, faults) = destello_in(folder.path(), &few);
    assert_eq!(code, Some(1));
    assert!(faults.contains("too few for a fusion"), "{faults}");
}
