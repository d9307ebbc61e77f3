//! The command: candidates in, table out, refusals counted by reason.

use std::{collections::HashMap, fs, path::Path};

use destello::{
    domain::{Candidate, Prediction},
    features::scoring::score::score_candidates,
    io::Decoder,
    learn::Compute,
    workspace::{models, open::read_all_with},
};

use super::triplets;
use crate::common::{
    networks::renamed_model,
    program::destello_in,
    tables::{csv, numbers, parquet},
};

#[test]
fn a_row_for_each_epoch_the_same_in_csv_and_parquet() {
    let folder = triplets(60);
    let out = |name: &str| folder.path().join(name);
    for name in ["scores.csv", "scores.parquet"] {
        let order = ["score", "sky", "--model", "compact", "--out", name];
        let (code, said, err) = destello_in(folder.path(), &order);
        assert_eq!(code, Some(0), "{err}");
        assert!(
            said.contains("60 epochs of 60 candidates written"),
            "{said}"
        );
    }
    let table = csv(&out("scores.csv"));
    assert_eq!(table, parquet(&out("scores.parquet")));
    assert_eq!(table.0, ["id", "mjd", "time_scale", "score", "refused"]);
    assert_eq!(table.1.len(), 60);
    let mut sums = HashMap::new();
    let truth = csv(&out("sky/truth.csv"));
    let class = truth.0.iter().position(|head| head == "class").unwrap();
    let class_of: HashMap<&str, bool> = truth
        .1
        .iter()
        .map(|row| (row[0].as_str(), row[class] == "real"))
        .collect();
    for (row, score) in table.1.iter().zip(numbers(&table, "score")) {
        let score = score.unwrap();
        assert!((0.0..=1.0).contains(&score), "{row:?}");
        let (sum, count) = sums.entry(class_of[row[0].as_str()]).or_insert((0.0, 0));
        *sum += score;
        *count += 1;
    }
    let mean = |is_real: bool| sums[&is_real].0 / sums[&is_real].1 as f32;
    assert!(mean(true) > mean(false) + 0.5, "{sums:?}");
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 3, "nothing lies beside the tables");
}

#[test]
fn what_cannot_be_scored_is_counted_by_reason_and_stops_nothing() {
    let folder = triplets(8);
    let order = [
        "simulate",
        "sequences",
        "--survey",
        "hits2015",
        "--count",
        "2",
    ];
    let sequences = [&order[..], &["--out", "science_only"]].concat();
    assert_eq!(destello_in(folder.path(), &sequences).0, Some(0));
    let order = ["score", "sky", "science_only", "--out", "a.csv"];
    let (code, _, err) = destello_in(folder.path(), &order);
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("by context: has no reference stamp (the first: hits2015-s1-000000)"),
        "{err}"
    );
    let (heads, rows) = csv(&folder.path().join("a.csv"));
    let refused = heads.iter().position(|head| head == "refused").unwrap();
    let score = heads.iter().position(|head| head == "score").unwrap();
    for row in &rows {
        let is_sequence = row[0].starts_with("hits2015");
        let why = if is_sequence {
            "has no reference stamp"
        } else {
            ""
        };
        assert_eq!(row[refused], why, "{row:?}");
        assert_eq!(row[score].is_empty(), is_sequence, "{row:?}");
    }
    let of_sequences = rows.iter().filter(|row| row[0].starts_with("hits2015"));
    let of_sequences = of_sequences.count();
    assert_eq!(rows.len() - of_sequences, 8, "a row for each triplet");
    assert!(of_sequences > 2, "a row for each epoch: {of_sequences}");
    let only = ["score", "science_only", "--out", "b.csv"];
    let (code, _, err) = destello_in(folder.path(), &only);
    assert_eq!(code, Some(1), "{err}");
    let sentence = "no epoch could be scored: has no reference stamp";
    assert!(err.contains(sentence), "{err}");
    assert!(!folder.path().join("b.csv").exists());
}

#[test]
fn a_truncated_stamp_refuses_its_epoch_and_no_other() {
    let folder = triplets(6);
    let files = fs::read_dir(folder.path().join("sky")).unwrap();
    let mut fits: Vec<_> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "fits"))
        .collect();
    fits.sort();
    assert!(!fits.is_empty());
    let bytes = fs::read(&fits[0]).unwrap();
    fs::write(&fits[0], &bytes[..bytes.len() / 2]).unwrap();
    let (code, _, err) = destello_in(folder.path(), &["score", "sky", "--out", "a.csv"]);
    assert_eq!(code, Some(2), "{err}");
    let table = csv(&folder.path().join("a.csv"));
    let scored = numbers(&table, "score").into_iter().flatten().count();
    assert_eq!(scored, 5, "{err}");
}

#[test]
fn columns_of_several_models_bear_their_names() {
    let folder = triplets(4);
    let other = renamed_model(folder.path(), "other");
    let again = renamed_model(&folder.path().join("sky"), "other");
    let names = [other.to_str().unwrap(), again.to_str().unwrap()];
    let models = [
        "--model", "compact", "--model", names[0], "--model", names[1],
    ];
    let order = [&["score", "sky", "--out", "a.csv"][..], &models].concat();
    let (code, _, err) = destello_in(folder.path(), &order);
    // The model file in the folder is no stamp; that is told and stops nothing.
    assert!(matches!(code, Some(0 | 2)), "{err}");
    let table = csv(&folder.path().join("a.csv"));
    let heads: Vec<&str> = table.0.iter().map(String::as_str).collect();
    let of_compact = ["score_compact", "refused_compact"];
    let of_other = ["score_other", "refused_other"];
    let of_again = ["score_other_2", "refused_other_2"];
    let expected = [
        &["id", "mjd", "time_scale"][..],
        &of_compact,
        &of_other,
        &of_again,
    ]
    .concat();
    assert_eq!(heads, expected);
    assert_eq!(
        numbers(&table, "score_compact"),
        numbers(&table, "score_other")
    );
}

#[test]
fn orders_that_cannot_be_carried_out_are_refused_in_a_sentence() {
    let folder = triplets(2);
    let place = |name: &str| folder.path().join(name);
    let bytes = fs::read(renamed_model(folder.path(), "whole")).unwrap();
    fs::write(place("half.safetensors"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(place("text.safetensors"), b"nothing of the kind").unwrap();
    fs::write(place("foreign.destello"), b"no database").unwrap();
    for (arguments, sentence) in [
        (
            &["sky", "--model", "resnet"][..],
            "resnet is no model that can be used: there is no such",
        ),
        (
            &["sky", "--model", "half.safetensors"],
            "half.safetensors is no model that can be used",
        ),
        (
            &["sky", "--model", "text.safetensors"],
            "it is no safetensors file",
        ),
        (
            &["sky", "--model", "sky"],
            "sky is no model that can be used",
        ),
        (&["sky", "--device", "tpu"], "there are auto, cpu and gpu"),
        (
            &["sky", "--project", "foreign.destello"],
            "this is not a destello project",
        ),
        (
            &["sky", "--project", "no/such/a.destello"],
            "there is no folder",
        ),
        (&["nothing_here"], "nothing_here"),
    ] {
        let order = [&["score", "--out", "a.csv"][..], arguments].concat();
        let (code, _, err) = destello_in(folder.path(), &order);
        assert!(matches!(code, Some(1 | 2)), "{arguments:?}: {err}");
        assert!(err.contains(sentence), "{arguments:?}: {err}");
        assert!(!place("a.csv").exists(), "{arguments:?}");
    }
    let (code, _, err) = destello_in(folder.path(), &["score", "sky", "--out", "a.doc"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("the ending should be"), "{err}");
}

#[test]
fn a_batch_says_what_its_candidates_say_alone() {
    let folder = triplets(20);
    let decoder = Decoder::default();
    let opened = read_all_with(&[folder.path().join("sky")], &decoder);
    let candidates: Vec<&Candidate> = opened.catalogue.iter().map(|(_, c)| c).collect();
    let model = models::find("compact", &Compute::cpu()).unwrap().model;
    let together = score_candidates(&candidates, &model, &decoder).unwrap();
    assert_eq!(together.len(), 20);
    for (candidate, predictions) in candidates.iter().zip(&together) {
        let alone = score_candidates(&[*candidate], &model, &decoder).unwrap();
        let [Prediction::Probabilities(a), Prediction::Probabilities(b)] =
            [&alone[0][0], &predictions[0]]
        else {
            panic!("{alone:?}");
        };
        assert!((a[1] - b[1]).abs() < 1e-5, "{a:?} {b:?}");
        assert!((a[0] + a[1] - 1.0).abs() < 1e-5, "{a:?}");
    }
}

#[test]
fn without_a_file_the_table_goes_to_standard_output() {
    let folder = triplets(2);
    let (code, out, err) = destello_in(folder.path(), &["score", "sky"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.starts_with("id,mjd,time_scale,score,refused\n"),
        "{out}"
    );
    assert_eq!(out.lines().count(), 3);
    assert!(!Path::new("scores.csv").exists());
}
