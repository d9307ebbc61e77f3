//! `destello close-pairs`: candidates that lie close together under different identifiers, as a table.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use super::progress::{INTERRUPTED, cancel_by_signal, unless_cancelled, with_progress};
use crate::{
    features::close_pairs::{
        state::USUAL_ARCSEC,
        task::{FindClosePairs, columns},
    },
    io::Decoder,
    workspace::{open::read_until, table},
};

/// Arguments of `close-pairs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Within how many arcseconds of each other
    #[arg(long, value_name = "ARCSEC", default_value_t = USUAL_ARCSEC)]
    radius: f64,
    /// The table to write: .csv, .parquet or .fits; by default CSV on standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Finds them and writes the table; exit status 2 where an input could not be used.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(out) = &args.out {
        // Before the work, not after it.
        table::format_of(out)?;
    }
    let cancel = cancel_by_signal()?;
    let opened = read_until(&args.paths, &Decoder::default(), &cancel);
    for problem in &opened.problems {
        eprintln!("{problem}");
    }
    let catalogue = Arc::new(opened.catalogue);
    let is_empty = catalogue.is_empty() && !cancel.is_cancelled();
    anyhow::ensure!(!is_empty, "no candidate was found");
    let task = FindClosePairs {
        catalogue: catalogue.clone(),
        radius_arcsec: args.radius,
    };
    let Some(found) = unless_cancelled(with_progress(task, cancel))? else {
        eprintln!("stopped; no table was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let table = columns(&found, &catalogue);
    table::write("CLOSE_PAIRS", &table, args.out.as_deref())?;
    let summary = found.in_words();
    match &args.out {
        Some(out) => {
            super::print::print_line(&format!("{summary}; written to {}", out.display()))?;
        }
        None => eprintln!("{summary}"),
    }
    Ok(ExitCode::from(if opened.problems.is_empty() {
        0
    } else {
        2
    }))
}
