//! The layers: which folder may import which, and where each outside crate is used.
#![expect(
    clippy::unwrap_used,
    reason = "a source file that cannot be read fails the test"
)]

mod cards;
mod circles;
mod figures;
mod guide;
mod languages;
mod module_graph;
mod package;
#[path = "../../benches/common/page.rs"]
mod page;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const ENGINES: [&str; 11] = [
    "tasks",
    "language",
    "domain",
    "logging",
    "imaging",
    "io",
    "store",
    "simulate",
    "learn",
    "lightcurve",
    "gpu",
];
const WORKSPACE: [&str; 12] = with(&ENGINES, "workspace");
const WIDGETS: [&str; 13] = with(&WORKSPACE, "widgets");

/// The names, and one more.
const fn with<const N: usize, const M: usize>(
    names: &[&'static str; N],
    one: &'static str,
) -> [&'static str; M] {
    let mut all = [one; M];
    let mut at = 0;
    while at < N {
        all[at] = names[at];
        at += 1;
    }
    all
}

/// From the lowest up. A folder may use itself and the folders listed for it, nothing else.
const LAYERS: &[(&str, &[&str])] = &[
    ("language", &[]),
    ("domain", &["language"]),
    ("logging", &[]),
    ("imaging", &["domain"]),
    ("io", &["domain", "imaging"]),
    ("store", &["domain"]),
    ("simulate", &["domain", "imaging"]),
    ("learn", &["domain", "logging", "imaging"]),
    ("lightcurve", &["domain", "imaging"]),
    ("gpu", &["domain", "imaging"]),
    ("tasks", &["logging"]),
    ("workspace", &ENGINES),
    ("widgets", &WORKSPACE),
    ("features", &WIDGETS),
];

/// Which feature may use which, beside what all of them share. Those that are not named use none.
const FEATURES: &[(&str, &[&str])] = &[
    (
        "adaptation",
        &["evaluation", "latent", "scoring", "training"],
    ),
    ("convert", &["scoring"]),
    ("evaluation", &["labelling"]),
    ("explanation", &["render", "scoring"]),
    ("inspect", &["explanation", "light_curve", "scoring"]),
    (
        "latent",
        &["evaluation", "labelling", "mosaic", "scoring", "training"],
    ),
    ("mosaic", &["scoring", "similar"]),
    ("open", &["simulation"]),
    ("queue", &["scoring"]),
    ("scoring", &["labelling", "light_curve"]),
    ("side_by_side", &["scoring"]),
    ("similar", &["scoring"]),
    ("training", &["labelling", "scoring", "simulation"]),
    ("watch", &["open", "scoring"]),
];

/// The highest layer: may use everything below.
const TOP: &[&str] = &["main.rs", "lib.rs", "window/", "cli/"];

/// Each outside crate enters by its door. A trailing `/` means the whole folder.
const DOORS: &[(&str, &[&str])] = &[
    ("serde_avro_fast", &["io/"]),
    ("parquet", &["io/"]),
    ("quick_xml", &["io/"]),
    ("csv", &["io/"]),
    ("tar", &["io/"]),
    ("flate2", &["io/"]),
    ("libdeflater", &["io/"]),
    ("hdf5_reader", &["io/arrays/hdf5"]),
    ("pulldown_cmark", &["features/guide/"]),
    ("winit", &["window/"]),
    ("sys_locale", &["window/settings_file"]),
    ("miniz_oxide", &["io/"]),
    ("plotters", &["io/figure"]),
    ("epaint_default_fonts", &["io/figure"]),
    ("rusqlite", &["store/"]),
    ("postgres", &["store/server/"]),
    ("rustls", &["store/server/tls"]),
    ("tokio_postgres_rustls", &["store/server/tls"]),
    ("burn", &["learn/"]),
    ("burn_wgpu", &["learn/"]),
    ("pulp", &["imaging/fast_math.rs", "learn/kernels/"]),
    ("rayon", &["io/", "learn/"]),
    ("prost", &["learn/onnx/"]),
    ("rten", &["learn/foreign/"]),
    ("smartcore", &["lightcurve/"]),
    ("light_curve_feature", &["lightcurve/"]),
    ("rand", &["simulate/"]),
    ("rand_distr", &["simulate/", "learn/metrics/workload"]),
    ("rand_xoshiro", &["simulate/", "learn/metrics/workload"]),
    (
        "twox_hash",
        &[
            "domain/shard",
            "features/scoring/",
            "features/watch/",
            "io/join",
            "io/kept_index/",
            "io/parts/",
        ],
    ),
    ("notify", &["features/watch/"]),
    ("bhtsne", &["features/latent/projection"]),
    ("realfft", &["simulate/fourier"]),
    ("rustfft", &["simulate/fourier"]),
    ("wgpu", &["gpu/"]),
    ("egui", &["widgets/", "features/", "window/"]),
    ("egui_plot", &["widgets/", "features/"]),
    (
        "egui_wgpu",
        &["widgets/", "features/latent/view/", "window/"],
    ),
    ("eframe", &["window/"]),
    // What is opened outside of the program; nothing is sent by itself.
    ("system_open", &["window/mod.rs"]),
    ("std::net", &["io/samp/listener.rs"]),
    // Only to programs on the same computer, and only when a person asks for it.
    ("minreq", &["io/samp/"]),
    ("tiny_http", &[]),
    ("rfd", &["features/file_dialog/"]),
    (
        "std::thread",
        // The store only waits between two tries of what SQLite does not wait for.
        &[
            "tasks/",
            "workspace/",
            "features/",
            "logging/",
            "window/",
            "store/open",
        ],
    ),
    ("env_filter", &["logging/"]),
    ("clap", &["main.rs", "cli/"]),
    ("clap_mangen", &["cli/man.rs"]),
    ("clap_complete", &["cli/completions.rs"]),
    ("ctrlc", &["cli/", "window/"]),
    ("indicatif", &["cli/"]),
];

#[test]
fn every_import_points_down() {
    let mut faults = Vec::new();
    for (inside, text) in sources() {
        let Some((folder, _)) = inside.split_once('/') else {
            continue;
        };
        if is_top(&inside) {
            continue;
        }
        let Some((_, below)) = LAYERS.iter().find(|(name, _)| *name == folder) else {
            faults.push(format!("{inside}: {folder} is in no layer"));
            continue;
        };
        for used in crate_imports(&text) {
            let fits = LAYERS.iter().any(|(name, _)| *name == used);
            let is_top = TOP
                .iter()
                .any(|top| top.trim_end_matches(['/']).trim_end_matches(".rs") == used);
            let is_up = is_top || (fits && used != folder && !below.contains(&used.as_str()));
            if is_up {
                faults.push(format!("{inside}: {folder} may not use {used}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn features_use_each_other_as_the_table_says() {
    let sources = sources().into_iter().collect();
    let feature = |file: &str| {
        let inside = file.strip_prefix("features/")?;
        Some(inside.split_once('/')?.0.to_owned())
    };
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, to) in module_graph::imports(&sources).keys() {
        if let (Some(from), Some(to)) = (feature(from), feature(to))
            && from != to
        {
            found.entry(from).or_default().insert(to);
        }
    }
    let table = FEATURES.iter().map(|(name, others)| {
        let others = others.iter().map(|other| (*other).to_owned());
        ((*name).to_owned(), others.collect())
    });
    assert_eq!(found, table.collect());
}

#[test]
fn no_feature_leads_back_to_itself() {
    let uses = |name: &str| {
        let row = FEATURES.iter().find(|(feature, _)| *feature == name);
        row.map_or(&[][..], |(_, others)| others)
    };
    for (name, _) in FEATURES {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = uses(name).to_vec();
        while let Some(other) = next.pop() {
            if reached.insert(other) {
                next.extend(uses(other));
            }
        }
        assert!(!reached.contains(name), "{name} uses itself by {reached:?}");
    }
}

#[test]
fn outside_crates_enter_by_their_doors() {
    let mut faults = Vec::new();
    for (inside, text) in sources() {
        for (name, doors) in DOORS {
            let is_door = doors.iter().any(|door| inside.starts_with(door));
            if !is_door && uses_crate(&text, name) {
                faults.push(format!("{inside}: {name} is used only in {doors:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn threads_are_started_in_one_place() {
    let mut faults = Vec::new();
    for (inside, text) in sources() {
        // Tests below `cfg(test)` may start what they like.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let is_start = |line: &str| {
            line.contains("thread::Builder")
                || line.contains("spawn_scoped(")
                || (line.contains("thread::{") && line.contains("Builder"))
        };
        if inside != "tasks/thread.rs" && code.lines().any(is_start) {
            faults.push(format!("{inside}: threads are started by tasks::thread"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_file_opens_with_its_line() {
    let faults: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(inside, _)| format!("{inside}: a file opens with its `//!` line"))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn layers_only_name_lower_layers() {
    for (at, (name, below)) in LAYERS.iter().enumerate() {
        for used in *below {
            let is_lower = LAYERS[..at].iter().any(|(layer, _)| layer == used);
            assert!(is_lower, "{name} names {used}, which is not below it");
        }
    }
}

#[test]
fn the_checks_see_what_they_look_for() {
    let text = "use crate::{domain::Role, io::{fits, scan}};\nlet x = crate::store::open();";
    let found = crate_imports(text);
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        ["domain", "io", "store"]
    );
    assert!(uses_crate(
        "let t = std::thread::Builder::new();",
        "std::thread"
    ));
    assert!(uses_crate("use rusqlite::Connection;", "rusqlite"));
    assert!(!uses_crate("egui_wgpu::wgpu_something()", "wgpu"));
    assert!(!uses_crate("// see wgpu::Device", "wgpu"));
}

/// True where code (not a comment) names a path of that crate.
fn uses_crate(text: &str, name: &str) -> bool {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .any(|line| {
            line.match_indices(name).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let after = &line[at + name.len()..];
                let starts = before.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == ':'));
                starts
                    && (after.starts_with("::")
                        || (line.trim_start().starts_with("use ") && after.starts_with(';')))
            })
        })
}

fn is_top(inside: &str) -> bool {
    TOP.iter().any(|top| inside.starts_with(top))
}

/// Every source file below `src`, by its path inside, with its text.
fn sources() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&src);
    assert!(!files.is_empty(), "no source found under {}", src.display());
    files
        .into_iter()
        .map(|file| {
            let inside = file
                .strip_prefix(&src)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            (inside, fs::read_to_string(&file).unwrap())
        })
        .collect()
}

/// The first path segment after every `crate::`, also inside `use crate::{…}`.
fn crate_imports(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rest in text.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_heads(group)),
            None => found.extend(first_segment(rest)),
        }
    }
    found
}

/// The first segment of every path in a `{…}` group, nested groups passed over.
fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut word = String::new();
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.extend(first_segment(&std::mem::take(&mut word))),
            _ if depth == 0 => word.push(c),
            _ => {}
        }
    }
    heads.extend(first_segment(&word));
    heads
}

fn first_segment(path: &str) -> Option<String> {
    let name: String = path
        .trim()
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn the_page_of_measured_figures_is_made_of_what_was_measured() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/guide");
    let kept = fs::read_to_string(guide.join("measured.json")).unwrap();
    let kept: page::Summary = serde_json::from_str(&kept).unwrap();
    assert!(!kept.rows.is_empty() && !kept.ratios().is_empty());
    let page = fs::read_to_string(guide.join("measured.md")).unwrap();
    assert_eq!(page, kept.page(), "make measured");
    let mut again = page::Summary::default();
    for row in kept.rows.iter().rev() {
        let of_bench = kept.rows.iter().filter(|other| other.bench == row.bench);
        again.put(&row.bench, of_bench.cloned().collect());
    }
    again.machine.clone_from(&kept.machine);
    again.note.clone_from(&kept.note);
    assert_eq!(again, kept, "rows stand bench by bench");
    // A bench that was run anew replaces its rows and no others.
    let first = page::Row {
        result: "new".into(),
        ..kept.rows[0].clone()
    };
    let new = page::Summary {
        machine: kept.machine.clone(),
        rows: vec![first.clone()],
        ..page::Summary::default()
    };
    again.renew(new);
    let of_bench = |summary: &page::Summary| {
        let rows = summary.rows.iter();
        rows.filter(|row| row.bench == first.bench)
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(of_bench(&again), std::slice::from_ref(&first));
    let kept_of_bench = of_bench(&kept).len();
    assert_eq!(again.rows.len(), kept.rows.len() - kept_of_bench + 1);
}
