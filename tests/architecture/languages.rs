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
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::sources;

/// Folders whose texts people read in the window.
const SHOWN: [&str; 4] = ["features/", "widgets/", "window/", "workspace/"];

/// Calls that show their texts.
const SHOWING: [&str; 25] = [
    "Button::new",
    "Checkbox::new",
    "CollapsingHeader::new",
    "Label::new",
    "RichText::new",
    "Window::new",
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
    "report",
    "report_decision",
    "selectable_label",
    "selectable_value",
    "small_button",
    "strong",
    "warn",
    "weak",
];

/// What is written alike in every language: whole texts and words.
const ALIKE: [&str; 13] = [
    "Dec",
    "MJD",
    "MJD (scale)",
    "PCA",
    "RA",
    "SAMP",
    "UTC",
    "ana, luis, mei",
    "arcsec",
    "destello",
    "mag",
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

/// True where a text has words that another language has others for.
fn has_words(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphabetic());
    let mut words = words.filter(|word| word.chars().count() > 1);
    !ALIKE.contains(&text) && words.any(|word| !ALIKE.contains(&word))
}

/// What a format has outside of its braces.
fn outside_of_braces(format: &str) -> String {
    let (first, rest) = format.split_once('{').unwrap_or((format, ""));
    let rest = rest.split('{').filter_map(|part| part.split_once('}'));
    rest.fold(first.to_owned(), |all, (_, text)| format!("{all} {text}"))
}

/// The texts that a call is given: its own, those of blocks and branches in it, and those of formats; not those that
/// another call in it is given.
fn given(tokens: &[TokenTree]) -> Vec<String> {
    let mut texts = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            texts.extend(literal(token));
            continue;
        };
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        match &tokens[..at] {
            [.., TokenTree::Ident(name), TokenTree::Punct(sign)] if sign.as_char() == '!' => {
                let format = inside.first().filter(|_| name == "format");
                texts.extend(
                    format
                        .and_then(literal)
                        .map(|text| outside_of_braces(&text)),
                );
            }
            [.., TokenTree::Ident(_)] if group.delimiter() != Delimiter::Brace => {}
            _ if group.delimiter() == Delimiter::Bracket => {}
            _ => texts.extend(given(&inside)),
        }
    }
    texts
}

/// Each name that is followed by brackets, with what is in them; a macro's has its `!`, and one of a path is
/// given with what is before it too.
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
            [before @ .., TokenTree::Ident(name)]
                if group.delimiter() == Delimiter::Parenthesis =>
            {
                if let [
                    ..,
                    TokenTree::Ident(kind),
                    TokenTree::Punct(_),
                    TokenTree::Punct(_),
                ] = before
                {
                    each(&format!("{kind}::{name}"), &inside);
                }
                each(&name.to_string(), &inside);
            }
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
            let texts = given(inside).into_iter().filter(|text| has_words(text));
            bare.extend(texts.map(|text| format!("{file}: {text}")));
        });
        // A view makes no sentence that it does not show.
        if file.starts_with("widgets/") || file.ends_with("view.rs") || file.contains("/view/") {
            calls(tokens, &mut |name, inside| {
                let format = inside.first().filter(|_| name == "format!");
                let text = format.and_then(literal);
                let text = text.filter(|text| has_words(&outside_of_braces(text)));
                bare.extend(text.map(|text| format!("{file}: {text}")));
            });
        }
    }
    assert!(bare.is_empty(), "{bare:#?}");
}

#[test]
fn texts_are_found_in_formats_branches_and_widgets() {
    let source = r#"
        ui.label(format!("labels ({n}) of {all}"));
        ui.label(if few { "one epoch" } else { text!("several epochs") });
        ui.add(Button::new("Stop it").frame(false));
        shared.warn(format!("{why}; {count} SAMP"), now);
        ui.label(of(shared, "key of something"));
    "#;
    let mut found = Vec::new();
    calls(&source.parse().unwrap(), &mut |name, inside| {
        if SHOWING.contains(&name) {
            let texts = given(inside).into_iter().filter(|text| has_words(text));
            found.extend(texts.map(|text| text.trim().to_owned()));
        }
    });
    assert_eq!(found, ["labels ( ) of", "one epoch", "Stop it"]);
}
