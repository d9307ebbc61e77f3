//! Sets of classes on the command line: `score --level`, `evaluate --level`, `models calibrate`.

use std::{fs, path::Path};

use serde_json::Value;

use crate::common::{
    program::{destello_in, finished, program},
    tables::csv,
};

fn simulate(folder: &Path, classes: &str, count: &str, seed: &str) {
    let mut command = program();
    command.args(["simulate", "sequences", "--survey", "hits2015"]);
    command.args(["--classes", classes, "--count", count, "--seed", seed]);
    finished(command.arg("--out").arg(folder.join("set")));
}

#[test]
fn the_table_has_sets_and_what_is_seen_and_the_level_counts() {
    let folder = tempfile::tempdir().unwrap();
    simulate(folder.path(), "supernova,non_variable,asteroid", "12", "31");
    let sets = |level: &str| {
        let arguments = [
            "score",
            "set",
            "--model",
            "recurrent",
            "--device",
            "cpu",
            "--level",
            level,
            "--out",
            "s.csv",
        ];
        let (code, _, err) = destello_in(folder.path(), &arguments);
        assert_eq!(code, Some(0), "{err}");
        let words = format!("sets of classes at {level} %");
        assert!(
            err.contains("may be one class") && err.contains(&words),
            "{err}"
        );
        assert!(err.contains("nothing is seen yet of "), "{err}");
        csv(&folder.path().join("s.csv"))
    };
    let (heads, rows) = sets("90");
    let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let [classes, seen, significance, id] = ["classes", "seen", "significance", "id"].map(column);
    let names = [
        "supernova",
        "rr_lyrae",
        "cepheid",
        "eclipsing_binary",
        "non_variable",
        "galaxy",
        "asteroid",
    ];
    for row in &rows {
        let set: Vec<&str> = row[classes].split('|').collect();
        let p = |class: &str| row[column(class)].parse::<f32>().unwrap();
        let likeliest = names.iter().max_by(|a, b| p(a).total_cmp(&p(b))).unwrap();
        assert_eq!(set[0], *likeliest, "{row:?}");
        assert!(set.iter().all(|class| names.contains(class)));
        let is_seen = row[significance].parse::<f32>().unwrap() >= 4.0;
        assert_eq!(row[seen].to_lowercase(), is_seen.to_string(), "{row:?}");
    }
    // What was seen stays seen.
    for pair in rows.windows(2).filter(|pair| pair[0][id] == pair[1][id]) {
        let [before, after] = [0, 1].map(|at| pair[at][significance].parse::<f32>().unwrap());
        assert!(after >= before);
    }
    let [few, many] = ["50", "99"].map(|level| sets(level).1);
    for (few, many) in few.iter().zip(&many) {
        let many: Vec<&str> = many[classes].split('|').collect();
        assert!(few[classes].split('|').all(|class| many.contains(&class)));
    }
    let (code, _, err) = destello_in(folder.path(), &["score", "set", "--level", "20"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("between 50 and 99 percent"), "{err}");
}

#[test]
fn coverage_is_measured_by_class_and_labels_calibrate_by_halves() {
    let folder = tempfile::tempdir().unwrap();
    simulate(folder.path(), "non_variable", "60", "32");
    let arguments = ["evaluate", "set", "--model", "recurrent", "--device", "cpu"];
    let evaluate = |more: &[&str]| destello_in(folder.path(), &[&arguments[..], more].concat());
    let json = |more: &[&str]| -> Value {
        let (code, out, err) = evaluate(&[&["--json"], more].concat());
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str(&out).unwrap()
    };
    let star = |sets: &Value| sets["classes"][4].clone();
    let found = json(&["--level", "80"]);
    let sets = found["sets"].as_array().unwrap();
    // Classes in the data are no labels.
    assert_eq!((sets.len(), &sets[0]["level"]), (1, &0.8.into()));
    assert_eq!(star(&sets[0])["class"], "non_variable");
    assert_eq!(star(&sets[0])["n"], 60);
    assert!(
        star(&sets[0])["coverage"].as_f64().unwrap() > 0.6,
        "{found}"
    );
    let truth = fs::read_to_string(folder.path().join("set/truth.csv")).unwrap();
    let rows = truth
        .lines()
        .skip(1)
        .map(|row| row.split(',').next().unwrap());
    let rows: Vec<String> = rows.map(|id| format!("{id},non_variable\n")).collect();
    fs::write(
        folder.path().join("l.csv"),
        format!("id,label\n{}", rows.concat()),
    )
    .unwrap();
    let found = json(&["--labels", "l.csv"]);
    let sets = found["sets"].as_array().unwrap();
    assert_eq!(sets.len(), 2, "{found}");
    assert!(
        sets[1]["calibrated_with"]
            .as_str()
            .unwrap()
            .contains("one half of the objects for the other")
    );
    assert_eq!(star(&sets[1])["n"], 60);
    assert!(
        star(&sets[1])["coverage"].as_f64().unwrap() > 0.7,
        "{found}"
    );
    let (_, text, _) = evaluate(&["--level", "95"]);
    assert!(
        text.contains("sets of classes at 95 %: they hold the true one for"),
        "{text}"
    );
    assert!(text.contains("non_variable: in the set "), "{text}");
}

#[test]
fn a_model_is_calibrated_into_a_file_and_what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    simulate(folder.path(), "supernova,non_variable", "50", "33");
    let calibrate = |more: &[&str]| {
        let arguments = ["models", "calibrate", "recurrent", "set", "--device", "cpu"];
        destello_in(folder.path(), &[&arguments[..], more].concat())
    };
    let (code, out, err) = calibrate(&["--data", "made", "--out", "mine.safetensors"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.contains("25 supernova") && out.contains("recurrent@a064195e written"),
        "{out}"
    );
    let card = |name: &str| -> Value {
        let (code, out, err) = destello_in(folder.path(), &["models", "card", name]);
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str(&out).unwrap()
    };
    let (mine, shipped) = (card("mine.safetensors"), card("recurrent"));
    let first =
        |card: &Value, class: usize| card["class_sets"]["from"][0]["classes"][class].clone();
    assert_eq!(first(&mine, 0)["objects"], 25);
    // Classes that are not there stay as they were.
    assert_eq!(first(&mine, 1), first(&shipped, 1));
    assert!(
        mine["class_sets"]["data"]
            .as_str()
            .unwrap()
            .starts_with("made; ")
    );
    let (code, _, err) = calibrate(&["--out", "mine.safetensors"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("--overwrite"), "{err}");
    let (code, _, err) = calibrate(&["--out", "mine.json"]);
    assert_eq!(code, Some(1));
    assert!(
        err.contains("mine.json: a model file ends in .safetensors"),
        "{err}"
    );
    let arguments = [
        "models",
        "calibrate",
        "compact",
        "set",
        "--out",
        "c.safetensors",
    ];
    let (code, _, err) = destello_in(folder.path(), &arguments);
    assert_eq!(code, Some(1));
    assert!(err.contains("tells real from bogus"), "{err}");
    // Another version of it: what was calibrated is not its own.
    let text = fs::read_to_string(folder.path().join("mine.json")).unwrap();
    assert_eq!(text.matches("\"model\": \"recurrent@a064195e\"").count(), 1);
}
