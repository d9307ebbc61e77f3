//! `destello photometry`: fluxes and magnitudes of every epoch, as a table.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::bail;
use clap::ValueEnum;

use super::{
    filter_option::FilterArgs,
    print::print_line,
    progress::{INTERRUPTED, cancel_by_signal, unless_cancelled, with_progress},
};
use crate::{
    domain::Role,
    features::light_curve::photometry::{order::PhotometryOrder, task::MeasureSet},
    imaging::photometry::Method,
    io::Decoder,
    workspace::{open::read_until, table},
};

/// Arguments of `photometry`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// How fluxes are measured
    #[arg(long, value_enum, default_value = "optimal")]
    method: MethodName,
    /// On which stamps
    #[arg(long, value_enum, default_value = "science")]
    on: OnName,
    /// Radius of mask or aperture, arcseconds; by default that of the method
    #[arg(long, value_name = "ARCSEC")]
    radius: Option<f64>,
    /// Measure in the middle of the stamp where the data give no centroid; by default bright
    /// sources are measured at the centroid of their light
    #[arg(long)]
    keep_position: bool,
    /// The table to write: .csv, .parquet or .fits; by default CSV on standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    part: FilterArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MethodName {
    /// Weights by what each pixel tells of a point source (Naylor 1998)
    Optimal,
    /// Least squares of point-spread function and local background
    Psf,
    /// Sum within a circle, brought to the whole light
    Aperture,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OnName {
    Science,
    Difference,
}

/// Measures, writes the table, and says what could not be measured.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let order = PhotometryOrder {
        method: match args.method {
            MethodName::Optimal => Method::Optimal,
            MethodName::Psf => Method::Psf,
            MethodName::Aperture => Method::Aperture,
        },
        on: match args.on {
            OnName::Science => Role::Science,
            OnName::Difference => Role::Difference,
        },
        radius_arcsec: args.radius,
        recenters: !args.keep_position,
    };
    if let Some(out) = &args.out {
        // Before anything is opened.
        table::format_of(out)?;
    }
    let chosen = args.part.read()?;
    let cancel = cancel_by_signal()?;
    let decoder = Arc::new(Decoder::default());
    let opened = read_until(&args.paths, &decoder, &cancel);
    if opened.catalogue.is_empty() && !cancel.is_cancelled() {
        let cause = opened
            .problems
            .first()
            .map(|problem| format!(": {problem}"));
        bail!("no candidate was found{}", cause.unwrap_or_default());
    }
    let only = match &chosen {
        Some(chosen) if !cancel.is_cancelled() => Some(chosen.of(&opened.catalogue)?),
        _ => None,
    };
    let task = MeasureSet {
        catalogue: Arc::new(opened.catalogue),
        only,
        order,
        decoder,
        out: args.out.clone(),
    };
    let Some(report) = unless_cancelled(with_progress(task, cancel))? else {
        eprintln!("stopped; no table was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let problems = || opened.problems.iter().chain(&report.problems);
    for problem in problems() {
        eprintln!("{problem}");
    }
    if report.epochs == 0 {
        bail!("no epoch could be measured");
    }
    match &report.out {
        Some(_) => print_line(&report.in_words())?,
        None => table::write("PHOTOMETRY", &report.columns, None)?,
    }
    if let Some(words) = report.uncalibrated_in_words() {
        eprintln!("{words}");
    }
    let is_clean = problems().next().is_none();
    Ok(ExitCode::from(if is_clean { 0 } else { 2 }))
}
