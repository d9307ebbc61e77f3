//! Opening in the background: the project first, then everything the paths hold.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    event::{Batch, JobEvent, Progress},
    journal::{Journal, default_project},
    reporter::{CancelToken, Reporter},
};
use crate::{
    domain::Problem,
    io::{
        decode::Decoder,
        scan::{Found, StampIds, scan},
    },
    store::Project,
    tasks::thread::{self, Broken},
};

/// News of findings are gathered for this long, so that the window is not flooded.
const GATHER_FOR: Duration = Duration::from_millis(60);
/// … but never more than this many candidates at once.
const GATHER_AT_MOST: usize = 500;

/// What is being opened.
pub struct Opening {
    /// Number of the opening.
    pub generation: u64,
    /// Files, folders, archives; none to take those of the project.
    pub paths: Vec<PathBuf>,
    /// The project file; none for the default one.
    pub project: Option<PathBuf>,
}

/// What every reader of stamps shares.
#[derive(Clone)]
pub struct Reading {
    /// Numbers for stamps.
    pub ids: Arc<StampIds>,
    /// The decoder, with the schemas and archives it knows.
    pub decoder: Arc<Decoder>,
}

/// Opens the project on the journal's thread, reports it, and starts indexing. Labels go to
/// the journal that comes back; where the project is refused, stamps can be looked at only.
///
/// # Errors
/// Where the system gives no thread.
pub fn open(
    opening: Opening,
    reading: Reading,
    cancel: CancelToken,
    reporter: &Reporter,
) -> std::io::Result<Journal> {
    let news = reporter.clone();
    let generation = opening.generation;
    let first = move || {
        let Opening {
            mut paths, project, ..
        } = opening;
        let open = || open_project(generation, &mut paths, project, &news);
        let opened = thread::caught("open project", open)
            .unwrap_or_else(|_| Err(Broken::sentence("opening the project")));
        let opened = match opened {
            Ok(opened) => Some(opened),
            Err(why) => {
                news.send(JobEvent::ProjectRefused { generation, why });
                None
            }
        };
        if let Err(error) = start_indexing(generation, paths, reading, cancel, &news) {
            let why = format!("nothing can be indexed: {error}");
            news.send(JobEvent::ProjectRefused { generation, why });
            let is_cancelled = true;
            news.send(JobEvent::IndexDone {
                generation,
                is_cancelled,
            });
        }
        opened
    };
    Journal::start(generation, first, reporter.clone())
}

/// Indexes in a thread of its own, which ends with [`JobEvent::IndexDone`] whatever happens.
fn start_indexing(
    generation: u64,
    paths: Vec<PathBuf>,
    reading: Reading,
    cancel: CancelToken,
    news: &Reporter,
) -> std::io::Result<()> {
    let shown: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    log::info!("opening {}", shown.join(", "));
    let indexer = Indexer::new(generation, news.clone());
    let (stopped, news) = (cancel.clone(), news.clone());
    let work = move || indexer.run(&paths, &reading, &cancel);
    thread::start("index", work, move |end| {
        if end.is_err() {
            news.send(JobEvent::Broke(Broken::sentence("indexing")));
        }
        news.send(JobEvent::IndexDone {
            generation,
            is_cancelled: stopped.is_cancelled(),
        });
    })?;
    Ok(())
}

/// Opens the project, fills in its paths where none were given, and reports it.
fn open_project(
    generation: u64,
    paths: &mut Vec<PathBuf>,
    project: Option<PathBuf>,
    news: &Reporter,
) -> Result<(Project, i64), String> {
    let file = match project {
        Some(file) => std::path::absolute(&file).unwrap_or(file),
        None => new_default_project(paths)?,
    };
    let text = |error: crate::store::StoreError| error.to_string();
    let mut project = Project::open_or_create(&file).map_err(text)?;
    if paths.is_empty() {
        *paths = project.paths().map_err(text)?;
    } else {
        project.put_paths(&absolute(paths)).map_err(text)?;
    }
    let events = project.events_since(0).map_err(text)?;
    let known = events.last().map_or(0, |(seq, _)| *seq);
    news.send(JobEvent::ProjectOpened {
        generation,
        path: project.path().to_owned(),
        events: events.into_iter().map(|(_, event)| event).collect(),
        steps: project.step_ids().map_err(text)?,
        session: project.session_get("window").map_err(text)?,
        paths: paths.clone(),
    });
    Ok((project, known))
}

fn new_default_project(paths: &[PathBuf]) -> Result<PathBuf, String> {
    let file = default_project(paths).ok_or("there is no home folder to keep the project in")?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(file)
}

fn absolute(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths
        .iter()
        .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
        .collect()
}

struct Indexer {
    generation: u64,
    reporter: Reporter,
    batch: Batch,
    last_sent: Instant,
    is_first: bool,
    is_heard: bool,
}

impl Indexer {
    fn new(generation: u64, reporter: Reporter) -> Self {
        Self {
            generation,
            reporter,
            batch: Batch::default(),
            last_sent: Instant::now(),
            is_first: true,
            is_heard: true,
        }
    }

    fn run(mut self, paths: &[PathBuf], reading: &Reading, cancel: &CancelToken) {
        let stop = cancel.clone();
        let scanned = thread::caught("scan", || {
            scan(
                paths,
                &reading.decoder,
                &reading.ids,
                &|| stop.is_cancelled(),
                &mut |found| {
                    self.take(found);
                    if !self.is_heard {
                        cancel.cancel();
                    }
                },
            );
        });
        if scanned.is_err() {
            let first = paths.first().map(|path| path.display().to_string());
            let why = Broken::sentence("indexing") + "; what was found before is open";
            let problem = Problem::new(first.unwrap_or_default(), "index", why);
            self.batch.problems.push(problem);
        }
        self.send();
    }

    fn take(&mut self, found: Found) {
        match found {
            Found::Candidate(candidate) => self.batch.candidates.push(candidate),
            Found::Problem(problem) => self.batch.problems.push(problem),
            Found::Recognised { path, rule } => self.batch.recognised.push((path, rule)),
            Found::Progress { done, total } => self.batch.progress = Progress { done, total },
        }
        let is_full = self.batch.candidates.len() >= GATHER_AT_MOST;
        // The very first candidate goes out at once: the first stamp should be on screen soon.
        let is_first = self.is_first && !self.batch.candidates.is_empty();
        if is_full || is_first || self.last_sent.elapsed() >= GATHER_FOR {
            self.is_first &= !is_first;
            self.send();
        }
    }

    fn send(&mut self) {
        let progress = self.batch.progress;
        let batch = std::mem::replace(
            &mut self.batch,
            Batch {
                progress,
                ..Batch::default()
            },
        );
        self.last_sent = Instant::now();
        self.is_heard = self.reporter.send(JobEvent::Found {
            generation: self.generation,
            batch,
        });
    }
}
