//! `destello latent`: where a latent model puts stamps, and what its components look like.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use super::progress::{INTERRUPTED, ProgressLine, cancel_by_signal};
use crate::{
    features::{
        latent::{
            centroids::{self, CentroidOrder, Shown},
            export::{self, ExportOrder, ExportReport},
        },
        training::train::{TrainingData, cores},
    },
    learn::Wish,
    workspace::{latent_models, table},
};

/// Arguments of `latent`.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write coordinates, component, responsibilities and reconstruction error of every epoch
    Export(Export),
    /// Draw the decoded centroids in two rows: what looks like stars above, artefacts below
    Centroids(Centroids),
}

#[derive(Debug, Parser)]
struct Export {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// A latent model that comes with destello, or a model file
    #[arg(long, value_name = "NAME|FILE", default_value = latent_models::DEFAULT)]
    model: String,
    /// The table to write: .csv, .parquet or .fits; by default CSV on standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Take places from this project, and keep new ones in it
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    device: Wish,
}

#[derive(Debug, Parser)]
struct Centroids {
    /// A latent model that comes with destello, or a model file
    #[arg(long, value_name = "NAME|FILE", default_value = latent_models::DEFAULT)]
    model: String,
    /// Name the components by simulated triplets of this survey; by default as the model's card does
    #[arg(long, conflicts_with = "data")]
    survey: Option<String>,
    /// Name the components by the labels of these files, folders, archives
    #[arg(long, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Table of their labels (CSV); without one, the classes that the data give
    #[arg(long, requires = "data")]
    labels: Option<PathBuf>,
    /// Stamps that name the components: simulated so many, of data so many at most
    #[arg(long, default_value_t = 4_000)]
    examples: usize,
    /// Random seed of the simulation
    #[arg(long, default_value_t = 2)]
    seed: u64,
    /// The picture to write (PNG)
    #[arg(long, value_name = "FILE.png")]
    out: PathBuf,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    device: Wish,
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::Export(args) => run_export(args),
        What::Centroids(args) => run_centroids(args),
    }
}

fn run_export(args: &Export) -> anyhow::Result<ExitCode> {
    if let Some(out) = &args.out {
        table::format_of(out)?;
    }
    let cancel = cancel_by_signal()?;
    let line = ProgressLine::new();
    let order = ExportOrder {
        paths: args.paths.clone(),
        model: args.model.clone(),
        device: args.device,
        project: args.project.clone(),
    };
    let report = export::export(&order, &cancel, &mut |progress| line.report(progress))?;
    line.clear();
    let Some(report) = report else {
        eprintln!("stopped; nothing was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    tell_faults(&report);
    table::write("LATENT", &report.columns, args.out.as_deref())?;
    if let Some(out) = &args.out {
        let counts = report.counts;
        let kept = if args.project.is_some() {
            format!(
                " ({} places from the project, {} new)",
                counts.kept, counts.computed
            )
        } else {
            String::new()
        };
        super::print::print_line(&format!(
            "{} epochs of {} candidates written to {}{kept}",
            report.placed() + report.refused,
            report.candidates,
            out.display()
        ))?;
    }
    let is_complete = report.problems.is_empty() && report.refused == 0;
    Ok(ExitCode::from(if is_complete { 0 } else { 2 }))
}

fn tell_faults(report: &ExportReport) {
    for problem in &report.problems {
        eprintln!("{problem}");
    }
    for warning in &report.warnings {
        eprintln!("{warning}");
    }
    if report.refused > 0 {
        let all = report.placed() + report.refused;
        eprintln!(
            "{} of {all} epochs are not embedded: the table gives the reason",
            report.refused
        );
    }
}

fn run_centroids(args: &Centroids) -> anyhow::Result<ExitCode> {
    let cancel = cancel_by_signal()?;
    let labelled = match &args.survey {
        Some(survey) => Some(TrainingData::Simulation {
            survey: survey.clone(),
            templates: None,
        }),
        None if args.data.is_empty() => None,
        None => Some(TrainingData::Labelled {
            paths: args.data.clone(),
            labels: args.labels.clone(),
        }),
    };
    let order = CentroidOrder {
        model: args.model.clone(),
        labelled,
        examples: args.examples,
        threads: cores(),
        seed: args.seed,
        device: args.device,
        out: args.out.clone(),
    };
    let rows = centroids::centroids(&order, &cancel)?;
    for (title, row) in ["like stars", "artefacts"].iter().zip(&rows) {
        let shown: Vec<String> = row.iter().map(in_words).collect();
        super::print::print_line(&format!("{title}: {}", shown.join(", ")))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn in_words(shown: &Shown) -> String {
    let weight = shown.card.weight * 100.0;
    let label = shown.card.label.as_deref().zip(shown.card.purity);
    let label = label.map_or_else(String::new, |(label, purity)| {
        format!(", {label} {purity:.2}")
    });
    format!("{} ({weight:.1} %{label})", shown.component)
}
