//! Pages of models: what is made out of their cards is what the cards have, and no figure is typed by hand.
//!
//! `make cards` (`DESTELLO_WRITE_CARDS=1`) writes that part of the pages.

use std::{env, fs, path::PathBuf};

use destello::{
    domain::ModelCard,
    learn::fusion::Fusion,
    workspace::{latent_models, model_page, models},
};

fn file(name: &str, ending: &str) -> PathBuf {
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/models");
    assets.join(format!("{name}.{ending}"))
}

/// Names of all models that ship.
fn names() -> Vec<String> {
    let cards = fs::read_dir(file("cap", "json").parent().unwrap()).unwrap();
    let cards = cards.map(|entry| entry.unwrap().path());
    let cards = cards.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut names: Vec<String> = cards.map(stem).collect();
    names.sort();
    names
}

/// The card as it lies beside the model.
pub fn card(name: &str) -> ModelCard {
    let text = fs::read_to_string(file(name, "json")).unwrap();
    if name == "fusion" {
        let fusion = Fusion::parse(name, &text).unwrap();
        return fusion.card(&card(&fusion.network));
    }
    serde_json::from_str(&text).unwrap()
}

#[test]
fn pages_have_what_the_cards_have() {
    let is_writing = env::var_os("DESTELLO_WRITE_CARDS").is_some();
    let mut old = Vec::new();
    for name in names() {
        let path = file(&name, "md");
        let page = fs::read_to_string(&path).unwrap();
        let (by_hand, _) = page.split_once(model_page::MADE).unwrap();
        let made = model_page::made(&card(&name));
        let now = format!("{by_hand}{}\n\n{made}", model_page::MADE);
        if is_writing {
            fs::write(&path, &now).unwrap();
        } else if page != now {
            old.push(name);
        }
    }
    assert!(
        old.is_empty(),
        "`make cards` makes these pages anew: {old:?}"
    );
}

#[test]
fn every_model_has_a_page_with_all_its_parts_and_no_figure_typed_by_hand() {
    for name in names() {
        let page = fs::read_to_string(file(&name, "md")).unwrap();
        let (by_hand, _) = page.split_once(model_page::MADE).unwrap();
        let mut heads = by_hand.lines().filter(|line| line.starts_with("## "));
        for head in [
            "## Intended use",
            "## Limits",
            "## Training data and licences",
            "## What was measured",
        ] {
            assert_eq!(heads.next(), Some(head), "{name}");
        }
        let by_hand = by_hand
            .replace("GPL-3.0", "GPL")
            .replace("3.0-or-later", "");
        let signs: Vec<char> = by_hand.chars().collect();
        let is_figure = |at: &[char]| {
            (at[0].is_ascii_digit() && at[1] == '.' && at[2].is_ascii_digit())
                || at[1] == '%'
                || (at[0] == ' ' && at[1] == '.' && at[2].is_ascii_digit())
        };
        let typed = signs.windows(3).find(|at| is_figure(at));
        assert_eq!(typed, None, "{name}");
        assert!(
            model_page::page(&name).is_some(),
            "the program does not show {name}"
        );
    }
}

/// The JSON beside a model is for people who have no destello: it is the card inside.
#[test]
fn cards_beside_models_are_those_inside() {
    let inside = models::shipped()
        .into_iter()
        .chain(latent_models::shipped());
    let mut count = 0;
    for inside in inside {
        assert_eq!(card(&inside.name), inside, "{}", inside.name);
        count += 1;
    }
    assert_eq!(count + 1, names().len(), "the fusion is a card by itself");
}
