//! Opening a set: the project, the candidates, and why there are none.

use std::{path::PathBuf, sync::Arc};

use crossbeam_channel::bounded;

use super::index::{Batch, OpenSet, OpenedProject, OpeningUpdate};
use crate::{
    domain::{LabelBook, StampId},
    tasks::{Running, TaskEvent, next_event},
    window::state::{AppState, ProjectState, Screen},
    workspace::{context::Context, journal_writer::Journal, words::short},
};

/// Letters of a path shown in a sentence.
const SHOWN: usize = 60;
/// Letters of a path in a message.
const NAME: usize = 80;
/// Updates taken in at a time at most, so that a flood does not hold up the window.
const MOST_UPDATES: usize = 64;
/// What is looked for in everything that is opened.
const LOOKED_FOR: &str = "looked for FITS stamps, Avro alert packets, and tar archives of packets";

impl AppState {
    pub(crate) fn begin_opening(
        &mut self,
        paths: Vec<PathBuf>,
        project: Option<PathBuf>,
        cx: &Context,
    ) {
        self.project = ProjectState {
            paths: paths.clone(),
            is_opening: true,
            ..ProjectState::default()
        };
        let (hand_over, opened) = bounded(1);
        match Journal::start(opened, cx.tasks.wake()) {
            Ok(journal) => self.journal = Some(journal),
            Err(error) => self.report_fault(format!("the journal writer: {error}"), cx),
        }
        self.opening = Some(cx.tasks.start(OpenSet {
            paths,
            project: project.or_else(|| cx.usual_project.clone()),
            ids: self.stamps.ids().clone(),
            decoder: self.stamps.decoder().clone(),
            hand_over,
        }));
    }

    /// Takes in what is found; true where more waits.
    pub(crate) fn poll_opening(&mut self, cx: &Context) -> bool {
        for _ in 0..MOST_UPDATES {
            let is_cancelled = self.opening.as_ref().is_some_and(Running::is_cancelling);
            let Some(event) = next_event(&mut self.opening) else {
                return false;
            };
            match event {
                TaskEvent::Update(update) => self.take_opening(update, cx),
                TaskEvent::Finished(missing) => self.finish_opening(is_cancelled, &missing, cx),
                TaskEvent::Cancelled => self.finish_opening(true, &[], cx),
                TaskEvent::Failed(why) => {
                    self.report_fault(why, cx);
                    self.finish_opening(false, &[], cx);
                }
            }
        }
        true
    }

    /// Takes in one thing that was found.
    pub fn take_opening(&mut self, update: OpeningUpdate, cx: &Context) {
        match update {
            OpeningUpdate::Project(opened) => self.take_project(*opened, cx),
            OpeningUpdate::Refused(why) => {
                self.project.fault = Some(why);
                self.warn(self.why_no_labels(), cx.now);
            }
            OpeningUpdate::Found(batch) => self.take_batch(batch, cx),
        }
    }

    /// True while candidates are being found.
    pub const fn is_indexing(&self) -> bool {
        self.opening.is_some()
    }

    fn take_project(&mut self, opened: OpenedProject, cx: &Context) {
        let project = opened.path.clone();
        self.project.path = Some(opened.path);
        self.project.paths = opened.paths;
        self.project.fault = None;
        self.steps = Some(opened.steps);
        self.book = Arc::new(LabelBook::of(opened.events.into_iter().map(Arc::new)));
        if let Some(session) = opened.session {
            self.restore_session(&session);
        }
        self.read_versions(project, cx);
    }

    /// A set that has a candidate is worth coming back to.
    fn remember_set(&mut self, cx: &Context) {
        let Some(project) = self.project.path.clone() else {
            return;
        };
        self.settings.remember_project(&project);
        self.save_settings(cx)
    }

    /// Everything was looked at and no candidate found. An existing project stays open, for its
    /// labels; else nothing is open.
    fn found_nothing(&mut self, missing: &[PathBuf], cx: &Context) {
        let name = |path: &PathBuf| short(&path.to_string_lossy(), SHOWN);
        let names = |paths: &[PathBuf]| {
            let shown: Vec<_> = paths.iter().take(3).map(name).collect();
            let more = match paths.len().saturating_sub(3) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{}{more}", shown.join(", "))
        };
        let paths = &self.project.paths;
        let text = match (&self.project.path, &self.project.fault) {
            (Some(project), _) => {
                let project = short(&project.to_string_lossy(), SHOWN);
                let labels = self.book.events().len();
                let why = if !missing.is_empty() {
                    format!("its stamps are not there ({})", names(missing))
                } else if paths.is_empty() {
                    "it knows no stamps".into()
                } else {
                    format!("no candidate was found in {}; {LOOKED_FOR}", names(paths))
                };
                format!("{project} is open with {labels} label events, but {why}")
            }
            (None, Some(fault)) => fault.clone(),
            (None, None) if !missing.is_empty() => {
                format!("there is no such file or folder: {}", names(missing))
            }
            (None, None) => format!("no candidate was found in {}; {LOOKED_FOR}", names(paths)),
        };
        if self.project.path.is_none() {
            // Nothing is open: what failed leaves no trace but its reason.
            self.project.paths.clear();
            if self.screen != Screen::Train {
                self.screen = Screen::Inspect;
            }
        }
        self.warn(text.clone(), cx.now);
        self.project.nothing_found = Some(text);
    }

    fn take_batch(&mut self, batch: Batch, cx: &Context) {
        let shown = self.first_stamp();
        let is_first = self.catalogue.is_empty() && !batch.candidates.is_empty();
        for candidate in batch.candidates {
            Arc::make_mut(&mut self.catalogue).absorb(candidate);
        }
        self.find_epoch_again(shown);
        self.problems.extend(batch.problems);
        self.recognised.extend(batch.recognised);
        self.extend_queue();
        if self.queue.is_behind(&self.catalogue) && self.may_sort_again(cx) {
            self.refresh_queue();
        }
        self.settle(cx);
        if is_first {
            self.remember_set(cx);
        }
    }

    /// While candidates are being found, a sorted queue is made anew once a second: often enough
    /// to begin work, seldom enough not to hold up the window.
    pub(crate) fn may_sort_again(&mut self, cx: &Context) -> bool {
        const SORT_EVERY_US: i64 = 1_000_000;
        let is_time = self
            .sorted_at
            // A clock that was set back must not hold it up.
            .is_none_or(|at| !(0..SORT_EVERY_US).contains(&(cx.now.0 - at.0)));
        if is_time {
            self.sorted_at = Some(cx.now);
        }
        is_time
    }

    /// Everything that there is was found.
    pub fn finish_opening(&mut self, is_cancelled: bool, missing: &[PathBuf], cx: &Context) {
        self.project.is_opening = false;
        self.refresh_queue();
        self.queue.look_for_columns(&self.catalogue);
        self.recognised.sort();
        if self.catalogue.is_empty() && !is_cancelled {
            self.found_nothing(missing, cx);
            return;
        }
        if is_cancelled {
            self.report("indexing stopped: what was found so far is open", cx.now);
        } else if !self.toast.as_ref().is_some_and(|toast| toast.is_error)
            && let Some((path, rule)) = self.recognised.first()
        {
            let text = format!("{}: {rule}", short(&path.to_string_lossy(), NAME));
            self.report(text, cx.now);
        }
        self.settle(cx);
        self.save_session();
        self.start_scoring(cx);
    }

    /// The stamp by which the epoch on screen is known, whatever its number becomes.
    fn first_stamp(&self) -> Option<StampId> {
        self.epoch()?.stamps.first().map(|stamp| stamp.id)
    }

    /// Epochs come into time order as they are found: the one on screen keeps its place there.
    fn find_epoch_again(&mut self, shown: Option<StampId>) {
        let at = shown.and_then(|shown| {
            let mut epochs = self.candidate()?.epochs.iter();
            epochs.position(|epoch| epoch.stamps.first().is_some_and(|stamp| stamp.id == shown))
        });
        if let Some(at) = at {
            self.place.epoch = at;
        }
    }

    /// Goes to the place of the last session as far as it is found; until the person moves,
    /// to the first candidate. Such a place is provisional: it is not written over the saved one.
    fn settle(&mut self, cx: &Context) {
        if self.place.is_chosen && self.place.candidate.is_some() {
            return;
        }
        let wanted = self.return_to.clone();
        let found = wanted
            .as_ref()
            .and_then(|place| self.catalogue.find(&place.candidate));
        if let (Some(place), Some(candidate)) = (wanted, found) {
            self.place_at(candidate, cx);
            let epochs = self
                .candidate()
                .map_or(&[][..], |candidate| &candidate.epochs);
            let named = epochs
                .iter()
                .position(|epoch| place.candid.is_some() && epoch.candid == place.candid);
            self.set_epoch(named.unwrap_or(place.epoch));
        } else if self.place.candidate.is_none()
            && let Some(first) = self.queue.order().first().copied()
        {
            self.place_at(first, cx);
        }
    }
}
