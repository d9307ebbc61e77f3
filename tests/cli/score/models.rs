//! `destello models`: what is listed, shown and imported.

use std::fs;

use super::triplets;
use crate::common::{networks::renamed_model, program::destello_in};

#[test]
fn shipped_models_are_listed_and_their_cards_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = destello_in(folder.path(), &["models", "list"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.starts_with("context (default)  context  reference, science,"),
        "{out}"
    );
    let (code, out, err) = destello_in(folder.path(), &["models", "card", "compact"]);
    assert_eq!(code, Some(0), "{err}");
    let card: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(card["network"], "compact");
    let file = renamed_model(folder.path(), "mine");
    let shown = destello_in(folder.path(), &["models", "card", file.to_str().unwrap()]);
    let card: serde_json::Value = serde_json::from_str(&shown.1).unwrap();
    assert_eq!(card["name"], "mine");
    let (code, _, err) = destello_in(folder.path(), &["models", "card", "resnet"]);
    assert_eq!(code, Some(1));
    assert!(
        err.contains("no such model comes with destello; there are"),
        "{err}"
    );
}

#[test]
fn only_known_weights_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let file = renamed_model(folder.path(), "mine");
    let file = file.to_str().unwrap();
    for (from, network, sentence) in [
        (
            file,
            "braai",
            "these are not the weights of braai in Keras' layout",
        ),
        (file, "cap", "weights of cap are trained"),
        (file, "resnet", "\"resnet\" is no network"),
        ("nothing.safetensors", "braai", "nothing.safetensors"),
    ] {
        let order = [
            "models",
            "import",
            from,
            "--network",
            network,
            "--out",
            "b.safetensors",
        ];
        let (code, _, err) = destello_in(folder.path(), &order);
        assert_eq!(code, Some(1), "{err}");
        assert!(err.contains(sentence), "{err}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_model_file_becomes_a_version_of_a_project_and_scores_like_the_file() {
    let folder = triplets(4);
    let file = renamed_model(folder.path(), "mine");
    let file = file.to_str().unwrap();
    let import = ["models", "import", file, "--project", "night.destello"];
    let (code, out, err) = destello_in(folder.path(), &import);
    assert_eq!(code, Some(0), "{err}");
    let (_, name) = out.trim().split_once(" is kept as ").unwrap();
    let listed = ["models", "list", "--project", "night.destello"];
    let (_, out, _) = destello_in(folder.path(), &listed);
    let row = out.lines().find(|row| row.starts_with(name)).unwrap();
    assert!(
        row.contains("imported from ") && row.ends_with("mine.safetensors"),
        "{row}"
    );
    for (model, table) in [(name, "a.csv"), (file, "b.csv")] {
        let order = ["score", "sky", "--model", model, "--out", table];
        let (code, _, err) = destello_in(folder.path(), &order);
        assert_eq!(code, Some(0), "{err}");
    }
    let [a, b] = ["a.csv", "b.csv"].map(|table| fs::read(folder.path().join(table)).unwrap());
    assert_eq!(a, b);
    // A second time nothing is replaced.
    let (code, _, err) = destello_in(folder.path(), &import);
    assert_eq!(code, Some(1));
    assert!(err.contains("night.destello: there is a version "), "{err}");
}

#[test]
fn what_is_no_model_becomes_no_version() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("text.safetensors"),
        b"nothing of the kind",
    )
    .unwrap();
    let model = fs::read(renamed_model(folder.path(), "whole")).unwrap();
    fs::write(
        folder.path().join("half.safetensors"),
        &model[..model.len() / 2],
    )
    .unwrap();
    let vade = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/assets/models/vade.safetensors"
    );
    for (file, sentence) in [
        (
            "text.safetensors",
            "text.safetensors is no model that can be used: it is no safetensors",
        ),
        (
            "half.safetensors",
            "half.safetensors is no model that can be used",
        ),
        (
            "nothing.safetensors",
            "nothing.safetensors is no model that can be used: No such file",
        ),
        (vade, "vade.safetensors is a latent model"),
    ] {
        let order = ["models", "import", file, "--project", "night.destello"];
        let (code, _, err) = destello_in(folder.path(), &order);
        assert_eq!(code, Some(1), "{err}");
        assert!(err.contains(sentence), "{err}");
        assert!(!folder.path().join("night.destello").exists(), "{file}");
    }
}
