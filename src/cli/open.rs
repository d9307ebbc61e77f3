//! `destello PATH…`: the window.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};

use super::{join_option::Joins, opened::IndexArgs};
use crate::{
    store::server::Address,
    window::{GpuFaults, Start, open_window},
    workspace::shared_project,
};

/// Arguments of the window.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives to open; without any, the last project
    paths: Vec<PathBuf>,
    /// The project file for labels, or the address of a project on a server, postgresql://user@host/database; by default a
    /// file for these paths in the user's data folder
    #[arg(long, value_name = "FILE|ADDRESS")]
    project: Option<PathBuf>,
    /// The classes to label with: real_bogus, sequence, alerce_stamp, or a TOML file
    #[arg(long, value_name = "NAME|FILE")]
    vocabulary: Option<String>,
    #[command(flatten)]
    joins: Joins,
    #[command(flatten)]
    indexing: IndexArgs,
    /// Play a scripted visit, save a picture of every screen in this folder, and quit
    #[arg(long, value_name = "DIR")]
    tour: Option<PathBuf>,
    /// A fault for tests: the first graphics driver is refused
    #[arg(long, hide = true)]
    refuse_gpu: bool,
    /// A fault for tests: the graphics device is lost whenever this file is there; the file is
    /// removed then
    #[arg(long, hide = true, value_name = "FILE")]
    lose_gpu_by: Option<PathBuf>,
}

/// Opens the window and returns when it is closed.
pub fn run(args: &Args, commands: &clap::Command) -> anyhow::Result<ExitCode> {
    if let Some(meant) = args.paths.first().and_then(|path| mistyped(path, commands)) {
        bail!(
            "there is no file {0} and no command {0}: did you mean `destello {meant}`?",
            args.paths[0].display()
        );
    }
    // An address may stand among the paths, as a project file may.
    let (addresses, paths): (Vec<_>, Vec<_>) = args
        .paths
        .iter()
        .cloned()
        .partition(|path| Address::is_meant(path.as_os_str()));
    let missing: Vec<_> = paths.iter().filter(|path| !path.exists()).collect();
    for path in &missing {
        eprintln!(
            "destello: {}: there is no such file or folder",
            path.display()
        );
    }
    // A project shows its labels without its stamps, too.
    let has_project = args.project.is_some() || !addresses.is_empty();
    if !has_project && !missing.is_empty() && missing.len() == paths.len() {
        return Ok(ExitCode::from(2));
    }
    let project = args.project.clone().or_else(|| addresses.first().cloned());
    for named in project.iter().chain(&addresses) {
        shared_project::address_of(named)?;
    }
    open(Start {
        paths,
        project,
        vocabulary: args.vocabulary.clone(),
        joins: args.joins.list(),
        indexing: args.indexing.choice(),
        tour: args.tour.clone(),
        faults: GpuFaults {
            refuses_first: args.refuse_gpu,
            lost_by: args.lose_gpu_by.clone(),
        },
    })
}

/// The command that a word is nearly like which is no file.
fn mistyped(path: &Path, commands: &clap::Command) -> Option<String> {
    /// Letters that may be wrong, missing, too many or exchanged.
    const WRONG: usize = 2;
    let word = path
        .to_str()
        .filter(|word| word.len() > WRONG && !path.exists())?;
    let names = commands.get_subcommands().map(clap::Command::get_name);
    let near = names.map(|name| (strsim::osa_distance(name, word), name));
    let (_, name) = near.filter(|(wrong, _)| *wrong <= WRONG).min()?;
    Some(name.to_owned())
}

/// Opens the window on `start`.
pub(super) fn open(mut start: Start) -> anyhow::Result<ExitCode> {
    if let (Some(folder), None) = (&start.tour, &start.project) {
        // The labels of a visit do not go into the person's own project.
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{}: the folder cannot be made", folder.display()))?;
        if !start.paths.is_empty() {
            start.project = Some(folder.join("tour.destello"));
        }
    }
    log::info!("destello {} opens its window", env!("CARGO_PKG_VERSION"));
    open_window(start)?;
    log::info!("the window is closed");
    Ok(ExitCode::SUCCESS)
}
