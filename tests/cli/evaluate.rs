//! `destello evaluate` on simulated triplets with the model that comes with the program.

use std::{fs, path::Path, process::Output};

use serde_json::Value;

use crate::common::{
    Sky,
    program::{destello, text},
};

const COUNT: u64 = 60;

/// A simulated sky, and its folder as text.
fn sky() -> (Sky, String) {
    let sky = Sky::new(COUNT as usize);
    let path = sky.path().display().to_string();
    (sky, path)
}

fn evaluate(sky: &str, args: &[&str]) -> Output {
    destello(&[&["evaluate", sky, "--device", "cpu"], args].concat())
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// How many of a class were judged.
fn n_of(found: &Value, class: &str) -> u64 {
    found["per_class"][class]["n"].as_u64().unwrap()
}

fn sum(confusion: &Value) -> u64 {
    let rows = confusion.as_array().unwrap().iter();
    let cells = rows.flat_map(|row| row.as_array().unwrap());
    cells.map(|cell| cell.as_u64().unwrap()).sum()
}

#[test]
fn the_truth_in_the_data_is_enough_and_every_promised_key_is_there() {
    let (_folder, sky) = sky();
    let found = json(&evaluate(&sky, &["--json"]));
    for key in [
        "accuracy",
        "precision",
        "recall",
        "f1",
        "auc",
        "mean_recall",
    ] {
        let value = found[key].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&value), "{key} {value}");
        assert!(found["uncertainty"][key].as_f64().unwrap() >= 0.0, "{key}");
    }
    // So few bogus measure no rate of one in a hundred.
    assert!(n_of(&found, "bogus") < 100 && found["fnr_at_fpr"]["0.01"].is_null());
    assert_eq!(found["n"], COUNT);
    assert_eq!(sum(&found["confusion"]), COUNT);
    let classes = &found["per_class"];
    let n = |class: &str| classes[class]["n"].as_u64().unwrap();
    assert_eq!(n("real") + n("bogus"), COUNT);
    assert!(classes["real"]["recall"].is_f64() && classes["bogus"]["precision"].is_f64());
    assert!(found["auc"].as_f64().unwrap() > 0.8, "{found}");
    let judged = |rows: &str| {
        let rows = found[rows].as_array().unwrap().iter();
        rows.map(|row| row["n"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(judged("by_kind"), COUNT);
    assert!(judged("by_snr") > 0);
    assert!(found["left_out"].as_array().unwrap().is_empty());
}

#[test]
fn the_threshold_moves_recall_and_not_the_area() {
    let (_folder, sky) = sky();
    let at = |threshold| json(&evaluate(&sky, &["--json", "--threshold", threshold]));
    let (none, all) = (at("1"), at("0"));
    assert_eq!(all["recall"], 1.0);
    assert!(none["recall"].as_f64().unwrap() < 0.5);
    assert_eq!(all["auc"], none["auc"]);
    assert_eq!(all["threshold"], 0.0);
}

#[test]
fn a_table_of_labels_says_what_is_judged_and_what_is_left_out() {
    let (folder, sky) = sky();
    let truth = fs::read_to_string(Path::new(&sky).join("truth.csv")).unwrap();
    let rows = truth.lines().skip(1).take(20);
    let mut labels = String::from("id,label\n");
    for (at, row) in rows.enumerate() {
        let cells: Vec<_> = row.split(',').collect();
        let label = if at == 0 { "no such thing" } else { cells[1] };
        labels.extend([cells[0], ",", label, "\n"]);
    }
    let table = folder.path().join("labels.csv");
    fs::write(&table, labels).unwrap();
    let found = json(&evaluate(
        &sky,
        &["--json", "--labels", &table.display().to_string()],
    ));
    assert_eq!(found["n"], 19);
    let left_out = found["left_out"].as_array().unwrap();
    let count = |part: &str| {
        let is_it = |left: &&Value| left["why"].as_str().unwrap().contains(part);
        left_out.iter().find(is_it).map(|left| left["n"].clone())
    };
    assert_eq!(count("not labelled in the table"), Some(40.into()));
    assert_eq!(count("no such thing"), Some(1.into()));
}

#[test]
fn rows_of_a_table_about_nothing_that_was_opened_are_named() {
    let (folder, sky) = sky();
    let truth = fs::read_to_string(Path::new(&sky).join("truth.csv")).unwrap();
    let mut labels = String::from("id,label\n");
    for row in truth.lines().skip(1) {
        let cells: Vec<_> = row.split(',').collect();
        labels.extend([cells[0], ",", cells[1], "\n"]);
    }
    labels.push_str("mixed-typo,real\n");
    let table = folder.path().join("labels.csv");
    fs::write(&table, labels).unwrap();
    let done = evaluate(&sky, &["--labels", &table.display().to_string()]);
    assert_eq!(done.status.code(), Some(0), "a table may be about more");
    let named = "labels.csv: 1 identifier not among the opened candidates: mixed-typo";
    assert!(text(&done.stderr).contains(named), "{}", text(&done.stderr));
    assert!(text(&done.stdout).contains("accuracy"));
}

#[test]
fn a_model_without_the_classes_of_the_labels_has_no_figures() {
    let (folder, sky) = sky();
    let truth = fs::read_to_string(Path::new(&sky).join("truth.csv")).unwrap();
    let mut labels = String::from("id,label\n");
    for row in truth.lines().skip(1) {
        let cells: Vec<_> = row.split(',').collect();
        let label = if cells[1] == "real" { "SN" } else { "bogus" };
        labels.extend([cells[0], ",", label, "\n"]);
    }
    let table = folder.path().join("labels.csv");
    fs::write(&table, labels).unwrap();
    let table = table.display().to_string();
    let order = [
        "--labels",
        &table,
        "--model",
        "context",
        "--model",
        "recurrent",
    ];
    let done = evaluate(&sky, &order);
    let said = text(&done.stdout);
    let rows =
        |name: &str| -> Vec<&str> { said.lines().filter(|line| line.starts_with(name)).collect() };
    // The supernovae among the artefacts are no test of a model of seven classes.
    let recurrent = rows("recurrent@");
    assert_eq!(recurrent[0].matches('–').count(), 4, "{said}");
    assert!(recurrent[1].ends_with(": not judged"), "{said}");
    assert_eq!(rows("context@")[0].matches('–').count(), 0, "{said}");
}

#[test]
fn every_figure_is_written_as_table_json_and_picture() {
    let (folder, sky) = sky();
    let out = folder.path().join("figures");
    let done = evaluate(&sky, &["--out", &out.display().to_string()]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let said = text(&done.stdout);
    for part in [
        "accuracy",
        "±",
        "true \\ predicted",
        "FNR at FPR 0.01",
        "of the real ones are lost",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    for name in [
        "det",
        "roc",
        "precision_recall",
        "calibration",
        "workload",
        "error_by_snr",
        "confusion",
    ] {
        for extension in ["csv", "json", "png"] {
            let path = out.join(format!("{name}.{extension}"));
            assert!(fs::metadata(&path).unwrap().len() > 50, "{path:?}");
        }
        let picture = image::open(out.join(format!("{name}.png"))).unwrap();
        assert!(picture.width() >= 600);
    }
    let judged = fs::read_to_string(out.join("judged.csv")).unwrap();
    assert_eq!(judged.lines().count() as u64, COUNT + 1);
}

#[test]
fn what_cannot_be_done_is_one_sentence() {
    let (folder, sky) = sky();
    let refusal = |args: &[&str]| {
        let done = evaluate(&sky, args);
        assert!(!done.status.success(), "{args:?}");
        assert!(done.stdout.is_empty(), "{}", text(&done.stdout));
        text(&done.stderr)
    };
    assert!(refusal(&["--model", "nothing"]).contains("no such model"));
    assert!(refusal(&["--threshold", "2"]).contains("between 0 and 1"));
    assert!(refusal(&["--at", "first"]).contains("each, last and highest"));
    assert!(refusal(&["--labels", "nowhere.csv"]).contains("nowhere.csv"));
    let table = folder.path().join("labels.csv");
    fs::write(&table, "id,label\nsomebody else,real\n").unwrap();
    let said = refusal(&["--labels", &table.display().to_string()]);
    assert!(said.contains("no candidate could be judged"), "{said}");
    assert!(said.contains("not labelled in the table"), "{said}");
}

#[test]
fn a_model_that_is_named_twice_is_judged_once() {
    let (_folder, sky) = sky();
    let done = evaluate(
        &sky,
        &["--json", "--model", "compact", "--model", "compact"],
    );
    assert!(text(&done.stderr).contains("judged already"));
    assert_eq!(json(&done)["n"], COUNT);
}
