//! `destello log`: where the program log is, and its last lines.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;

use crate::logging::file::tail;

/// Arguments of `log`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the last lines instead of the path
    #[arg(long, value_name = "N")]
    tail: Option<usize>,
}

/// Prints the path, or the last lines.
pub fn run(args: &Args, path: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let path =
        path.context("there is no home folder to keep the log in: name a file with --log")?;
    match args.tail {
        None => super::print::print_line(&path.display().to_string())?,
        Some(count) => {
            let lines = tail(&path, count);
            let lines = lines.with_context(|| format!("{}: no log can be read", path.display()))?;
            super::print::print_line(&lines.join("\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
