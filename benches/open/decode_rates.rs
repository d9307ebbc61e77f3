//! How fast stamps are decoded, beside astropy and fastavro on the same files in the same run.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Context;
use destello::{domain::StampRef, io::Decoder, workspace::open::read_all_with};
use serde::Deserialize;

/// Stamps, and the seconds they took.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Rate {
    stamps: usize,
    seconds: f64,
}

impl Rate {
    /// Stamps in a second.
    pub fn per_second(self) -> f64 {
        self.stamps as f64 / self.seconds
    }
}

/// The rates over one folder of files.
pub struct Rates {
    /// Ours, on one thread.
    pub one_thread: Rate,
    /// Ours, on all cores.
    pub all_cores: Rate,
    /// Python's, on one thread, or why there is none.
    pub peer: Result<Rate, String>,
}

/// Measures the files of a folder. `what` tells the script what they are.
pub fn measure(what: &str, folder: &Path) -> anyhow::Result<Rates> {
    let decoder = Decoder::default();
    let opened = read_all_with(&[folder.to_owned()], &decoder);
    anyhow::ensure!(opened.problems.is_empty(), "{:?}", opened.problems.first());
    let files = files_of(&opened.catalogue);
    let one = best_of_five(|| decode(&decoder, &files))?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let all = best_of_five(|| {
        let share = files.len().div_ceil(cores);
        std::thread::scope(|scope| {
            let shares: Vec<_> = files.chunks(share).collect();
            let workers: Vec<_> = shares
                .into_iter()
                .map(|files| scope.spawn(|| decode(&decoder, files)))
                .collect();
            let stamps = workers.into_iter().map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err(anyhow::anyhow!("a worker panicked")))
            });
            stamps.sum()
        })
    })?;
    Ok(Rates {
        one_thread: one,
        all_cores: all,
        peer: peer(what, folder),
    })
}

/// The stamps of each file.
fn files_of(catalogue: &destello::domain::Catalogue) -> Vec<Vec<StampRef>> {
    let epochs = catalogue
        .iter()
        .flat_map(|(_, candidate)| &candidate.epochs);
    let mut stamps: Vec<StampRef> = epochs.flat_map(|epoch| epoch.stamps.clone()).collect();
    stamps.sort_by_key(|stamp| stamp.id);
    let same_file = stamps.chunk_by(|a, b| a.source == b.source);
    same_file.map(<[StampRef]>::to_vec).collect()
}

/// Decodes file after file, as a worker of the window does.
fn decode(decoder: &Decoder, files: &[Vec<StampRef>]) -> anyhow::Result<usize> {
    let mut stamps = 0;
    for file in files {
        for (_, stamp) in decoder.decode(file) {
            let stamp = stamp.map_err(|problem| anyhow::anyhow!("{problem}"))?;
            std::hint::black_box(&stamp.pixels);
            stamps += 1;
        }
    }
    Ok(stamps)
}

fn best_of_five(mut work: impl FnMut() -> anyhow::Result<usize>) -> anyhow::Result<Rate> {
    let mut best = Duration::MAX;
    let mut stamps = 0;
    for _ in 0..5 {
        let start = Instant::now();
        stamps = work()?;
        best = best.min(start.elapsed());
    }
    Ok(Rate {
        stamps,
        seconds: best.as_secs_f64(),
    })
}

fn peer(what: &str, folder: &Path) -> Result<Rate, String> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/open/peers.py");
    let run = || -> anyhow::Result<Rate> {
        let output = Command::new("python3")
            .arg(script)
            .arg(what)
            .arg(folder)
            .output();
        let output = output.context("python3 cannot be started")?;
        let predicted = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(
            output.status.success(),
            "{}",
            predicted.lines().last().unwrap_or("no word")
        );
        Ok(serde_json::from_slice(&output.stdout)?)
    };
    run().map_err(|error| format!("{error:#}"))
}
