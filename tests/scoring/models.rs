//! `destello models`: what is listed, shown and imported.

use std::fs;

use crate::sky::{destello, renamed_model};

#[test]
fn shipped_models_are_listed_and_their_cards_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = destello(folder.path(), &["models", "list"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.starts_with("compact (default)  compact  reference, science,"),
        "{out}"
    );
    let (code, out, err) = destello(folder.path(), &["models", "card", "compact"]);
    assert_eq!(code, Some(0), "{err}");
    let card: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(card["network"], "compact");
    let file = renamed_model(folder.path(), "mine");
    let shown = destello(folder.path(), &["models", "card", file.to_str().unwrap()]);
    let card: serde_json::Value = serde_json::from_str(&shown.1).unwrap();
    assert_eq!(card["name"], "mine");
    let (code, _, err) = destello(folder.path(), &["models", "card", "resnet"]);
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
        let (code, _, err) = destello(folder.path(), &order);
        assert_eq!(code, Some(1), "{err}");
        assert!(err.contains(sentence), "{err}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
