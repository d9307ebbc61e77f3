//! `destello models`: what comes with the program, what a model is, and models of others brought in.

mod calibrate;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;

use clap::{Parser, Subcommand};

use super::making::Replacing;
use crate::{
    domain::{ModelCard, ModelId},
    features::{scoring::fusing, training::model_export},
    learn::{Compute, Wish},
    workspace::{any_model::AnyModel, latent_models, model_page, models, versions},
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
        /// Further models: files
        #[arg(value_name = "FILE")]
        files: Vec<String>,
        /// A project
        #[arg(long)]
        project: Option<PathBuf>,
    },
    /// Print inputs and outputs of an ONNX file of any program, and a recipe for it
    Inspect {
        /// The file
        file: PathBuf,
    },
    /// Print the page of a model: what it is for, its limits, how it was made, its figures
    Show {
        /// Name or file
        #[arg(value_name = "NAME|FILE")]
        model: String,
    },
    /// Print the card of a model as JSON
    Card {
        /// Name or file
        #[arg(value_name = "NAME|FILE")]
        model: String,
    },
    /// Calibrate a model for sets of classes, with objects that it has not learned, and write it with what was found
    Calibrate(calibrate::Args),
    /// Write a model into a file of its own, its card beside it
    Export {
        /// Name, file, or version of a project: night.destello#compact@1f0c44d2
        #[arg(value_name = "NAME|FILE|VERSION")]
        model: String,
        /// The file: .safetensors, of a forest .forest; .onnx for other programs
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        replacing: Replacing,
    },
    /// Take a version out of a project; scores that it gave stay
    Remove {
        /// The version: night.destello#compact@1f0c44d2
        #[arg(value_name = "VERSION")]
        model: String,
    },
    /// Bring a model into a project as a version; or a network of others into a model file: ONNX with a recipe, or
    /// published weights
    Import {
        /// The model: .safetensors, .forest or .model; with --input ONNX; with --network weights in Keras' layout
        file: PathBuf,
        /// The project that keeps it
        #[arg(long, required_unless_present_any = ["network", "input"])]
        project: Option<PathBuf>,
        /// How candidates become the inputs of an ONNX network: a recipe (TOML), or braai, acai or btsbot;
        /// `destello models inspect` proposes one
        #[arg(long, value_name = "RECIPE", requires = "out", conflicts_with_all = ["project", "network"])]
        input: Option<String>,
        /// Whose published weights they are: braai
        #[arg(long, requires = "out", conflicts_with = "project")]
        network: Option<String>,
        /// The model file: .model of an ONNX network, .safetensors of weights; its card is written beside it
        #[arg(long, conflicts_with = "project")]
        out: Option<PathBuf>,
        #[command(flatten)]
        replacing: Replacing,
    },
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::List { files, project } => list(files, project.as_deref())?,
        What::Inspect { file } => super::print::print_line(models::inspect(file)?.trim_end())?,
        What::Export {
            model,
            out,
            replacing,
        } => {
            replacing.check(out)?;
            let card = model_export::export(model, out)?;
            super::print::print_line(&format!("{} written to {}", card.name, out.display()))?;
        }
        What::Calibrate(args) => return calibrate::run(args),
        What::Remove { model } => {
            let (project, id) = versions::parse(model).with_context(|| {
                format!("{model} names no version: those of a project are PROJECT#NAME@VERSION")
            })?;
            versions::remove(&project, &id)?;
            super::print::print_line(&format!("{id} taken out of {}", project.display()))?;
        }
        What::Show { model } => {
            let page = model_page::page(model).map_or_else(
                || card_of(model).map(|card| model_page::page_of(&card)),
                |page| Ok(page.replacen(&format!("{}\n\n", model_page::MADE), "", 1)),
            )?;
            super::print::print_line(&page)?;
        }
        What::Card { model } => {
            let card = card_of(model)?;
            super::print::print_line(&serde_json::to_string_pretty(&card)?)?;
        }
        What::Import {
            file,
            project,
            input,
            network,
            out,
            replacing,
        } => {
            out.as_deref().map_or(Ok(()), |out| replacing.check(out))?;
            if let (Some(network), Some(out)) = (network, out) {
                import_weights(file, network, out)?;
            } else if let (Some(input), Some(out)) = (input, out) {
                let model = models::import_foreign(file, input, out, &this_command())?;
                written(model.id(), model.card().parameters, out)?;
            } else if let Some(project) = project {
                let version = versions::import(project, file)?;
                let source = versions::source(project, &version.id);
                super::print::print_line(&format!("{} is kept as {source}", file.display()))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The card of a model of any kind, also of a fusion.
fn card_of(model: &str) -> anyhow::Result<ModelCard> {
    if let Some(fusion) = fusing::fusion_of(model)? {
        return Ok(fusion.card(&models::card(&fusion.network)?));
    }
    latent_models::card(model).map_or_else(|| models::card(model), Ok)
}

fn import_weights(file: &Path, network: &str, out: &Path) -> anyhow::Result<()> {
    let model = models::import(file, network, out, &this_command())?;
    written(model.id(), model.card().parameters, out)
}

fn this_command() -> String {
    let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    format!("destello {command}")
}

fn written(id: &ModelId, parameters: usize, out: &Path) -> anyhow::Result<()> {
    let out = out.display();
    Ok(super::print::print_line(&format!(
        "{id} ({parameters} parameters) written to {out}"
    ))?)
}

fn list(files: &[String], project: Option<&Path>) -> anyhow::Result<()> {
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
    for file in files {
        let card = models::card(file)?;
        rows.push(format!(
            "{file}\n    {}{}",
            row(&card, ""),
            engine_line(file, &compute)
        ));
    }
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
    let (rate, engine, what) = match found {
        Ok(AnyModel::Network(model)) => {
            let what = if model.sequence().is_ok() {
                "epochs"
            } else {
                "candidates"
            };
            (model.rate(), model.engine_name(), what)
        }
        Ok(AnyModel::Foreign(model)) => (model.rate(), model.engine_name(), "candidates"),
        Ok(AnyModel::Forest(_)) | Err(_) => return String::new(),
    };
    rate.map_or_else(
        |_| String::new(),
        |rate| format!("\n    {engine}: {rate:.0} {what} a second"),
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
