//! A set that grows while it is open: what listens, what runs, and what has come in.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    changes::Listener,
    find_new::{FindNew, FoundNew},
    look::Looker,
};
use crate::{
    domain::{CandidateIx, Problem, words::counted},
    tasks::{Running, TaskEvent, next_event, progress::Progress},
    text,
    workspace::{context::Context, queue::order::Shortlist, request::Request, shared::Shared},
};

/// For how long a file must be the same before it is read.
const SETTLE: Duration = Duration::from_secs(2);
/// Reading the set again may take this share of the time.
const READING: u32 = 10;

/// What follows the folders of the opened set.
#[derive(Debug)]
pub struct GrowingSet {
    /// For how long a file must be the same before it is read.
    pub settle: Duration,
    /// The opening that it is about; none where nothing is followed.
    of: Option<u64>,
    listener: Option<Listener>,
    lookers: Vec<Looker>,
    finding: Option<Running<FindNew>>,
    /// A look is due without a change that was reported.
    is_due: bool,
    rest: Duration,
    /// What came in and was not shown yet, each with the epoch to look at.
    new: BTreeMap<CandidateIx, usize>,
    /// How many of them were not there at all.
    new_candidates: usize,
}

impl Default for GrowingSet {
    fn default() -> Self {
        Self {
            settle: SETTLE,
            of: None,
            listener: None,
            lookers: Vec::new(),
            finding: None,
            is_due: false,
            rest: Duration::ZERO,
            new: BTreeMap::new(),
            new_candidates: 0,
        }
    }
}

impl GrowingSet {
    /// Candidates that came in or gained epochs, and were not shown yet.
    pub fn new_count(&self) -> usize {
        self.new.len()
    }

    /// "3 new candidates, 2 with new epochs"; none where nothing came in.
    pub fn in_words(&self) -> Option<String> {
        let renewed = self.new.len().saturating_sub(self.new_candidates);
        let new =
            (self.new_candidates > 0).then(|| counted(self.new_candidates as u64, "new candidate"));
        let renewed = match (renewed, &new) {
            (0, _) => None,
            (count, Some(_)) => Some(text!("{count} with new epochs", count)),
            (count, None) => Some(text!(
                "{candidates} with new epochs",
                candidates = counted(count as u64, "candidate")
            )),
        };
        let parts: Vec<String> = new.into_iter().chain(renewed).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// How far reading is; none while there is nothing to read.
    pub fn reading(&self) -> Option<Progress> {
        let progress = self.finding.as_ref().map(Running::progress);
        progress.filter(|progress| progress.total > 0)
    }

    /// Of another set: nothing came in, and nothing is followed.
    pub(crate) fn forget(&mut self) {
        *self = Self {
            settle: self.settle,
            ..Self::default()
        };
    }

    /// Follows the folders of the set once it is open; looks where something has changed.
    pub(crate) fn want(&mut self, shared: &Shared, cx: &Context) {
        // What a person did not want read is not read behind his back.
        let is_partial = shared.project.is_partial;
        if shared.is_indexing() || shared.catalogue.is_empty() || is_partial {
            return;
        }
        if !shared.settings.follows_folders {
            (self.of, self.listener, self.finding) = (None, None, None);
            return;
        }
        if self.of != Some(shared.generation) {
            self.begin(shared, cx);
        }
        let has_changed = self.listener.as_ref().is_some_and(Listener::has_changed);
        self.is_due |= has_changed;
        if self.finding.is_some() || !self.is_due || self.lookers.is_empty() {
            return;
        }
        self.is_due = false;
        self.finding = Some(cx.tasks.start(FindNew {
            lookers: std::mem::take(&mut self.lookers),
            paths: shared.project.paths.clone(),
            project: shared.project.path.clone(),
            catalogue: shared.catalogue.clone(),
            ids: shared.stamps.ids().clone(),
            decoder: shared.stamps.decoder().clone(),
            rest: self.rest,
            settle: self.settle,
        }));
    }

    fn begin(&mut self, shared: &Shared, cx: &Context) {
        self.of = Some(shared.generation);
        (self.finding, self.listener, self.rest) = (None, None, Duration::ZERO);
        let folders: Vec<PathBuf> = shared
            .project
            .paths
            .iter()
            .filter(|path| path.is_dir())
            .cloned()
            .collect();
        let looker = |folder: &PathBuf| Looker::new(folder, None, self.settle, HashMap::new());
        self.lookers = folders.iter().map(looker).collect();
        if !folders.is_empty() {
            self.listener = Some(Listener::start(folders, cx.tasks.wake()));
            // For what came while it was opened.
            self.is_due = true;
        }
    }

    pub(crate) fn poll(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.finding) {
            match event {
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
                TaskEvent::Finished(found) => self.take(shared, found),
                TaskEvent::Failed(why) => {
                    shared.warn(text!("looking for new files: {why}", why), cx.now);
                    // Followed again once the set is opened again.
                    (self.listener, self.is_due) = (None, false);
                }
            }
        }
    }

    fn take(&mut self, shared: &mut Shared, found: FoundNew) {
        // Together with what is taken in below: no stamp of before is read from a file of now.
        shared.stamps.decoder().release_files();
        self.lookers = found.lookers;
        self.rest = found.took * READING;
        self.is_due |= found.is_waiting;
        // What was wrong with a file that was read again may be right now.
        let is_read_again = |problem: &Problem| {
            let mut files = Path::new(&problem.path).ancestors();
            files.any(|path| found.read.contains(path))
        };
        let mut problems: HashSet<Problem> = found.problems.into_iter().collect();
        shared
            .problems
            .retain(|problem| problems.remove(problem) || !is_read_again(problem));
        let mut problems: Vec<Problem> = problems.into_iter().collect();
        problems.sort();
        shared.problems.append(&mut problems);
        if !found.recognised.is_empty() {
            shared.recognised = found.recognised;
        }
        if found.growth.is_empty() {
            return;
        }
        if let Some(joins) = found.joins {
            shared.ask(Request::JoinAgain(joins));
        }
        log::info!(
            "{} candidates came in, {} have gained something",
            found.growth.new.len(),
            found.growth.renewed.len()
        );
        for one in shared.take_growth(found.growth) {
            let is_first = self.new.insert(one.ix, one.epoch).is_none();
            self.new_candidates += usize::from(one.is_new && is_first);
        }
    }

    /// Opens what came in alone.
    pub(crate) fn show_new(&mut self, shared: &mut Shared, cx: &Context) {
        let Some(title) = self.in_words() else {
            shared.report(
                text!("nothing came in since the set was opened, or since it was shown"),
                cx.now,
            );
            return;
        };
        let candidates = std::mem::take(&mut self.new);
        self.new_candidates = 0;
        let shortlist = Shortlist {
            title,
            candidates,
            ..Shortlist::default()
        };
        shared.open_shortlist(shortlist, cx);
    }
}
