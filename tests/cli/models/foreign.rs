//! Networks of others: an ONNX file with a recipe is looked at, imported, listed, scores and is judged.

use std::{fs, path::Path};

use destello::learn::Architecture;

use crate::common::{
    networks::{as_onnx, shaken},
    program::destello_in,
    tables::{csv, numbers},
};

/// Real and bogus triplets of 63x63 pixels and an untrained braai, ours and as a file of somebody else.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let order = [
        "simulate", "triplets", "--survey", "ztf", "--count", "12", "--out", "sky",
    ];
    let (code, _, err) = destello_in(folder.path(), &order);
    assert_eq!(code, Some(0), "{err}");
    let model = shaken(Architecture::Braai);
    let bytes = destello::learn::model_file::to_bytes(&model).unwrap();
    fs::write(folder.path().join("ours.safetensors"), bytes).unwrap();
    let (_kept, onnx) = as_onnx(&model);
    fs::copy(onnx, folder.path().join("theirs.onnx")).unwrap();
    folder
}

#[test]
fn an_onnx_file_of_others_stands_beside_ours() {
    let folder = folder();
    let run = |order: &[&str]| {
        let (code, out, err) = destello_in(folder.path(), order);
        assert_eq!(code, Some(0), "{order:?}: {err}");
        out
    };
    // Without a recipe it is refused, with what to do about it.
    let order = ["score", "sky", "--model", "theirs.onnx"];
    let (code, _, err) = destello_in(folder.path(), &order);
    assert!(
        code == Some(1) && err.contains("destello models inspect theirs.onnx"),
        "{err}"
    );
    let proposal = run(&["models", "inspect", "theirs.onnx"]);
    assert!(
        proposal.contains("# input  stamps (any, 3, 63, 63)"),
        "{proposal}"
    );
    let recipe = proposal
        .replace("scaling = \"none\"", "scaling = \"l2\"")
        .replace("fit = \"cut\"", "fit = \"corner\"\npadding = 1e-9");
    fs::write(folder.path().join("recipe.toml"), recipe).unwrap();
    let order = [
        "models",
        "import",
        "theirs.onnx",
        "--input",
        "recipe.toml",
        "--out",
        "mine.model",
    ];
    let written = run(&order);
    assert!(written.contains("written to mine.model"), "{written}");
    let card = run(&["models", "card", "mine.model"]);
    assert!(card.contains("\"network\": \"onnx\""), "{card}");
    let list = run(&["models", "list", "mine.model"]);
    assert!(
        list.contains("mine.model") && list.contains("rten on the CPU"),
        "{list}"
    );

    run(&[
        "score",
        "sky",
        "--model",
        "ours.safetensors",
        "--model",
        "mine.model",
        "--out",
        "both.csv",
    ]);
    let table = csv(&folder.path().join("both.csv"));
    let ours = numbers(&table, "score_braai");
    let theirs = numbers(&table, "score_theirs");
    assert_eq!(ours.len(), 12);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
        assert!((ours - theirs).abs() < 1e-5, "{ours} {theirs}");
    }
    let judged = run(&["evaluate", "sky", "--model", "mine.model", "--json"]);
    assert!(judged.contains("theirs@"), "{judged}");
    kept_as_a_version(&run, folder.path(), &theirs);
    // What it cannot do is refused by its name.
    let order = ["explain", "sky", "--model", "mine.model", "--out", "maps"];
    let (code, _, err) = destello_in(folder.path(), &order);
    assert!(
        code == Some(1) && err.contains("theirs is an imported ONNX network"),
        "{err}"
    );
}

/// A project keeps it as a version, and its scores.
fn kept_as_a_version(run: &dyn Fn(&[&str]) -> String, folder: &Path, theirs: &[Option<f32>]) {
    run(&[
        "models",
        "import",
        "mine.model",
        "--project",
        "night.destello",
    ]);
    let list = run(&["models", "list", "--project", "night.destello"]);
    let version = list.lines().find(|line| line.contains("#theirs@")).unwrap();
    let version = version.split_whitespace().next().unwrap();
    let order = [
        "score",
        "sky",
        "--model",
        version,
        "--project",
        "night.destello",
        "--out",
        "again.csv",
    ];
    assert!(run(&order).contains("0 scores from the project, 12 new"));
    assert!(run(&order).contains("12 scores from the project, 0 new"));
    let again = numbers(&csv(&folder.join("again.csv")), "score");
    assert_eq!(again, theirs);
}

#[test]
fn a_recipe_beside_the_file_is_taken_and_wrong_ones_are_refused() {
    let folder = folder();
    let recipe = destello::learn::foreign::Recipe::shipped("braai").unwrap();
    let ours = recipe
        .replace("nhwc", "nchw")
        .replace("\"sigmoid\"", "\"softmax\"");
    fs::write(folder.path().join("theirs.toml"), &ours).unwrap();
    let order = ["score", "sky", "--model", "theirs.onnx", "--out", "a.csv"];
    let (code, _, err) = destello_in(folder.path(), &order);
    assert_eq!(code, Some(0), "{err}");
    for (input, out, words) in [
        (
            "braai",
            "a.model",
            "its input is stamps (any, 3, 63, 63), and the recipe fills (any, 63, 63, 3)",
        ),
        (
            "btsbot",
            "a.model",
            "the recipe does not name its input of fields",
        ),
        (
            "nowhere.toml",
            "a.model",
            "nowhere.toml is no recipe that can be used",
        ),
        (
            "theirs.toml",
            "a.safetensors",
            "a model file ends in .model",
        ),
    ] {
        let order = [
            "models",
            "import",
            "theirs.onnx",
            "--input",
            input,
            "--out",
            out,
        ];
        let (code, _, err) = destello_in(folder.path(), &order);
        assert!(
            code == Some(1) && err.contains(words),
            "{input} {out}: {err}"
        );
    }
    assert!(!folder.path().join("a.model").exists());
    // A recipe that asks for a field that the alerts lack: no epoch is scored, and the field is named.
    let fields = "\n[fields]\ninput = \"stamps\"\nfields = [\"drb\"]\n";
    fs::write(folder.path().join("theirs.toml"), ours + fields).unwrap();
    let (code, _, err) = destello_in(folder.path(), &order);
    assert!(code == Some(1) && err.contains("stamps"), "{err}");
}
