//! `destello inspect`: what is in these files.

use std::{path::PathBuf, process::ExitCode};

use crate::features::open::inspect::inspect;

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
    let inspection = inspect(&args.paths);
    if args.json {
        super::print_line(&serde_json::to_string_pretty(&inspection)?)?;
    } else {
        super::print_line(&inspection.report())?;
    }
    Ok(ExitCode::from(if inspection.objects == 0 { 2 } else { 0 }))
}
