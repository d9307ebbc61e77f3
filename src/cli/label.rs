//! `destello label`: labels in and out without a window.

mod agreement;
mod export;
mod import;
mod list;
mod stream;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Subcommand;

pub use self::export::ReportArgs;
pub(super) use self::export::report;
use crate::{
    features::open::opening::project_among, store::Project,
    workspace::default_project::default_project,
};

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

/// The project that is meant, and the paths beside it: the one that is named, a project file among the paths, else the one that
/// the window keeps for these paths by itself.
pub(super) fn project_of(
    project: Option<&Path>,
    paths: &[PathBuf],
) -> anyhow::Result<(Project, Vec<PathBuf>)> {
    let (paths, project) = project_among(paths.to_vec(), project.map(Path::to_owned));
    if let Some(file) = project {
        return Ok((open_existing(&file)?, paths));
    }
    anyhow::ensure!(
        !paths.is_empty(),
        "name the set whose labels are meant, or its project with --project"
    );
    let file = default_project(&paths)
        .context("no home folder is known, in which the window keeps the project of a set")?;
    anyhow::ensure!(
        file.exists(),
        "the window keeps no project for these paths (it would be {}): name one with --project",
        file.display()
    );
    Ok((open_existing(&file)?, paths))
}
