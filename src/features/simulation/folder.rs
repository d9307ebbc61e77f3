//! A folder of simulated candidates, filled by all cores: whole files only, and nothing twice.

use std::{
    collections::BTreeSet,
    fs, io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};

use super::{lock::FolderLock, order::Naming, simulate::Simulated, simulator::MEASURE};
use crate::{
    domain::Shard,
    io::{
        fits::sequence::{Provenance, sequence_bytes},
        simulation_manifest::{MANIFEST, Manifest, TRUTH_TABLE},
        simulation_truth::{TruthRow, truth_csv},
        whole_file::write_whole,
    },
    simulate::Simulate,
    tasks::{cancel::CancelToken, progress::Progress, thread::scoped},
};

/// What is said where a simulator breaks down.
const BROKEN: &str = "the simulator failed: details are in the log; please report this";

/// Progress is told this often.
const REPORT_EVERY: Duration = Duration::from_millis(50);

pub(crate) struct Sky {
    /// Makes the candidates.
    pub simulator: Arc<dyn Simulate>,
    pub naming: Naming,
    pub count: u64,
    /// Title of the survey, for headers.
    pub survey: String,
    /// The seed, for headers.
    pub seed: u64,
    /// All that decides the bytes, for the manifest.
    pub order: toml::Table,
}

/// Writes a file whole or not at all.
pub type WriteFile<'a> = dyn Fn(&Path, &[u8]) -> io::Result<()> + Sync + 'a;

/// Who works, who may stop it, and who hears of it.
pub struct Crew<'a> {
    threads: usize,
    /// Of the candidates this share is made; all where there is none.
    shard: Option<Shard>,
    cancel: &'a CancelToken,
    report: &'a (dyn Fn(Progress) + Sync),
    write: &'a WriteFile<'a>,
}

impl<'a> Crew<'a> {
    /// A crew of that many threads; 0 for one on each core.
    pub fn new(
        threads: usize,
        cancel: &'a CancelToken,
        report: &'a (dyn Fn(Progress) + Sync),
    ) -> Self {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: if threads == 0 { cores() } else { threads },
            shard: None,
            cancel,
            report,
            write: &write_whole,
        }
    }

    /// The same crew for a share of the candidates: the n-th is in the share of its number.
    #[must_use]
    pub const fn making(self, shard: Option<Shard>) -> Self {
        Self { shard, ..self }
    }

    /// True for a candidate of its share.
    fn makes(&self, index: u64) -> bool {
        self.shard.is_none_or(|shard| shard.holds_number(index))
    }

    /// The same crew with another way to the disk.
    #[must_use]
    pub const fn writing(self, write: &'a WriteFile<'a>) -> Self {
        Self { write, ..self }
    }
}

/// Makes what is missing in the folder; of a share, what is missing of it, and the truth table where nothing else is.
///
/// # Errors
/// Where the folder holds another order or foreign files, or cannot be written.
pub(crate) fn fill(folder: &Path, sky: &Sky, crew: &Crew<'_>) -> anyhow::Result<Simulated> {
    let named = || folder.display().to_string();
    make_folder(folder).with_context(named)?;
    if crew.shard.is_some() {
        return fill_share(folder, sky, crew);
    }
    let _lock = FolderLock::take(folder).with_context(named)?;
    fill_locked(folder, sky, crew)
}

/// Where the folder is this process's alone.
fn fill_locked(folder: &Path, sky: &Sky, crew: &Crew<'_>) -> anyhow::Result<Simulated> {
    let mut manifest = Manifest::new(sky.order.clone());
    let present = take_over(folder, sky, &manifest, None);
    let present = present.with_context(|| folder.display().to_string())?;
    let there = present.files.len() as u64;
    if present.is_complete && there == sky.count {
        return Ok(Simulated::of(folder, 0, sky.count));
    }
    let work = Work::new(folder, sky, crew, &present.files);
    work.write(MANIFEST, manifest.text()?.as_bytes(), 0)?;
    let (rows, made) = work.run()?;
    let kept = rows.len() as u64 - made;
    let simulated = Simulated::of(folder, made, kept);
    if (rows.len() as u64) < sky.count {
        return Ok(Simulated {
            is_cancelled: true,
            ..simulated
        });
    }
    work.write(TRUTH_TABLE, &truth_csv(&rows)?, sky.count)?;
    manifest.is_complete = true;
    work.write(MANIFEST, manifest.text()?.as_bytes(), sky.count)?;
    Ok(simulated)
}

/// Makes a share while others make theirs. Whoever is last writes the truth table of all.
fn fill_share(folder: &Path, sky: &Sky, crew: &Crew<'_>) -> anyhow::Result<Simulated> {
    let named = || folder.display().to_string();
    let lock = FolderLock::share(folder).with_context(named)?;
    let manifest = Manifest::new(sky.order.clone());
    let mut present = take_over(folder, sky, &manifest, crew.shard);
    if present.is_err() && matches!(Manifest::read(folder), Ok(Some(_))) {
        // Another share began between the look for a manifest and the look for files.
        present = take_over(folder, sky, &manifest, crew.shard);
    }
    let present = present.with_context(named)?;
    let work = Work::new(folder, sky, crew, &present.files);
    if !present.has_manifest {
        let written = work.write(MANIFEST, manifest.text()?.as_bytes(), 0);
        // Another share may have written the same at the same moment, and renamed it away.
        let is_there = || matches!(Manifest::read(folder), Ok(Some(known)) if known.difference(&manifest).is_none());
        written.or_else(|error| if is_there() { Ok(()) } else { Err(error) })?;
    }
    let (rows, made) = work.run()?;
    let mine = (0..sky.count).filter(|index| crew.makes(*index)).count();
    let simulated = Simulated {
        shard: crew.shard,
        is_cancelled: rows.len() < mine,
        ..Simulated::of(folder, made, rows.len() as u64 - made)
    };
    drop(lock);
    if !simulated.is_cancelled
        && let Some(_lock) = FolderLock::try_take(folder).with_context(named)?
    {
        let present = take_over(folder, sky, &manifest, None).with_context(named)?;
        if present.files.len() as u64 == sky.count && !present.is_complete {
            let all = Crew {
                shard: None,
                ..Crew::new(crew.threads, crew.cancel, &|_| ())
            };
            fill_locked(folder, sky, &all.writing(crew.write))?;
        }
    }
    Ok(simulated)
}

/// What a folder holds of an order.
#[derive(Default)]
struct Present {
    files: BTreeSet<u64>,
    has_manifest: bool,
    is_complete: bool,
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    match fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => bail!("a file of that name is in the way"),
        Ok(_) => Ok(()),
        Err(_) => fs::create_dir_all(folder).context("the folder cannot be made"),
    }
}

/// Looks at what is in the folder. Left-overs of a run that was killed are removed; where shares are made at once,
/// those of this share only.
fn take_over(
    folder: &Path,
    sky: &Sky,
    wanted: &Manifest,
    shard: Option<Shard>,
) -> anyhow::Result<Present> {
    let manifest = Manifest::read(folder).map_err(anyhow::Error::msg)?;
    if let Some(difference) = manifest.as_ref().and_then(|known| known.difference(wanted)) {
        bail!("holds another simulation ({difference}); choose another folder, or empty this one");
    }
    let mut present = Present::default();
    let mut has_truth = false;
    for entry in fs::read_dir(folder).context("the folder cannot be read")? {
        let entry = entry.context("the folder cannot be read")?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let index = sky.naming.index(&name);
        if manifest.is_none() && !name.starts_with('.') {
            bail!("is not empty ({name}): choose another folder, or empty this one");
        } else if let Some(index) = index {
            // A power cut may leave the newest files empty.
            if entry.metadata().is_ok_and(|metadata| metadata.len() > 0) {
                present.files.insert(index);
            }
        } else if name.starts_with('.') {
            remove_left_over(&entry.path(), &name, sky, shard)?;
        } else if name == TRUTH_TABLE {
            has_truth = true;
        } else if name != MANIFEST {
            bail!("holds {name}, which is none of the simulation: move it away");
        }
    }
    present.has_manifest = manifest.is_some();
    present.is_complete = has_truth && manifest.is_some_and(|known| known.is_complete);
    Ok(present)
}

/// Removes what a killed run was writing; other hidden files stay.
fn remove_left_over(path: &Path, name: &str, sky: &Sky, shard: Option<Shard>) -> io::Result<()> {
    let whole = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(".partial"));
    let is_ours = whole.is_some_and(|whole| match (sky.naming.index(whole), shard) {
        (Some(index), shard) => shard.is_none_or(|shard| shard.holds_number(index)),
        (None, shard) => shard.is_none() && [MANIFEST, TRUTH_TABLE].contains(&whole),
    });
    if is_ours {
        fs::remove_file(path)
    } else {
        Ok(())
    }
}

/// The work that all threads share.
struct Work<'a> {
    folder: &'a Path,
    sky: &'a Sky,
    crew: &'a Crew<'a>,
    present: &'a BTreeSet<u64>,
    next: AtomicU64,
    done: AtomicU64,
    /// True once one of them failed.
    is_stopped: AtomicBool,
    reported: Mutex<Instant>,
}

/// Stops the other threads where one panics.
struct StopsOnPanic<'a>(&'a AtomicBool);

impl Drop for StopsOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// What a thread made.
#[derive(Default)]
struct Share {
    rows: Vec<(u64, TruthRow)>,
    made: u64,
}

impl<'a> Work<'a> {
    fn new(folder: &'a Path, sky: &'a Sky, crew: &'a Crew<'a>, present: &'a BTreeSet<u64>) -> Self {
        Self {
            folder,
            sky,
            crew,
            present,
            next: AtomicU64::new(0),
            done: AtomicU64::new(0),
            is_stopped: AtomicBool::new(false),
            reported: Mutex::new(Instant::now()),
        }
    }

    /// All candidates in order with the number of those made now; fewer where it was stopped.
    fn run(&self) -> anyhow::Result<(Vec<TruthRow>, u64)> {
        let shares: Vec<anyhow::Result<Share>> = thread::scope(|scope| {
            let start = |number: usize| {
                let name = format!("simulate {number}");
                scoped(scope, &name, || self.take_part())
                    .inspect_err(|_| self.is_stopped.store(true, Ordering::Relaxed))
            };
            let workers: Vec<_> = (1..=self.crew.threads).map(start).collect();
            let joined = workers.into_iter().map(|worker| {
                let failed = |_| anyhow!(BROKEN);
                worker?.join().map_err(failed)?
            });
            joined.collect()
        });
        let mut rows = Vec::new();
        let mut made = 0;
        for share in shares {
            let share = share?;
            made += share.made;
            rows.extend(share.rows);
        }
        rows.sort_by_key(|(index, _)| *index);
        self.report(true);
        Ok((rows.into_iter().map(|(_, row)| row).collect(), made))
    }

    fn take_part(&self) -> anyhow::Result<Share> {
        let mut share = Share::default();
        let _stops_others = StopsOnPanic(&self.is_stopped);
        while !self.crew.cancel.is_cancelled() && !self.is_stopped.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.sky.count {
                break;
            }
            if !self.crew.makes(index) {
                continue;
            }
            let row = if let Some(row) = self.known(index) {
                row
            } else {
                share.made += 1;
                self.make(index)
                    .inspect_err(|_| self.is_stopped.store(true, Ordering::Relaxed))?
            };
            share.rows.push((index, row));
            self.done.fetch_add(1, Ordering::Relaxed);
            self.report(false);
        }
        Ok(share)
    }

    /// The row of a candidate that is there already and whole.
    fn known(&self, index: u64) -> Option<TruthRow> {
        if !self.present.contains(&index) {
            return None;
        }
        TruthRow::read(&self.folder.join(self.sky.naming.file(index)))
    }

    fn make(&self, index: u64) -> anyhow::Result<TruthRow> {
        let mut sequence = self.sky.simulator.candidate(index);
        sequence.id = self.sky.naming.id(index).into();
        if let Some(measure) = MEASURE {
            measure(&mut sequence);
        }
        let provenance = Provenance {
            survey: self.sky.survey.clone(),
            seed: self.sky.seed,
            index,
        };
        let bytes = sequence_bytes(&sequence, &provenance);
        let done = self.done.load(Ordering::Relaxed);
        self.write(&self.sky.naming.file(index), &bytes, done)?;
        Ok(TruthRow::of(&sequence))
    }

    fn write(&self, name: &str, bytes: &[u8], done: u64) -> anyhow::Result<()> {
        (self.crew.write)(&self.folder.join(name), bytes).map_err(|error| {
            let folder = self.folder.display();
            let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
            let what = if full.contains(&error.kind()) {
                "the disk is full".to_owned()
            } else {
                format!("{name} cannot be written: {error}")
            };
            anyhow!(
                "{folder}: {what}; {done} of {} candidates are there, and the same order goes on \
                 from there",
                self.sky.count
            )
        })
    }

    fn report(&self, is_last: bool) {
        // Whoever finds it held leaves the telling to the holder.
        let reported = if is_last {
            Some(self.reported.lock().unwrap_or_else(PoisonError::into_inner))
        } else {
            self.reported.try_lock().ok()
        };
        let Some(mut reported) =
            reported.filter(|reported| is_last || reported.elapsed() >= REPORT_EVERY)
        else {
            return;
        };
        *reported = Instant::now();
        let number = |number| usize::try_from(number).unwrap_or(usize::MAX);
        (self.crew.report)(Progress {
            done: number(self.done.load(Ordering::Relaxed)),
            total: number(self.crew.shard.map_or(self.sky.count, |shard| {
                self.sky.count / u64::from(shard.count())
            })),
        });
    }
}
