//! `destello train forest`: a random forest that learns light curves.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    cli::{
        making::Replacing,
        print::print_line,
        progress::{INTERRUPTED, ProgressLine, cancel_by_signal},
    },
    features::training::{
        forest::train::{ForestOrder, ForestStage, SimulatedObjects, train, usual_growth},
        label_source::LabelSource,
        train::cores,
    },
    workspace::models::write_forest,
};

/// Arguments of `train forest`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Simulated sequences of this survey, or of a survey in a TOML file; with --data alone there
    /// are none
    #[arg(long)]
    survey: Option<String>,
    /// A folder of templates for the simulation
    #[arg(long, requires = "survey")]
    templates: Option<PathBuf>,
    /// Simulated objects to learn from
    #[arg(long, default_value_t = 21_000)]
    objects: u64,
    /// Labelled sequences: files, folders, archives; beside simulated ones each tree sees as many
    /// of either
    #[arg(long, num_args = 1.., required_unless_present = "survey")]
    data: Vec<PathBuf>,
    /// Table of their labels (CSV); without one, the classes that the data give
    #[arg(long, requires = "data")]
    labels: Option<PathBuf>,
    /// Trees
    #[arg(long, default_value_t = 300)]
    trees: u64,
    /// Beginnings of each light curve that are learned beside the whole
    #[arg(long, default_value_t = 3)]
    beginnings: usize,
    /// Objects of each class that a tree is grown from
    #[arg(long)]
    objects_a_class: Option<usize>,
    /// Simulated objects to validate with
    #[arg(long, default_value_t = 7_000)]
    validation: u64,
    /// Random seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads
    #[arg(long)]
    threads: Option<usize>,
    /// The model's name
    #[arg(long, default_value = "forest")]
    name: String,
    /// Commit of destello, for the model card
    #[arg(long, default_value = "")]
    commit: String,
    /// The model file (.forest); its card is written beside it
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    replacing: Replacing,
}

/// Trains, and prints how well it judges.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    args.replacing.check(&args.out)?;
    let cancel = cancel_by_signal()?;
    let line = ProgressLine::new();
    let report = |stage: ForestStage, done: usize, all: usize| {
        line.report_with(done as u64, all as u64, &format!(" {}", stage.in_words()));
    };
    let trained = train(&order_of(args), &cancel, &report)?;
    line.clear();
    let Some(trained) = trained else {
        eprintln!("stopped; nothing was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    for note in &trained.notes {
        eprintln!("{note}");
    }
    write_forest(&trained.forest, &args.out)?;
    if let Some(judgement) = &trained.judgement {
        print_line(&judgement.in_words())?;
    }
    let (id, parameters) = (trained.forest.id(), trained.forest.card().parameters);
    let out = args.out.display();
    print_line(&format!(
        "{id} ({parameters} places in its trees) written to {out}"
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn order_of(args: &Args) -> ForestOrder {
    let mut growth = usual_growth(args.seed);
    if let Some(objects) = args.objects_a_class {
        growth.objects_a_class = objects;
    }
    let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    ForestOrder {
        simulated: args.survey.as_ref().map(|survey| SimulatedObjects {
            survey: survey.clone(),
            templates: args.templates.clone(),
            count: args.objects,
        }),
        labelled: (!args.data.is_empty()).then(|| LabelSource::Files {
            paths: args.data.clone(),
            labels: args.labels.clone(),
        }),
        validation: args.validation,
        beginnings: args.beginnings,
        trees: args.trees,
        growth,
        threads: args.threads.unwrap_or_else(cores),
        seed: args.seed,
        name: args.name.clone(),
        command: format!("destello {command}"),
        commit: args.commit.clone(),
        out: args.out.clone(),
    }
}
