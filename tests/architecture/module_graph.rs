//! Which file imports which: `use` trees and inline paths, followed through re-exports to the file
//! that defines the name. Code for tests only is left out.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Item, ItemMod, ItemUse, Macro, UseTree,
    visit::{self, Visit},
};

/// An import from one file to another, with a path that makes it, as it is written.
pub type Imports = BTreeMap<(String, String), String>;

/// One module of the tree: a file, or a `mod name { … }` inside one.
#[derive(Default)]
struct Module {
    file: String,
    parent: usize,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    uses: Vec<Use>,
    /// Every path with `::` in it outside `use`.
    paths: BTreeSet<Vec<String>>,
}

struct Use {
    /// The name that it brings into the module; none for `*`.
    name: Option<String>,
    path: Vec<String>,
}

#[derive(Clone, Copy)]
enum Target {
    Module(usize),
    /// An item, defined in this module.
    Item(usize),
    /// Something of another crate.
    Outside,
}

struct Tree<'a> {
    sources: &'a BTreeMap<String, String>,
    modules: Vec<Module>,
    /// Macros with `#[macro_export]`, which are reached from the root of the crate, and the module that defines each.
    exported: BTreeMap<String, usize>,
}

const ROOT: usize = 0;

/// The imports between the files of a crate whose sources are given by their path below `src`.
///
/// A module that is imported as a whole makes no import by itself: what is reached through its
/// name does. `use module::*` counts as an import of that module's file.
///
/// # Panics
/// Where a source does not parse, or a path into the crate leads nowhere.
pub fn imports(sources: &BTreeMap<String, String>) -> Imports {
    let mut tree = Tree {
        sources,
        modules: Vec::new(),
        exported: BTreeMap::new(),
    };
    tree.add_file("lib.rs", "", ROOT);

    let mut found = Imports::new();
    for (at, module) in tree.modules.iter().enumerate() {
        let uses = module
            .uses
            .iter()
            .map(|used| (&used.path, used.name.is_none()));
        let inline = module.paths.iter().map(|path| (path, false));
        for (path, is_glob) in uses.chain(inline) {
            let targets = tree.resolve(at, path, &mut BTreeSet::new());
            let written = path.join("::");
            assert!(
                !targets.is_empty(),
                "{}: `{written}` leads nowhere",
                module.file
            );
            for target in targets {
                let defined = match target {
                    Target::Item(owner) => owner,
                    Target::Module(owner) if is_glob => owner,
                    Target::Module(_) | Target::Outside => continue,
                };
                let file = &tree.modules[defined].file;
                if *file != module.file {
                    found
                        .entry((module.file.clone(), file.clone()))
                        .or_insert_with(|| written.clone());
                }
            }
        }
    }
    found
}

impl Tree<'_> {
    /// Adds a file and all modules below it; `folder` is where its children lie.
    fn add_file(&mut self, file: &str, folder: &str, parent: usize) -> usize {
        let text = &self.sources[file];
        let parsed = syn::parse_file(text).unwrap_or_else(|why| panic!("{file}: {why}"));
        self.add_module(file, folder, parent, &parsed.items)
    }

    fn add_module(&mut self, file: &str, folder: &str, parent: usize, items: &[Item]) -> usize {
        let at = self.modules.len();
        let mut collector = Collector {
            module: Module {
                file: file.to_owned(),
                parent,
                ..Module::default()
            },
            children: Vec::new(),
        };
        for item in items {
            collector.module.items.extend(item_name(item));
            if let Item::Macro(exported) = item
                && let Some(name) = &exported.ident
                && exported.attrs.iter().any(is_macro_export)
            {
                self.exported.insert(name.to_string(), at);
            }
            collector.visit_item(item);
        }
        self.modules.push(collector.module);
        for child in collector.children {
            let name = child.ident.to_string();
            let below = format!("{folder}{name}/");
            let index = if let Some((_, items)) = &child.content {
                self.add_module(file, &below, at, items)
            } else {
                let flat = format!("{folder}{name}.rs");
                let nested = format!("{below}mod.rs");
                let is_flat = self.sources.contains_key(&flat);
                self.add_file(if is_flat { &flat } else { &nested }, &below, at)
            };
            self.modules[at].children.insert(name, index);
        }
        at
    }

    /// What a path that is written in module `at` leads to.
    fn resolve(&self, at: usize, path: &[String], seen: &mut Seen) -> Vec<Target> {
        let first = path[0].as_str();
        if first == "crate" {
            return self.walk(ROOT, &path[1..], seen);
        }
        let mut found = self.walk(at, path, seen);
        if found.is_empty() && !matches!(first, "self" | "super") {
            found.push(Target::Outside);
        }
        found
    }

    fn walk(&self, at: usize, path: &[String], seen: &mut Seen) -> Vec<Target> {
        let Some((name, rest)) = path.split_first() else {
            return vec![Target::Module(at)];
        };
        let module = &self.modules[at];
        match name.as_str() {
            "self" => return self.walk(at, rest, seen),
            "super" => return self.walk(module.parent, rest, seen),
            _ => {}
        }
        // `pub use` in a ring would be followed for ever.
        if !seen.insert((at, path.to_vec())) {
            return Vec::new();
        }
        let mut found = Vec::new();
        if let Some(child) = module.children.get(name) {
            found.extend(self.walk(*child, rest, seen));
        }
        let named = |used: &&Use| used.name.as_ref() == Some(name);
        for used in module.uses.iter().filter(named) {
            for target in self.resolve(at, &used.path, seen) {
                match target {
                    Target::Module(inner) => found.extend(self.walk(inner, rest, seen)),
                    Target::Item(_) | Target::Outside => found.push(target),
                }
            }
        }
        // A module and a function may share a name; only a module goes on.
        if module.items.contains(name) && (rest.is_empty() || found.is_empty()) {
            found.push(Target::Item(at));
        }
        let exported = self.exported.get(name);
        if let Some(defined) = exported.filter(|_| at == ROOT && rest.is_empty()) {
            found.push(Target::Item(*defined));
        }
        if found.is_empty() {
            for used in module.uses.iter().filter(|used| used.name.is_none()) {
                for target in self.resolve(at, &used.path, seen) {
                    match target {
                        Target::Module(inner) => found.extend(self.walk(inner, path, seen)),
                        Target::Item(_) | Target::Outside => found.push(target),
                    }
                }
            }
        }
        found
    }
}

type Seen = BTreeSet<(usize, Vec<String>)>;

/// Gathers what one module declares, imports and names.
struct Collector {
    module: Module,
    children: Vec<ItemMod>,
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item(&mut self, item: &'ast Item) {
        if !item_attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !item.attrs.iter().any(is_for_tests) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.children.push(item.clone());
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            flatten(&item.tree, &mut Vec::new(), &mut self.module.uses);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            let names = path.segments.iter().map(|part| part.ident.to_string());
            self.module.paths.insert(names.collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        paths_in_tokens(call.tokens.clone(), &mut self.module.paths);
        visit::visit_macro(self, call);
    }
}

/// What is inside a macro call is not parsed: names joined by `::` are paths.
fn paths_in_tokens(tokens: TokenStream, paths: &mut BTreeSet<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
            TokenTree::Ident(name) if colons == 2 && !path.is_empty() => {
                path.push(name.to_string());
                colons = 0;
            }
            other => {
                finish(&mut path, paths);
                colons = 0;
                match other {
                    TokenTree::Ident(name) => path.push(name.to_string()),
                    TokenTree::Group(group) => paths_in_tokens(group.stream(), paths),
                    _ => {}
                }
            }
        }
    }
    finish(&mut path, paths);
}

fn finish(path: &mut Vec<String>, paths: &mut BTreeSet<Vec<String>>) {
    let path = std::mem::take(path);
    if path.len() > 1 {
        paths.insert(path);
    }
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, uses: &mut Vec<Use>) {
    let mut add = |name: Option<String>, last: Option<String>| {
        let path: Vec<_> = before.iter().cloned().chain(last).collect();
        if !path.is_empty() {
            uses.push(Use { name, path });
        }
    };
    match tree {
        UseTree::Name(name) if name.ident == "self" => {
            let module = before.last().cloned();
            add(module, None);
        }
        UseTree::Name(name) => add(Some(name.ident.to_string()), Some(name.ident.to_string())),
        UseTree::Rename(name) => {
            let last = (name.ident != "self").then(|| name.ident.to_string());
            add(Some(name.rename.to_string()), last);
        }
        UseTree::Glob(_) => add(None, None),
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, uses);
            before.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, uses);
            }
        }
    }
}

fn is_macro_export(attribute: &Attribute) -> bool {
    attribute.path().is_ident("macro_export")
}

/// True for `#[cfg(test)]` and for `#[cfg(all(test, …))]`.
fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.meta.require_list().is_ok_and(|list| {
        let condition = list.tokens.to_string().replace(' ', "");
        list.path.is_ident("cfg") && (condition == "test" || condition.starts_with("all(test,"))
    })
}

fn item_attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn item_name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
