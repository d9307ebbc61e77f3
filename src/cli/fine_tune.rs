//! `destello fine-tune`: teaches a model with the labels of a new sky.

use std::{path::PathBuf, process::ExitCode};

use super::progress::{INTERRUPTED, ProgressLine, cancel_by_signal};
use crate::{
    jobs::{
        fine_tune::{FineTuneOrder, FineTuning},
        models,
        train::cores,
    },
    learn::{Compute, Wish},
};

/// Arguments of `fine-tune`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Table of labels (CSV); without one, the classes that the data give
    #[arg(long, value_name = "CSV")]
    labels: Option<PathBuf>,
    /// A model that comes with destello, or a model file
    #[arg(long, value_name = "NAME|FILE", default_value = models::DEFAULT)]
    model: String,
    /// The survey of the sky that must not be forgotten; that of the model's kind where none is given
    #[arg(long)]
    survey: Option<String>,
    /// A folder of templates for its simulation
    #[arg(long)]
    templates: Option<PathBuf>,
    /// Simulated examples that are shown again; 0 forgets
    #[arg(long, default_value_t = 2_000)]
    replay: usize,
    /// Simulated examples that the old sky is tested with, before and after
    #[arg(long, default_value_t = 700)]
    test: usize,
    /// Steps in all; those of the recipe where none is given
    #[arg(long)]
    steps: Option<u64>,
    /// Random seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    device: Wish,
    /// Threads that simulate
    #[arg(long)]
    threads: Option<usize>,
    /// The new model's name; that of the old one where none is given
    #[arg(long)]
    name: Option<String>,
    /// The new model's file (safetensors); its card is written beside it
    #[arg(long)]
    out: PathBuf,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let compute = Compute::choose(args.device)?;
    let cancel = cancel_by_signal()?;
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let order = FineTuneOrder {
        paths: args.paths.clone(),
        labels: args.labels.clone(),
        model: args.model.clone(),
        survey: args.survey.clone(),
        templates: args.templates.clone(),
        replay: args.replay,
        test: args.test.max(1),
        steps: args.steps,
        seed: args.seed,
        threads: args.threads.unwrap_or_else(cores),
        name: args.name.clone(),
        command: format!("destello {}", typed.join(" ")),
        out: args.out.clone(),
    };
    let mut tuning = FineTuning::start(order, &compute)?;
    for note in tuning.notes() {
        eprintln!("{note}");
    }
    let labels = tuning.labels_by_class().into_iter();
    let labels: Vec<_> = labels
        .map(|(class, count)| format!("{count} {class}"))
        .collect();
    eprintln!(
        "learning from {} on the {}",
        labels.join(", "),
        compute.name()
    );
    let line = ProgressLine::new();
    while !tuning.is_finished() {
        if cancel.is_cancelled() {
            line.clear();
            eprintln!("stopped; nothing was written");
            return Ok(ExitCode::from(INTERRUPTED));
        }
        tuning.advance()?;
        let news = tuning.news();
        let loss = news.loss.map(|loss| format!(", loss {loss:.3}"));
        line.tell_with(news.step, news.steps, &loss.unwrap_or_default());
    }
    line.clear();
    let model = tuning.write()?;
    let figure = |name: &str| model.card().figures.get(name).copied().unwrap_or(f64::NAN);
    super::say(&format!(
        "{} written to {}; accuracy on simulated examples of the old sky {:.3}, before {:.3}",
        model.id(),
        args.out.display(),
        figure("old_sky_accuracy_after"),
        figure("old_sky_accuracy_before"),
    ))?;
    Ok(ExitCode::SUCCESS)
}
