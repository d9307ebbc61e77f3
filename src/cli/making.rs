//! What every command that makes a network knows.

use std::path::PathBuf;

use crate::{features::training::train::cores, learn::Wish};

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
}

impl Making {
    /// Threads that simulate: one on each core unless the user says otherwise.
    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(cores)
    }
}
