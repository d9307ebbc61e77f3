//! `destello models export`: files of one's own, and what is refused.

use std::fs;

use destello::learn::{Architecture, model_file, onnx};

use crate::common::{networks::shaken, program::destello_in};

#[test]
fn what_has_no_form_in_onnx_and_other_endings_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (model, out, sentence) in [
        (
            "forest",
            "a.onnx",
            "forest is a random forest, which looks at light curves",
        ),
        (
            "compact",
            "a.pt",
            "a.pt: the file of compact ends in .safetensors, or in .onnx",
        ),
        (
            "compact",
            "a",
            "a: the file of compact ends in .safetensors, or in .onnx",
        ),
        (
            "forest",
            "a.safetensors",
            "the file of forest ends in .forest",
        ),
        ("resnet", "a.onnx", "resnet is no model that can be used"),
        (
            "compact",
            "nowhere/a.onnx",
            "nowhere/a.onnx: cannot be written",
        ),
    ] {
        let (code, _, err) = destello_in(folder.path(), &["models", "export", model, "--out", out]);
        assert!(
            code != Some(0) && err.contains(sentence),
            "{model} {out}: {err}"
        );
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing is left"
    );
}

#[test]
fn a_file_of_the_users_own_is_exported_too() {
    let folder = tempfile::tempdir().unwrap();
    let model = shaken(Architecture::Recurrent);
    let bytes = model_file::to_bytes(&model).unwrap();
    fs::write(folder.path().join("mine.safetensors"), &bytes).unwrap();
    let order = ["models", "export", "mine.safetensors", "--out", "out.onnx"];
    let (code, out, err) = destello_in(folder.path(), &order);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("recurrent written to out.onnx"), "{out}");
    let written = fs::read(folder.path().join("out.onnx")).unwrap();
    assert_eq!(written, onnx::to_bytes(&model).unwrap());
}
