//! `destello convert`: any set as one file that others read.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    io::{Decoder, convert::to_parquet},
    workspace::open::read_all_with,
};

/// Arguments of `convert`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The Parquet file to write: a row for each epoch, its stamps as FITS bytes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Converts, and prints how much; exit status 2 where something was left out.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let is_parquet = args
        .out
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
    anyhow::ensure!(
        is_parquet,
        "{}: a set is written as .parquet",
        args.out.display()
    );
    let decoder = Decoder::default();
    let opened = read_all_with(&args.paths, &decoder);
    anyhow::ensure!(!opened.catalogue.is_empty(), "nothing could be opened");
    let converted =
        to_parquet(&opened.catalogue, &decoder, &args.out).map_err(anyhow::Error::msg)?;
    for problem in opened.problems.iter().chain(&converted.problems) {
        eprintln!("{problem}");
    }
    super::print::print_line(&format!(
        "{} epochs of {} candidates with {} stamps written to {}",
        converted.rows,
        opened.catalogue.len(),
        converted.stamps,
        args.out.display()
    ))?;
    let is_clean = opened.problems.is_empty() && converted.problems.is_empty();
    Ok(ExitCode::from(if is_clean { 0 } else { 2 }))
}
