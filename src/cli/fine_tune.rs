//! `destello fine-tune`: trains a model further with the labels of a target domain.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::bail;

use super::{
    making::Making,
    progress::{INTERRUPTED, ProgressLine, cancel_by_signal, unless_cancelled},
    shares::Shares,
};
use crate::{
    domain::{
        DomainFigures, FineTuneFigures, ModelId,
        share::{self, Style},
    },
    features::{
        adaptation::{
            fine_tuning::{FineTuneOrder, LabelSource, Recipe, RecipePart, USUAL_TEST, check_out},
            task::{FineTune, FineTuneUpdate},
        },
        labelling::{truth_table::TruthTable, truths::Truths},
        latent::{
            adapt_task::{Adapt, AdaptOrder, Adapted},
            train_task::{LatentProgress, LatentUpdate},
        },
        scoring::{
            class_shares::{ShareChoice, corrected, label_counts},
            fusing::Scorer,
        },
        training::train::{TrainingData, checkpoint_path},
    },
    io::Decoder,
    learn::Compute,
    lightcurve::forest_file::ENDING,
    tasks::{cancel::CancelToken, run_here},
    workspace::{
        any_model::AnyModel,
        clock, latent_models,
        latent_registry::LatentRegistry,
        model_registry::{ModelRegistry, ModelSource},
        models,
        open::read_all_with,
        versions::Keep,
    },
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
    /// Simulated examples that are shown again: 2,000, of a forest 7,000, unless named; 0 forgets
    #[arg(long)]
    replay: Option<usize>,
    /// Simulated examples that the old sky is tested with, before and after
    #[arg(long, default_value_t = USUAL_TEST)]
    test: usize,
    /// Steps of each round; those of the recipe where none is given
    #[arg(long)]
    steps: Option<u64>,
    /// Give the model classes that labels name and it does not know (2 labels or more of each)
    #[arg(long)]
    new_classes: bool,
    /// Measure nothing on labels: half the time and less
    #[arg(long)]
    no_hold_out: bool,
    /// What the source domain (simulated data) may lose, points of mean recall: what was learned is interpolated
    /// back towards the model before until it loses no more
    #[arg(long, value_name = "POINTS", default_value_t = 0.5)]
    most_forgotten: f64,
    /// Leave out a part of the recipe, to see what it does: biases, head, all-layers, replay, balance, turns,
    /// prior, average
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    without: Vec<RecipePart>,
    #[command(flatten)]
    shares: Shares,
    #[command(flatten)]
    made: Making,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    check_out(&args.model, &args.made.out)?;
    args.made.check_out()?;
    let cancel = cancel_by_signal()?;
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let labels = LabelSource::Files {
        paths: args.paths.clone(),
        labels: args.labels.clone(),
    };
    let order = FineTuneOrder {
        survey: args.survey.clone(),
        templates: args.templates.clone(),
        replay: args.replay,
        test: args.test,
        steps: args.steps,
        most_forgotten: args.most_forgotten / 100.0,
        has_new_classes: args.new_classes,
        is_measured: !args.no_hold_out,
        recipe: Recipe::without(args.without.iter().copied()),
        seed: args.made.seed,
        name: args.made.name.clone(),
        command: format!("destello {}", typed.join(" ")),
        ..FineTuneOrder::usual(labels, args.made.threads())
    };
    let mut order = order;
    order.shares = shares_of(args)?;
    if latent_models::card_of(&args.model).is_some() {
        refuse_for_networks(args, "latent models")?;
        return adapt(args, order.command, cancel);
    }
    fine_tune(args, order, cancel)
}

/// The class shares of the set, by name, that held-out labels are judged with; none as trained.
fn shares_of(args: &Args) -> anyhow::Result<Option<BTreeMap<String, f64>>> {
    let Shares { shares, decide } = &args.shares;
    if *shares == ShareChoice::Trained {
        return Ok(None);
    }
    let (model, _) = Scorer::find(&args.model, &Compute::choose(args.made.device)?)?;
    let decoder = Decoder::default();
    let opened = read_all_with(&args.paths, &decoder);
    let candidates: Vec<_> = opened
        .catalogue
        .iter()
        .map(|(_, candidate)| candidate)
        .collect();
    let predictions = model.score(&candidates, &decoder)?;
    let card = model.card();
    let table = args.labels.as_deref().map(TruthTable::read).transpose()?;
    let truths = table.as_ref().map_or(Truths::Data, Truths::Table);
    let labels = || label_counts(&opened.catalogue, truths, &card.classes);
    let found = corrected(shares, *decide, (model.id(), card), &predictions, labels)?;
    let named = found.map(|found| {
        for sentence in found.in_words(card, *decide) {
            eprintln!("{sentence}");
        }
        card.classes.iter().cloned().zip(found.target).collect()
    });
    Ok(named)
}

/// Refuses what only networks that tell classes have.
fn refuse_for_networks(args: &Args, what: &str) -> anyhow::Result<()> {
    let given = [
        (args.steps.is_some(), "--steps"),
        (!args.without.is_empty(), "--without"),
        (args.new_classes, "--new-classes"),
    ];
    if let Some((_, name)) = given.into_iter().find(|(is_given, _)| *is_given) {
        bail!("{name} is for networks that predict classes; {what} do not have it");
    }
    Ok(())
}

fn fine_tune(args: &Args, order: FineTuneOrder, cancel: CancelToken) -> anyhow::Result<ExitCode> {
    let out = &args.made.out;
    let models = ModelRegistry::on(Compute::choose(args.made.device)?);
    let parent = ModelSource {
        id: models.load(&args.model)?.id,
        source: args.model.as_str().into(),
    };
    if let Some(AnyModel::Forest(_)) = models.get(&parent.id) {
        refuse_for_networks(args, "forests")?;
        models::check_place(out, ENDING)?;
    } else if out.extension().is_none_or(|ending| ending != "safetensors") {
        bail!("{}: a model file ends in .safetensors", out.display());
    }
    let has_no_table = matches!(order.labels, LabelSource::Files { labels: None, .. });
    let most_forgotten = order.most_forgotten;
    let task = FineTune {
        order,
        parent,
        models,
        decoder: Arc::default(),
        keep: Keep::File(out.clone()),
        now: clock::now(),
    };
    let line = Arc::new(ProgressLine::new());
    let shown = line.clone();
    let done = run_here(task, cancel, move |update| {
        show(&update, has_no_table, &shown);
    });
    line.clear();
    let Some(tuned) = unless_cancelled(done)? else {
        eprintln!("stopped; nothing was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    say_figures(&tuned.version.id, out, &tuned.figures, most_forgotten)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints how far it is.
fn show(update: &FineTuneUpdate, has_no_table: bool, line: &ProgressLine) {
    match update {
        FineTuneUpdate::Started(started) => {
            line.clear();
            for note in &started.notes {
                eprintln!("{note}");
            }
            let Some(device) = &started.device else {
                return;
            };
            if has_no_table {
                eprintln!(
                    "no table of labels is given: classes that the data bring along are taken as labels"
                );
            }
            let labels = started.labels.iter();
            let labels: Vec<_> = labels
                .map(|(class, count)| format!("{count} {class}"))
                .collect();
            let held_out = match started.held_out {
                0 => "none held out".into(),
                count => format!("{count} held out to measure with"),
            };
            let labels = labels.join(", ");
            eprintln!("learning from {labels} on the {device}; {held_out}");
        }
        FineTuneUpdate::Progress(news) => {
            let loss = news.losses.last();
            let loss = loss.map(|point| format!(", loss {:.3}", point.loss));
            line.report_with(news.step, news.steps, &loss.unwrap_or_default());
        }
        FineTuneUpdate::Growing { stage, done, all } => {
            line.report_with(*done as u64, *all as u64, &format!(" {stage}"));
        }
    }
}

/// "mean recall on 12 held-out labels of this survey: 0.81 ± 0.05, before 0.74 ± 0.06"
fn in_words(sky: &str, found: &DomainFigures) -> String {
    let figure =
        |at: usize| share::in_words(found.mean_recall[at], Some(found.error[at]), Style::PLAIN);
    let (before, after) = (figure(0), figure(1));
    let surer = found.log_gain.map_or_else(String::new, |[gain, error]| {
        format!("; log-probability of the right class {gain:+.3} ± {error:.3}")
    });
    format!(
        "mean recall on {} {sky}: {after}, before {before}{surer}",
        found.examples
    )
}

/// A latent model needs no labels: it learns to draw the stamps, and simulated ones beside them.
fn adapt(args: &Args, command: String, cancel: CancelToken) -> anyhow::Result<ExitCode> {
    let out = &args.made.out;
    let data = TrainingData::Labelled {
        paths: args.paths.clone(),
        labels: args.labels.clone(),
    };
    let order = AdaptOrder {
        source: args.model.as_str().into(),
        data,
        replay: args.replay,
        threads: args.made.threads(),
        seed: args.made.seed,
        name: args.made.name.clone(),
        command,
    };
    let task = Adapt {
        order,
        models: LatentRegistry::beside(ModelRegistry::on(Compute::choose(args.made.device)?)),
        decoder: Arc::default(),
        keep: Keep::File(out.clone()),
        now: clock::now(),
    };
    let line = Arc::new(ProgressLine::new());
    let shown = line.clone();
    let done = run_here(task, cancel, move |update| match update {
        LatentUpdate::Notes(notes) => notes.iter().for_each(|note| eprintln!("{note}")),
        LatentUpdate::Progress(LatentProgress { steps, .. }) => {
            shown.report_with(steps[0], steps[1], "");
        }
        LatentUpdate::Checked { .. } => {}
        LatentUpdate::NotSaved(why) => {
            shown.clear();
            eprintln!("{why}");
        }
    });
    line.clear();
    let Some(Adapted { version, .. }) = unless_cancelled(done)? else {
        let has_checkpoint = checkpoint_path(out).exists();
        eprintln!(
            "stopped; {}",
            if has_checkpoint {
                "the same command goes on from there"
            } else {
                "nothing was written"
            }
        );
        return Ok(ExitCode::from(INTERRUPTED));
    };
    super::print::print_line(&format!("{} written to {}", version.id, out.display()))?;
    for (name, sky) in [
        ("new_sky", "held-out stamps of this survey"),
        ("old_sky", "simulated stamps"),
    ] {
        let figure = |what: &str| version.card.figures.get(&format!("{name}_{what}"));
        if let (Some(before), Some(after), Some(examples)) = (
            figure("error_before"),
            figure("error_after"),
            figure("examples"),
        ) {
            super::print::print_line(&format!(
                "reconstruction error of {examples} {sky}: {after:.5}, before {before:.5}"
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn say_figures(
    id: &ModelId,
    out: &Path,
    figures: &FineTuneFigures,
    most_forgotten: f64,
) -> anyhow::Result<()> {
    super::print::print_line(&format!("{id} written to {}", out.display()))?;
    for (sky, found) in [
        ("held-out labels of this survey", figures.target_domain),
        ("simulated examples", figures.source_domain),
    ] {
        if let Some(found) = found {
            super::print::print_line(&in_words(sky, &found))?;
        }
    }
    if let Some(objection) = figures.objection(most_forgotten) {
        let why = objection.why;
        super::print::print_line(&format!("look before you use it: {why}"))?;
    } else if let Some(few) = figures.target_domain.and_then(|found| found.few_in_words()) {
        super::print::print_line(&few)?;
    }
    Ok(())
}
