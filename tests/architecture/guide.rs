//! The guide: every link leads somewhere, every page is reached from the README, and commands are those of the program.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README, all pages of the guide, those of models, and what else is written for people.
fn pages() -> Vec<PathBuf> {
    let folders = ["assets/guide", "assets/models"];
    let files = folders.map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let files = files.into_iter().flatten();
    let files = files.map(|entry| entry.unwrap().path());
    let pages = files.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let mut all: Vec<PathBuf> = pages.collect();
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
    ] {
        all.push(root().join(name));
    }
    all.sort();
    all
}

/// Text outside of code, line by line.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// What stands in the round brackets of `[text](target)`.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let targets = prose.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split(')').next());
    targets.map(str::to_owned).collect()
}

/// Headings as GitHub makes anchors of them.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
        kept.collect::<String>().replace(' ', "-")
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() {
                page.clone()
            } else {
                page.parent().unwrap().join(file)
            };
            let is_there = target.exists()
                && (anchor.is_empty()
                    || anchors(&fs::read_to_string(&target).unwrap()).contains(anchor));
            if !is_there {
                wrong.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(checked > 40, "{checked} links were found");
}

#[test]
fn every_page_is_in_the_readme_and_in_the_window() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let linked: BTreeSet<String> = links(&readme).into_iter().collect();
    let shown = destello::features::guide::pages::PAGES;
    for page in pages() {
        if page.parent().unwrap().ends_with("guide") {
            let name = page.file_stem().unwrap().to_str().unwrap();
            let link = format!("assets/guide/{name}.md");
            assert!(linked.contains(&link), "the README does not lead to {name}");
            assert!(
                shown.iter().any(|known| known.name == name),
                "the window does not show {name}"
            );
        }
    }
}

/// Commands and options in blocks of `sh` are those of the program.
#[test]
fn every_command_of_the_guide_is_understood() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for line in shell_lines(&text) {
            let Some(at) = line.find("destello ") else {
                continue;
            };
            let is_call = at == 0 || line[..at].ends_with("| ");
            // Without remarks, and without what the shell does with the output.
            let command = line[at..].split(" #").next().unwrap_or_default();
            let command = command.split(['>', '|']).next().unwrap_or_default().trim();
            if !is_call || command.contains('…') {
                continue;
            }
            checked += 1;
            let words = shlex(command);
            if let Err(error) = destello::cli::command().try_get_matches_from(words) {
                wrong.push(format!("{}: {command}: {error}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 30, "{checked} commands were found");
}

/// The lines of code blocks of `sh`, those that go on joined.
pub fn shell_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut is_shell, mut goes_on) = (false, false);
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_shell = line.trim() == "```sh";
            continue;
        }
        if !is_shell {
            continue;
        }
        let part = line.trim().trim_end_matches('\\').trim_end();
        match lines.last_mut().filter(|_| goes_on) {
            Some(last) => *last = format!("{last} {part}"),
            None => lines.push(part.to_owned()),
        }
        goes_on = line.trim_end().ends_with('\\');
    }
    lines
}

/// Words of a line of shell: quotes keep spaces.
fn shlex(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for sign in line.chars() {
        match (quote, sign) {
            (None, '"' | '\'') => quote = Some(sign),
            (Some(open), _) if open == sign => quote = None,
            (None, ' ') => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(sign),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
