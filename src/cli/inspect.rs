//! `destello inspect`: what is in these files.

use std::{path::PathBuf, process::ExitCode};

/// Arguments of `inspect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints what was found; exit status 2 where nothing could be opened.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet: {args:?}")
}
