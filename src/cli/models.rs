//! `destello models`: what comes with the program, what a model is, and published weights brought in.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;

use clap::{Parser, Subcommand};

use crate::{
    domain::ModelCard,
    features::training::model_export,
    learn::{Compute, Wish},
    workspace::{any_model::AnyModel, latent_models, models, versions},
};

/// Arguments of `models`.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the models that come with destello, and the versions that a project keeps
    List {
        /// A project
        #[arg(long)]
        project: Option<PathBuf>,
    },
    /// Print the card of a model as JSON
    Card {
        /// Name or file
        #[arg(value_name = "NAME|FILE")]
        model: String,
    },
    /// Write a model into a file of its own, its card beside it
    Export {
        /// Name, file, or version of a project: night.destello#compact@1f0c44d2
        #[arg(value_name = "NAME|FILE|VERSION")]
        model: String,
        /// The file: .safetensors, of a forest .forest; .onnx for other programs
        #[arg(long)]
        out: PathBuf,
    },
    /// Take a version out of a project; scores that it gave stay
    Remove {
        /// The version: night.destello#compact@1f0c44d2
        #[arg(value_name = "VERSION")]
        model: String,
    },
    /// Bring a model into a project as a version, or published weights into a model file
    Import {
        /// The model: .safetensors or .forest; with --network weights in Keras' layout
        file: PathBuf,
        /// The project that keeps it
        #[arg(long, required_unless_present = "network")]
        project: Option<PathBuf>,
        /// Whose published weights they are: braai
        #[arg(long, requires = "out", conflicts_with = "project")]
        network: Option<String>,
        /// The model file (safetensors) for them; its card is written beside it
        #[arg(long, requires = "network")]
        out: Option<PathBuf>,
    },
}

/// Runs it.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::List { project } => list(project.as_deref())?,
        What::Export { model, out } => {
            let card = model_export::export(model, out)?;
            super::print::print_line(&format!("{} written to {}", card.name, out.display()))?;
        }
        What::Remove { model } => {
            let (project, id) = versions::parse(model).with_context(|| {
                format!("{model} names no version: those of a project are PROJECT#NAME@VERSION")
            })?;
            versions::remove(&project, &id)?;
            super::print::print_line(&format!("{id} taken out of {}", project.display()))?;
        }
        What::Card { model } => {
            let card = latent_models::card(model).map_or_else(|| models::card(model), Ok)?;
            super::print::print_line(&serde_json::to_string_pretty(&card)?)?;
        }
        What::Import {
            file,
            project,
            network,
            out,
        } => {
            if let (Some(network), Some(out)) = (network, out) {
                import_weights(file, network, out)?;
            } else if let Some(project) = project {
                let version = versions::import(project, file)?;
                let source = versions::source(project, &version.id);
                super::print::print_line(&format!("{} is kept as {source}", file.display()))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn import_weights(file: &Path, network: &str, out: &Path) -> anyhow::Result<()> {
    let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    let model = models::import(file, network, out, &format!("destello {command}"))?;
    let (id, parameters) = (model.id(), model.card().parameters);
    let out = out.display();
    Ok(super::print::print_line(&format!(
        "{id} ({parameters} parameters) written to {out}"
    ))?)
}

fn list(project: Option<&Path>) -> anyhow::Result<()> {
    let all = models::shipped().into_iter();
    let all = all.chain(latent_models::shipped());
    let note = |card: &ModelCard| {
        if card.name == models::DEFAULT {
            " (default)"
        } else {
            ""
        }
    };
    let compute = Compute::choose(Wish::Auto)?;
    let row_of = |card: &ModelCard| {
        let row = row(card, note(card));
        format!("{row}{}", engine_line(&card.name, &compute))
    };
    let mut rows: Vec<String> = all.map(|card| row_of(&card)).collect();
    if let Some(project) = project {
        for version in versions::all(project)? {
            let source = versions::source(project, &version.id);
            let origin = version.origin();
            rows.push(format!(
                "{source}  {origin}\n    {}",
                row(&version.card, "") + &engine_line(&source, &compute)
            ));
        }
    }
    Ok(super::print::print_line(&rows.join("\n"))?)
}

/// What computes a network here, and how fast: a line of its own. Nothing for what is no network that scores, or
/// cannot be read.
fn engine_line(source: &str, compute: &Compute) -> String {
    let found = models::find(source, compute).map(|found| found.model);
    let Ok(AnyModel::Network(model)) = found else {
        return String::new();
    };
    let what = if model.sequence().is_ok() {
        "epochs"
    } else {
        "candidates"
    };
    model.rate().map_or_else(
        |_| String::new(),
        |rate| format!("\n    {}: {rate:.0} {what} a second", model.engine_name()),
    )
}

/// A model in two lines.
fn row(card: &ModelCard, note: &str) -> String {
    let figures: Vec<String> = card
        .figures
        .iter()
        .map(|(name, value)| format!("{name} {value:.4}"))
        .collect();
    format!(
        "{}{note}  {}  {}  {} parameters  {}\n    {}",
        card.name,
        card.network,
        card.input.in_words(),
        card.parameters,
        card.training.date,
        figures.join(", ")
    )
}
