//! No import circle of more than three files.

use std::collections::{BTreeMap, BTreeSet};

use crate::module_graph::{Imports, imports};

/// Two or three files may lean on each other; more cannot be read in order.
const LARGEST: usize = 3;

#[test]
fn no_import_circle_of_more_than_three_files() {
    let sources = crate::sources().into_iter().collect();
    let imports = imports(&sources);
    let large: Vec<_> = circles(&imports)
        .iter()
        .filter(|files| files.len() > LARGEST)
        .map(|files| describe(files, &imports))
        .collect();
    assert!(large.is_empty(), "\n{}", large.join("\n"));
}

/// The strongly connected components of two files and more.
fn circles(imports: &Imports) -> Vec<BTreeSet<&str>> {
    let mut direct: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in imports.keys() {
        direct.entry(from).or_default().push(to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = direct
        .keys()
        .map(|from| (*from, reached_from(from, &direct)))
        .collect();
    let mut found = BTreeSet::new();
    for (file, theirs) in &reached {
        let circle: BTreeSet<&str> = theirs
            .iter()
            .filter(|other| reached.get(*other).is_some_and(|back| back.contains(file)))
            .copied()
            .collect();
        if !circle.is_empty() {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

fn reached_from<'a>(from: &'a str, direct: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for next in direct.get(file).into_iter().flatten() {
            if reached.insert(*next) {
                open.push(next);
            }
        }
    }
    reached
}

fn describe(files: &BTreeSet<&str>, imports: &Imports) -> String {
    let mut lines = vec![format!("a circle of {} files:", files.len())];
    for ((from, to), path) in imports {
        if files.contains(from.as_str()) && files.contains(to.as_str()) {
            lines.push(format!("  {from} uses {to} ({path})"));
        }
    }
    lines.join("\n")
}

/// The imports of a made-up crate: paths below `src` and their texts.
fn imports_of(files: &[(&str, &str)]) -> Imports {
    let owned = files
        .iter()
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
    imports(&owned.collect())
}

/// `from > to`, for short.
fn edges(imports: &Imports) -> Vec<String> {
    let shorten = |file: &str| file.trim_end_matches(".rs").to_owned();
    imports
        .keys()
        .map(|(from, to)| format!("{} > {}", shorten(from), shorten(to)))
        .collect()
}

#[test]
fn a_circle_through_a_public_use_is_found() {
    let found = imports_of(&[
        ("lib.rs", "mod sky;"),
        (
            "sky/mod.rs",
            "mod star; mod light; mod dust; mod wind; mod alone;
             pub use star::Star; pub use light::*; pub use self::dust::Dust as Cloud;",
        ),
        ("sky/star.rs", "use super::Light; pub struct Star(Light);"),
        (
            "sky/light.rs",
            "use crate::sky::Cloud; pub struct Light(Cloud);",
        ),
        (
            "sky/dust.rs",
            "pub struct Dust; fn blow() { super::wind::blow(); }",
        ),
        (
            "sky/wind.rs",
            "pub fn blow() { let _ = super::Star(todo!()); }",
        ),
        ("sky/alone.rs", "use super::Star; fn look(_: Star) {}"),
    ]);
    let circles = circles(&found);
    assert_eq!(circles.len(), 1);
    assert_eq!(
        circles[0].iter().copied().collect::<Vec<_>>(),
        ["sky/dust.rs", "sky/light.rs", "sky/star.rs", "sky/wind.rs"]
    );
    let described = describe(&circles[0], &found);
    assert!(described.contains("sky/star.rs uses sky/light.rs (super::Light)"));
    assert!(!described.contains("sky/alone.rs"));
}

#[test]
fn a_nested_use_tree_names_every_file() {
    let found = imports_of(&[
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "use crate::b::{self, c::{self, Deep as D, inner::{Kind::{self, One}, E}}, F};
             fn all() { b::g(); c::h(); }",
        ),
        (
            "b/mod.rs",
            "pub mod c; pub struct F; pub use self::g_file::g; mod g_file;",
        ),
        (
            "b/c.rs",
            "pub mod inner; pub struct Deep; pub use self::other::h; mod other;",
        ),
        ("b/c/inner.rs", "pub enum Kind { One } pub struct E;"),
        ("b/c/other.rs", "pub fn h() {}"),
        ("b/g_file.rs", "pub fn g() {}"),
    ]);
    let of_a: Vec<_> = edges(&found)
        .into_iter()
        .filter(|edge| edge.starts_with("a >"))
        .collect();
    let expected = ["b/c", "b/c/inner", "b/c/other", "b/g_file", "b/mod"];
    assert_eq!(of_a, expected.map(|file| format!("a > {file}")));
}

#[test]
fn super_super_and_modules_inside_a_file_are_followed() {
    let found = imports_of(&[
        ("lib.rs", "mod top; mod side;"),
        ("top/mod.rs", "mod low; pub const SIZE: usize = 1;"),
        (
            "top/low/mod.rs",
            "mod lowest; mod inside { pub fn up() -> usize { super::super::SIZE } }",
        ),
        (
            "top/low/lowest.rs",
            "use super::super::super::side::Side; pub fn f(_: Side) {}",
        ),
        ("side.rs", "pub struct Side;"),
    ]);
    assert_eq!(
        edges(&found),
        ["top/low/lowest > side", "top/low/mod > top/mod"]
    );
}

#[test]
fn a_child_that_imports_its_sister_does_not_import_their_parent() {
    let found = imports_of(&[
        ("lib.rs", "mod pair;"),
        (
            "pair/mod.rs",
            "mod left; mod right; pub use left::Left; pub fn both() {}",
        ),
        ("pair/left.rs", "pub struct Left;"),
        (
            "pair/right.rs",
            "use super::left::Left; fn f() { super::both(); Left; }",
        ),
    ]);
    assert_eq!(
        edges(&found),
        [
            "pair/mod > pair/left",
            "pair/right > pair/left",
            "pair/right > pair/mod"
        ]
    );
}

#[test]
fn paths_inside_macro_calls_count() {
    let found = imports_of(&[
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "fn f() { assert!(vec![0, crate::b::zero()].is_empty()); }",
        ),
        ("b.rs", "pub fn zero() -> u8 { 0 }"),
    ]);
    assert_eq!(edges(&found), ["a > b"]);
}

#[test]
fn exported_macros_are_found_at_the_root() {
    let found = imports_of(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::one; fn f() { one!(); crate::two!(); }"),
        (
            "b.rs",
            "#[macro_export] macro_rules! one { () => {}; } #[macro_export] macro_rules! two { () => {}; }",
        ),
    ]);
    assert_eq!(edges(&found), ["a > b"]);
}

#[test]
fn code_for_tests_and_outside_crates_are_left_out() {
    let found = imports_of(&[
        ("lib.rs", "mod a; mod b; #[cfg(test)] mod not_even_there;"),
        (
            "a.rs",
            "use std::fmt; use ::b::X; impl fmt::Debug for A {} pub struct A;
             impl A { #[cfg(test)] fn t() { crate::b::f(); } }
             #[cfg(test)] use crate::b::f;
             #[cfg(test)] mod tests { use crate::b; fn t() { b::f(); } }
             #[cfg(all(test, unix))] fn u() { crate::b::f(); }",
        ),
        ("b.rs", "pub fn f() { fmt::f(); } mod fmt { pub fn f() {} }"),
    ]);
    assert_eq!(edges(&found), [""; 0]);
}

#[test]
fn a_ring_of_public_uses_ends() {
    let found = imports_of(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "pub use crate::b::*; pub struct A;"),
        ("b.rs", "pub use crate::a::*; pub struct B;"),
        ("c.rs", "use crate::a::B; use crate::b::A;"),
    ]);
    assert_eq!(edges(&found), ["a > b", "b > a", "c > a", "c > b"]);
}

#[test]
#[should_panic(expected = "`crate::b::Missing` leads nowhere")]
fn a_path_that_leads_nowhere_is_reported() {
    imports_of(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::Missing;"),
        ("b.rs", "pub struct There;"),
    ]);
}
