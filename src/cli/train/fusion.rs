//! `destello train fusion`: the weights with which a network and a forest judge together.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;

use crate::{
    cli::{
        making::Replacing,
        print::print_line,
        progress::{INTERRUPTED, ProgressLine, cancel_by_signal},
    },
    features::{
        labelling::{truth_table::TruthTable, truths::Truths},
        scoring::fusing::FUSION,
        training::fusion::{FusionOrder, train},
    },
    io::{Decoder, whole_file::write_whole},
    learn::{Compute, Wish},
    tasks::progress::Progress,
    workspace::{models, open::read_all_with},
};

/// Arguments of `train fusion`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Sequences whose classes are known: files, folders and archives, best of `destello simulate sequences`
    /// under seeds and surveys that neither model has learned from
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Table of their labels (CSV); without one, the classes that the data give
    #[arg(long, value_name = "CSV")]
    labels: Option<PathBuf>,
    /// The network over sequences
    #[arg(long, value_name = "NAME|FILE", default_value = models::SEQUENCES)]
    network: String,
    /// The forest
    #[arg(long, value_name = "NAME|FILE", default_value = "forest")]
    forest: String,
    /// The fusion's name
    #[arg(long, default_value = FUSION)]
    name: String,
    /// Commit of destello, for the record
    #[arg(long, default_value = "")]
    commit: String,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    device: Wish,
    /// The file (.json)
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    replacing: Replacing,
}

/// Learns the weights and writes them.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    models::check_place(&args.out, "json")?;
    args.replacing.check(&args.out)?;
    let cancel = cancel_by_signal()?;
    let compute = Compute::choose(args.device)?;
    let table = args.labels.as_deref().map(TruthTable::read).transpose()?;
    let opened = read_all_with(&args.paths, &Decoder::default());
    for problem in &opened.problems {
        eprintln!("{problem}");
    }
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let paths: Vec<String> = args
        .paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let order = FusionOrder {
        network: (
            args.network.clone(),
            models::find(&args.network, &compute)?.model,
        ),
        forest: (
            args.forest.clone(),
            models::find(&args.forest, &compute)?.model,
        ),
        name: args.name.clone(),
        data: paths.join(", "),
        command: format!("destello {}", typed.join(" ")),
        commit: args.commit.clone(),
    };
    let line = ProgressLine::new();
    let total = opened.catalogue.len();
    let truths = table.as_ref().map_or(Truths::Data, Truths::Table);
    let learned = train(order, &opened.catalogue, truths, &cancel, &|done| {
        line.report(Progress { done, total });
    });
    line.clear();
    let Some(fusion) = learned? else {
        eprintln!("stopped; nothing was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let mut text = serde_json::to_string_pretty(&fusion)?;
    text.push('\n');
    let out = args.out.display();
    write_whole(&args.out, text.as_bytes()).with_context(|| format!("{out}: cannot be written"))?;
    for from in &fusion.both {
        let [network, forest] = [0, 1].map(|at| from.pool.weights[at]);
        print_line(&format!(
            "from {:>2} epochs: network {network:.2}, forest {forest:.2}",
            from.epochs
        ))?;
    }
    print_line(&format!("{} written to {out}", fusion.id()))?;
    Ok(ExitCode::SUCCESS)
}
