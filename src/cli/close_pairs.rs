//! `destello close-pairs`: candidates that lie close together under different identifiers, as a table.

use std::process::ExitCode;

use super::{
    opened::TableArgs,
    progress::{INTERRUPTED, cancel_by_signal, unless_cancelled, with_progress},
};
use crate::{
    features::close_pairs::{
        state::USUAL_ARCSEC,
        task::{FindClosePairs, columns},
    },
    io::Decoder,
};

/// Arguments of `close-pairs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    table: TableArgs,
    /// Within how many arcseconds of each other
    #[arg(long, value_name = "ARCSEC", default_value_t = USUAL_ARCSEC)]
    radius: f64,
}

/// Finds them and writes the table; exit status 2 where an input could not be used.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let cancel = cancel_by_signal()?;
    let opened = args.table.open(&Decoder::default(), &cancel)?;
    let task = FindClosePairs {
        catalogue: opened.catalogue.clone(),
        radius_arcsec: args.radius,
    };
    let Some(found) = unless_cancelled(with_progress(task, cancel))? else {
        eprintln!("stopped; no table was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let table = columns(&found, &opened.catalogue);
    opened.write("CLOSE_PAIRS", &table, &found.in_words())
}
