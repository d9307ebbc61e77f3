//! `destello train latent` and `destello latent`.

use std::{fs, path::Path};

use crate::common::{
    Sky,
    program::{destello, printed},
};

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn a_model_is_trained_exported_from_and_drawn() {
    let sky = Sky::new(120);
    let [stamps, model] = [sky.path(), sky.beside("small.safetensors")].map(|path| text(&path));
    let small = ["--components", "5", "--dimensions", "3", "--widths", "24"];
    let short = ["--pretraining", "1", "--passes", "2", "--device", "cpu"];
    let train = ["train", "latent", "--data", &stamps, "--out", &model];
    let said = printed(&[&train[..], &small, &short].concat());
    assert!(said.contains("accuracy by majority labels"), "{said}");
    let card = fs::read_to_string(sky.beside("small.json")).unwrap();
    let card: serde_json::Value = serde_json::from_str(&card).unwrap();
    assert_eq!(card["latent"]["components"].as_array().unwrap().len(), 5);
    assert_eq!(card["latent"]["is_upright"], true);
    for name in ["accuracy_hungarian", "nmi", "ari", "components_alive"] {
        assert!(card["figures"][name].is_number(), "{name}");
    }

    let table = text(&sky.beside("places.csv"));
    printed(&[
        "latent", "export", &stamps, "--model", &model, "--out", &table,
    ]);
    let table = fs::read_to_string(table).unwrap();
    let head = table.lines().next().unwrap();
    let tail = "z0,z1,z2,component,p0,p1,p2,p3,p4,reconstruction_error,refused";
    assert!(head.starts_with("id,") && head.ends_with(tail), "{head}");
    assert_eq!(table.lines().count(), 121);
    let parquet = sky.beside("places.parquet");
    printed(&[
        "latent",
        "export",
        &stamps,
        "--model",
        &model,
        "--out",
        &text(&parquet),
    ]);
    assert!(fs::metadata(parquet).unwrap().len() > 1000);

    for (name, more) in [("card", &[][..]), ("data", &["--data", &stamps])] {
        let picture = sky.beside(&format!("{name}.png"));
        let out = text(&picture);
        let said = printed(
            &[
                &["latent", "centroids", "--model", &model, "--out", &out],
                more,
            ]
            .concat(),
        );
        assert!(
            said.contains("like stars:") && said.contains("artefacts:"),
            "{said}"
        );
        let picture = image::open(picture).unwrap();
        assert!(picture.width() > 300 && picture.height() > 200);
    }
}

#[test]
fn a_model_is_taught_the_stamps_of_another_sky() {
    let sky = Sky::new(80);
    let [stamps, model, taught] = [
        sky.path(),
        sky.beside("small.safetensors"),
        sky.beside("taught.safetensors"),
    ]
    .map(|path| text(&path));
    let small = ["--components", "4", "--dimensions", "3", "--widths", "24"];
    let short = ["--pretraining", "2", "--passes", "2", "--device", "cpu"];
    let few = ["--examples", "300", "--validation", "60", "--out", &model];
    printed(&[&["train", "latent"][..], &few, &small, &short].concat());
    let fine = ["fine-tune", &stamps, "--model", &model, "--out", &taught];
    let said = printed(&[&fine[..], &["--replay", "100", "--device", "cpu"]].concat());
    assert!(
        said.contains("held-out stamps of") && said.contains("1000 simulated stamps"),
        "{said}"
    );
    let card = fs::read_to_string(sky.beside("taught.json")).unwrap();
    let card: serde_json::Value = serde_json::from_str(&card).unwrap();
    let figure = |name: &str| card["figures"][name].as_f64().unwrap();
    assert!(figure("new_sky_error_after") < figure("new_sky_error_before"));
    assert_eq!(card["latent"]["components"].as_array().unwrap().len(), 4);
    let over = destello(&["fine-tune", &stamps, "--model", &model, "--out", &model]);
    assert!(
        !over.status.success(),
        "a model is never written over its parent"
    );
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let out = text(&folder.path().join("x.safetensors"));
    let refusals = [
        (
            vec!["train", "latent", "--network", "cap", "--out", &out],
            "vade",
        ),
        (
            vec!["train", "latent", "--role", "colour", "--out", &out],
            "no role",
        ),
        (
            vec!["train", "latent", "--bound", "iwae", "--out", &out],
            "that of vae",
        ),
        (
            vec!["latent", "centroids", "--model", "compact", "--out", &out],
            "latent",
        ),
        (
            vec!["latent", "export", "nowhere", "--model", "none"],
            "none is no model",
        ),
    ];
    for (args, word) in refusals {
        let output = destello(&args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains(word),
            "{args:?}: {said}"
        );
    }
}
