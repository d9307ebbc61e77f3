//! Manual pages and completions: there for every command, and what shells and `man` take.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use crate::common::program::{destello_in, finished, printed, program, text};

/// Names of the pages of a command and all commands below it.
fn pages_of(command: &clap::Command, above: &str, pages: &mut BTreeSet<String>) {
    let name = format!("{above}{}", command.get_name());
    for below in command.get_subcommands() {
        pages_of(below, &format!("{name}-"), pages);
    }
    pages.insert(name);
}

fn is_there(tool: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {tool}")])
        .output();
    found.is_ok_and(|found| found.status.success())
}

#[test]
fn there_is_a_page_for_every_command_and_man_takes_each_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pages");
    let (code, printed, why) = destello_in(folder.path(), &["man", "--out", "pages"]);
    assert_eq!(code, Some(0), "{why}");
    let mut wanted = BTreeSet::new();
    pages_of(&destello::cli::command(), "", &mut wanted);
    assert!(wanted.len() > 40, "{wanted:?}");
    assert!(
        printed.starts_with(&format!("{} pages", wanted.len())),
        "{printed}"
    );
    let files = fs::read_dir(&out).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let files: BTreeSet<_> = files.collect();
    let named = |name: &String| out.join(format!("{name}.1"));
    assert_eq!(files, wanted.iter().map(named).collect());
    for file in &files {
        let page = fs::read_to_string(file).unwrap();
        assert!(page.contains(".SH NAME"), "{}", file.display());
    }
    let checked = check_with_man(&files) | check_with_mandoc(&files);
    if !checked {
        println!("neither man nor mandoc is here: pages were not set");
    }
}

/// Sets every page with groff. False where there is no `man`.
fn check_with_man(files: &BTreeSet<std::path::PathBuf>) -> bool {
    if !is_there("man") || !is_there("groff") {
        return false;
    }
    for file in files {
        let set = Command::new("man")
            .args(["--warnings", "-l"])
            .arg(file)
            .envs([("LC_ALL", "C.UTF-8"), ("MANPAGER", "cat"), ("PAGER", "cat")])
            .output()
            .unwrap();
        let why = text(&set.stderr);
        assert!(
            set.status.success() && why.is_empty(),
            "{}: {why}",
            file.display()
        );
        assert!(text(&set.stdout).contains("SYNOPSIS"), "{}", file.display());
    }
    true
}

/// Has mandoc look for errors. False where there is none.
fn check_with_mandoc(files: &BTreeSet<std::path::PathBuf>) -> bool {
    if !is_there("mandoc") {
        return false;
    }
    let mut mandoc = Command::new("mandoc");
    let run = mandoc.args(["-T", "lint", "-W", "error"]).args(files);
    let run = run.output().unwrap();
    assert!(run.status.success(), "{}", text(&run.stdout));
    true
}

#[test]
fn the_module_for_python_is_printed_whole() {
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/python/destello.py");
    let module = std::fs::read_to_string(module).unwrap();
    assert_eq!(
        printed(&["guide", "--python"]).trim_end(),
        module.trim_end()
    );
}

#[test]
fn one_page_is_printed_and_an_unknown_command_is_refused() {
    let page = printed(&["man", "models", "import"]);
    assert!(page.contains(".TH destello-models-import 1"), "{page}");
    assert!(page.contains("\\-\\-input"), "{page}");
    let (code, _, why) = destello_in(Path::new("."), &["man", "walk"]);
    assert_eq!(code, Some(1));
    assert!(why.contains("destello has no command walk"), "{why}");
}

#[test]
fn shells_take_their_completions() {
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "-n")] {
        let script = printed(&["completions", shell]);
        if !is_there(shell) {
            println!("{shell} is not here: its script was not read by it");
            continue;
        }
        let mut command = Command::new(shell);
        let command = command.arg(check).stdin(Stdio::piped());
        let mut run = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut input = run.stdin.take().unwrap();
        input.write_all(script.as_bytes()).unwrap();
        drop(input);
        let run = run.wait_with_output().unwrap();
        assert!(run.status.success(), "{shell}: {}", text(&run.stderr));
    }
    for shell in ["elvish", "powershell"] {
        assert!(printed(&["completions", shell]).contains("fine-tune"));
    }
    let wrong = program().args(["completions", "tcsh"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("possible values: bash"));
}

/// What bash offers for a line that was begun.
fn offered(words: &[&str]) -> Vec<String> {
    let script = printed(&["completions", "bash"]);
    let words_in_bash = words.join(" ");
    let last = words.last().unwrap();
    let at = words.len() - 1;
    let before = words[at - 1];
    // Longer than what a command line takes.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("completions"), script).unwrap();
    let asked = format!(
        "source ./completions\nCOMP_WORDS=({words_in_bash}); COMP_CWORD={at}; \
         _destello destello '{last}' '{before}'; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", &asked])
        .current_dir(folder.path());
    let answer = finished(&mut bash);
    answer.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_options() {
    if !is_there("bash") {
        println!("bash is not here");
        return;
    }
    assert_eq!(offered(&["destello", "fi"]), ["fine-tune"]);
    assert_eq!(offered(&["destello", "models", "cal"]), ["calibrate"]);
    assert_eq!(offered(&["destello", "score", "--qu"]), ["--quick"]);
}

#[test]
fn a_path_that_is_not_there_is_an_error_in_the_shell_and_no_window() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, why) = destello_in(folder.path(), &["nowhere/night", "elsewhere.fits"]);
    assert_eq!((code, &*out), (Some(2), ""), "{why}");
    for path in ["nowhere/night", "elsewhere.fits"] {
        let sentence = format!("destello: {path}: there is no such file or folder");
        assert!(why.lines().any(|line| line == sentence), "{why}");
    }
}

#[test]
fn a_mistyped_command_is_answered_by_the_one_that_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    for (typed, meant) in [
        ("evalute", "evaluate"),
        ("isnpect", "inspect"),
        ("conver", "convert"),
    ] {
        let (code, _, why) = destello_in(folder.path(), &[typed, "night"]);
        assert_eq!(code, Some(1), "{why}");
        assert!(
            why.contains(&format!("did you mean `destello {meant}`?")),
            "{why}"
        );
    }
    // What is there is a file to be looked at, whatever it is called.
    std::fs::write(folder.path().join("scores"), "").unwrap();
    let (code, _, _) = destello_in(folder.path(), &["inspect", "scores"]);
    assert_eq!(code, Some(2));
    let (code, _, why) = destello_in(folder.path(), &["inspect", "nowhere", "scores"]);
    assert_eq!(code, Some(2), "{why}");
}
