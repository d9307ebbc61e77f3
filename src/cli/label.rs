//! `destello label`: labels in and out without a window.

mod agreement;
mod export;
mod import;
mod list;
mod stream;

use std::{path::Path, process::ExitCode};

use clap::Subcommand;

pub use self::export::ReportArgs;
pub(super) use self::export::report;
use crate::store::Project;

/// Arguments of `label`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take labels from a table into a project
    ///
    /// Exit status: 0 where every row was taken or known before; 2 where some rows could not be
    /// used (each is named) and the rest was taken; 1 where nothing was done.
    Import(import::Args),
    /// Write a project's labels as a table, or with their stamps as a training bundle
    ///
    /// Exit status: 0 where the file was written; 2 where it was, but some stamps of a bundle
    /// could not be decoded (each is named); 1 where nothing was written.
    Export(export::Args),
    /// Print a project's labels
    List(list::Args),
    /// Tell how well annotators agree, and what the majority says
    Agreement(agreement::Args),
    /// Label by lines on standard input: `id,label`, `undo` or `redo`
    ///
    /// Each line is answered by `ok NUMBER ID LABEL` when the decision is on disk, or by
    /// `error REASON`. LABEL is a class, an alias, `unsure` or `skip`.
    Stream(stream::Args),
}

/// Runs the label command.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::Import(args) => import::run(args),
        Command::Export(args) => export::run(args),
        Command::List(args) => list::run(args),
        Command::Agreement(args) => agreement::run(args),
        Command::Stream(args) => stream::run(args),
    }
}

/// Opens a project that must be there.
pub(super) fn open_existing(path: &Path) -> anyhow::Result<Project> {
    Ok(Project::open_existing(path)?)
}
