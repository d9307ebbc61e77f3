//! The commands of the guide, run as they stand there on candidates of the demo set.
//!
//! What a page names is there before its commands run: `night/` and `hits/` hold candidates of the demo set, tables their
//! truth. What is not run stands in a list with its reason; `tests/architecture/guide.rs` has those understood as well.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::common::program::{finished, program, text};

/// Parts of commands that are not run here, and why.
const NOT_RUN: [(&str, &str); 16] = [
    (
        "destello merge ",
        "needs all four shards; tests/cli/shards.rs",
    ),
    ("postgresql://", "needs a server; tests/real/team"),
    ("--count 1000000", "makes a million candidates"),
    ("destello train ", "trains for minutes to hours"),
    (
        "destello fine-tune ",
        "trains for 10 to 90 seconds; tests/cli/fine_tune.rs",
    ),
    (
        "destello learning-curve ",
        "trains several times; tests/features/adaptation",
    ),
    (
        "destello models calibrate ",
        "needs more objects of each class; tests/cli/class_sets.rs",
    ),
    (
        "#compact@1f0c44d2",
        "a version is called by its weights; tests/cli/models/versions.rs",
    ),
    (
        "models list --project",
        "the project has no version yet; tests/cli/models/versions.rs",
    ),
    (
        "theirs.model",
        "the recipe is to be completed by hand; tests/cli/models/foreign.rs",
    ),
    ("braai_d6_m9", "weights that are not shipped; tests/real"),
    (
        "--templates templates/",
        "templates that are not shipped; tests/engines/io/templates.rs",
    ),
    ("mine.safetensors", "a model that was trained before"),
    ("destello samp ", "needs a hub; tests/cli/samp.rs"),
    ("| man -l -", "a reader of pages; tests/cli/manual.rs"),
    ("--survey mixed --out assets/", "writes into the repository"),
];

/// Commands that open the window (tests/window and assets/package/test_package.sh), or run until they are stopped
/// (tests/cli/watch.rs).
const STAY: [&str; 8] = [
    "destello watch incoming/ --score context --out scored/",
    "destello",
    "destello demo",
    "destello night/",
    "destello night/ more.tar.gz --project mine.destello",
    "destello night/ --join gaia.vot --radius 2",
    "destello night/ --tour pictures/",
    "destello \"/data/my night\"",
];

/// Commands that end with 2 here, as the guide has it: something could not be used, the rest is done.
const IN_PART: [(&str, &str); 2] = [
    ("--for tns", "has no position"),
    ("--model forest", "measurements that the forest needs"),
];

/// Lines of a page's blocks of `sh`, those that go on joined, without remarks.
fn commands_of(page: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let (mut is_shell, mut begun) = (false, String::new());
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            is_shell = line.trim() == "```sh";
        } else if is_shell {
            begun.push_str(line.trim_end_matches('\\'));
            if !line.ends_with('\\') {
                let line = std::mem::take(&mut begun);
                let command = line.split(" #").next().unwrap_or_default().trim();
                commands.push(command.to_owned());
            }
        }
    }
    commands.retain(|line| line.starts_with("destello") || line.contains("| destello "));
    commands
}

/// The candidates of the demo set that stand for a night and for sequences: identifiers and classes.
struct Demo {
    folder: PathBuf,
    night: Vec<[String; 2]>,
    hits: Vec<[String; 2]>,
}

impl Demo {
    fn in_folder(folder: PathBuf) -> Self {
        let mut make = program();
        make.args(["demo", "--no-window", "--folder"]).arg(&folder);
        finished(&mut make);
        let truth = fs::read_to_string(folder.join("truth.csv")).unwrap();
        let rows = truth.lines().skip(1).map(|line| {
            let mut fields = line.split(',').map(str::to_owned);
            [fields.next().unwrap(), fields.next().unwrap()]
        });
        let is_triplet = |row: &[String; 2]| ["real", "bogus"].contains(&row[1].as_str());
        let (night, hits): (Vec<_>, Vec<_>) = rows.partition(is_triplet);
        Self {
            folder,
            night: night.into_iter().take(40).collect(),
            hits: hits.into_iter().take(42).collect(),
        }
    }

    /// Files and folders that the pages name, in a folder of their own.
    fn prepare(&self, at: &Path) {
        for (name, rows) in [
            ("night", &self.night),
            ("more", &self.night),
            ("incoming", &self.night),
            ("hits", &self.hits),
        ] {
            fs::create_dir_all(at.join(name)).unwrap();
            for [id, _] in rows {
                let file = format!("{id}.fits");
                fs::copy(self.folder.join(&file), at.join(name).join(&file)).unwrap();
            }
        }
        let all = self.night.iter().chain(&self.hits);
        for (name, rows) in [
            ("truth.csv", all.collect::<Vec<_>>()),
            ("mine.csv", self.night.iter().collect()),
            ("theirs.csv", self.night.iter().rev().collect()),
        ] {
            let mut table = String::from("id,label\n");
            for [id, class] in rows {
                writeln!(table, "{id},{class}").unwrap();
            }
            fs::write(at.join(name), table).unwrap();
        }
        self.write_votes(at);
        let survey = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/surveys/demo.toml");
        fs::copy(survey, at.join("mine.toml")).unwrap();
        for folder in [
            ".local/share/bash-completion/completions",
            ".zfunc",
            ".config/fish/completions",
        ] {
            fs::create_dir_all(at.join("home").join(folder)).unwrap();
        }
    }

    /// What three people voted, and a catalogue.
    fn write_votes(&self, at: &Path) {
        let mut votes = String::from("id,label,annotator\n");
        let mut rows = String::new();
        for (at, [id, class]) in self.night.iter().enumerate() {
            for (person, every) in [("ana", 9), ("ben", 5), ("eva", 7)] {
                let class = if at % every == 0 { "real" } else { class };
                writeln!(votes, "{id},{class},{person}").unwrap();
            }
            writeln!(rows, "<TR><TD>{id}</TD><TD>0.5</TD></TR>").unwrap();
        }
        fs::write(at.join("all.csv"), votes).unwrap();
        let table = format!(
            "<?xml version=\"1.0\"?>\n<VOTABLE version=\"1.3\"><RESOURCE><TABLE>\
             <FIELD name=\"id\" datatype=\"char\" arraysize=\"*\"/><FIELD name=\"parallax\" datatype=\"double\"/>\
             <DATA><TABLEDATA>{rows}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>\n"
        );
        fs::write(at.join("gaia.vot"), table).unwrap();
    }

    /// The same command about candidates that are there.
    fn named(&self, command: &str) -> String {
        let command = command.replace("ZTF18abcdefg", &self.night[0][0]);
        command.replace("ZTF18hijklmn", &self.night[1][0])
    }
}

/// A shell in that folder, which is also its home, where `destello` is this program.
fn shell(at: &Path, command: &str) -> Command {
    let bin = Path::new(env!("CARGO_BIN_EXE_destello"));
    let before = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{before}", bin.parent().unwrap().display());
    let mut shell = Command::new("sh");
    let home = at.join("home");
    shell.args(["-e", "-c", command]).current_dir(at);
    shell.env("PATH", path).env("XDG_RUNTIME_DIR", at);
    shell
        .env("HOME", &home)
        .env("XDG_CACHE_HOME", home.join(".cache"));
    shell
}

#[test]
fn commands_of_the_guide_do_on_the_demo_set_what_they_are_for() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::in_folder(place.path().join("demo"));
    let (mut wrong, mut count) = (Vec::new(), 0);
    let mut unused: BTreeSet<&str> = NOT_RUN.iter().map(|(part, _)| *part).collect();
    unused.extend(STAY);
    for page in destello::features::guide::pages::PAGES {
        let at = place.path().join(page.name);
        for command in commands_of(page.text) {
            let known = NOT_RUN.iter().map(|(part, _)| *part);
            let known = known.filter(|part| command.contains(part));
            let known = known.chain(STAY.into_iter().filter(|stays| *stays == command));
            if let Some(known) = known.into_iter().next() {
                unused.remove(known);
                continue;
            }
            if !at.exists() {
                demo.prepare(&at);
                for made in [
                    "destello models export compact --out theirs.onnx",
                    "destello label import night/ --project ana.destello --labels theirs.csv",
                    "destello label import night/ --project ben.destello --labels mine.csv",
                ] {
                    finished(&mut shell(&at, made));
                }
            }
            let run = shell(&at, &demo.named(&command)).output().unwrap();
            let why = text(&run.stderr);
            let in_part = IN_PART.iter().find(|(part, _)| command.contains(part));
            let is_right = match (run.status.code(), in_part) {
                (Some(0), None) => true,
                (Some(2), Some((_, reason))) => why.contains(reason),
                _ => false,
            };
            if !is_right {
                wrong.push(format!("{}: {command}: {}\n{why}", page.name, run.status));
            }
            count += 1;
            check_output(&at, &command, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 40, "{count} commands were run");
    assert!(unused.is_empty(), "no page has these any more: {unused:?}");
}

/// What a command was to write is there and not empty.
fn check_output(at: &Path, command: &str, wrong: &mut Vec<String>) {
    let words: Vec<&str> = command.split_whitespace().collect();
    for pair in words.windows(2) {
        if !["--out", "--conflicts", "--consensus", "--certificate", ">"].contains(&pair[0]) {
            continue;
        }
        let file = match pair[1].strip_prefix("~/") {
            Some(inside) => at.join("home").join(inside),
            None => at.join(pair[1]),
        };
        // A shard is a part in a folder beside the table that is merged of them.
        let parts = at.join(format!("{}.parts", pair[1]));
        let file = if command.contains("--shard") && parts.exists() {
            parts
        } else {
            file
        };
        let is_there = match fs::metadata(&file) {
            Ok(found) if found.is_dir() => fs::read_dir(&file).unwrap().next().is_some(),
            Ok(found) => found.len() > 0,
            Err(_) => false,
        };
        if !is_there {
            wrong.push(format!("{command}: {} is missing", pair[1]));
        }
    }
}
