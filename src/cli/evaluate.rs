//! `destello evaluate`: how well models judge candidates whose truth is known.

mod table;

use std::{num::NonZero, path::PathBuf, process::ExitCode, sync::Arc, thread};

use anyhow::{Context, bail};

use super::{
    progress::{INTERRUPTED, ProgressLine, cancel_by_signal, unless_cancelled},
    shares::{Sets, Shares},
};
use crate::{
    domain::{Catalogue, Detections, JudgedAt, ModelFacts, ScoreBook, words::counted},
    features::{
        evaluation::{
            Report, Request,
            evaluator::{Judge, WriteEvaluation},
            sets::SetsAtHand,
        },
        labelling::{truth_table::TruthTable, truths::TruthsAtHand},
        scoring::{
            class_shares::{corrected, label_counts},
            detections::detections,
            fusing::Scorer,
        },
    },
    io::Decoder,
    learn::{Compute, Wish},
    tasks::{cancel::CancelToken, progress::Progress, run_here},
    workspace::{models, open::read_all_with},
};

/// Candidates scored between two looks at the clock and at Ctrl-C.
const CHUNK: usize = 64;
/// The part of `--json` that never changes its form, for one model.
const UNLABELLED: &str = "no candidate could be judged";

/// Arguments of `evaluate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// A model that comes with destello, a model file, or `fusion`: the network of sequences and the forest
    /// together (a .json file: a fusion of your own); several are compared
    #[arg(long, value_name = "NAME|FILE", default_value = models::DEFAULT)]
    model: Vec<String>,
    /// Table of labels (CSV); without one, the classes that the data give
    #[arg(long, value_name = "CSV", conflicts_with = "project")]
    labels: Option<PathBuf>,
    /// The labels of a project instead
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,
    /// Score from which a candidate is called real; by default that of the model
    #[arg(long, value_name = "SCORE", value_parser = threshold)]
    threshold: Option<f64>,
    /// Which epochs are judged: `each`, the `last` one of an object, or the one with its
    /// `highest` score. By default each for real or bogus, the last for classes of sequences
    #[arg(long, value_name = "each|last|highest")]
    at: Option<JudgedAt>,
    /// Sets drawn for the uncertainties; all epochs of an object are drawn together
    #[arg(long, default_value_t = 300)]
    replicates: usize,
    /// Seed of those
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Judge also objects whose labels a model has learned: figures that flatter it
    #[arg(long)]
    seen: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write every figure as CSV, JSON and PNG into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    device: Wish,
    #[command(flatten)]
    shares: Shares,
    #[command(flatten)]
    sets: Sets,
}

fn threshold(text: &str) -> Result<f64, String> {
    let value: f64 = text
        .parse()
        .map_err(|error| format!("{text} is no number: {error}"))?;
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err("a score lies between 0 and 1".into())
    }
}

/// Where the truth comes from, read before anything is scored.
fn truths(args: &Args) -> anyhow::Result<TruthsAtHand> {
    if let Some(path) = &args.labels {
        let table = TruthTable::read(path)?;
        for problem in &table.problems {
            eprintln!("{problem}");
        }
        return Ok(TruthsAtHand::Table(table));
    }
    let Some(path) = &args.project else {
        return Ok(TruthsAtHand::Data);
    };
    let project = super::label::open_existing(path)?;
    Ok(TruthsAtHand::Labels(Arc::new(super::opened::book_of(
        &project,
    )?)))
}

/// Counts identifiers of the table that no opened candidate has, with examples: a table may be about more than was opened, or
/// have its identifiers mistyped.
fn name_unknown(args: &Args, truths: &TruthsAtHand, catalogue: &Catalogue) {
    /// Examples that are named.
    const MOST_NAMED: usize = 3;
    let (TruthsAtHand::Table(table), Some(path)) = (truths, &args.labels) else {
        return;
    };
    let unknown = table.unknown(catalogue);
    if unknown.is_empty() {
        return;
    }
    let named = unknown[..unknown.len().min(MOST_NAMED)].join(", ");
    let count = counted(unknown.len() as u64, "identifier");
    eprintln!(
        "{}: {count} not among the opened candidates: {named}",
        path.display()
    );
}

/// Scores, judges, prints, writes.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let truths = truths(args)?;
    let cancel = cancel_by_signal()?;
    let decoder = Decoder::default();
    let opened = read_all_with(&args.paths, &decoder);
    for problem in &opened.problems {
        eprintln!("{problem}");
    }
    if opened.catalogue.is_empty() {
        bail!("no candidate was found");
    }
    name_unknown(args, &truths, &opened.catalogue);
    let Some(Scored { shown, own, facts }) =
        score(args, &opened.catalogue, &truths, &decoder, &cancel)?
    else {
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let request = Request {
        at: args.at,
        threshold: args.threshold,
        replicates: args.replicates,
        seed: args.seed,
    };
    let mut seen = Detections::default();
    if facts.iter().any(|facts| facts.sets.is_some()) {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let Some(found) = detections(&opened.catalogue, &decoder, threads, &cancel)? else {
            return Ok(ExitCode::from(INTERRUPTED));
        };
        seen = found;
    }
    let catalogue = Arc::new(opened.catalogue);
    let judge = Judge {
        catalogue: catalogue.clone(),
        truths,
        scores: Arc::new(shown),
        models: facts,
        request,
        sets: SetsAtHand {
            own: Arc::new(own),
            detections: Arc::new(seen),
            level: args.sets.level(),
        },
    };
    let judged = run_here(judge, cancel, |()| ());
    let Some(report) = unless_cancelled(judged)? else {
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let text = if args.json {
        json(&report)?
    } else {
        table::text(&report)
    };
    if report.models.iter().all(|model| model.n == 0) {
        let reasons = report.models.iter().flat_map(|model| &model.left_out);
        let reasons: Vec<_> = reasons
            .map(|left| format!("{} {}", left.n, left.why))
            .collect();
        bail!("{UNLABELLED}: {}", reasons.join("; "));
    }
    super::print::print_line(&text)?;
    if let Some(folder) = &args.out {
        let write = WriteEvaluation {
            folder: folder.clone(),
            report: report.clone(),
            catalogue,
        };
        let (folder, files) = run_here(write, CancelToken::default(), |()| ())?;
        eprintln!("{files} files written to {}", folder.display());
    }
    let is_clean = opened.problems.is_empty();
    Ok(ExitCode::from(if is_clean { 0 } else { 2 }))
}

/// One model gives one object; several a list of such objects, with what they differ in.
fn json(report: &Report) -> anyhow::Result<String> {
    let json = match &report.models[..] {
        [model] => serde_json::to_string_pretty(model),
        _ => serde_json::to_string_pretty(report),
    };
    json.context("the report cannot be written as JSON")
}

/// What models predict.
struct Scored {
    /// Corrected for class shares.
    shown: ScoreBook,
    /// As they predict it themselves.
    own: ScoreBook,
    facts: Vec<ModelFacts>,
}

/// What every model says of every candidate, corrected for the class shares that are wanted; none where Ctrl-C
/// came.
fn score(
    args: &Args,
    catalogue: &Catalogue,
    truths: &TruthsAtHand,
    decoder: &Decoder,
    cancel: &CancelToken,
) -> anyhow::Result<Option<Scored>> {
    let compute = Compute::choose(args.device)?;
    let (mut shown, mut own) = (ScoreBook::default(), ScoreBook::default());
    let mut all_facts: Vec<ModelFacts> = Vec::new();
    let line = ProgressLine::new();
    let candidates: Vec<_> = catalogue.iter().collect();
    for (number, name) in args.model.iter().enumerate() {
        let (model, warnings) = Scorer::find(name, &compute)?;
        for warning in &warnings {
            eprintln!("{warning}");
        }
        let mut facts = ModelFacts::of(model.id(), model.card());
        if args.seen {
            facts.learned = Arc::default();
        }
        if all_facts.iter().any(|known| known.id == facts.id) {
            eprintln!("{name} is {}, which is judged already", facts.id);
            continue;
        }
        let mut done = number * candidates.len();
        let mut all = Vec::with_capacity(candidates.len());
        for chunk in candidates.chunks(CHUNK) {
            if cancel.is_cancelled() {
                line.clear();
                return Ok(None);
            }
            let chunk_of: Vec<_> = chunk.iter().map(|(_, candidate)| *candidate).collect();
            all.extend(model.score(&chunk_of, decoder)?);
            done += chunk.len();
            line.report(Progress {
                done,
                total: args.model.len() * candidates.len(),
            });
        }
        for ((ix, _), predictions) in candidates.iter().zip(&all) {
            own.put(&facts.id, *ix, Arc::clone(predictions));
        }
        let card = model.card();
        let labels = || label_counts(catalogue, truths.as_truths(), &card.classes);
        let Shares { shares, decide } = &args.shares;
        if let Some(corrected) = corrected(shares, *decide, (model.id(), card), &all, labels)? {
            line.clear();
            for sentence in corrected.in_words(card, *decide) {
                eprintln!("{sentence}");
            }
            facts.threshold = corrected.threshold.unwrap_or(facts.threshold);
            all = corrected.predictions;
        }
        for ((ix, _), predictions) in candidates.iter().zip(all) {
            shown.put(&facts.id, *ix, Arc::clone(&predictions));
        }
        all_facts.push(facts);
    }
    line.clear();
    Ok(Some(Scored {
        shown,
        own,
        facts: all_facts,
    }))
}
