//! Figures that the guide has and a file has too are those of the file: of the cards of models, and of the benches.

use std::{collections::BTreeMap, fs, path::PathBuf};

use destello::domain::{ModelInput, words::thousands};

use super::{cards::card, guide::shell_lines, page::Summary};

/// A page of the guide, each paragraph and each row of a table as one line.
fn page(name: &str) -> Vec<String> {
    let path = format!("assets/guide/{name}.md");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut lines = vec![String::new()];
    for line in fs::read_to_string(path).unwrap().lines() {
        if line.is_empty() || line.starts_with('|') {
            lines.push(line.to_owned());
        } else {
            let last = lines.last_mut().unwrap();
            last.push(' ');
            last.push_str(line);
        }
    }
    lines
}

/// The paragraph or row that has all these words.
fn line_with<'a>(lines: &'a [String], words: &[&str]) -> &'a str {
    let found = lines
        .iter()
        .find(|line| words.iter().all(|word| line.contains(word)));
    found.unwrap_or_else(|| panic!("no line with {words:?}"))
}

/// A share as the guide writes it: `.984`.
fn share(value: f64) -> String {
    format!("{value:.3}").trim_start_matches('0').to_owned()
}

/// The number before ` steps of 64` in the recipe of a card.
fn steps(recipe: &str) -> u64 {
    let before = recipe.split(" steps of 64").next().unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn sizes_of_networks_are_those_of_their_cards() {
    let lines = page("real_or_bogus");
    for name in ["cap", "compact", "context"] {
        let row = line_with(&lines, &[&format!("| `{name}` |"), "million"]);
        let parameters = thousands(card(name).parameters as u64);
        assert!(row.contains(&format!("| {parameters} |")), "{name}: {row}");
    }
}

#[test]
fn what_context_was_shown_and_how_well_it_ranks_each_survey_is_in_its_card() {
    let card = card("context");
    let lines = page("real_or_bogus");
    let shown = line_with(&lines, &["`context` as shipped has seen "]);
    let examples = thousands(card.training.examples);
    assert!(shown.contains(&format!("{examples} different triplets")));
    let loss = share(card.figures["validation_loss"]);
    assert!(shown.contains(&format!("({loss})")), "{loss}: {shown}");
    let mut surveys = 0;
    for (figure, value) in &card.figures {
        let Some(place) = figure.strip_prefix("auc_") else {
            continue;
        };
        let (survey, seed) = place.split_once("_seed_").unwrap();
        let named = format!("| `{survey}`");
        let row = lines.iter().find(|line| {
            let head = line.trim_start_matches('|').split('|').next();
            let is_seed = head.is_some_and(|head| head.trim().ends_with(&format!(", {seed}")));
            line.starts_with(&named) && is_seed
        });
        let cells: Vec<&str> = row.unwrap().trim_matches('|').split('|').collect();
        let stated = cells[2].trim().trim_start_matches("**");
        assert!(stated.starts_with(&share(*value)), "{figure}: {stated}");
        surveys += 1;
    }
    assert!(surveys >= 7, "{surveys} surveys");
}

#[test]
fn how_the_shipped_networks_were_trained_is_in_their_cards() {
    let compact = card("compact").training;
    let row = page("real_or_bogus");
    let row = line_with(&row, &["`compact` as shipped ("]);
    let stated = format!("({} steps of 64", thousands(steps(&compact.recipe)));
    assert!(row.contains(&stated), "{stated}: {row}");

    let cap = card("cap").training;
    let stated = format!(
        "`cap` as shipped ({} steps, {} examples",
        thousands(steps(&cap.recipe)),
        thousands(cap.examples)
    );
    line_with(&page("real_or_bogus"), &[&stated]);

    let recurrent = card("recurrent");
    let lines = page("sequences");
    let row = line_with(&lines, &["`recurrent` as shipped ("]);
    for stated in [
        format!("({} parameters", thousands(recurrent.parameters as u64)),
        format!(
            "{} steps of 64",
            thousands(steps(&recurrent.training.recipe))
        ),
        format!("{} presentations", thousands(recurrent.training.examples)),
        format!("temperature {:.2}", recurrent.figures["temperature"]),
        format!(
            "calibration error {:.3}",
            recurrent.figures["calibration_error"]
        ),
    ] {
        assert!(row.contains(&stated), "{stated}: {row}");
    }

    let forest = card("forest");
    let ModelInput::Features(plan) = &forest.input else {
        panic!("the forest is not made of features");
    };
    let features = plan.features.len();
    line_with(&lines, &[&format!("random forest on {features} features")]);
}

#[test]
fn figures_of_clusters_are_those_of_the_card() {
    let figures = card("vade").figures;
    let lines = page("latent");
    let share_of = |name: &str| share(figures[name]);
    let row = format!(
        "| as shipped: upright, focus, pixel variance .02 | {} | {} |",
        share_of("accuracy_majority_label"),
        share_of("nmi")
    );
    line_with(&lines, &[&row]);
    let ari = format!("ARI is {}", share_of("ari"));
    let hungarian = format!("method {}", share_of("accuracy_hungarian"));
    let components = format!("{} components stand for", figures["components"]);
    line_with(&lines, &[&ari, &hungarian, &components]);
}

/// Options of a command line and what follows each.
fn options(command: &str) -> BTreeMap<String, String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let named = words.windows(2).filter(|pair| pair[0].starts_with("--"));
    named.map(|pair| (pair[0].into(), pair[1].into())).collect()
}

/// The name that a file stands for, wherever it lies: a survey that comes with the program may be given as its file.
fn without_place(value: &str) -> &str {
    let name = value.rsplit_once('/').map(|(_, name)| name);
    name.map_or(value, |name| name.split('.').next().unwrap())
}

/// What the guide has as the command of a model that ships gives what its card has; places of files may differ.
#[test]
fn commands_that_make_the_shipped_models_are_those_of_their_cards() {
    for (guide, network) in [
        ("training", "compact"),
        ("training", "cap"),
        ("training", "context"),
        ("sequences", "recurrent"),
        ("sequences", "forest"),
        ("latent", "vade"),
    ] {
        let trained = options(&card(network).training.command);
        let path = format!("assets/guide/{guide}.md");
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
        let lines = shell_lines(&fs::read_to_string(path).unwrap());
        let ending = format!(" --out {network}.");
        let mut trainings = lines.iter();
        let made =
            trainings.find(|line| line.starts_with("destello train ") && line.contains(&ending));
        let made = options(made.unwrap_or_else(|| panic!("{guide} makes no {network}")));
        for (option, value) in made {
            if !["--out", "--templates"].contains(&option.as_str()) {
                let trained = trained.get(&option).map(|value| without_place(value));
                assert_eq!(trained, Some(&*value), "{network}: {option}");
            }
        }
    }
}

#[test]
fn figures_of_benches_on_the_page_of_large_sets_are_those_that_were_kept() {
    let kept = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/guide/measured.json");
    let kept: Summary = serde_json::from_str(&fs::read_to_string(kept).unwrap()).unwrap();
    let result = |words: &[&str]| -> &str {
        let mut rows = kept.rows.iter();
        let row = rows.find(|row| words.iter().all(|word| row.what.contains(word)));
        &row.unwrap().result
    };
    let lines = page("scale");
    let packets = result(&["ZTF packets"]);
    let rate = packets.split(" packets a second").next().unwrap();
    let rate = rate.rsplit(' ').next().unwrap();
    line_with(&lines, &[&format!("decoded at {rate} a second and core")]);

    let before = |text: &str, unit: &str| -> String {
        let head = text.split(unit).next().unwrap();
        head.rsplit(' ').next().unwrap().to_owned()
    };
    let clocks = line_with(&lines, &["by the clock; all of them after"]);
    for (of, by_the_clock) in [("FITS files", "FITS; "), ("rows of Parquet", "Parquet; ")] {
        let (first, second) = (result(&[of, "first opening"]), result(&[of, "second"]));
        let core = |text| before(text, " s of a core");
        let clock = |text| before(text, " s by the clock");
        let row = line_with(&lines, &["| 60,000", of]);
        let index = first.split("index of ").nth(1).unwrap();
        let stated = format!("| {} s | {} s | {index} |", core(first), core(second));
        assert!(row.ends_with(&stated), "{stated}: {row}");
        let stated = format!("({by_the_clock}{} s", clock(first));
        assert!(clocks.contains(&stated), "{stated}: {clocks}");
    }
}
