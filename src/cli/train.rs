//! `destello train`: teaches a network, or a forest.

mod forest;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};

use super::progress::{INTERRUPTED, ProgressLine, cancel_by_signal};
use crate::{
    jobs::train::{TrainOrder, Training, TrainingData, checkpoint_path, cores},
    learn::{Architecture, Compute, Wish, schedule::Schedule},
};

/// What to train.
#[derive(Debug, Parser)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A network that tells real detections from bogus ones
    RealBogus(RealBogus),
    /// A random forest that tells classes of objects apart by their light curves
    Forest(forest::Args),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RecipeName {
    /// Optimiser and schedule of the publication
    Published,
    /// AdamW over a cosine, one random orientation of each example
    Ours,
}

#[derive(Debug, Parser)]
struct RealBogus {
    /// compact, cap, cape, `deep_hits` or `deep_hits_relu`
    #[arg(long, default_value = "compact")]
    network: String,
    /// Simulated triplets of this survey, or of a survey in a TOML file
    #[arg(long, default_value = "mixed", conflicts_with = "data")]
    survey: String,
    /// A folder of templates for the simulation
    #[arg(long)]
    templates: Option<PathBuf>,
    /// Labelled stamps instead: files, folders, archives
    #[arg(long, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Table of their labels (CSV); without one, the classes that the data give
    #[arg(long, requires = "data")]
    labels: Option<PathBuf>,
    /// Whose optimiser and schedule
    #[arg(long, value_enum, default_value = "ours")]
    recipe: RecipeName,
    /// Batches learned from, for each member of an ensemble
    #[arg(long, default_value_t = 20_000)]
    steps: u64,
    /// Members of an ensemble
    #[arg(long, default_value_t = 5)]
    members: usize,
    /// Simulated triplets made at a time
    #[arg(long, default_value_t = 40_000)]
    chunk: usize,
    /// How often each of them is presented
    #[arg(long, default_value_t = 4)]
    passes: usize,
    /// Simulated triplets to validate with
    #[arg(long, default_value_t = 4_000)]
    validation: usize,
    /// Steps between validations; that of the recipe where none is given
    #[arg(long)]
    validate_every: Option<u64>,
    /// Highest learning rate; that of the recipe where none is given
    #[arg(long)]
    rate: Option<f64>,
    /// Random seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    device: Wish,
    /// Threads that simulate
    #[arg(long)]
    threads: Option<usize>,
    /// The model's name; that of the network where none is given
    #[arg(long)]
    name: Option<String>,
    /// Commit of destello, for the model card
    #[arg(long, default_value = "")]
    commit: String,
    /// The model file (safetensors); its card is written beside it
    #[arg(long)]
    out: PathBuf,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::RealBogus(args) => real_bogus(args),
        What::Forest(args) => forest::run(args),
    }
}

fn real_bogus(args: &RealBogus) -> anyhow::Result<ExitCode> {
    let order = order_of(args)?;
    let compute = Compute::choose(args.device)?;
    let cancel = cancel_by_signal()?;
    let checkpoint = checkpoint_path(&order.out);
    if checkpoint.exists() {
        eprintln!("going on from {}", checkpoint.display());
    }
    eprintln!("training on the {}", compute.name());
    let mut training = Training::start(order, &compute)?;
    for note in training.notes() {
        eprintln!("{note}");
    }
    let line = ProgressLine::new();
    let mut told = training.news().curve.len();
    while !training.is_finished() {
        if cancel.is_cancelled() {
            line.clear();
            training.save()?;
            eprintln!(
                "stopped; the same command goes on from {}",
                checkpoint.display()
            );
            return Ok(ExitCode::from(INTERRUPTED));
        }
        training.advance()?;
        let news = training.news();
        line.tell_with(news.step, news.steps, &rest_of(&news));
        if news.curve.len() > told
            && let Some(point) = news.curve.last()
        {
            told = news.curve.len();
            line.clear();
            eprintln!(
                "step {:>7}  loss {:.4}  validation: loss {:.4}, accuracy {:.4}  ({:.0} examples/s{})",
                point.step,
                point.loss.unwrap_or(f64::NAN),
                point.validation_loss,
                point.validation_accuracy,
                news.examples_per_s,
                rest_of(&news)
            );
        }
    }
    line.clear();
    let model = training.write()?;
    let accuracy = model.card().figures.get("validation_accuracy");
    super::say(&format!(
        "{} ({} parameters, validation accuracy {:.4}) written to {}",
        model.id(),
        model.card().parameters,
        accuracy.copied().unwrap_or(f64::NAN),
        args.out.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn rest_of(news: &crate::jobs::train::TrainingNews) -> String {
    let minutes = news.seconds_left.map(|seconds| seconds / 60.0);
    minutes.map_or_else(String::new, |minutes| format!(", {minutes:.1} min left"))
}

fn order_of(args: &RealBogus) -> anyhow::Result<TrainOrder> {
    let architecture = Architecture::from_name(&args.network)?;
    let mut schedule = match args.recipe {
        RecipeName::Published => Schedule::published(args.steps),
        RecipeName::Ours => Schedule::ours(architecture, args.steps),
    };
    if let Some(every) = args.validate_every {
        schedule.validate_every = every;
    }
    if let Some(rate) = args.rate {
        schedule = schedule.with_rate(rate);
    }
    let data = if args.data.is_empty() {
        TrainingData::Simulation {
            survey: args.survey.clone(),
            templates: args.templates.clone(),
        }
    } else {
        TrainingData::Labelled {
            paths: args.data.clone(),
            labels: args.labels.clone(),
        }
    };
    let is_ensemble = architecture == Architecture::Cape;
    let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    Ok(TrainOrder {
        architecture,
        data,
        schedule,
        seed: args.seed,
        members: if is_ensemble { args.members } else { 1 },
        chunk: args.chunk,
        passes: args.passes,
        validation: args.validation,
        threads: args.threads.unwrap_or_else(cores),
        name: args.name.clone(),
        command: format!("destello {command}"),
        commit: args.commit.clone(),
        out: args.out.clone(),
    })
}
