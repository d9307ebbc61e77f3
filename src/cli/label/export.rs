//! `destello label export`: a project's labels as one file.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use crate::{
    features::labelling::transfer::ExportLabels,
    io::export::{Format, Service, split::Split},
    tasks::{cancel::CancelToken, run_here},
    workspace::{clock, pick::night_report_name},
};

/// Arguments of `label export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files with the stamps, for metadata; by default those that the project remembers
    paths: Vec<PathBuf>,
    /// The project: its file, or its address on a server; by default the one that the window keeps for these paths
    #[arg(long)]
    project: Option<PathBuf>,
    /// The file to write; its ending names the format: .csv .jsonl .parquet .vot .fits
    /// .reg .html .bundle.fits
    #[arg(long)]
    out: PathBuf,
    /// The format, where the ending does not name it
    #[arg(long, value_parser = format_of_name, value_name = "csv|jsonl|parquet|votable|fits|regions|html|bundle")]
    format: Option<Format>,
    /// As a service takes it, as a file (nothing is sent): annotations of Lasair, classifications of SkyPortal, a bulk
    /// report of TNS, a manifest of Zooniverse with PNG pictures beside, tasks of Label Studio
    #[arg(long = "for", value_parser = service_of_name, conflicts_with = "format",
        value_name = "lasair|skyportal|tns|zooniverse|labelstudio")]
    service: Option<Service>,
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

fn service_of_name(name: &str) -> Result<Service, String> {
    Service::of_name(name).ok_or_else(|| {
        let names: Vec<_> = Service::ALL.iter().map(|(_, name)| *name).collect();
        format!("the services are {}", names.join(", "))
    })
}

/// Exports and prints how much.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let format = args
        .service
        .map(Format::For)
        .or(args.format)
        .or_else(|| Format::of_path(&args.out))
        .ok_or_else(|| {
            anyhow::anyhow!(
                "{}: the ending names no format; give one with --format",
                args.out.display()
            )
        })?;
    write(&Order {
        paths: &args.paths,
        project: args.project.as_deref(),
        out: &args.out,
        format,
        is_all: args.all,
        seed: args.seed,
    })
}

/// Arguments of `report`.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// Files with the stamps; by default those that the project remembers
    paths: Vec<PathBuf>,
    /// The project: its file, or its address on a server; by default the one that the window keeps for these paths
    #[arg(long)]
    project: Option<PathBuf>,
    /// The page to write; by default night-DATE.html here, of today (UTC)
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
    /// Every candidate, also without a label
    #[arg(long)]
    all: bool,
}

/// Writes the page and prints how much is on it.
pub fn report(args: &ReportArgs) -> anyhow::Result<ExitCode> {
    let out = args.out.clone();
    let out = out.unwrap_or_else(|| night_report_name(&clock::today()).into());
    write(&Order {
        paths: &args.paths,
        project: args.project.as_deref(),
        out: &out,
        format: Format::Page,
        is_all: args.all,
        seed: 0,
    })
}

/// What is written, and where.
struct Order<'a> {
    paths: &'a [PathBuf],
    project: Option<&'a Path>,
    out: &'a Path,
    format: Format,
    is_all: bool,
    seed: u64,
}

fn write(order: &Order<'_>) -> anyhow::Result<ExitCode> {
    let (project, paths) = super::project_of(order.project, order.paths)?;
    let paths = if paths.is_empty() {
        project.paths()?
    } else {
        paths
    };
    let catalogue = crate::cli::opened::open_catalogue(&paths);
    let export = ExportLabels {
        out: order.out.to_owned(),
        format: order.format,
        is_all: order.is_all,
        split: Split {
            seed: order.seed,
            ..Split::default()
        },
        book: Arc::new(crate::cli::opened::book_of(&project)?),
        catalogue: Arc::new(catalogue),
        decoder: Arc::default(),
    };
    let (out, report) = run_here(export, CancelToken::default(), |()| ())?;
    for problem in &report.problems {
        eprintln!("{problem}");
    }
    for field in &report.empty_fields {
        eprintln!("{}: {}", order.out.display(), field.why);
    }
    if report.without_position > 0 {
        let count = report.without_position;
        eprintln!("{count} candidates without a position are left out");
    }
    let stamps = match order.format {
        Format::Bundle | Format::Page => format!(" with {} stamps", report.stamps),
        Format::For(Service::Zooniverse) => format!(" with {} pictures", report.stamps),
        _ => String::new(),
    };
    let out = out.display();
    crate::cli::print::print_line(&format!(
        "{} candidates{stamps} written to {out}",
        report.candidates
    ))?;
    let is_complete = report.problems.is_empty() && report.without_position == 0;
    Ok(ExitCode::from(if is_complete { 0 } else { 2 }))
}
