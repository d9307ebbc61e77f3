//! `destello demo`: the demo sky.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;

use super::{
    open,
    progress::{INTERRUPTED, cancel_by_signal, with_progress},
};
use crate::{
    features::simulation::{
        demo::demo_folder,
        simulator::Simulators,
        task::{RunSimulation, Wanted},
    },
    window::Start,
};

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only make it, and print where it is
    #[arg(long)]
    no_window: bool,
    /// Make it in this folder instead of the user's cache
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Play a scripted visit, save a picture of every screen in this folder, and quit
    #[arg(long, value_name = "DIR")]
    tour: Option<PathBuf>,
}

/// Makes the demo where it is not there yet, and opens it.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = args.folder.clone().or_else(demo_folder);
    let folder = folder.context("there is no home folder for the demo: name one with --folder")?;
    let cancel = cancel_by_signal()?;
    let task = RunSimulation {
        wanted: Wanted::Demo(folder.clone()),
        simulators: Simulators::default(),
        threads: 0,
        shard: None,
    };
    let made = with_progress(task, cancel.clone())?;
    if made.is_cancelled {
        eprintln!("{}", made.sentence());
        return Ok(ExitCode::from(INTERRUPTED));
    }
    if args.no_window {
        super::print::print_line(&folder.display().to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    // From here on Ctrl-C ends the program, as without a demo.
    cancel.cancel();
    open::open(Start {
        paths: vec![folder],
        tour: args.tour.clone(),
        ..Start::default()
    })
}
