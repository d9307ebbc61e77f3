//! `destello photometry`: fluxes and magnitudes of every epoch, as a table.

use std::{path::PathBuf, process::ExitCode};

use clap::ValueEnum;

use super::progress::ProgressLine;
use crate::{
    domain::Role,
    features::light_curve::photometry::{self, order::PhotometryOrder},
    imaging::photometry::Method,
    workspace::table,
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
        // Before the work, not after it.
        table::format_of(out)?;
    }
    let line = ProgressLine::new();
    let report = photometry::photometry(&args.paths, &order, &mut |done, all| {
        line.report_with(done as u64, all as u64, " candidates");
    })?;
    line.clear();
    for problem in &report.problems {
        eprintln!("{problem}");
    }
    if report.epochs == 0 {
        anyhow::bail!("no epoch could be measured");
    }
    table::write("PHOTOMETRY", &report.columns, args.out.as_deref())?;
    if report.uncalibrated > 0 {
        eprintln!(
            "{} of {} epochs have no zero point: their fluxes stay in the unit of the stamps",
            report.uncalibrated, report.epochs
        );
    }
    if let Some(out) = &args.out {
        super::print::print_line(&format!(
            "{} epochs of {} candidates written to {}",
            report.epochs,
            report.candidates,
            out.display()
        ))?;
    }
    Ok(ExitCode::from(if report.problems.is_empty() {
        0
    } else {
        2
    }))
}
