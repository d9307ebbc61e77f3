//! braai's published weights on real alerts give the published program's scores.

use std::collections::HashMap;

use crate::common::{
    program::destello_in,
    tables::{csv, numbers},
};
use crate::data;

/// Largest difference of a score.
const TOLERANCE: f32 = 1e-4;

pub fn imported_braai_gives_the_expected_score_of_every_alert() {
    let folder = tempfile::tempdir().unwrap();
    let weights = data("reference/braai_d6_m9.safetensors");
    let weights = weights.to_str().unwrap();
    let order = [
        "models",
        "import",
        weights,
        "--network",
        "braai",
        "--out",
        "braai.safetensors",
    ];
    let (code, said, err) = destello_in(folder.path(), &order);
    assert_eq!(code, Some(0), "{err}");
    assert!(said.contains("312081 parameters"), "{said}");
    let (_, card, _) = destello_in(folder.path(), &["models", "card", "braai.safetensors"]);
    assert!(card.contains("braai_d6_m9.safetensors"), "{card}");

    let stamps = data("ztf/stamps");
    let stamps = stamps.to_str().unwrap();
    let order = [
        "score",
        stamps,
        "--model",
        "braai.safetensors",
        "--out",
        "scores.csv",
    ];
    let (_, said, err) = destello_in(folder.path(), &order);
    println!("{said}{err}");
    let table = csv(&folder.path().join("scores.csv"));
    let candid = table.0.iter().position(|head| head == "candid").unwrap();
    let candids = table.1.iter().map(|row| row[candid].clone());
    let found: HashMap<String, Option<f32>> = candids.zip(numbers(&table, "score")).collect();
    let expected = csv(&data("reference/braai_d6_m9_expected.csv"));
    assert_eq!(expected.1.len(), 239);
    let mut worst: f32 = 0.0;
    for (row, expected) in expected.1.iter().zip(numbers(&expected, "score")) {
        let is = found[&row[1]];
        let difference = (is.unwrap_or(f32::NAN) - expected.unwrap()).abs();
        assert!(difference < TOLERANCE, "{row:?}: {is:?}");
        worst = worst.max(difference);
    }
    println!(
        "largest difference of {} scores: {worst:e}",
        expected.1.len()
    );
}
