//! `destello watch`: a folder that grows, scored as it does.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::ensure;

use super::progress::{INTERRUPTED, cancel_by_signal, unless_cancelled};
use crate::{
    features::watch::task::{WatchFolder, WatchUpdate},
    learn::{Compute, Wish},
    tasks::run_here,
    workspace::models,
};

/// Arguments of `watch`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder that new files and parts come into; folders within it too
    folder: PathBuf,
    /// A model of single epochs that comes with destello, or a model file; may be given several times
    #[arg(long = "score", value_name = "NAME|FILE", default_value = models::DEFAULT)]
    models: Vec<String>,
    /// The folder of tables: scores-000001.parquet and so on, each whole or not there
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    device: Wish,
    /// A file is read when it has been the same for so many seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 2.0,
        allow_negative_numbers = true
    )]
    settle: f64,
    /// Look at least every so many seconds: disks of other machines report no changes
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 5.0,
        allow_negative_numbers = true
    )]
    poll: f64,
    /// End when everything that is there is scored
    #[arg(long)]
    once: bool,
}

/// Watches until it is interrupted; what was scored is there then.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    ensure!(
        args.folder.is_dir(),
        "{}: there is no such folder",
        args.folder.display()
    );
    let compute = Compute::choose(args.device)?;
    let mut by = Vec::new();
    for name in &args.models {
        let found = models::find(name, &compute)?;
        if let Some(warning) = found.warning {
            eprintln!("{warning}");
        }
        by.push(found.model);
    }
    let task = WatchFolder {
        folder: args.folder.clone(),
        by,
        out: args.out.clone(),
        settle: seconds(args.settle, "--settle")?,
        every: seconds(args.poll, "--poll")?,
        once: args.once,
    };
    let cancel = cancel_by_signal()?;
    let done = run_here(task, cancel, |update| match update {
        WatchUpdate::Written {
            table,
            files,
            detections,
            problems,
        } => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            if let Some(table) = table {
                let line = format!("{table}: {detections} new detections of {files} files");
                // Whoever listened may have gone; the tables are what counts.
                super::print::print_line(&line).unwrap_or_default();
            }
        }
        WatchUpdate::Lost(why) => eprintln!("{why}; it is tried again"),
        WatchUpdate::Waiting(_) => {}
    });
    let Some(watched) = unless_cancelled(done)? else {
        eprintln!("stopped; the same command goes on from there");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    super::print::print_line(&format!(
        "{} new detections of {} files written to {}",
        watched.detections,
        watched.files,
        args.out.display()
    ))?;
    Ok(ExitCode::from(if watched.problems == 0 { 0 } else { 2 }))
}

fn seconds(value: f64, option: &str) -> anyhow::Result<Duration> {
    let is_usable = (0.0..=86_400.0).contains(&value);
    ensure!(is_usable, "{option} {value}: 0 to 86400 seconds");
    Ok(Duration::from_secs_f64(value))
}
