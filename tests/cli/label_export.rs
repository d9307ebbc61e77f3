//! `destello label export` and `label list` of the project that the window keeps for a set, and copies in `inspect`.

use std::{fs, path::Path, process::Command};

use crate::common::{
    PlacedSet,
    fits::image_file,
    program::{destello_in, program, text},
};

/// Runs it with a data folder of its own below `folder`: exit status, standard output and error.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command: Command = program();
    let done = command
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder.join("data"))
        .env("XDG_RUNTIME_DIR", folder)
        .output()
        .unwrap();
    (done.status.code(), text(&done.stdout), text(&done.stderr))
}

fn simulate(folder: &Path) {
    let order = "simulate triplets --survey mixed --out sky --count 4";
    let order: Vec<&str> = order.split(' ').collect();
    let (code, _, why) = run(folder, &order);
    assert_eq!(code, Some(0), "{why}");
}

// Elsewhere the data folder is not named by a variable.
#[cfg(target_os = "linux")]
#[test]
fn the_project_of_a_set_is_found_by_the_set() {
    let folder = tempfile::tempdir().unwrap();
    simulate(folder.path());
    let export = ["label", "export", "sky", "--out", "labels.csv"];
    let (code, _, why) = run(folder.path(), &export);
    assert_eq!(code, Some(1), "{why}");
    // What is missing is named, and becomes the project here.
    let (_, rest) = why
        .split_once("it would be ")
        .unwrap_or_else(|| panic!("{why}"));
    let (project, _) = rest.split_once(')').unwrap();
    assert!(
        project.contains("/data/destello/projects/sky-"),
        "{project}"
    );
    fs::create_dir_all(Path::new(project).parent().unwrap()).unwrap();
    let truth = fs::read_to_string(folder.path().join("sky/truth.csv")).unwrap();
    let id = truth.lines().nth(1).unwrap().split(',').next().unwrap();
    fs::write(
        folder.path().join("mine.csv"),
        format!("id,label\n{id},real\n"),
    )
    .unwrap();
    let import = [
        "label",
        "import",
        "sky",
        "--labels",
        "mine.csv",
        "--project",
        project,
    ];
    let (code, _, why) = run(folder.path(), &import);
    assert_eq!(code, Some(0), "{why}");
    let (code, said, why) = run(folder.path(), &export);
    assert_eq!(code, Some(0), "{why}");
    assert!(said.contains("1 candidates"), "{said}");
    let table = fs::read_to_string(folder.path().join("labels.csv")).unwrap();
    assert!(table.contains(id), "{table}");
    // By the set, and by the project file in its place.
    for named in ["sky", project] {
        let (code, said, why) = run(folder.path(), &["label", "list", named]);
        assert_eq!(code, Some(0), "{why}");
        assert!(said.starts_with(&format!("{id}\treal")), "{said}");
    }
    let (code, _, why) = run(folder.path(), &["label", "list"]);
    assert_eq!(code, Some(1));
    assert!(why.contains("--project"), "{why}");
}

#[test]
fn an_export_for_tns_names_what_is_not_set() {
    let set = PlacedSet::new(&[("left", Some([150.0, 2.0]))]).detected();
    let folder = set.beside("");
    fs::write(folder.join("mine.csv"), "id,label\nleft,real\n").unwrap();
    let project = ["--project", "p.destello"];
    let import = ["label", "import", "night", "--labels", "mine.csv"];
    let (code, _, why) = run(&folder, &[&import[..], &project[..]].concat());
    assert_eq!(code, Some(0), "{why}");
    let export = ["label", "export", "night", "--out", "report.tns.json"];
    let (code, said, why) = run(&folder, &[&export[..], &project[..]].concat());
    assert_eq!(code, Some(0), "{why}");
    assert!(said.contains("1 candidates written"), "{said}");
    for part in [
        "report.tns.json: reporting_group_id is not set in 1 of 1 reports: write the number of your group on TNS",
        "discovery_data_source_id is not set in 1 of 1 reports",
        "instrument_value is not set in 1 of 1 reports",
    ] {
        assert!(why.contains(part), "{part} in {why}");
    }
}

/// Two detections of an object as image files, whose names are the identifiers of the detections.
fn write_detections(folder: &Path) {
    fs::create_dir_all(folder.join("ZTF18aaa")).unwrap();
    for candid in ["1127174604415015005", "1127174604415015006"] {
        for role in ["science", "template", "difference"] {
            let file = folder.join(format!("ZTF18aaa/{candid}_{role}.fits"));
            image_file(&file, &[9, 9], &[1.0; 81]);
        }
    }
}

#[test]
fn copies_and_empty_folders_are_named_by_inspect() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["night", "again"] {
        write_detections(&folder.path().join(name));
    }
    fs::create_dir(folder.path().join("empty")).unwrap();
    let inspect = |arguments: &[&str]| {
        let (code, said, _) = destello_in(folder.path(), &[&["inspect"], arguments].concat());
        (code, said)
    };
    let (code, once) = inspect(&["night"]);
    assert_eq!(code, Some(0));
    assert!(!once.contains("copies"), "{once}");
    let (_, twice) = inspect(&["night", "again"]);
    let note = "2 epochs are copies of others and are shown once";
    assert!(
        twice.contains(note) && twice.contains("epochs     2"),
        "{twice}"
    );
    let (_, why) = inspect(&["night", "again", "--why"]);
    assert!(why.contains(note), "{why}");
    let (_, json) = inspect(&["night", "again", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["copies"], &json["epochs"]), (&2.into(), &2.into()));
    let (code, empty) = inspect(&["empty"]);
    assert_eq!(code, Some(2));
    assert!(empty.contains("no candidate was found"), "{empty}");
}
