//! `destello train`: trains a network, or a forest.

mod forest;
mod fusion;
mod latent;

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::bail;
use clap::{Parser, Subcommand};

use super::{
    making::Making,
    progress::{INTERRUPTED, ProgressLine, cancel_by_signal, unless_cancelled},
};
use crate::{
    features::training::{
        form::usual_survey,
        task::{Train, TrainUpdate},
        train::{Recipe, TrainOrder, TrainingData, TrainingNews, checkpoint_path, usual_steps},
    },
    learn::{Architecture, Compute},
    tasks::run_here,
    workspace::model_registry::ModelRegistry,
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
    /// A network that follows a candidate from epoch to epoch and tells its class
    Sequence(SequenceClasses),
    /// A random forest that tells classes of objects apart by their light curves
    Forest(forest::Args),
    /// The weights with which a network over sequences and a forest judge together
    Fusion(fusion::Args),
    /// An autoencoder that clusters stamps, without labels
    Latent(latent::Args),
}

#[derive(Debug, Parser)]
struct RealBogus {
    /// compact, context, cap, cape, `deep_hits` or `deep_hits_relu`
    #[arg(long, default_value = "compact")]
    network: String,
    /// Simulated triplets of this survey, or of a survey in a TOML file: mixed, or `mixed_frames` for context,
    /// where none is given
    #[arg(long, conflicts_with = "data")]
    survey: Option<String>,
    /// Whose optimiser and schedule: ours or published
    #[arg(long, default_value = "ours")]
    recipe: Recipe,
    /// Members of an ensemble; 5 where none is given
    #[arg(long)]
    members: Option<usize>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Parser)]
struct SequenceClasses {
    /// recurrent, or `recurrent_window` for the published input
    #[arg(long, default_value = "recurrent")]
    network: String,
    /// Simulated sequences of this survey, or of a survey in a TOML file
    #[arg(long, default_value = "hits2015", conflicts_with = "data")]
    survey: String,
    #[command(flatten)]
    common: Common,
}

/// What every training knows.
#[derive(Debug, Parser)]
struct Common {
    /// A folder of templates for the simulation
    #[arg(long)]
    templates: Option<PathBuf>,
    /// Labelled candidates instead: files, folders, archives
    #[arg(long, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Table of their labels (CSV); without one, the classes that the data give
    #[arg(long, requires = "data")]
    labels: Option<PathBuf>,
    /// Batches learned from, for each member of an ensemble; those of the recipe where none is given
    #[arg(long)]
    steps: Option<u64>,
    /// Simulated candidates made at a time; as many as are needed, and at most 40,000 triplets or
    /// 8,000 sequences
    #[arg(long)]
    chunk: Option<usize>,
    /// How often each of them is presented; 4 times where none is given
    #[arg(long)]
    passes: Option<usize>,
    /// Simulated candidates to validate with; 4,000, fewer for a short training
    #[arg(long)]
    validation: Option<usize>,
    /// Steps between validations; those of the recipe, or a tenth of a short training
    #[arg(long)]
    validate_every: Option<u64>,
    /// Highest learning rate; that of the recipe where none is given
    #[arg(long)]
    rate: Option<f64>,
    #[command(flatten)]
    made: Making,
    /// Commit of destello, for the model card
    #[arg(long, default_value = "")]
    commit: String,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::RealBogus(args) => train(real_bogus(args)?, &args.common.made),
        What::Sequence(args) => train(sequence(args)?, &args.common.made),
        What::Forest(args) => forest::run(args),
        What::Fusion(args) => fusion::run(args),
        What::Latent(args) => latent::run(args),
    }
}

fn train(order: TrainOrder, made: &Making) -> anyhow::Result<ExitCode> {
    made.check_out()?;
    let compute = Compute::choose(made.device)?;
    let out = order.out.clone();
    let cancel = cancel_by_signal()?;
    let checkpoint = checkpoint_path(&order.out);
    if checkpoint.exists() {
        eprintln!("going on from {}", checkpoint.display());
    }
    eprintln!("training on the {}", compute.name());
    let task = Train {
        order,
        is_anew: false,
        may_replace: true,
        models: ModelRegistry::on(compute),
        decoder: Arc::default(),
    };
    let line = Arc::new(ProgressLine::new());
    let (shown, points) = (line.clone(), AtomicUsize::new(0));
    let done = run_here(task, cancel, move |update| match update {
        TrainUpdate::Started { notes, news, .. } => {
            for note in &notes {
                eprintln!("{note}");
            }
            points.store(news.curve.len(), Ordering::Relaxed);
        }
        TrainUpdate::Progress(news) => {
            let known = points.swap(news.curve.len(), Ordering::Relaxed);
            show(&news, known, &shown);
        }
    });
    line.clear();
    let Some(trained) = unless_cancelled(done)? else {
        eprintln!(
            "stopped; the same command goes on from {}",
            checkpoint.display()
        );
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let card = &trained.card;
    let accuracy = card.figures.get("validation_accuracy");
    super::print::print_line(&format!(
        "{} ({} parameters, validation accuracy {:.4}) written to {}",
        trained.id,
        card.parameters,
        accuracy.copied().unwrap_or(f64::NAN),
        out.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The line of progress, and a line that stays for each validation.
fn show(news: &TrainingNews, known: usize, line: &ProgressLine) {
    if news.curve.len() > known
        && let Some(point) = news.curve.last()
    {
        line.clear();
        eprintln!(
            "step {:>7}  loss {:.4}  validation: loss {:.4}, accuracy {:.4}  ({:.0} examples/s{})",
            point.step,
            point.loss.unwrap_or(f64::NAN),
            point.validation_loss,
            point.validation_accuracy,
            news.examples_per_s,
            rest_of(news)
        );
    }
    line.report_with(news.step, news.steps, &rest_of(news));
}

fn rest_of(news: &TrainingNews) -> String {
    let minutes = news.seconds_left.map(|seconds| seconds / 60.0);
    minutes.map_or_else(String::new, |minutes| format!(", {minutes:.1} min left"))
}

fn real_bogus(args: &RealBogus) -> anyhow::Result<TrainOrder> {
    let architecture = Architecture::from_name(&args.network)?;
    if architecture.is_recurrent() {
        bail!("{} is trained with `destello train sequence`", args.network);
    }
    let survey = args.survey.as_deref();
    let survey = survey.unwrap_or_else(|| usual_survey(architecture));
    let mut order = order(&args.common, architecture, args.recipe, survey);
    if let Some(members) = args.members.filter(|_| architecture == Architecture::Cape) {
        order.members = members;
    }
    Ok(order)
}

fn sequence(args: &SequenceClasses) -> anyhow::Result<TrainOrder> {
    let architecture = Architecture::from_name(&args.network)?;
    if !architecture.is_recurrent() {
        bail!(
            "{} is trained with `destello train real-bogus`",
            args.network
        );
    }
    Ok(order(
        &args.common,
        architecture,
        Recipe::Ours,
        &args.survey,
    ))
}

fn order(args: &Common, architecture: Architecture, recipe: Recipe, survey: &str) -> TrainOrder {
    let data = if args.data.is_empty() {
        TrainingData::Simulation {
            survey: survey.to_owned(),
            templates: args.templates.clone(),
        }
    } else {
        TrainingData::Labelled {
            paths: args.data.clone(),
            labels: args.labels.clone(),
        }
    };
    let steps = args.steps.unwrap_or_else(|| usual_steps(architecture));
    let mut order = TrainOrder::usual(architecture, data, recipe, steps, args.made.out.clone());
    if let Some(passes) = args.passes {
        order = order.with_passes(passes);
    }
    if let Some(every) = args.validate_every {
        order.schedule.validate_every = every;
    }
    if let Some(rate) = args.rate {
        order.schedule = order.schedule.with_rate(rate);
    }
    order.chunk = args.chunk.unwrap_or(order.chunk);
    order.validation = args.validation.unwrap_or(order.validation);
    order.threads = args.made.threads();
    order.seed = args.made.seed;
    order.name.clone_from(&args.made.name);
    order.commit.clone_from(&args.commit);
    let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    order.command = format!("destello {command}");
    order
}
