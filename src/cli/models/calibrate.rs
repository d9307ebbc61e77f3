//! `destello models calibrate`: what sets of classes follow from, put into the card of a model.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};

use crate::{
    cli::{
        making::Replacing,
        print::print_line,
        progress::{INTERRUPTED, ProgressLine, cancel_by_signal},
    },
    domain::SetCalibration,
    features::{
        labelling::{truth_table::TruthTable, truths::Truths},
        scoring::fusing::Scorer,
        training::class_sets::calibrated,
    },
    io::{Decoder, whole_file::write_whole},
    learn::{Compute, Wish},
    lightcurve::forest_file,
    tasks::progress::Progress,
    workspace::{any_model::AnyModel, models, open::read_all_with},
};

/// Arguments of `models calibrate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A model that comes with destello, a model file, or `fusion`
    #[arg(value_name = "NAME|FILE")]
    model: String,
    /// Objects whose classes are known and that the model has not learned: files, folders and archives, best of
    /// `destello simulate sequences` under another seed than that of its training
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Table of their labels (CSV); without one, the classes that the data give
    #[arg(long, value_name = "CSV")]
    labels: Option<PathBuf>,
    /// What they are, in words, for the card; by default the paths
    #[arg(long, value_name = "WORDS")]
    data: Option<String>,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    device: Wish,
    /// The model with its new card: .safetensors, of a forest .forest, of a fusion .json
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    replacing: Replacing,
}

/// Calibrates and writes the model.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let compute = Compute::choose(args.device)?;
    let (scorer, warnings) = Scorer::find(&args.model, &compute)?;
    for warning in &warnings {
        eprintln!("{warning}");
    }
    models::check_place(&args.out, ending(&scorer)?)?;
    args.replacing.check(&args.out)?;
    let cancel = cancel_by_signal()?;
    let table = args.labels.as_deref().map(TruthTable::read).transpose()?;
    let opened = read_all_with(&args.paths, &Decoder::default());
    for problem in &opened.problems {
        eprintln!("{problem}");
    }
    let paths: Vec<String> = args
        .paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let data = args.data.clone().unwrap_or_else(|| paths.join(", "));
    let line = ProgressLine::new();
    let total = opened.catalogue.len();
    let truths = table.as_ref().map_or(Truths::Data, Truths::Table);
    let sets = calibrated(&scorer, &opened.catalogue, truths, data, &cancel, &|done| {
        line.report(Progress { done, total });
    });
    line.clear();
    let Some(sets) = sets? else {
        eprintln!("stopped; nothing was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let lines = in_words(&sets, &scorer.card().classes);
    let id = scorer.id().clone();
    write(scorer, sets, &args.out)?;
    for line in lines {
        print_line(&line)?;
    }
    print_line(&format!("{id} written to {}", args.out.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn ending(scorer: &Scorer) -> anyhow::Result<&'static str> {
    match scorer {
        Scorer::One(AnyModel::Network(_)) => Ok("safetensors"),
        Scorer::One(AnyModel::Forest(_)) => Ok(forest_file::ENDING),
        Scorer::Fused(_) => Ok("json"),
        Scorer::One(AnyModel::Foreign(model)) => bail!(
            "{} is an imported ONNX network: only models of destello keep what sets of classes follow from",
            model.card().name
        ),
    }
}

fn write(scorer: Scorer, sets: SetCalibration, out: &Path) -> anyhow::Result<()> {
    match scorer {
        Scorer::One(AnyModel::Network(mut model)) => {
            model.card_mut().class_sets = Some(sets);
            models::write_model(&model, out)
        }
        Scorer::One(AnyModel::Forest(forest)) => {
            let mut forest = (*forest).clone();
            forest.set_class_sets(sets);
            models::write_forest(&forest, out)
        }
        Scorer::Fused(fused) => {
            let mut fusion = fused.fusion;
            fusion.class_sets = Some(sets);
            let mut text = serde_json::to_string_pretty(&fusion)?;
            text.push('\n');
            let refused = || format!("{}: cannot be written", out.display());
            write_whole(out, text.as_bytes()).with_context(refused)
        }
        Scorer::One(AnyModel::Foreign(_)) => Ok(()),
    }
}

/// How many objects of each class there were.
fn in_words(sets: &SetCalibration, classes: &[String]) -> Vec<String> {
    let from = |from: &crate::domain::class_sets::SetsFrom| {
        let counts = classes.iter().zip(&from.classes);
        let counts: Vec<String> = counts
            .map(|(class, one)| format!("{} {class}", one.objects))
            .collect();
        format!("from {:>2} epochs: {}", from.epochs, counts.join(", "))
    };
    sets.from.iter().map(from).collect()
}
