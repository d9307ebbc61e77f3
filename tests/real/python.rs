//! `assets/python/destello.py`: it prepares stamps, scores and reads projects as destello does.

use std::{collections::BTreeMap, fs, path::Path, process::Command, sync::Arc};

use destello::{
    domain::{InputPlan, LabelAction, LabelBook, LabelEvent, Role, Scaling, StepId},
    imaging::model_input::{self, Plane},
    io::export::Selection,
    store::Project,
};
use serde_json::{Value, json};

use crate::common::{
    awkward::AWKWARD_ID,
    bundles,
    events::{event, set},
    networks::noise,
    program::{destello_in, text},
};

/// Runs Python with the folder of the file on its path: what it printed.
fn python(arguments: &[&str], folder: &Path) -> String {
    let done = Command::new("python3")
        .args(arguments)
        .current_dir(folder)
        .env(
            "PYTHONPATH",
            concat!(env!("CARGO_MANIFEST_DIR"), "/assets/python"),
        )
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", text(&done.stderr));
    text(&done.stdout)
}

/// Images of an epoch: role, width, height, pixels, arcseconds a pixel.
type Images = Vec<(Role, usize, usize, Vec<f32>, Option<f64>)>;

fn images(roles: &[Role], [width, height]: [usize; 2], seed: u32, peak: f32) -> Images {
    let image = |(at, role): (usize, &Role)| {
        let mut pixels = noise(width * height, seed + 31 * at as u32);
        for (place, value) in pixels.iter_mut().enumerate() {
            let [x, y] = [place % width, place / width];
            let [x, y] = [
                x as f32 - (width / 2) as f32,
                y as f32 - (height / 2) as f32,
            ];
            let level = if role.is_signed() { 0.0 } else { 40.0 };
            *value = 3.0 * *value + level + peak * (-(x * x + y * y) / 5.0).exp();
            if *role == Role::Variance {
                *value = value.abs() - 1.0;
            }
        }
        pixels[0] = f32::NAN;
        pixels[7] = -3.4e38;
        pixels[width * height - 1] = f32::INFINITY;
        // A fill, as broken detectors have it.
        for place in [2 * width + 1, 2 * width + 2, 3 * width + 1, 3 * width + 2] {
            pixels[place] = 17.0;
        }
        (*role, width, height, pixels, Some(0.4))
    };
    roles.iter().enumerate().map(image).collect()
}

fn plan(channels: &[Role], scaling: Scaling) -> InputPlan {
    InputPlan {
        channels: channels.to_vec(),
        side_px: 21,
        pixel_scale_arcsec: None,
        scaling,
        is_in_detection_polarity: true,
        context_px: None,
    }
}

/// Every kind of plan on stamps of every kind.
fn cases() -> Vec<(InputPlan, Images)> {
    use Role::{Difference, Reference, Science, Snr, Variance};
    let four = [Reference, Science, Difference, Snr];
    let three = [Science, Reference, Difference];
    let mut cases = Vec::new();
    let scalings = [
        Scaling::MinMax,
        Scaling::MedianNorm,
        Scaling::Norm,
        Scaling::AsinhPeak,
    ];
    for (number, scaling) in scalings.into_iter().enumerate() {
        for (size, peak) in [([63, 63], 200.0), ([30, 24], -90.0), ([21, 13], 5.0)] {
            let seed = 100 * number as u32 + size[1] as u32;
            let whole = plan(&four, scaling);
            cases.push((whole.clone(), images(&four, size, seed, peak)));
            cases.push((whole.clone(), images(&three, size, seed, peak)));
            let with_variance = [Science, Reference, Difference, Variance];
            cases.push((whole.clone(), images(&with_variance, size, seed, peak)));
            let finer = InputPlan {
                pixel_scale_arcsec: Some(0.27),
                ..whole.clone()
            };
            cases.push((finer, images(&four, size, seed, peak)));
            let coarser = InputPlan {
                pixel_scale_arcsec: Some(0.55),
                is_in_detection_polarity: false,
                ..whole
            };
            cases.push((coarser, images(&four, size, seed, peak)));
        }
    }
    let both = InputPlan {
        context_px: Some(63),
        ..plan(&four, Scaling::MedianNorm)
    };
    let with_variance = [Science, Reference, Difference, Variance];
    for (roles, size, peak) in [
        (&four[..], [63, 63], 300.0),
        (&three, [63, 63], -300.0),
        (&with_variance, [41, 35], -60.0),
        (&three, [21, 12], 60.0),
        // Refused: no difference; too small.
        (&four[..2], [63, 63], 10.0),
        (&three, [9, 9], 10.0),
    ] {
        cases.push((both.clone(), images(roles, size, 7, peak)));
    }
    cases
}

const PREPARE: &str = r#"
import json, sys, numpy as np, destello
out = []
for case in json.load(open(sys.argv[1])):
    stamps = {role: np.array([np.nan if v is None else v for v in pixels], np.float32).reshape(h, w)
              for role, w, h, pixels, _ in case["images"]}
    scales = {image[0]: image[4] for image in case["images"]}
    try:
        out.append(destello.prepare(stamps, case["plan"], scales).ravel().tolist())
    except destello.Unusable as why:
        out.append(str(why))
json.dump(out, sys.stdout)
"#;

pub fn stamps_are_prepared_as_destello_prepares_them() {
    let cases = cases();
    // JSON has no infinity: what is no number is null, and an infinite pixel is one of these.
    let as_json = |(plan, images): &(InputPlan, Images)| json!({ "plan": plan, "images": images });
    let order: Vec<Value> = cases.iter().map(as_json).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.json");
    fs::write(&path, json!(order).to_string()).unwrap();
    let printed = python(&["-c", PREPARE, "cases.json"], folder.path());
    let found: Vec<Value> = serde_json::from_str(&printed).unwrap();
    assert_eq!(found.len(), cases.len());
    let mut refused = 0;
    for (number, ((plan, images), found)) in cases.iter().zip(found).enumerate() {
        let planes: Vec<Plane<'_>> = images
            .iter()
            .map(|(role, width, height, pixels, scale)| Plane {
                role: *role,
                width: *width,
                height: *height,
                pixels,
                arcsec_per_px: *scale,
            })
            .collect();
        match model_input::prepare(&planes, plan) {
            Ok(expected) => {
                let found: Vec<f32> = serde_json::from_value(found).unwrap();
                assert_eq!(found.len(), expected.len(), "case {number}");
                for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
                    let off = (found - expected).abs();
                    assert!(off < 1e-4, "case {number} at {at}: {found} {expected}");
                }
            }
            Err(error) => {
                refused += 1;
                assert_eq!(found, json!(error.to_string()), "case {number}");
            }
        }
    }
    assert!(
        refused > 1 && refused < cases.len() / 2,
        "{refused} refused"
    );
}

/// Probabilities or refusals by candidate and time, from a table of scores with these columns.
fn table(csv: &[u8], column: &str) -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_reader(csv);
    let heads = reader.headers().unwrap().clone();
    let place = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let [id, mjd, value] = ["id", "mjd", column].map(place);
    let rows = reader.records().map(Result::unwrap).map(|row| {
        let mjd: f64 = row[mjd].parse().unwrap();
        (format!("{} {mjd:.6}", &row[id]), row[value].to_owned())
    });
    rows.collect()
}

pub fn exported_networks_give_the_scores_of_destello() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let run = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (code, out, err) = destello_in(here, &words);
        assert!(code == Some(0) || code == Some(2), "{line}: {err}");
        out
    };
    run(
        "simulate triplets --survey mixed --count 24 --out all --roles science,reference,difference,snr,variance",
    );
    run("simulate triplets --survey ztf --count 12 --out three");
    run("simulate sequences --survey hits2015 --count 7 --out sequences");
    run("convert all --out all.parquet");
    run("convert three --out cubes");
    for (model, sets) in [
        ("compact", &["all", "all.parquet", "three", "cubes"][..]),
        ("context", &["all.parquet", "three"]),
        ("recurrent", &["sequences"]),
    ] {
        run(&format!("models export {model} --out {model}.onnx"));
        for set in sets {
            run(&format!(
                "score {set} --model {model} --device cpu --out scores.csv"
            ));
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/python/destello.py");
            let found = python(&[script, &format!("{model}.onnx"), set], here);
            let expected = fs::read(here.join("scores.csv")).unwrap();
            let columns: &[[&str; 2]] = match model {
                "recurrent" => &[["supernova", "supernova"], ["asteroid", "asteroid"]],
                _ => &[["score", "real"]],
            };
            for [expected_in, found_in] in columns {
                let expected = table(&expected, expected_in);
                let found = table(found.as_bytes(), found_in);
                assert!(expected.keys().eq(found.keys()), "{model} {set}");
                for (epoch, expected) in &expected {
                    let both = [expected, &found[epoch]].map(|cell| cell.parse::<f32>().ok());
                    let is_close = match both {
                        [Some(a), Some(b)] => (a - b).abs() < 1e-4,
                        [None, None] => true,
                        _ => false,
                    };
                    assert!(is_close, "{model} {set} {epoch}: {both:?}");
                }
            }
        }
    }
}

const READ: &str = r#"
import json, sys, destello
project = destello.Project("night.destello")
labels = project.labels(form="columns")
bundle = destello.read_bundle("train.bundle.fits")
scores = destello.read_table("scores.csv")
json.dump({
    "labels": [list(row) for row in zip(*(labels[n].tolist() for n in
        ("id", "class_name", "state", "is_flagged", "note", "annotator")))],
    "times": [str(time) for time in labels["time"]],
    "events": len(project.events()),
    "kept": {model: [[row["id"], float(row["p0"])] for row in project.scores(model)] for model in project.models()},
    "classes": bundle.classes, "rows": len(bundle.rows), "shape": bundle.stamps["science"].shape,
    "table": [[row["id"], float(row["score"])] for row in scores],
}, sys.stdout)
try:
    destello.Project("scores.csv")
except ValueError as error:
    assert "not a destello project" in str(error), error
else:
    sys.exit("a table was opened as a project")
"#;

/// Decisions of every kind, some taken back.
fn decisions() -> Vec<LabelEvent> {
    let tag = |step, id, class: &str| {
        event(
            step,
            id,
            LabelAction::Tag {
                class: class.into(),
            },
        )
    };
    let undo = |step, of| event(step, "", LabelAction::Undo { of: StepId(of) });
    let mut of_ben = set(9, "b", "bogus");
    of_ben.annotator = "ben".into();
    vec![
        set(1, "a", "real"),
        set(2, "a", "bogus"),
        undo(3, 2),
        tag(4, AWKWARD_ID, "dipole"),
        tag(5, AWKWARD_ID, "edge"),
        event(
            6,
            AWKWARD_ID,
            LabelAction::Untag {
                class: "dipole".into(),
            },
        ),
        event(
            7,
            "a",
            LabelAction::Note {
                text: "twice \"seen\"".into(),
            },
        ),
        event(8, "c", LabelAction::Skip),
        of_ben,
        event(10, "b", LabelAction::Skip),
        event(11, "d", LabelAction::Unsure),
        event(12, "a", LabelAction::Flag { on: true }),
        set(13, "e", "real"),
        undo(14, 13),
        event(15, "", LabelAction::Redo { of: StepId(13) }),
        undo(16, 77),
    ]
}

pub fn projects_bundles_and_tables_open() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let set = [
        "simulate", "triplets", "--survey", "ztf", "--count", "5", "--out", "set",
    ];
    assert_eq!(destello_in(here, &set).0, Some(0));
    let mut project = Project::open_or_create(here.join("night.destello")).unwrap();
    let events = decisions();
    project.append(&events).unwrap();
    let score = ["score", "set", "--model", "compact", "--device", "cpu"];
    let kept = ["--project", "night.destello", "--out", "scores.csv"];
    let (code, _, err) = destello_in(here, &[&score[..], &kept].concat());
    assert_eq!(code, Some(0), "{err}");
    bundles::write(&here.join("train.bundle.fits"), Selection::Labelled);

    let found: Value = serde_json::from_str(&python(&["-c", READ], here)).unwrap();
    let book = LabelBook::of(events.iter().cloned().map(Arc::new));
    let rows = book.candidates().into_iter().map(|(id, state)| {
        let word = match (state.is_labelled(), state.is_unsure, state.is_skipped) {
            (true, ..) => "labelled",
            (_, true, _) => "unsure",
            (.., true) => "skipped",
            _ => "none",
        };
        let by = book.decision(id).map_or("", |event| &event.annotator);
        let note = state.note.as_deref().unwrap_or_default();
        json!([
            id,
            state.classes.join(";"),
            word,
            state.is_flagged,
            note,
            by
        ])
    });
    assert_eq!(found["labels"], json!(rows.collect::<Vec<_>>()));
    assert_eq!(found["times"][0], "2026-11-22T13:51:57.123456");
    assert_eq!(found["events"], json!(events.len()));
    assert_eq!(found["classes"], json!(["real", "bogus"]));
    assert_eq!(
        (&found["rows"], &found["shape"]),
        (&json!(3), &json!([3, 4, 5]))
    );
    // What the project keeps is bogus first; the table has the probability of real.
    let kept = found["kept"].as_object().unwrap().values().next().unwrap();
    let table = found["table"].as_array().unwrap();
    assert_eq!(table.len(), 5);
    for row in table {
        let mut same = kept
            .as_array()
            .unwrap()
            .iter()
            .filter(|kept| kept[0] == row[0]);
        let p0 = same.next().unwrap()[1].as_f64().unwrap();
        let real = row[1].as_f64().unwrap();
        let is_either = (p0 - real).abs().min((1.0 - p0 - real).abs()) < 1e-5;
        assert!(is_either, "{row} {p0}");
    }
}
