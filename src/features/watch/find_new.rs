//! The task: finds what has come into the folders of an opened set, once it is whole.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::look::{Look, Looker, Ready};
use crate::{
    domain::{Catalogue, Growth, Problem, StampIds, growth::FilesNow},
    features::open::kept_joins,
    io::{Decoder, Found, scan_again},
    store::Project,
    tasks::{Task, TaskContext},
    workspace::{
        kept_index::{IndexOfSet, Indexing},
        open::Opened,
    },
};

/// A look may take this share of the time while files are waited for.
const LOOKING: u32 = 10;
/// How often it is seen whether to stop.
const CHECK_EVERY: Duration = Duration::from_millis(50);

/// Looks for new files, waits until some are whole, and reads the set again: by the kept index only what is new.
pub struct FindNew {
    /// One for each folder.
    pub lookers: Vec<Looker>,
    /// What was opened.
    pub paths: Vec<PathBuf>,
    /// The project, where there is one.
    pub project: Option<PathBuf>,
    pub catalogue: Arc<Catalogue>,
    /// Numbers for new stamps.
    pub ids: Arc<StampIds>,
    /// The decoder of the set.
    pub decoder: Arc<Decoder>,
    /// How long to rest first.
    pub rest: Duration,
    /// How long files are waited for before they are looked at again.
    pub settle: Duration,
}

#[derive(Debug)]
pub struct FoundNew {
    /// For the next look.
    pub lookers: Vec<Looker>,
    /// Files that are new or have changed, and were read.
    pub read: BTreeSet<PathBuf>,
    pub growth: Growth,
    /// All that cannot be used of the set as it is now; none where nothing was read.
    pub problems: Vec<Problem>,
    /// What each path was recognised as; none where nothing was read.
    pub recognised: Vec<(PathBuf, String)>,
    /// The joined tables of the project, where candidates are new.
    pub joins: Option<String>,
    /// Whether files are still being written.
    pub is_waiting: bool,
    /// How long reading took.
    pub took: Duration,
}

impl Task for FindNew {
    const NAME: &'static str = "looking for new files";
    type Update = ();
    type Output = FoundNew;

    fn run(mut self, cx: &TaskContext<()>) -> anyhow::Result<FoundNew> {
        rest(self.rest, cx)?;
        let looks = loop {
            let began = Instant::now();
            let looks = self.look();
            let is_ready = looks.iter().any(|look| !look.ready.is_empty());
            if is_ready || looks.iter().all(|look| look.waiting.is_empty()) {
                break looks;
            }
            rest(self.settle.max(began.elapsed() * LOOKING), cx)?;
        };
        let began = Instant::now();
        let mut found = FoundNew {
            lookers: Vec::new(),
            read: BTreeSet::new(),
            growth: Growth::default(),
            problems: Vec::new(),
            recognised: Vec::new(),
            joins: None,
            is_waiting: looks.iter().any(|look| !look.waiting.is_empty()),
            took: Duration::ZERO,
        };
        if looks.iter().any(|look| !look.ready.is_empty()) {
            self.read(&looks, &mut found, cx)?;
        }
        for (looker, look) in self.lookers.iter_mut().zip(&looks) {
            looker.read(&look.ready);
        }
        found.lookers = self.lookers;
        found.took = began.elapsed();
        Ok(found)
    }
}

impl FindNew {
    /// A folder that is gone for now has nothing new.
    fn look(&mut self) -> Vec<Look> {
        let is_read = |path: &Path| self.decoder.is_known(path);
        let lookers = self.lookers.iter_mut();
        lookers
            .map(|looker| looker.look(&is_read).unwrap_or_default())
            .collect()
    }

    fn read(
        &self,
        looks: &[Look],
        found: &mut FoundNew,
        cx: &TaskContext<()>,
    ) -> anyhow::Result<()> {
        let each = || self.lookers.iter().zip(looks);
        let left_out = each().flat_map(|(looker, look)| {
            let unfinished = look.waiting.iter().chain(&look.being_written);
            unfinished.map(|path| looker.folder().join(path))
        });
        let left_out: BTreeSet<PathBuf> = left_out.collect();
        let read = each().flat_map(|(looker, look)| {
            let paths = look.ready.iter();
            paths.map(|(path, _): &Ready| looker.folder().join(path))
        });
        found.read = read.collect();
        // Until the window takes in what is found, stamps are those of the files as they were.
        self.decoder.hold_files();
        let mut opened = Opened::default();
        let project = self.project.as_deref();
        let mut of_set = IndexOfSet::open(&self.paths, project, Indexing::Kept);
        let must_stop = || cx.is_cancelled();
        scan_again(
            &self.paths,
            &self.decoder,
            // What is new gets its numbers below.
            &StampIds::default(),
            (&must_stop, &left_out),
            &mut |news| {
                if let Found::Progress { done, total } = news {
                    cx.progress(done, total);
                }
                opened.absorb(news);
            },
            &mut of_set.index,
        );
        cx.check()?;
        of_set.keep();
        found.growth = Growth::between(
            &self.catalogue,
            opened.catalogue,
            FilesNow {
                is_renewed: &|path| self.decoder.is_renewed(path),
                is_waited_for: &|path| left_out.contains(path),
            },
            &self.ids,
        );
        if !found.growth.new.is_empty() {
            found.joins = project.and_then(joins_of);
        }
        found.problems = opened.problems;
        found.recognised = opened.recognised;
        found.recognised.sort();
        Ok(())
    }
}

/// The joined tables of a project. New candidates are worth more than their columns.
fn joins_of(project: &Path) -> Option<String> {
    let read = Project::open_existing(project).and_then(|project| kept_joins::json_of(&project));
    read.unwrap_or_else(|error| {
        log::warn!("joined tables: {error}");
        None
    })
}

fn rest(pause: Duration, cx: &TaskContext<()>) -> anyhow::Result<()> {
    let until = Instant::now() + pause;
    loop {
        cx.check()?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(CHECK_EVERY.min(left));
    }
}
