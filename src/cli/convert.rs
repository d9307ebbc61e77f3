//! `destello convert`: any set as files that others read.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    domain::{Catalogue, Shard},
    features::scoring::part::set_fingerprint,
    io::{
        Decoder,
        convert::{Converted, cubes::to_cubes, part_to_parquet, to_parquet},
        parts::{PartsFolder, What, WholeTable},
    },
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
    /// Write only this share of the objects, such as 2/4: into the same folder as the others, or a part of the Parquet
    /// file, which `destello merge` puts together. What is there already is not written again
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
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
    let converted = match (is_parquet, args.shard) {
        (true, None) => to_parquet(&opened.catalogue, &decoder, &args.out).map(Some),
        (true, Some(shard)) => part(&opened.catalogue, shard, &decoder, &args.out),
        (false, shard) => to_cubes(&opened.catalogue, shard, &decoder, &args.out).map(Some),
    };
    let Some(converted) = converted.map_err(anyhow::Error::msg)? else {
        super::print::print_line(&format!(
            "the part is in {} already",
            PartsFolder::of(&args.out).path().display()
        ))?;
        return Ok(ExitCode::SUCCESS);
    };
    for problem in opened.problems.iter().chain(&converted.problems) {
        eprintln!("{problem}");
    }
    super::print::print_line(&format!(
        "{} epochs of {} candidates with {} stamps written to {}",
        converted.rows,
        converted.objects,
        converted.stamps,
        args.out.display()
    ))?;
    let is_clean = opened.problems.is_empty() && converted.problems.is_empty();
    Ok(ExitCode::from(if is_clean { 0 } else { 2 }))
}

/// Writes the part of a share of the objects; none where it is there already.
fn part(
    catalogue: &Catalogue,
    shard: Shard,
    decoder: &Decoder,
    out: &Path,
) -> Result<Option<Converted>, String> {
    let folder = PartsFolder::of(out);
    let epochs = catalogue
        .iter()
        .map(|(_, candidate)| candidate.epochs.len());
    let whole = WholeTable {
        what: What::Stamps,
        name: "alerts".into(),
        order: format!("{:016x}", set_fingerprint(catalogue)),
        rows: epochs.sum::<usize>() as u64,
    };
    if folder.is_done(shard, &whole)? {
        return Ok(None);
    }
    let mut converted = Converted::default();
    folder.put(shard, whole, Vec::new(), |beside| {
        converted = part_to_parquet(catalogue, Some(shard), decoder, beside)?;
        Ok(converted.rows as u64)
    })?;
    Ok(Some(converted))
}
