//! `destello label`: labels in and out without a window.

use std::process::ExitCode;

/// Arguments of `label`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the label command.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet: {args:?}")
}
