//! Texts of the window: each stands in the file of every language, and no view shows one that cannot be translated.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use destello::{
    language,
    workspace::action::{ACTIONS, Menu},
};
use proc_macro2::{TokenStream, TokenTree};

use super::sources;

/// Folders whose texts people read in the window.
const SHOWN: [&str; 3] = ["features/", "widgets/", "window/"];

/// Calls that show their texts.
const SHOWING: [&str; 15] = [
    "button",
    "checkbox",
    "collapsing",
    "heading",
    "hint_text",
    "label",
    "menu_button",
    "named",
    "on_disabled_hover_text",
    "on_hover_text",
    "radio_value",
    "selectable_label",
    "selectable_value",
    "small_button",
    "weak",
];

/// What is written alike in every language.
const ALIKE: [&str; 8] = [
    "MJD (scale)",
    "PCA",
    "RA, Dec",
    "SAMP",
    "UTC",
    "ana, luis, mei",
    "postgresql://user@host/database",
    "t-SNE",
];

fn spanish() -> BTreeMap<String, String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/languages/es.toml");
    let text = fs::read_to_string(file).unwrap();
    language::read(&text).unwrap().into_iter().collect()
}

/// The sources without their tests, as tokens.
fn tokens() -> BTreeMap<String, TokenStream> {
    let tokens = |(file, source): (String, String)| {
        let source = source.split("\n#[cfg(test)]\nmod ").next().unwrap();
        (file, source.parse().unwrap())
    };
    sources().into_iter().map(tokens).collect()
}

/// What a token is, if it is a text.
fn literal(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else {
        return None;
    };
    let literal = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok()?;
    Some(literal.value())
}

/// Each name that is followed by brackets, with what is in them; a macro's has its `!`.
fn calls(tokens: &TokenStream, each: &mut dyn FnMut(&str, &[TokenTree])) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        match &tokens[..at] {
            [.., TokenTree::Ident(name), TokenTree::Punct(sign)] if sign.as_char() == '!' => {
                each(&format!("{name}!"), &inside);
            }
            [.., TokenTree::Ident(name)] => each(&name.to_string(), &inside),
            _ => (),
        }
        calls(&group.stream(), each);
    }
}

/// Names in braces.
fn names(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts
        .filter_map(|part| Some(part.split_once('}')?.0))
        .collect()
}

/// Every English text that can be translated.
fn english() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for tokens in tokens().values() {
        calls(tokens, &mut |name, inside| match name {
            "text!" | "english!" => found.extend(inside.first().and_then(literal)),
            "counted" => {
                let thing = inside.iter().rev().find_map(literal);
                found.extend(thing.iter().cloned());
                found.extend(thing.map(|thing| format!("{thing}s")));
            }
            _ => (),
        });
    }
    for info in ACTIONS {
        found.extend([info.english_title(), info.english_help()].map(str::to_owned));
    }
    found.extend(Menu::ALL.map(|menu| menu.title().to_owned()));
    found
}

#[test]
fn every_text_of_the_window_is_in_spanish() {
    let (english, spanish) = (english(), spanish());
    let known: BTreeSet<String> = spanish.keys().cloned().collect();
    let missing: Vec<_> = english.difference(&known).collect();
    assert!(missing.is_empty(), "not in es.toml: {missing:#?}");
    let left: Vec<_> = known.difference(&english).collect();
    assert!(left.is_empty(), "nowhere in the source: {left:#?}");
    for (english, spanish) in &spanish {
        assert_eq!(names(english), names(spanish), "{english}");
        assert!(!spanish.trim().is_empty(), "{english}");
    }
}

#[test]
fn no_view_shows_what_cannot_be_translated() {
    let mut bare = Vec::new();
    let shown = |file: &str| SHOWN.iter().any(|folder| file.starts_with(folder));
    for (file, tokens) in tokens().iter().filter(|(file, _)| shown(file)) {
        calls(tokens, &mut |name, inside| {
            if !SHOWING.contains(&name) {
                return;
            }
            let bare_texts = inside.iter().filter_map(literal);
            let is_word = |text: &String| {
                let letters = text.chars().filter(|c| c.is_alphabetic()).count();
                letters > 1 && !ALIKE.contains(&text.as_str())
            };
            bare.extend(
                bare_texts
                    .filter(is_word)
                    .map(|text| format!("{file}: {text}")),
            );
        });
    }
    assert!(bare.is_empty(), "{bare:#?}");
}
