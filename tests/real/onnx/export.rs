//! `destello models export`: a version of a project gives the same scores through the guide's example.

use std::{collections::BTreeMap, fs, process::Command};

use destello::{
    domain::{ModelVersion, Timestamp},
    learn::{Architecture, model_file},
    workspace::versions,
};

use crate::common::{networks::shaken, program::destello_in};

/// The example that stands in the guide.
fn example() -> &'static str {
    let page = include_str!("../../../assets/guide/networks_of_others.md");
    let mut blocks = page.split("```python\n").skip(1);
    let blocks = blocks.by_ref().filter_map(|rest| rest.split("```").next());
    let mut found = blocks.filter(|block| block.contains("destello.Network"));
    found.next().expect("the guide has an example")
}

/// What the second of two columns gives for the candidate in the first.
fn probabilities(rows: impl Iterator<Item = (String, String)>) -> BTreeMap<String, f32> {
    rows.map(|(id, p)| (id, p.parse().unwrap())).collect()
}

pub fn a_version_gives_the_same_scores_in_python() {
    let folder = tempfile::tempdir().unwrap();
    let sky = "simulate triplets --survey mixed --count 12 --out night \
               --roles science,reference,difference,snr";
    let sky: Vec<&str> = sky.split_whitespace().collect();
    let (code, _, err) = destello_in(folder.path(), &sky);
    assert_eq!(code, Some(0), "{err}");
    // Weights of its own, so that the shipped model cannot be meant.
    let model = shaken(Architecture::Compact);
    let project = folder.path().join("night.destello");
    let version = ModelVersion {
        id: model.id().clone(),
        parent: model.id().clone(),
        parent_source: "compact".into(),
        made_at: Timestamp(0),
        card: model.card().clone(),
    };
    versions::keep(&project, &version, &model_file::to_bytes(&model).unwrap()).unwrap();
    let name = format!("night.destello#{}", version.id);
    let export = ["models", "export", &name, "--out", "mine.onnx"];
    let (code, _, err) = destello_in(folder.path(), &export);
    assert_eq!(code, Some(0), "{err}");
    let card = fs::read_to_string(folder.path().join("mine.json")).unwrap();
    assert!(
        card.contains(r#""about": "Cyclic average pooling over a small trunk"#),
        "{card}"
    );
    let score = [
        "score",
        "night",
        "--model",
        &name,
        "--out",
        "scores.csv",
        "--device",
        "cpu",
    ];
    let (code, _, err) = destello_in(folder.path(), &score);
    assert_eq!(code, Some(0), "{err}");
    let mut table = csv::Reader::from_path(folder.path().join("scores.csv")).unwrap();
    let heads = table.headers().unwrap().clone();
    let score = heads.iter().position(|head| head == "score").unwrap();
    let rows = table.records().map(Result::unwrap);
    let expected = probabilities(rows.map(|row| (row[0].to_owned(), row[score].to_owned())));
    assert_eq!(expected.len(), 12);

    let python = Command::new("python3")
        .args(["-c", example()])
        .current_dir(folder.path())
        .env(
            "PYTHONPATH",
            concat!(env!("CARGO_MANIFEST_DIR"), "/assets/python"),
        )
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&python.stderr);
    assert!(python.status.success(), "{err}");
    let printed = String::from_utf8(python.stdout).unwrap();
    let rows = printed.lines().map(|line| {
        let (id, p) = line.split_once(' ').unwrap();
        (id.to_owned(), p.to_owned())
    });
    let found = probabilities(rows);
    assert_eq!(found.len(), expected.len());
    for (id, expected) in &expected {
        let found = found[id];
        assert!((found - expected).abs() < 1e-5, "{id}: {found} {expected}");
    }
}
