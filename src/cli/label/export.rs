//! `destello label export`: a project's labels as one file.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    domain::StampRef,
    features::labelling::export::{ExportRequest, export_labels},
    io::export::{Format, split::Split},
};

/// Arguments of `label export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files with the stamps, for metadata; by default those that the project remembers
    paths: Vec<PathBuf>,
    /// The project file
    #[arg(long)]
    project: PathBuf,
    /// The file to write; its ending names the format: .csv .jsonl .parquet .vot .fits
    /// .bundle.fits
    #[arg(long)]
    out: PathBuf,
    /// The format, where the ending does not name it
    #[arg(long, value_parser = format_of_name, value_name = "csv|jsonl|parquet|votable|fits|bundle")]
    format: Option<Format>,
    /// Every candidate, also without a label
    #[arg(long)]
    all: bool,
    /// Seed of a bundle's split by object
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn format_of_name(name: &str) -> Result<Format, String> {
    Format::of_name(name).ok_or_else(|| {
        let names: Vec<_> = Format::ALL.iter().map(|(_, name, _)| *name).collect();
        format!("the formats are {}", names.join(", "))
    })
}

/// Exports and prints how much.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let format = args
        .format
        .or_else(|| Format::of_path(&args.out))
        .ok_or_else(|| {
            anyhow::anyhow!(
                "{}: the ending names no format; give one with --format",
                args.out.display()
            )
        })?;
    let project = super::open_existing(&args.project)?;
    let paths = if args.paths.is_empty() {
        project.paths()?
    } else {
        args.paths.clone()
    };
    let catalogue = super::open_catalogue(&paths);
    let book = super::book_of(&project)?;
    let request = ExportRequest {
        out: &args.out,
        format,
        is_all: args.all,
        split: Split {
            seed: args.seed,
            ..Split::default()
        },
    };
    let decoder = crate::io::Decoder::default();
    let mut decode = |stamps: &[StampRef]| decoder.decode(stamps);
    let report = export_labels(&book, &catalogue, &request, &mut decode)?;
    for problem in &report.problems {
        eprintln!("{problem}");
    }
    let stamps = match format {
        Format::Bundle => format!(" with {} stamps", report.stamps),
        _ => String::new(),
    };
    let out = args.out.display();
    crate::cli::say(&format!(
        "{} candidates{stamps} written to {out}",
        report.candidates
    ))?;
    Ok(ExitCode::from(if report.problems.is_empty() {
        0
    } else {
        2
    }))
}
