//! `destello convert`: any set as files that others read.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::ensure;

use super::{
    filter_option::FilterArgs,
    print::print_line,
    progress::{INTERRUPTED, cancel_by_signal, unless_cancelled, with_progress},
};
use crate::{
    domain::Shard,
    features::convert::task::{ConvertSet, Target},
    io::Decoder,
    workspace::open::read_until,
};

/// Arguments of `convert`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// What to write: a file .parquet with a row for each epoch and its stamps as FITS bytes, or a new folder with
    /// a FITS file for each object, its stamps as cubes
    #[arg(long, value_name = "FOLDER|FILE.parquet")]
    out: PathBuf,
    /// Write only this share of the objects, such as 2/4: into the same folder as the others, or a part of the Parquet
    /// file, which `destello merge` puts together. What is there already is not written again
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    #[command(flatten)]
    part: FilterArgs,
}

/// Converts, and prints how much; exit status 2 where something was left out.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let target = Target::of(&args.out).map_err(anyhow::Error::msg)?;
    let chosen = args.part.read()?;
    let cancel = cancel_by_signal()?;
    let decoder = Arc::new(Decoder::default());
    let opened = read_until(&args.paths, &decoder, &cancel);
    for problem in &opened.problems {
        eprintln!("{problem}");
    }
    let is_stopped = cancel.is_cancelled();
    ensure!(
        is_stopped || !opened.catalogue.is_empty(),
        "nothing could be opened"
    );
    let only = match &chosen {
        Some(chosen) if !is_stopped => Some(chosen.of(&opened.catalogue)?),
        _ => None,
    };
    let task = ConvertSet {
        catalogue: Arc::new(opened.catalogue),
        only,
        target,
        shard: args.shard,
        decoder,
    };
    let Some(written) = unless_cancelled(with_progress(task, cancel))? else {
        eprintln!(
            "stopped; of a folder, the files that are there are whole, of a table nothing is there"
        );
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let problems = written.converted.iter().flat_map(|one| &one.problems);
    let mut is_clean = opened.problems.is_empty();
    for problem in problems {
        eprintln!("{problem}");
        is_clean = false;
    }
    print_line(&written.in_words())?;
    Ok(ExitCode::from(if is_clean { 0 } else { 2 }))
}
