//! `destello explain`: why a model predicts what it predicts for an epoch, without a window.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

use crate::{
    domain::{ExplainMethod, Explanation, Role},
    features::explanation::{
        files::{ExplainOrder, ExplainedFile, explain_to_file},
        picture::Drawn,
    },
    workspace::models,
};

/// Arguments of `explain`.
#[derive(Debug, Parser)]
pub(super) struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// A model that comes with destello, or a model file
    #[arg(long, value_name = "NAME|FILE", default_value = models::DEFAULT)]
    model: String,
    /// The candidate; not needed where there is only one
    #[arg(long)]
    id: Option<String>,
    /// The epoch, from 1; by default the brightest
    #[arg(long)]
    epoch: Option<usize>,
    /// lrp (alpha 2, beta -1), lrp-positive (alpha 1, beta 0) or ig (integrated gradients)
    #[arg(long, default_value = "lrp", value_parser = method)]
    method: ExplainMethod,
    /// A picture, an image for every channel, or a row for every pixel
    #[arg(long, value_name = "FILE.png|.fits|.csv|.parquet")]
    out: PathBuf,
    /// In a picture, picture pixels for one stamp pixel
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    scale: u32,
    /// In a picture, turn stamps so that north is up and east is left
    #[arg(long)]
    north_up: bool,
    /// In a picture, opacity of the heat maps, 0 to 1
    #[arg(long, default_value_t = 0.8)]
    opacity: f32,
}

/// Explains, and prints what was found.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let order = ExplainOrder {
        paths: args.paths.clone(),
        model: args.model.clone(),
        id: args.id.clone(),
        epoch: args.epoch,
        method: args.method,
        out: args.out.clone(),
        drawn: Drawn {
            scale: args.scale,
            is_north_up: args.north_up,
            opacity: args.opacity,
        },
    };
    let ExplainedFile {
        place,
        explanation,
        left_out,
    } = explain_to_file(&order)?;
    super::print::print_line(&format!("{place}: {}", words(&explanation)))?;
    super::print::print_line(&format!("written to {}", args.out.display()))?;
    if !left_out.is_empty() {
        let names: Vec<_> = left_out.iter().map(|role| role.name()).collect();
        eprintln!(
            "without a stamp, and so not in the picture: {}; .csv and .fits have its heat map",
            names.join(", ")
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn words(explanation: &Explanation) -> String {
    let Explanation {
        model,
        method,
        class,
        probability,
        ..
    } = explanation;
    let shares = explanation.shares().into_iter();
    let shares: Vec<_> = shares
        .map(|(role, share): (Role, f32)| format!("{} {:.0} %", role.name(), 100.0 * share))
        .collect();
    let method = method.title();
    format!(
        "{model} predicts {class} {probability:.3}; {method}: {}",
        shares.join(", ")
    )
}

fn method(name: &str) -> Result<ExplainMethod, String> {
    let known = || ExplainMethod::ALL.map(ExplainMethod::name).join(", ");
    ExplainMethod::from_name(name).ok_or_else(|| format!("the methods are {}", known()))
}
