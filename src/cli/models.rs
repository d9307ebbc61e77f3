//! `destello models`: what comes with the program, what a model is, and published weights brought in.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    domain::ModelCard,
    jobs::{latent, models},
};

/// Arguments of `models`.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the models that come with destello
    List,
    /// Print the card of a model as JSON
    Card {
        /// Name or file
        #[arg(value_name = "NAME|FILE")]
        model: String,
    },
    /// Bring published weights into a model file
    Import {
        /// The weights: safetensors in Keras' layout
        file: PathBuf,
        /// Whose weights they are: braai
        #[arg(long)]
        network: String,
        /// The model file (safetensors); its card is written beside it
        #[arg(long)]
        out: PathBuf,
    },
}

/// Runs it.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::List => {
            let all = models::shipped().into_iter();
            let all = all.chain(latent::models::shipped());
            let rows: Vec<String> = all.map(|card| row(&card)).collect();
            super::say(&rows.join("\n"))?;
        }
        What::Card { model } => {
            let card = latent::models::card(model).map_or_else(|| models::card(model), Ok)?;
            super::say(&serde_json::to_string_pretty(&card)?)?;
        }
        What::Import { file, network, out } => {
            let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
            let model = models::import(file, network, out, &format!("destello {command}"))?;
            super::say(&format!(
                "{} ({} parameters) written to {}",
                model.id(),
                model.card().parameters,
                out.display()
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A model in two lines.
fn row(card: &ModelCard) -> String {
    let default = if card.name == models::DEFAULT {
        " (default)"
    } else {
        ""
    };
    let figures: Vec<String> = card
        .figures
        .iter()
        .map(|(name, value)| format!("{name} {value:.4}"))
        .collect();
    format!(
        "{}{default}  {}  {}  {} parameters  {}\n    {}",
        card.name,
        card.network,
        card.input.in_words(),
        card.parameters,
        card.training.date,
        figures.join(", ")
    )
}
