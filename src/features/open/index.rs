//! Opening in the background: the project where there is one, then everything the paths hold.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::Sender;

use super::kept_joins;
use crate::{
    domain::{Candidate, LabelEvent, Problem, StepIds},
    io::{
        decode::Decoder,
        kept_index::Reuse,
        scan::{Found, StampIds, scan_kept},
    },
    store::{
        Project, StoreError,
        server::{ServerError, SharedOn},
    },
    tasks::{
        Task, TaskContext,
        progress::Progress,
        thread::{self, Broken},
    },
    workspace::{
        default_project::default_project,
        journal_writer::Opened,
        kept_index::{IndexOfSet, Indexing},
        shared_project,
    },
};

/// What the indexing of one opening found since the last news.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Candidates, or parts of candidates already known.
    pub candidates: Vec<Candidate>,
    /// Faults.
    pub problems: Vec<Problem>,
    /// What was recognised, by which rule.
    pub recognised: Vec<(PathBuf, String)>,
    pub progress: Progress,
}

/// News of findings are gathered for this long, so that the window is not flooded.
const GATHER_FOR: Duration = Duration::from_millis(60);
/// … but never more than this many candidates at once.
const GATHER_AT_MOST: usize = 500;

#[derive(Debug)]
pub struct OpenedProject {
    pub path: PathBuf,
    /// The address of the server that it is shared on.
    pub server: Option<String>,
    /// The whole journal.
    pub events: Vec<LabelEvent>,
    /// Step numbers for this window.
    pub steps: StepIds,
    /// The session as JSON.
    pub session: Option<String>,
    /// The joined tables as JSON.
    pub joins: Option<String>,
    /// The paths that are being opened: the project's own where none were given.
    pub paths: Vec<PathBuf>,
}

/// What is found while a set is opened.
#[derive(Debug)]
pub enum OpeningUpdate {
    Project(Box<OpenedProject>),
    /// The project cannot be used: why, naming the file. Stamps can be looked at only.
    Refused(String),
    /// Something was found.
    Found(Batch),
    /// All is found: what was taken from the kept index, and what was read.
    Indexed(Reuse),
}

/// Opens the project where there is one, reports it, and indexes the paths. Where there is none it is made
/// with the first candidate: what holds none leaves no file. Gives the paths that are not there.
pub struct OpenSet {
    /// Files, folders, archives; none to take those of the project.
    pub paths: Vec<PathBuf>,
    /// The project file; none for the default one.
    pub project: Option<PathBuf>,
    /// Whether files are taken from the index that was kept.
    pub indexing: Indexing,
    /// Numbers for stamps.
    pub ids: Arc<StampIds>,
    /// The decoder of the set, with the schemas and archives it knows.
    pub decoder: Arc<Decoder>,
    /// Where the project goes, for the journal.
    pub hand_over: Sender<Opened>,
}

impl Task for OpenSet {
    const NAME: &'static str = "indexing";
    type Update = OpeningUpdate;
    type Output = Vec<PathBuf>;

    fn run(self, cx: &TaskContext<OpeningUpdate>) -> anyhow::Result<Vec<PathBuf>> {
        let (ids, decoder) = (self.ids.clone(), self.decoder.clone());
        Ok(Indexer::new(self, cx).run(&ids, &decoder))
    }
}

/// What is to be done to the project once there is a candidate.
enum AtFirst {
    /// Make it, with its folder where that is our own.
    Make { file: PathBuf, is_default: bool },
    /// Give it the new paths.
    PutPaths(PathBuf),
}

fn default_file(paths: &[PathBuf]) -> Result<PathBuf, String> {
    default_project(paths).ok_or_else(|| "there is no home folder to keep the project in".into())
}

fn text(error: &StoreError) -> String {
    error.to_string()
}

/// The file of a project, the local copy of one on a server among them; that one is made where there is none.
fn file_of(named: PathBuf) -> Result<PathBuf, ServerError> {
    match shared_project::address_of(&named)? {
        Some(address) => shared_project::open_copy(&address),
        None => Ok(std::path::absolute(&named).unwrap_or(named)),
    }
}

fn absolute(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths
        .iter()
        .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
        .collect()
}

struct Indexer<'a> {
    cx: &'a TaskContext<OpeningUpdate>,
    paths: Vec<PathBuf>,
    project: Option<PathBuf>,
    indexing: Indexing,
    hand_over: Option<Sender<Opened>>,
    at_first: Option<AtFirst>,
    batch: Batch,
    last_sent: Instant,
    is_first: bool,
}

impl<'a> Indexer<'a> {
    fn new(opening: OpenSet, cx: &'a TaskContext<OpeningUpdate>) -> Self {
        Self {
            cx,
            paths: opening.paths,
            project: opening.project,
            indexing: opening.indexing,
            hand_over: Some(opening.hand_over),
            at_first: None,
            batch: Batch::default(),
            last_sent: Instant::now(),
            is_first: true,
        }
    }

    /// The paths that are not there.
    fn run(mut self, ids: &StampIds, decoder: &Decoder) -> Vec<PathBuf> {
        // An address that is none is refused when the project is opened.
        let file = |named: &PathBuf| shared_project::file_of(named).ok();
        let (named, indexing) = (self.project.as_ref().and_then(file), self.indexing);
        let project = thread::caught("open project", || self.find_project())
            .unwrap_or_else(|_| Err(Broken::sentence("opening the project")));
        if let Err(why) = project {
            self.refuse(why);
        }
        let paths = self.paths.clone();
        let shown: Vec<_> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        log::info!("opening {}", shown.join(", "));
        let cx = self.cx;
        let scanned = thread::caught("scan", || {
            let must_stop = || cx.is_cancelled();
            let mut of_set = IndexOfSet::open(&paths, named.as_deref(), indexing);
            let mut take = |found| self.take(found);
            let index = &mut of_set.index;
            scan_kept(&paths, decoder, ids, &must_stop, &mut take, index);
            of_set
        });
        if scanned.is_err() {
            let why = Broken::sentence("indexing");
            let why = format!("{why}; what was found before is open");
            let first = shown.into_iter().next().unwrap_or_default();
            self.batch.problems.push(Problem::new(first, "index", why));
        }
        self.send();
        if let Ok(of_set) = scanned {
            self.keep(of_set);
        }
        // Without a candidate there is no project; the journal learns it before the window does.
        self.hand_over = None;
        paths.into_iter().filter(|path| !path.exists()).collect()
    }

    /// Reports what the kept index gave, and keeps it for the next opening, which no one has to wait for.
    fn keep(&self, of_set: IndexOfSet) {
        if self.cx.is_cancelled() {
            return;
        }
        let reuse = of_set.index.reuse();
        log::info!(
            "indexed: {} files by the kept index, {} read",
            reuse.kept,
            reuse.read
        );
        self.cx.update(OpeningUpdate::Indexed(reuse));
        let started = thread::start("keep index", move || of_set.keep(), |_| {});
        if let Err(error) = started {
            log::warn!("the index of the set is not kept: {error}");
        }
    }

    /// Opens the project that is there, and takes its paths where none were given. One that is not
    /// there is made with the first candidate.
    fn find_project(&mut self) -> Result<(), String> {
        let is_default = self.project.is_none();
        let file = match self.project.take() {
            Some(named) => file_of(named).map_err(|error| error.to_string())?,
            None => default_file(&self.paths)?,
        };
        let is_there = file.try_exists().unwrap_or(true);
        if !is_there && !self.paths.is_empty() {
            self.at_first = Some(AtFirst::Make { file, is_default });
            return Ok(());
        }
        let project = Project::open_existing(&file).map_err(|error| text(&error))?;
        let server = project.server().map_err(|error| text(&error))?;
        let needs_steps = |server: SharedOn| {
            server.steps_left == 0 && shared_project::is_local_copy(&file, &server.address)
        };
        if server.is_some_and(needs_steps) {
            shared_project::renew_steps(&file).map_err(|error| error.to_string())?;
        }
        let known = project.paths().map_err(|error| text(&error))?;
        if self.paths.is_empty() {
            self.paths = known;
        } else if known != absolute(&self.paths) {
            self.at_first = Some(AtFirst::PutPaths(file));
        }
        self.report(project)
    }

    /// Hands the project to the journal, and reports it.
    fn report(&mut self, mut project: Project) -> Result<(), String> {
        let (events, known) = project.history().map_err(|error| text(&error))?;
        let server = project.server().map_err(|error| text(&error))?;
        let opened = OpenedProject {
            path: project.path().to_owned(),
            server: server.map(|server| server.address),
            events,
            steps: project.step_ids().map_err(|error| text(&error))?,
            session: project
                .session_get("window")
                .map_err(|error| text(&error))?,
            joins: kept_joins::json_of(&project).map_err(|error| text(&error))?,
            paths: self.paths.clone(),
        };
        // The journal has it before the window can give a label.
        if let Some(hand_over) = self.hand_over.take() {
            hand_over.send((project, known)).ok();
        }
        self.cx.update(OpeningUpdate::Project(Box::new(opened)));
        Ok(())
    }

    fn refuse(&mut self, why: String) {
        self.hand_over = None;
        log::warn!("{why}");
        self.cx.update(OpeningUpdate::Refused(why));
    }

    /// There is a candidate: the project is made, or learns what was opened.
    fn serve_first(&mut self, order: AtFirst) {
        match order {
            AtFirst::Make { file, is_default } => {
                if let Err(why) = self.make_project(&file, is_default) {
                    self.refuse(why);
                }
            }
            AtFirst::PutPaths(file) => {
                let paths = absolute(&self.paths);
                let put =
                    Project::open_existing(&file).and_then(|mut project| project.put_paths(&paths));
                if let Err(error) = put {
                    let file = file.display().to_string();
                    let problem = Problem::new(file, "what was opened is not kept", text(&error));
                    self.batch.problems.push(problem);
                }
            }
        }
    }

    fn make_project(&mut self, file: &Path, is_default: bool) -> Result<(), String> {
        if let Some(folder) = file.parent().filter(|_| is_default) {
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let mut project = Project::open_or_create(file).map_err(|error| text(&error))?;
        project
            .put_paths(&absolute(&self.paths))
            .map_err(|error| text(&error))?;
        self.report(project)
    }

    fn take(&mut self, found: Found) {
        if matches!(found, Found::Candidate(_))
            && let Some(order) = self.at_first.take()
        {
            self.serve_first(order);
        }
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
        self.cx.progress(batch.progress.done, batch.progress.total);
        self.cx.update(OpeningUpdate::Found(batch));
    }
}
