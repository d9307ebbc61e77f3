//! Simulating into a folder: an order becomes files, a truth table and a manifest.

use std::path::{Path, PathBuf};

use anyhow::ensure;

use super::{
    folder::{Crew, Sky, fill},
    order::{Naming, SimulationOrder},
    simulator::{SimulatorOf, prepare},
};
use crate::{domain::Shard, text};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulated {
    pub folder: PathBuf,
    /// Candidates made now.
    pub made: u64,
    /// Candidates that were there already.
    pub kept: u64,
    /// True where the user stopped it: the same order goes on.
    pub is_cancelled: bool,
    /// Visits that were dropped from tables of conditions.
    pub dropped_visits: usize,
    /// Which share of the candidates that was, where others make the rest.
    pub shard: Option<Shard>,
}

impl Simulated {
    /// So many candidates were made, and so many were there.
    pub(crate) fn of(folder: &Path, made: u64, kept: u64) -> Self {
        Self {
            folder: folder.to_owned(),
            made,
            kept,
            is_cancelled: false,
            dropped_visits: 0,
            shard: None,
        }
    }

    /// The same as a sentence.
    pub fn sentence(&self) -> String {
        let folder = self.folder.display();
        let there = self.made + self.kept;
        if self.is_cancelled {
            return text!(
                "stopped: {count} candidates are in {folder}; the same order goes on from there",
                count = there,
                folder
            );
        }
        let dropped = match self.dropped_visits {
            0 => String::new(),
            count => text!(
                "; {count} visits without usable conditions were left out",
                count
            ),
        };
        let words = match self.kept {
            0 => text!(
                "{count} candidates simulated in {folder}{dropped}",
                count = there,
                folder,
                dropped
            ),
            kept => text!(
                "{count} candidates in {folder}, {kept} of them from an earlier run{dropped}",
                count = there,
                folder,
                kept,
                dropped
            ),
        };
        match self.shard {
            Some(shard) => text!("shard {shard}: {words}", shard, words),
            None => words,
        }
    }
}

/// Serves an order. A folder that holds a part of the same order is completed; its files are in
/// the end the same, byte by byte, as of one run on any number of threads.
///
/// # Errors
/// Where the order cannot be served, or the folder holds something else or cannot be written.
pub fn simulate(
    order: &SimulationOrder,
    simulator_of: &SimulatorOf,
    crew: &Crew<'_>,
) -> anyhow::Result<Simulated> {
    ensure!(
        order.count > 0,
        "the number of candidates must be at least 1"
    );
    ensure!(
        !order.roles.is_empty(),
        "no role is chosen: name at least one"
    );
    let prepared = prepare(order)?;
    let sky = Sky {
        simulator: simulator_of(order, &prepared)?,
        naming: Naming::of(order, &prepared),
        count: order.count,
        survey: prepared.survey.title.clone(),
        seed: order.seed,
        order: order.table(&prepared),
    };
    let mut simulated = fill(&order.out, &sky, crew)?;
    simulated.dropped_visits = prepared.dropped_visits;
    Ok(simulated)
}

/// Where simulations go unless a folder is named; none where there is no home folder.
pub fn usual_parent() -> Option<PathBuf> {
    let folders = directories::UserDirs::new()?;
    let parent = folders.document_dir().unwrap_or(folders.home_dir());
    Some(parent.join("destello"))
}
