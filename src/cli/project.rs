//! `destello project`: projects merged; a project file put on a server, and back.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::bail;
use clap::{Parser, Subcommand};

use super::{print::print_line, progress::cancel_by_signal};
use crate::{
    domain::words::counted,
    features::team::merge::MergeProjects,
    store::server::{Exchange, copy_to_file, copy_to_server},
    tasks::run_here,
    workspace::shared_project,
};

/// Arguments of `project`.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Copy all labels of a project from a file to a server, or from a server to a file
    ///
    /// Every event is copied as it is, in order: decisions that were changed or taken back, who, when, what was on screen. Scores,
    /// versions of models and the paths of stamps stay where they are. A server is named by an address,
    /// postgresql://user@host/database; its password is taken from PGPASSWORD or ~/.pgpass.
    Copy {
        /// The project: a file, or an address
        from: PathBuf,
        /// Where it goes: an address whose project is empty, or a file that is not there
        to: PathBuf,
    },
    /// Merge projects: take the labels of all into one
    ///
    /// Every event is taken once, with who decided what and when, and all stand in the order of time, whatever the order in which the
    /// projects are named; merging again takes what is new. Where two people contradict each other both labels stay, and the later
    /// one is the candidate's. Scores, versions of models and joined tables stay where they are.
    Merge {
        /// The projects: files, or addresses of projects on servers
        #[arg(required = true, value_name = "PROJECT")]
        projects: Vec<PathBuf>,
        /// The project that takes the labels: a file that is there or a new one, or an address
        #[arg(long, value_name = "PROJECT")]
        into: PathBuf,
    },
}

impl Args {
    /// True where addresses are taken as they are, not by their local copies.
    pub(super) const fn takes_addresses(&self) -> bool {
        matches!(self.what, What::Copy { .. })
    }
}

/// Runs the project command.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::Copy { from, to } => copy(from, to),
        What::Merge { projects, into } => {
            let task = MergeProjects {
                projects: projects.clone(),
                into: into.clone(),
            };
            let labels = run_here(task, cancel_by_signal()?, |()| ())?;
            print_line(&labels.in_words())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<ExitCode> {
    let addresses = (
        shared_project::address_of(from)?,
        shared_project::address_of(to)?,
    );
    let (events, to) = match addresses {
        (None, Some(address)) => {
            let events = copy_to_server(from, &address)?;
            (events, address.text().to_owned())
        }
        (Some(address), None) => {
            // What was given here and is not on the server yet.
            let copy = shared_project::copy_of(&address)?;
            if copy.exists()
                && let Some(mut exchange) = Exchange::of(&copy)?
            {
                exchange.exchange()?;
            }
            (copy_to_file(&address, to)?, to.display().to_string())
        }
        (None, None) => bail!("two files: a project file is copied like any other file"),
        (Some(_), Some(_)) => bail!("two addresses: copy to a file, and from there to the other"),
    };
    let events = counted(events as u64, "label event");
    print_line(&format!("{events} copied to {to}"))?;
    Ok(ExitCode::SUCCESS)
}
