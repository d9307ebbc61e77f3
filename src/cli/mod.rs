//! The command line: one file a subcommand.

mod close_pairs;
mod completions;
mod convert;
pub mod demo;
mod evaluate;
mod explain;
mod filter_option;
mod fine_tune;
mod guide;
pub mod inspect;
mod join;
mod join_option;
pub mod label;
pub mod latent;
mod learning_curve;
mod local_copies;
mod log;
mod making;
mod man;
mod merge;
pub mod models;
pub mod open;
mod opened;
pub mod photometry;
mod print;
mod progress;
mod project;
pub mod render;
pub mod samp;
mod score;
mod shares;
mod similar;
pub mod simulate;
mod team;
mod train;
mod watch;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::logging::{self, panics};

/// Look at transient candidates, judge them, and train networks on what you know.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    open: open::Args,
    /// Write the program log to this file instead of the one in the user's data folder
    #[arg(long, global = true, value_name = "FILE")]
    log: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what is found in files, folders and archives, without a window
    Inspect(inspect::Args),
    /// Write any set as FITS cubes, or as one Parquet file with its stamps
    Convert(convert::Args),
    /// Import, export or stream labels, without a window
    Label(label::Args),
    /// Write a report of the night as one HTML page: counts, and every judged candidate
    Report(label::ReportArgs),
    /// Simulate image sequences or triplets of a survey
    Simulate(simulate::Args),
    /// Make the demo set where it is not there yet, and open it
    Demo(demo::Args),
    /// Write stamps, contact sheets or strips as PNG, with the window's shaders
    Render(render::Args),
    /// Judge models by candidates whose truth is known
    Evaluate(evaluate::Args),
    /// Show which pixels a model's prediction for an epoch rests on
    Explain(explain::Args),
    /// Write what models predict for every epoch as a table
    Score(score::Args),
    /// Put together the parts that `score --shard` and `convert --shard` wrote
    Merge(merge::Args),
    /// Score a folder that grows, each detection once, until it is stopped
    Watch(watch::Args),
    /// Place stamps in a latent space, and draw its clusters
    Latent(latent::Args),
    /// List models, print the card of one, export or import one
    Models(models::Args),
    /// Merge projects; put one on a server that a team shares, and back
    Project(project::Args),
    /// Assign candidates to people, and print how far everybody is
    Team(team::Args),
    /// Train a network
    Train(train::Args),
    /// Train a model further on the labels of a new set
    FineTune(fine_tune::Args),
    /// Measure what each label brings: figures against the number of labels
    LearningCurve(learning_curve::Args),
    /// Measure fluxes and magnitudes of every epoch: optimal, PSF or aperture photometry
    Photometry(photometry::Args),
    /// Join tables to a set: keep them in a project, and write their columns beside the candidates
    Join(join::Args),
    /// Find candidates that lie close together under different identifiers
    ClosePairs(close_pairs::Args),
    /// Find candidates that are like examples, the nearest first
    Similar(similar::Args),
    /// Send positions, stamps and tables to TOPCAT, Aladin, DS9 on this computer, by SAMP
    Samp(samp::Args),
    /// Print a page of the guide, the list of its pages, or the module for Python
    Guide(guide::Args),
    /// Write the manual pages of all commands, or print one
    Man(man::Args),
    /// Print what a shell needs to complete commands and options
    Completions(completions::Args),
    /// Print where the program log is, or its last lines
    Log(log::Args),
}

/// The definition of the command line: all commands with their options.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let arguments = with_log_behind(std::env::args_os().collect());
    let cli = Cli::parse_from(&arguments);
    let path = logging::path_of(cli.log.as_deref());
    logging::start(path.clone());
    panics::install();
    // These take addresses as they are; all others work on the local copies of projects on servers.
    let takes_addresses = match &cli.command {
        None => true,
        Some(Command::Project(args)) => args.takes_addresses(),
        Some(_) => false,
    };
    let done = if takes_addresses || !local_copies::names_address(&arguments) {
        execute(cli, path)
    } else {
        local_copies::with_copies(arguments, |copies| execute(Cli::parse_from(copies), path))
    };
    done.unwrap_or_else(|error| {
        let is_broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
            let io = cause.downcast_ref::<std::io::Error>();
            io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
        };
        if error.chain().any(is_broken_pipe) {
            return ExitCode::SUCCESS;
        }
        eprintln!("destello: {error:#}");
        ExitCode::from(1)
    })
}

fn execute(cli: Cli, log: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    match cli.command {
        Some(Command::Inspect(args)) => inspect::run(&args),
        Some(Command::Convert(args)) => convert::run(&args),
        Some(Command::Label(args)) => label::run(&args),
        Some(Command::Report(args)) => label::report(&args),
        Some(Command::Simulate(args)) => simulate::run(&args),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Render(args)) => render::run(&args),
        Some(Command::Evaluate(args)) => evaluate::run(&args),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Score(args)) => score::run(&args),
        Some(Command::Merge(args)) => merge::run(&args),
        Some(Command::Watch(args)) => watch::run(&args),
        Some(Command::Latent(args)) => latent::run(&args),
        Some(Command::Models(args)) => models::run(&args),
        Some(Command::Project(args)) => project::run(&args),
        Some(Command::Team(args)) => team::run(&args),
        Some(Command::Train(args)) => train::run(&args),
        Some(Command::FineTune(args)) => fine_tune::run(&args),
        Some(Command::LearningCurve(args)) => learning_curve::run(&args),
        Some(Command::Photometry(args)) => photometry::run(&args),
        Some(Command::Join(args)) => join::run(&args),
        Some(Command::ClosePairs(args)) => close_pairs::run(&args),
        Some(Command::Similar(args)) => similar::run(&args),
        Some(Command::Samp(args)) => samp::run(&args),
        Some(Command::Guide(args)) => guide::run(&args),
        Some(Command::Man(args)) => man::run(&args),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Log(args)) => log::run(&args, log),
        None => open::run(&cli.open, &command()),
    }
}

/// A leading `--log FILE` stands behind the subcommand: before it the parser takes the
/// subcommand's name for a file to open.
fn with_log_behind(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let option = arguments.get(1).and_then(|option| option.to_str());
    let length = match option {
        Some("--log") => 2,
        Some(option) if option.starts_with("--log=") => 1,
        _ => return arguments,
    };
    let next = arguments.get(1 + length).and_then(|next| next.to_str());
    if next.is_some_and(|next| !next.starts_with('-')) {
        arguments[1..length + 2].rotate_right(1);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Cli {
        let arguments = line.split(' ').map(OsString::from).collect();
        Cli::try_parse_from(with_log_behind(arguments)).unwrap()
    }

    #[test]
    fn the_log_can_be_named_before_and_after_a_subcommand_and_for_the_window() {
        for line in [
            "destello --log x.log inspect night",
            "destello --log=x.log inspect night",
            "destello inspect --log x.log night",
            "destello inspect night --log x.log",
        ] {
            let cli = parse(line);
            assert!(matches!(cli.command, Some(Command::Inspect(_))), "{line}");
            assert_eq!(cli.log.as_deref(), Some("x.log".as_ref()), "{line}");
        }
        for line in [
            "destello --log x.log",
            "destello --log x.log night",
            "destello night --log x.log",
            "destello --log x.log --project p night",
        ] {
            let cli = parse(line);
            assert!(cli.command.is_none(), "{line}");
            assert_eq!(cli.log.as_deref(), Some("x.log".as_ref()), "{line}");
        }
    }
}
