//! `destello convert`: any set as files that others read.

use std::{collections::HashSet, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, bail, ensure};

use super::{
    opened::book_of,
    print::print_line,
    progress::{INTERRUPTED, cancel_by_signal, unless_cancelled, with_progress},
};
use crate::{
    domain::{CandidateIx, Catalogue, LabelBook, Shard},
    features::convert::task::{ConvertSet, Target},
    io::Decoder,
    store::Project,
    workspace::{
        open::read_until,
        queue::{column::has_field, filter::Filter},
    },
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
    /// Only candidates that meet this, as in the filter line of the window: 'mag<20 label:real'
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// The project whose labels, flags and notes the filter means
    #[arg(long, value_name = "FILE", requires = "filter")]
    project: Option<PathBuf>,
}

/// Converts, and prints how much; exit status 2 where something was left out.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let target = Target::of(&args.out).map_err(anyhow::Error::msg)?;
    let filter = args.filter.as_deref().map(filter).transpose()?;
    let book = match &args.project {
        Some(project) => book_of(&Project::open_existing(project)?)?,
        None => LabelBook::default(),
    };
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
    let only = match &filter {
        Some(filter) if !is_stopped => Some(kept(filter, &opened.catalogue, &book)?),
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

fn filter(line: &str) -> anyhow::Result<Filter> {
    let filter = Filter::parse(line).map_err(anyhow::Error::msg);
    let filter = filter.with_context(|| format!("--filter {line:?}"))?;
    ensure!(
        !filter.uses_scores(),
        "--filter {line:?}: no scores are known here: write them with `destello score`, join the table in the window, and save from there"
    );
    Ok(filter)
}

/// The candidates that the filter keeps, of which there must be one.
fn kept(
    filter: &Filter,
    catalogue: &Catalogue,
    book: &LabelBook,
) -> anyhow::Result<HashSet<CandidateIx>> {
    let unknown = filter.fields().find(|name| !has_field(catalogue, name));
    if let Some(name) = unknown {
        bail!("--filter: no candidate has a column {name}");
    }
    let kept: HashSet<_> = filter.kept_of(catalogue, book).into_iter().collect();
    ensure!(!kept.is_empty(), "--filter: no candidate meets it");
    Ok(kept)
}
