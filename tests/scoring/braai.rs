//! braai's published weights on real alerts give the published program's scores.

use std::{collections::HashMap, path::Path};

use crate::sky::{csv, destello, numbers};

/// Largest difference of a score.
const TOLERANCE: f32 = 1e-4;

#[test]
fn imported_braai_gives_the_expected_score_of_every_alert() {
    let Some(data) = std::env::var_os("DESTELLO_REAL_DATA") else {
        println!("SKIPPED: DESTELLO_REAL_DATA is not set");
        return;
    };
    let data = Path::new(&data);
    let folder = tempfile::tempdir().unwrap();
    let weights = data.join("reference/braai_d6_m9.safetensors");
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
    let (code, said, err) = destello(folder.path(), &order);
    assert_eq!(code, Some(0), "{err}");
    assert!(said.contains("312081 parameters"), "{said}");
    let (_, card, _) = destello(folder.path(), &["models", "card", "braai.safetensors"]);
    assert!(card.contains("braai_d6_m9.safetensors"), "{card}");

    let stamps = data.join("ztf/stamps");
    let stamps = stamps.to_str().unwrap();
    let order = [
        "score",
        stamps,
        "--model",
        "braai.safetensors",
        "--out",
        "scores.csv",
    ];
    let (_, said, err) = destello(folder.path(), &order);
    println!("{said}{err}");
    let table = csv(&folder.path().join("scores.csv"));
    let candid = table.0.iter().position(|head| head == "candid").unwrap();
    let candids = table.1.iter().map(|row| row[candid].clone());
    let found: HashMap<String, Option<f32>> = candids.zip(numbers(&table, "score")).collect();
    let expected = csv(&data.join("reference/braai_d6_m9_expected.csv"));
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
