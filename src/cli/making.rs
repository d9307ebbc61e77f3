//! What every command that makes a network knows.

use std::path::{Path, PathBuf};

use anyhow::ensure;

use crate::{
    features::training::train::{checkpoint_path, cores},
    learn::Wish,
};

/// Seed, device, threads, name and file.
#[derive(Debug, clap::Args)]
pub(super) struct Making {
    /// Random seed
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    pub device: Wish,
    /// Threads that simulate
    #[arg(long)]
    threads: Option<usize>,
    /// The model's name; that of the network where none is given
    #[arg(long)]
    pub name: Option<String>,
    /// The model file (.safetensors, of a forest .forest); its card is written beside it
    #[arg(long)]
    pub out: PathBuf,
    #[command(flatten)]
    replacing: Replacing,
}

/// Whether a file that is there may be written over.
#[derive(Debug, clap::Args)]
pub(super) struct Replacing {
    /// Write over a model that is there already
    #[arg(long)]
    overwrite: bool,
}

impl Replacing {
    /// Refuses, before the work, to write over what took hours.
    pub fn check(&self, out: &Path) -> anyhow::Result<()> {
        ensure!(
            self.overwrite || !out.exists(),
            "{}: there is a model already; choose another name, or --overwrite",
            out.display()
        );
        Ok(())
    }
}

impl Making {
    /// Refuses to write over a model that is there; a training that goes on from its checkpoint was allowed to.
    pub fn check_out(&self) -> anyhow::Result<()> {
        if checkpoint_path(&self.out).exists() {
            return Ok(());
        }
        self.replacing.check(&self.out)
    }

    /// Threads that simulate: one on each core unless the user says otherwise.
    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(cores)
    }
}
