//! `destello man`: manual pages of the program and of every command, made of the definitions that parse them.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Command;
use clap_mangen::Man;

use super::print::print_line;

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The command whose page is printed, as `man -l -` reads it: `models list`; none is the program itself
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    of: Vec<String>,
    /// Write the pages of all commands into this folder: destello.1, destello-score.1, …
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Prints a page, or writes all.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let pages = pages(super::command())?;
    if let Some(out) = &args.out {
        fs::create_dir_all(out).with_context(|| format!("{}", out.display()))?;
        for (name, page) in &pages {
            let path = out.join(format!("{name}.1"));
            fs::write(&path, page).with_context(|| format!("{}", path.display()))?;
        }
        print_line(&format!("{} pages in {}", pages.len(), out.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = std::iter::once("destello").chain(args.of.iter().map(String::as_str));
    let wanted = wanted.collect::<Vec<_>>().join("-");
    let found = pages.iter().find(|(name, _)| *name == wanted);
    let (_, page) = found.with_context(|| {
        let of = args.of.join(" ");
        format!("destello has no command {of}; `destello help` lists them")
    })?;
    print_line(page)?;
    Ok(ExitCode::SUCCESS)
}

/// Names and pages of the program and of all commands below it, parents first.
fn pages(mut program: Command) -> anyhow::Result<Vec<(String, String)>> {
    program.build();
    let mut pages = Vec::new();
    let mut waiting = vec![program];
    while let Some(command) = waiting.pop() {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let name = name.to_owned();
        let below = command.get_subcommands();
        let below = below.filter(|command| command.get_name() != "help" && !command.is_hide_set());
        waiting.extend(below.cloned());
        let mut page = Vec::new();
        let man = Man::new(command.disable_help_subcommand(true));
        let man = man.title(&name).manual("Destello");
        man.render(&mut page)?;
        pages.push((name, String::from_utf8(page)?));
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commands with others below them, written out: a name that is lost would be lost here.
    #[test]
    fn there_is_a_page_for_each_command_and_each_command_below_it() {
        let pages = pages(super::super::command()).unwrap();
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        for name in [
            "destello",
            "destello-score",
            "destello-fine-tune",
            "destello-models",
            "destello-models-import",
            "destello-label-export",
            "destello-train-real-bogus",
        ] {
            assert!(names.contains(&name), "{name} is not among {names:?}");
        }
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names.len(), "{names:?}");
        assert!(!names.iter().any(|name| name.ends_with("-help")));
    }

    #[test]
    fn a_page_has_its_options() {
        let pages = pages(super::super::command()).unwrap();
        let page = pages.iter().find(|(name, _)| name == "destello-score");
        let (_, page) = page.unwrap();
        for word in [".TH destello-score 1", "\\-\\-model", "\\-\\-out"] {
            assert!(page.contains(word), "{word} is missing in\n{page}");
        }
    }
}
