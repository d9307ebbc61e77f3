//! `destello score`: what models predict for every epoch, as a table.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use super::{
    join_option::{self, Joins},
    opened::IndexArgs,
    progress::{INTERRUPTED, ProgressLine, cancel_by_signal},
    shares::{Sets, Shares},
};
use crate::{
    domain::Shard,
    features::scoring::{
        part::{Part, TABLE, score_part},
        report::ScoreReport,
        run::{ScoreNews, ScoreOrder, score},
        score::Orientations,
    },
    io::{export::columns::Value, parts::PartsFolder},
    learn::Wish,
    workspace::{models, table},
};

/// Arguments of `score`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// A model that comes with destello, a model file, or `fusion`: the network of sequences and the forest
    /// together (a .json file: a fusion of your own); may be given several times
    #[arg(long = "model", value_name = "NAME|FILE", default_value = models::DEFAULT)]
    models: Vec<String>,
    /// The table to write: .csv, .parquet or .fits; by default CSV on standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Take scores from this project, and keep new ones in it
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    device: Wish,
    #[command(flatten)]
    shares: Shares,
    #[command(flatten)]
    sets: Sets,
    #[command(flatten)]
    joins: Joins,
    #[command(flatten)]
    indexing: IndexArgs,
    /// For large sets: score one orientation first, and all four only where the score lies near the threshold (that
    /// of the model, or the one that is given). The table says which were scored in full; a project keeps only those
    #[arg(
        long,
        value_name = "THRESHOLD",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = OF_THE_MODEL,
        value_parser = one_first
    )]
    quick: Option<Orientations>,
    /// Score only this share of the objects, such as 2/4: a part of the table, which `destello merge` puts together.
    /// A part that is there already is not scored again
    #[arg(long, value_name = "I/N", requires = "out", conflicts_with_all = ["project", "tables", "shares", "decide"])]
    shard: Option<Shard>,
}

/// What stands for the threshold of each model.
const OF_THE_MODEL: &str = "model";

fn one_first(text: &str) -> Result<Orientations, String> {
    if text == OF_THE_MODEL {
        return Ok(Orientations::OneFirst { threshold: None });
    }
    let value: f32 = text
        .parse()
        .map_err(|error| format!("{text} is no number: {error}"))?;
    if value > 0.0 && value < 1.0 {
        let threshold = Some(value);
        Ok(Orientations::OneFirst { threshold })
    } else {
        Err("a threshold lies between 0 and 1".into())
    }
}

/// Scores, writes the table, and reports what could not be scored.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(out) = &args.out {
        // Before the work, not after it.
        table::format_of(out)?;
    }
    let order = ScoreOrder {
        paths: args.paths.clone(),
        indexing: args.indexing.choice(),
        models: args.models.clone(),
        device: args.device,
        project: args.project.clone(),
        shares: args.shares.shares.clone(),
        decision: args.shares.decide,
        labels: match &args.project {
            Some(project) if project.exists() => {
                let project = super::label::open_existing(project)?;
                Some(Arc::new(super::opened::book_of(&project)?))
            }
            _ => None,
        },
        orientations: args.quick.unwrap_or_default(),
        level: args.sets.level(),
    };
    let cancel = cancel_by_signal()?;
    let line = Arc::new(ProgressLine::new());
    let shown = line.clone();
    let show = move |news| match news {
        ScoreNews::Progress(progress) => shown.report(progress),
        ScoreNews::Warning(text) => {
            shown.clear();
            eprintln!("{text}");
        }
    };
    if let (Some(shard), Some(out)) = (args.shard, &args.out) {
        let part = score_part(&order, shard, out, &cancel, show);
        line.clear();
        return report_part(part?, shard, out);
    }
    let report = score(&order, &cancel, show);
    line.clear();
    let Some(mut report) = report? else {
        eprintln!("stopped; no table was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    report_faults(&report);
    let lines = report.shares.iter().chain(&report.sets);
    for line in lines.chain(&report.in_full) {
        eprintln!("{line}");
    }
    let mut project = match &args.project {
        Some(file) if file.exists() => Some(super::label::open_existing(file)?),
        _ => None,
    };
    if args.joins.is_wanted(project.as_ref())? {
        let mut catalogue = super::opened::open_catalogue(&args.paths);
        args.joins.join(&mut catalogue, project.as_mut())?;
        let id = report
            .columns
            .iter()
            .find(|column| ["id", "objectId"].contains(&&*column.name));
        let ids: Vec<_> = id
            .map_or(&[][..], |column| &column.values)
            .iter()
            .map(|value| match value {
                Value::Text(id) => Some(id.as_str()),
                _ => None,
            })
            .collect();
        let joined = join_option::columns(&catalogue, &ids);
        report.columns.extend(joined);
    }
    table::write(TABLE, &report.columns, args.out.as_deref())?;
    if let Some(out) = &args.out {
        super::print::print_line(&summary(&report, args.project.is_some(), out))?;
    }
    let is_complete = report.problems.is_empty() && report.refusals.is_empty();
    Ok(ExitCode::from(if is_complete { 0 } else { 2 }))
}

/// What came of a share; the same exit status as of the whole.
fn report_part(part: Option<Part>, shard: Shard, out: &Path) -> anyhow::Result<ExitCode> {
    let folder = PartsFolder::of(out);
    let folder = folder.path().display();
    let report = match part {
        None => {
            eprintln!("stopped; no part was written");
            return Ok(ExitCode::from(INTERRUPTED));
        }
        Some(Part::Kept) => {
            super::print::print_line(&format!("shard {shard} is in {folder} already"))?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(Part::Scored(report)) => report,
    };
    report_faults(&report);
    super::print::print_line(&format!(
        "shard {shard}: {} epochs of {} candidates written to {folder}",
        report.epochs, report.candidates
    ))?;
    let is_complete = report.problems.is_empty() && report.refusals.is_empty();
    Ok(ExitCode::from(if is_complete { 0 } else { 2 }))
}

fn report_faults(report: &ScoreReport) {
    for problem in &report.problems {
        eprintln!("{problem}");
    }
    for refusals in &report.refusals {
        eprintln!(
            "{} of {} epochs cannot be scored by {}: {} (the first: {})",
            refusals.epochs, report.epochs, refusals.model, refusals.why, refusals.first
        );
    }
}

fn summary(report: &ScoreReport, has_project: bool, out: &Path) -> String {
    let kept = if has_project {
        format!(
            " ({} scores from the project, {} new)",
            report.counts.kept, report.counts.computed
        )
    } else {
        String::new()
    };
    format!(
        "{} epochs of {} candidates written to {}{kept}",
        report.epochs,
        report.candidates,
        out.display()
    )
}
