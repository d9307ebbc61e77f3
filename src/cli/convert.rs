//! `destello convert`: any set as files that others read.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    io::{Decoder, convert::to_parquet, convert_cubes::to_cubes},
    workspace::open::read_all_with,
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
}

/// Converts, and prints how much; exit status 2 where something was left out.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let is_parquet = args
        .out
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
    let is_other_file = args.out.extension().is_some() && !args.out.is_dir();
    anyhow::ensure!(
        is_parquet || !is_other_file,
        "{}: a set is written as one file .parquet, or as a folder of FITS files",
        args.out.display()
    );
    let decoder = Decoder::default();
    let opened = read_all_with(&args.paths, &decoder);
    anyhow::ensure!(!opened.catalogue.is_empty(), "nothing could be opened");
    let converted = if is_parquet {
        to_parquet(&opened.catalogue, &decoder, &args.out)
    } else {
        to_cubes(&opened.catalogue, &decoder, &args.out)
    };
    let converted = converted.map_err(anyhow::Error::msg)?;
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
