//! `destello fine-tune`: what is learned from a table of labels, what is kept, what is refused.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;

use crate::common::{
    program::{destello, text},
    sky::simulate,
};

/// Simulated candidates in a folder, and a table of labels of some of them.
struct Sky {
    folder: tempfile::TempDir,
}

impl Sky {
    fn new(what: &str, survey: &str, count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        simulate(what, survey, 11, count, &folder.path().join("sky"));
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn labels(&self, rows: &[(&str, &str)]) -> String {
        let mut table = String::from("id,label\n");
        for (id, label) in rows {
            table.extend([*id, ",", *label, "\n"]);
        }
        let path = self.path("labels.csv");
        fs::write(&path, table).unwrap();
        path.display().to_string()
    }

    /// Fine-tunes a few steps; replays and tests with little.
    fn tune(&self, model: &str, labels: &str, out: &str, more: &[&str]) -> Output {
        let sky = self.path("sky").display().to_string();
        let out = self.path(out).display().to_string();
        let usual = [
            "fine-tune",
            &sky,
            "--labels",
            labels,
            "--model",
            model,
            "--out",
            &out,
            "--replay",
            "70",
            "--test",
            "35",
            "--device",
            "cpu",
        ];
        destello(&[&usual[..], more].concat())
    }
}

fn card(model: &Path) -> Value {
    let card = fs::read(model.with_extension("json")).unwrap();
    serde_json::from_slice(&card).unwrap()
}

/// Identifiers and classes, as the simulation's own table of truths tells them.
fn truths(sky: &Sky) -> Vec<(String, String)> {
    let table = fs::read_to_string(sky.path("sky").join("truth.csv")).unwrap();
    let mut rows = table.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let column_of = |name: &str| head.iter().position(|column| *column == name).unwrap();
    let (id, class) = (column_of("id"), column_of("class"));
    rows.map(|row| (row[id].to_owned(), row[class].to_owned()))
        .collect()
}

#[test]
fn a_sequence_model_learns_from_labels_and_its_result_serves_every_command() {
    let sky = Sky::new("sequences", "hits2015", 21);
    let truths = truths(&sky);
    let rows: Vec<_> = truths.iter().map(|(id, class)| (&**id, &**class)).collect();
    let labels = sky.labels(&rows);
    let done = sky.tune(
        "recurrent",
        &labels,
        "taught.safetensors",
        &["--steps", "3"],
    );
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(
        text(&done.stderr).contains("3 rr_lyrae"),
        "{}",
        text(&done.stderr)
    );
    let model = sky.path("taught.safetensors");
    let card = card(&model);
    let training = &card["training"];
    assert!(
        training["data"]
            .as_str()
            .unwrap()
            .contains("after recurrent@")
    );
    assert!(
        training["recipe"]
            .as_str()
            .unwrap()
            .contains("fine-tuning of head")
    );
    for figure in ["old_sky_accuracy_before", "old_sky_accuracy_after"] {
        let value = card["figures"][figure].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&value), "{figure} {value}");
    }
    let model = model.display().to_string();
    let sky_path = sky.path("sky").display().to_string();
    let judged = destello(&[
        "evaluate", &sky_path, "--model", &model, "--labels", &labels, "--json", "--device", "cpu",
        "--seen",
    ]);
    assert!(judged.status.success(), "{}", text(&judged.stderr));
    let judged: Value = serde_json::from_slice(&judged.stdout).unwrap();
    assert_eq!(judged["n"].as_u64(), Some(21));
    let scores = sky.path("scores.csv").display().to_string();
    let scored = destello(&["score", &sky_path, "--model", &model, "--out", &scores]);
    assert!(scored.status.success(), "{}", text(&scored.stderr));
    let head = fs::read_to_string(&scores).unwrap();
    assert!(head.lines().next().unwrap().contains("eclipsing_binary"));
    // A model is never written over the one that it comes from.
    let before = fs::read(&model).unwrap();
    let over = sky.tune(&model, &labels, "taught.safetensors", &[]);
    let why = text(&over.stderr);
    assert!(
        !over.status.success() && why.contains("this is the model"),
        "{why}"
    );
    assert_eq!(fs::read(&model).unwrap(), before);
    // It can be taught again.
    let again = sky.tune(&model, &labels, "again.safetensors", &["--steps", "2"]);
    assert!(again.status.success(), "{}", text(&again.stderr));
}

#[test]
fn a_forest_is_grown_anew_from_labels_and_the_old_sky() {
    let sky = Sky::new("sequences", "hits2015", 21);
    let truths = truths(&sky);
    let rows: Vec<_> = truths.iter().map(|(id, class)| (&**id, &**class)).collect();
    let labels = sky.labels(&rows);
    let parent = sky.path("parent.forest").display().to_string();
    let trained = destello(&[
        "train",
        "forest",
        "--survey",
        "hits2015",
        "--objects",
        "70",
        "--trees",
        "5",
        "--out",
        &parent,
        "--validation",
        "7",
    ]);
    assert!(trained.status.success(), "{}", text(&trained.stderr));
    let refused = sky.tune(&parent, &labels, "taught.safetensors", &[]);
    assert!(
        text(&refused.stderr).contains(".forest"),
        "{}",
        text(&refused.stderr)
    );
    let done = sky.tune(&parent, &labels, "taught.forest", &[]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let card = card(&sky.path("taught.forest"));
    let data = card["training"]["data"].as_str().unwrap();
    assert!(
        data.contains("70 simulated") && data.contains("labelled"),
        "{data}"
    );
    assert_eq!(card["members"].as_u64(), Some(5));
    for figure in ["old_sky_accuracy_before", "old_sky_accuracy_after"] {
        let value = card["figures"][figure].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&value), "{figure} {value}");
    }
    let model = sky.path("taught.forest").display().to_string();
    let sky_path = sky.path("sky").display().to_string();
    let scores = sky.path("scores.csv").display().to_string();
    let scored = destello(&[
        "score",
        &sky_path,
        "--model",
        &model,
        "--model",
        "recurrent",
        "--out",
        &scores,
    ]);
    // Before the third epoch a forest says nothing, which is told.
    assert_eq!(scored.status.code(), Some(2), "{}", text(&scored.stderr));
    let head = fs::read_to_string(&scores).unwrap();
    let head = head.lines().next().unwrap();
    assert!(head.contains("supernova_forest"), "{head}");
    let explained = destello(&["explain", &sky_path, "--model", &model, "--out", &scores]);
    let why = text(&explained.stderr);
    assert!(why.contains("random forest"), "{why}");
}

#[test]
fn the_same_seed_teaches_the_same_and_labels_of_few_epochs_teach_the_head() {
    let sky = Sky::new("triplets", "mixed", 16);
    let truths = truths(&sky);
    let rows: Vec<_> = truths.iter().map(|(id, class)| (&**id, &**class)).collect();
    let labels = sky.labels(&rows);
    let tune = |out: &str, seed: &str| {
        let done = sky.tune("compact", &labels, out, &["--steps", "4", "--seed", seed]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        let said = text(&done.stdout);
        said.split_whitespace().next().unwrap().to_owned()
    };
    let first = tune("a.safetensors", "5");
    assert_eq!(first, tune("b.safetensors", "5"));
    assert_ne!(first, tune("c.safetensors", "6"));
    let recipe = card(&sky.path("a.safetensors"));
    let recipe = recipe["training"]["recipe"].as_str().unwrap().to_owned();
    assert!(
        recipe.contains("of head") && !recipe.contains("of all layers"),
        "{recipe}"
    );
}

#[test]
fn what_cannot_teach_is_refused_and_nothing_is_written() {
    let sky = Sky::new("triplets", "mixed", 8);
    let truths = truths(&sky);
    let id = |at: usize| &*truths[at].0;
    let refused = |labels: &str, out: &str, model: &str| {
        let done = sky.tune(model, labels, out, &[]);
        assert!(!done.status.success());
        assert!(!sky.path(out).exists());
        text(&done.stderr)
    };
    let alike = sky.labels(&[(id(0), "real"), (id(1), "real"), (id(2), "SN")]);
    let why = refused(&alike, "x.safetensors", "compact");
    assert!(why.contains("all labels are real"), "{why}");
    let unknown = sky.labels(&[(id(0), "nothing"), (id(1), "no such thing")]);
    let why = refused(&unknown, "x.safetensors", "compact");
    assert!(why.contains("no label to learn from"), "{why}");
    assert!(
        why.contains("\"no such thing\" is no class of compact"),
        "{why}"
    );
    let good = sky.labels(&[(id(0), "real"), (id(1), "bogus")]);
    let why = refused(&good, "x.txt", "compact");
    assert!(why.contains(".safetensors"), "{why}");
    let why = refused(&good, "x.safetensors", "nowhere");
    assert!(why.contains("nowhere"), "{why}");
}

#[test]
fn labels_without_a_class_can_become_new_classes() {
    let sky = Sky::new("sequences", "hits2015", 21);
    let truths = truths(&sky);
    let renamed = |class: &str| match class {
        "galaxy" => "AGN".to_owned(),
        other => other.to_owned(),
    };
    let rows: Vec<(String, String)> = truths
        .iter()
        .map(|(id, class)| (id.clone(), renamed(class)))
        .collect();
    let rows: Vec<_> = rows.iter().map(|(id, class)| (&**id, &**class)).collect();
    let labels = sky.labels(&rows);
    let few = ["--steps", "3", "--no-hold-out"];
    let without = sky.tune("recurrent", &labels, "seven.safetensors", &few);
    let said = text(&without.stderr);
    assert!(
        without.status.success() && said.contains("label \"AGN\" is no class of recurrent"),
        "{said}"
    );
    let more = [&few[..], &["--new-classes"]].concat();
    let with = sky.tune("recurrent", &labels, "eight.safetensors", &more);
    let said = text(&with.stderr);
    assert!(with.status.success() && said.contains("3 AGN"), "{said}");
    let model = sky.path("eight.safetensors");
    let classes = card(&model)["classes"].as_array().unwrap().clone();
    assert_eq!((classes.len(), classes[7].as_str()), (8, Some("AGN")));
    let scores = sky.path("scores.csv").display().to_string();
    let path = sky.path("sky").display().to_string();
    let model = model.display().to_string();
    let scored = destello(&["score", &path, "--model", &model, "--out", &scores]);
    assert!(scored.status.success(), "{}", text(&scored.stderr));
    let head = fs::read_to_string(&scores).unwrap();
    assert!(head.lines().next().unwrap().contains("AGN"), "{head}");
    // What tells real from bogus has no room for a third class.
    let odd: Vec<_> = rows.iter().map(|(id, _)| (*id, "odd thing")).collect();
    let two = sky.tune("compact", &sky.labels(&odd), "two.safetensors", &more);
    let why = text(&two.stderr);
    assert!(
        !two.status.success() && why.contains("a further class"),
        "{why}"
    );
    assert!(!sky.path("two.safetensors").exists());
}

#[test]
fn every_part_of_the_recipe_does_something_and_the_card_says_what_is_left_out() {
    let sky = Sky::new("sequences", "hits2015", 21);
    let truths = truths(&sky);
    let four = ["supernova", "rr_lyrae", "eclipsing_binary", "non_variable"];
    let rows: Vec<_> = truths
        .iter()
        .filter(|(_, class)| four.contains(&&**class))
        // Unequal numbers, so that balancing changes something.
        .filter(|(id, class)| class != "rr_lyrae" || id.ends_with(['1', '4', '8']))
        .map(|(id, class)| (&**id, &**class))
        .collect();
    let labels = sky.labels(&rows);
    let parts = [
        "head",
        "all-layers",
        "replay",
        "balance",
        "turns",
        "prior",
        "average",
    ];
    let mut versions = std::collections::BTreeSet::new();
    let tuned = |without: Option<&str>| {
        // No stage is left out for what it forgets: all parts lie open.
        let open = ["--most-forgotten", "100"];
        let mut more = vec!["--steps", "3", "--no-hold-out", "--overwrite"];
        more.extend(open);
        more.extend(without.iter().flat_map(|part| ["--without", part]));
        let done = sky.tune("recurrent", &labels, "plain.safetensors", &more);
        assert!(done.status.success(), "{without:?}: {}", text(&done.stderr));
        let said = text(&done.stdout);
        let version = said.split_whitespace().next().unwrap().to_owned();
        (version, card(&sky.path("plain.safetensors")))
    };
    assert!(versions.insert(tuned(None).0));
    for part in parts {
        let (version, card) = tuned(Some(part));
        assert!(versions.insert(version), "{part} does nothing");
        let recipe = card["training"]["recipe"].as_str().unwrap();
        assert!(
            recipe.contains(&format!("without {part}; before")),
            "{recipe}"
        );
    }
    let none = ["--without", "head,all-layers"];
    let nothing = sky.tune("recurrent", &labels, "x.safetensors", &none);
    assert!(
        text(&nothing.stderr).contains("no part left"),
        "{}",
        text(&nothing.stderr)
    );
    let wrong = sky.tune(
        "recurrent",
        &labels,
        "x.safetensors",
        &["--without", "luck"],
    );
    assert!(
        text(&wrong.stderr).contains("no part \"luck\""),
        "{}",
        text(&wrong.stderr)
    );
    for model in ["forest", "vade"] {
        let refused = sky.tune(model, &labels, "x.safetensors", &["--steps", "2"]);
        assert!(
            text(&refused.stderr).contains("--steps is for networks"),
            "{model}"
        );
    }
}
