//! braai's published weights on real alerts give the published program's scores.

use std::{collections::HashMap, path::Path};

use crate::common::{
    program::destello_in,
    tables::{csv, numbers},
};
use crate::data;

/// Largest difference of a score.
const TOLERANCE: f32 = 1e-4;
/// The same of braai as an ONNX file of others.
const FOREIGN_TOLERANCE: f32 = 1e-5;

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

    let worst = largest_difference(folder.path(), "braai.safetensors");
    assert!(worst < TOLERANCE, "{worst:e}");
    println!("largest difference of 239 scores: {worst:e}");
}

/// Written as ONNX and brought in again as a network of others, by the recipe that comes with destello.
pub fn braai_as_a_network_of_others_gives_the_expected_scores_too() {
    let folder = tempfile::tempdir().unwrap();
    let weights = data("reference/braai_d6_m9.safetensors");
    let weights = weights.to_str().unwrap();
    let run = |order: &[&str]| {
        let (code, out, err) = destello_in(folder.path(), order);
        assert_eq!(code, Some(0), "{order:?}: {err}");
        out
    };
    let as_ours = ["--network", "braai", "--out", "braai.safetensors"];
    run(&[&["models", "import", weights][..], &as_ours].concat());
    run(&[
        "models",
        "export",
        "braai.safetensors",
        "--out",
        "theirs.onnx",
    ]);
    // Ours has two outputs after a softmax, and channels before pixels.
    let recipe = destello::learn::foreign::Recipe::shipped("braai").unwrap();
    let recipe = recipe
        .replace("\"nhwc\"", "\"nchw\"")
        .replace("\"sigmoid\"", "\"softmax\"");
    std::fs::write(folder.path().join("recipe.toml"), recipe).unwrap();
    let out = ["--input", "recipe.toml", "--out", "theirs.model"];
    run(&[&["models", "import", "theirs.onnx"][..], &out].concat());
    let worst = largest_difference(folder.path(), "theirs.model");
    assert!(worst < FOREIGN_TOLERANCE, "{worst:e}");
    println!("largest difference of 239 scores: {worst:e}");
}

/// Between the scores of a model and the published ones.
fn largest_difference(folder: &Path, model: &str) -> f32 {
    let stamps = data("ztf/stamps");
    let stamps = stamps.to_str().unwrap();
    let order = ["score", stamps, "--model", model, "--out", "scores.csv"];
    let (_, said, err) = destello_in(folder, &order);
    println!("{said}{err}");
    let table = csv(&folder.join("scores.csv"));
    let candid = table.0.iter().position(|head| head == "candid").unwrap();
    let candids = table.1.iter().map(|row| row[candid].clone());
    let found: HashMap<String, Option<f32>> = candids.zip(numbers(&table, "score")).collect();
    let expected = csv(&data("reference/braai_d6_m9_expected.csv"));
    assert_eq!(expected.1.len(), 239);
    let rows = expected.1.iter().zip(numbers(&expected, "score"));
    let differences = rows.map(|(row, expected)| {
        let is = found[&row[1]];
        assert!(is.is_some(), "{row:?} has no score");
        (is.unwrap_or(f32::NAN) - expected.unwrap()).abs()
    });
    differences.fold(0.0, f32::max)
}
