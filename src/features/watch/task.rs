//! The task: look, wait until files are whole, read them, score what is new, write it, look again.

use std::{
    collections::HashSet,
    io,
    ops::AddAssign,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::{
    changes::changes,
    ledger::{Ledger, key},
    look::{Look, Looker, Ready},
};
use crate::{
    domain::{Candidate, Catalogue, Epoch, KeptScores, Prediction, Predictions, Problem},
    features::scoring::{
        inputs::{Wanted, inputs},
        model_memory::ModelMemories,
        score::{Orientations, compute},
        table::{ModelScores, columns, with_candid},
    },
    io::Decoder,
    tasks::{Task, TaskContext, compute_queue::Priority, step_times::Phase},
    workspace::{any_model::AnyModel, open::read_until},
};

/// Files that are read and written together.
const MOST_FILES: usize = 2_000;
/// Candidates that are scored in a step of the queue.
const STEP: usize = 32;
/// The shortest time between two looks, however much is going on.
const LEAST: Duration = Duration::from_millis(100);
/// A look may take this share of the time.
const LOOKING: u32 = 10;
/// How often it is seen whether to stop.
const CHECK_EVERY: Duration = Duration::from_millis(50);

/// Scores the detections that come into a folder.
pub struct WatchFolder {
    /// Where they come in.
    pub folder: PathBuf,
    /// By these, which take single epochs.
    pub by: Vec<AnyModel>,
    /// Where tables are written.
    pub out: PathBuf,
    /// For how long a file must be the same before it is read.
    pub settle: Duration,
    /// How often the folder is looked at where the system reports no change: disks of other machines.
    pub every: Duration,
    /// Whether it ends when everything that is there is scored.
    pub once: bool,
}

/// What is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchUpdate {
    /// Files were read, and a table was written where a detection is new.
    Written {
        table: Option<String>,
        files: usize,
        /// New detections.
        detections: usize,
        /// What could not be read.
        problems: Vec<String>,
    },
    /// Files that may still be written, after a look.
    Waiting(usize),
    /// The folder cannot be looked at now; it is tried again.
    Lost(String),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Files that were read in this run.
    pub files: usize,
    /// Detections that were written in this run.
    pub detections: usize,
    /// Files that could not be read as they should.
    pub problems: usize,
}

impl AddAssign for Watched {
    fn add_assign(&mut self, more: Self) {
        self.files += more.files;
        self.detections += more.detections;
        self.problems += more.problems;
    }
}

impl Task for WatchFolder {
    const NAME: &'static str = "watch";
    type Update = WatchUpdate;
    type Output = Watched;

    fn run(self, cx: &TaskContext<WatchUpdate>) -> anyhow::Result<Watched> {
        for model in &self.by {
            let card = model.card();
            ensure!(
                !card.input.looks_back(),
                "{} follows objects from epoch to epoch over all files: score the folder with `destello score`",
                card.name
            );
        }
        ensure!(!self.by.is_empty(), "no model is named");
        let models = self.by.iter().map(|model| model.id().to_string()).collect();
        let (mut ledger, done) = Ledger::open(&self.out, models)?;
        let mut looker = Looker::new(&self.folder, Some(&self.out), self.settle, done);
        let (changes, watcher) = changes(&[&self.folder]);
        let mut watched = Watched::default();
        let mut is_lost = false;
        loop {
            cx.check()?;
            let began = Instant::now();
            let look = match looker.look(&|_| false) {
                Ok(look) => {
                    is_lost = false;
                    look
                }
                Err(error) => {
                    self.lost(&error, &mut is_lost, cx)?;
                    Look::default()
                }
            };
            let took = began.elapsed();
            for files in look.ready.chunks(MOST_FILES) {
                let read = self.read(files, &ledger, cx)?;
                watched += self.write(read, &mut ledger, cx)?;
                looker.read(files);
            }
            cx.update(WatchUpdate::Waiting(look.waiting.len()));
            cx.progress(watched.detections, watched.detections);
            if self.once && look.waiting.is_empty() && look.ready.is_empty() && !is_lost {
                drop(watcher);
                return Ok(watched);
            }
            let pause = if !look.waiting.is_empty() || self.once {
                self.settle.min(self.every)
            } else {
                self.every
            };
            if look.ready.is_empty() {
                wait(&changes, pause.max(LEAST).max(took * LOOKING), cx)?;
            }
        }
    }
}

impl WatchFolder {
    /// A disk that is gone may come back; not where the work is to end.
    fn lost(
        &self,
        error: &io::Error,
        is_lost: &mut bool,
        cx: &TaskContext<WatchUpdate>,
    ) -> anyhow::Result<()> {
        let why = format!("{}: cannot be read: {error}", self.folder.display());
        if self.once {
            bail!(why);
        }
        if !std::mem::replace(is_lost, true) {
            cx.update(WatchUpdate::Lost(why));
        }
        Ok(())
    }

    /// Reads files that a look found: which of their detections no table holds. No pixel is read.
    ///
    /// # Errors
    /// Where the task was cancelled.
    pub fn read<'a>(
        &self,
        files: &'a [Ready],
        ledger: &Ledger,
        cx: &TaskContext<WatchUpdate>,
    ) -> anyhow::Result<FilesRead<'a>> {
        let decoder = Decoder::default();
        let paths: Vec<PathBuf> = files
            .iter()
            .map(|(path, _)| self.folder.join(path))
            .collect();
        let opened = read_until(&paths, &decoder, cx.cancel_token());
        cx.check()?;
        Ok(FilesRead {
            new: New::of(&opened.catalogue, ledger),
            files,
            paths,
            decoder,
            problems: opened.problems,
        })
    }

    /// Scores the new detections of files that were read, and writes them down. Those that no model can score are left for the next
    /// look where their file has a fault, or is not as the last look found it.
    ///
    /// # Errors
    /// Where a model breaks off, nothing can be written, or the task was cancelled.
    pub fn write(
        &self,
        read: FilesRead<'_>,
        ledger: &mut Ledger,
        cx: &TaskContext<WatchUpdate>,
    ) -> anyhow::Result<Watched> {
        let FilesRead {
            files,
            paths,
            decoder,
            problems,
            mut new,
        } = read;
        let mut scores = self.scores(&new.candidates, &decoder, cx)?;
        // What has changed since the look will be read again.
        let seen = paths.iter().zip(files);
        let changed: HashSet<&Path> = seen
            .filter(|(path, (_, signature))| !signature.is_of(path))
            .map(|(path, _)| path.as_path())
            .collect();
        new.withhold(&mut scores, &problems, &changed);
        let New { candidates, keys } = new;
        let keys = keys.concat();
        let models: Vec<ModelScores<'_>> = self
            .by
            .iter()
            .zip(&scores)
            .map(|(model, predictions)| ModelScores {
                card: model.card(),
                predictions,
                one_view: None,
                sets: None,
            })
            .collect();
        let candidates: Vec<&Candidate> = candidates.iter().collect();
        let table = with_candid(columns(&candidates, &models, (None, 0.0)));
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let goes_on = || {
            format!(
                "{}: the same command goes on from there",
                self.out.display()
            )
        };
        let table = ledger
            .commit(table, &keys, files, problems.clone())
            .with_context(goes_on)?;
        let watched = Watched {
            files: files.len(),
            detections: keys.len(),
            problems: problems.len(),
        };
        cx.update(WatchUpdate::Written {
            table,
            files: watched.files,
            detections: watched.detections,
            problems,
        });
        Ok(watched)
    }

    /// What each model predicts, in steps that take their turn.
    fn scores(
        &self,
        candidates: &[Candidate],
        decoder: &Decoder,
        cx: &TaskContext<WatchUpdate>,
    ) -> anyhow::Result<Vec<Vec<Predictions>>> {
        let nothing = KeptScores::default();
        let wanted: Vec<Wanted<'_>> = self
            .by
            .iter()
            .map(|model| Wanted {
                model: model.id(),
                input: &model.card().input,
                kept: &nothing,
            })
            .collect();
        let mut scores = vec![Vec::with_capacity(candidates.len()); self.by.len()];
        for some in candidates.chunks(STEP) {
            cx.check()?;
            let some: Vec<&Candidate> = some.iter().collect();
            let prepared = inputs(&some, &wanted, &ModelMemories::default(), decoder);
            for ((model, inputs), scores) in self.by.iter().zip(prepared).zip(&mut scores) {
                let model = model.clone();
                let step = move || compute(&model, inputs, Orientations::All);
                let phase = Phase::new(Self::NAME, "computing");
                scores.extend(cx.compute(Priority::Soon, phase, step)??.predictions);
            }
        }
        Ok(scores)
    }
}

/// Files that were read, and the decoder that holds what they were then.
pub struct FilesRead<'a> {
    files: &'a [Ready],
    paths: Vec<PathBuf>,
    decoder: Decoder,
    problems: Vec<Problem>,
    new: New,
}

/// Detections that no table holds.
struct New {
    /// Those with some, and these epochs alone.
    candidates: Vec<Candidate>,
    /// The keys of each candidate's epochs.
    keys: Vec<Vec<i64>>,
}

impl New {
    fn of(catalogue: &Catalogue, ledger: &Ledger) -> Self {
        let (mut candidates, mut keys) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for (_, candidate) in catalogue.iter() {
            let named = candidate.epochs.iter().zip(candidate.epoch_keys());
            let (epochs, new): (Vec<Epoch>, Vec<i64>) = named
                .map(|(epoch, name)| (epoch, key(&candidate.id, &name)))
                .filter(|(_, key)| !ledger.has(*key) && seen.insert(*key))
                .map(|(epoch, key)| (epoch.clone(), key))
                .unzip();
            if !epochs.is_empty() {
                keys.push(new);
                candidates.push(Candidate {
                    epochs,
                    ..candidate.clone()
                });
            }
        }
        Self { candidates, keys }
    }

    /// Leaves out what no model could score and lies in a file with a fault, or in one that has changed since: that file may be whole
    /// later, and has then another size or time.
    fn withhold(
        &mut self,
        scores: &mut [Vec<Predictions>],
        problems: &[Problem],
        changed: &HashSet<&Path>,
    ) {
        let is_faulty = |epoch: &Epoch| {
            epoch.stamps.iter().any(|stamp| {
                if changed.contains(&*stamp.source.path) {
                    return true;
                }
                let path = stamp.source.path.display().to_string();
                problems
                    .iter()
                    .any(|problem| problem.path.starts_with(&path))
            })
        };
        for at in 0..self.candidates.len() {
            let epochs = &self.candidates[at].epochs;
            let is_refused = |epoch: usize| {
                let mut all = scores
                    .iter()
                    .filter_map(|scores| scores.get(at)?.get(epoch));
                all.all(|one| matches!(one, Prediction::Refused(_)))
            };
            let kept: Vec<bool> = (0..epochs.len())
                .map(|epoch| !(is_refused(epoch) && is_faulty(&epochs[epoch])))
                .collect();
            if kept.iter().all(|is_kept| *is_kept) {
                continue;
            }
            retain(&mut self.candidates[at].epochs, &kept);
            retain(&mut self.keys[at], &kept);
            for scores in &mut *scores {
                let mut left = scores[at].to_vec();
                retain(&mut left, &kept);
                scores[at] = left.into();
            }
        }
    }
}

fn retain<T>(all: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    all.retain(|_| kept.next().copied().unwrap_or(true));
}

/// Waits for a change, or that long.
fn wait(
    changes: &Receiver<()>,
    pause: Duration,
    cx: &TaskContext<WatchUpdate>,
) -> anyhow::Result<()> {
    let until = Instant::now() + pause;
    let earliest = Instant::now() + LEAST;
    loop {
        cx.check()?;
        let now = Instant::now();
        if now >= until {
            return Ok(());
        }
        match changes.recv_timeout(CHECK_EVERY.min(until - now)) {
            Ok(()) => {
                std::thread::sleep(earliest.saturating_duration_since(Instant::now()));
                return Ok(());
            }
            Err(RecvTimeoutError::Timeout) => {}
            // No report comes.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(CHECK_EVERY.min(until - now)),
        }
    }
}
