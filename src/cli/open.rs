//! `destello PATH…`: the window.

use std::{path::PathBuf, process::ExitCode};

/// Arguments of the window.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives to open; without any, the last project
    paths: Vec<PathBuf>,
    /// The project file for labels; by default one for these paths in the user's data folder
    #[arg(long)]
    project: Option<PathBuf>,
    /// Play a scripted visit, save a picture of every screen in this folder, and quit
    #[arg(long, value_name = "DIR")]
    tour: Option<PathBuf>,
}

/// Opens the window and returns when it is closed.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet: {args:?}")
}
