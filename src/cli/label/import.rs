//! `destello label import`: labels from a table into a project.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::Context;

use crate::{
    features::labelling::transfer::ImportLabels,
    io::labels_csv,
    store::Project,
    tasks::{cancel::CancelToken, run_here},
    workspace::{annotator::annotator, vocabulary::find_vocabulary},
};

/// Arguments of `label import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives with the stamps whose ids the table may name
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The project: its file, or its address on a server; made where there is none
    #[arg(long)]
    project: PathBuf,
    /// The table: CSV with `id,label`, optionally `annotator` and `time`
    #[arg(long)]
    labels: PathBuf,
    /// Name of a vocabulary or a TOML file; by default the built-in one that knows most labels
    #[arg(long, value_name = "NAME|FILE")]
    vocabulary: Option<String>,
    /// Who gave labels that name nobody; by default the system's user name
    #[arg(long, value_name = "NAME")]
    annotator: Option<String>,
}

/// Imports and prints what came in.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let vocabulary = args
        .vocabulary
        .as_deref()
        .map(find_vocabulary)
        .transpose()?;
    // Candidates and table first: what brings nothing leaves no project.
    let catalogue = crate::cli::opened::open_some(&args.paths)?;
    labels_csv::read(&args.labels).context("the labels cannot be read")?;
    let mut project = Project::open_or_create(&args.project)?;
    remember_paths(&mut project, &args.paths)?;
    drop(project);
    let import = ImportLabels {
        table: args.labels.clone(),
        project: args.project.clone(),
        catalogue: Arc::new(catalogue),
        vocabulary,
        annotator: annotator(args.annotator.as_deref()).into(),
    };
    let plan = run_here(import, CancelToken::default(), |()| ())?;
    for problem in plan.problems.iter().chain(&plan.notes) {
        eprintln!("{problem}");
    }
    crate::cli::print::print_line(&format!(
        "{} rows imported with the vocabulary {}, {} known before, {} without label, {} not usable",
        plan.new_rows,
        plan.vocabulary,
        plan.known_rows,
        plan.unlabelled_rows,
        plan.problems.len()
    ))?;
    if let Some(words) = plan.overruled_in_words() {
        crate::cli::print::print_line(&words)?;
    }
    let is_clean = plan.problems.is_empty() && plan.notes.is_empty();
    Ok(ExitCode::from(if is_clean { 0 } else { 2 }))
}

/// Adds the paths to those of the project, so that an export finds the metadata again.
fn remember_paths(project: &mut Project, more: &[PathBuf]) -> anyhow::Result<()> {
    let mut paths = project.paths()?;
    for path in more {
        let path = std::path::absolute(path)?;
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    Ok(project.put_paths(&paths)?)
}
