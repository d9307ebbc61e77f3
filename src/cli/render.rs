//! `destello render`: pictures without a window.

use std::process::ExitCode;

/// Arguments of `render`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the render command.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet: {args:?}")
}
