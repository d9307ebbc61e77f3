//! Opening a set: the project, the candidates, and why there are none.

use std::{path::PathBuf, sync::Arc};

use crossbeam_channel::bounded;

use super::index::{Batch, OpenSet, OpenedProject, OpeningUpdate};
use crate::{
    domain::{LabelBook, StampId, words::short},
    english,
    features::open::state::OpeningPane,
    language::translated_static,
    tasks::{Running, TaskEvent, next_event},
    text,
    workspace::{
        context::Context, journal_writer::Journal, project::ProjectState, request::Request,
        screen::Screen, shared::Shared,
    },
};

/// Letters of a path shown in a sentence.
const SHOWN: usize = 60;
/// Letters of a path in a message.
const NAME: usize = 80;
/// What is looked for in everything that is opened.
const LOOKED_FOR: &str = english!(
    "looked for stamps in FITS, Avro, Parquet, JSON, numpy and HDF5 files, and in archives"
);

impl OpeningPane {
    pub(crate) fn begin_opening(
        &mut self,
        shared: &mut Shared,
        paths: Vec<PathBuf>,
        project: Option<PathBuf>,
        cx: &Context,
    ) {
        let (paths, project) = project_among(paths, project);
        shared.project = ProjectState {
            paths: paths.clone(),
            is_opening: true,
            ..ProjectState::default()
        };
        let (hand_over, opened) = bounded(1);
        match Journal::start(opened, cx.tasks.wake()) {
            Ok(journal) => shared.journal = Some(journal),
            Err(error) => shared.report_fault(format!("the journal writer: {error}"), cx),
        }
        self.opening = Some(cx.tasks.start(OpenSet {
            paths,
            project: project.or_else(|| cx.usual_project.clone()),
            indexing: std::mem::take(&mut self.indexing),
            ids: shared.stamps.ids().clone(),
            decoder: shared.stamps.decoder().clone(),
            hand_over,
        }));
    }

    /// The next event of what looks for candidates, and whether it was asked to stop.
    pub fn next_event(&mut self) -> Option<(TaskEvent<OpeningUpdate, Vec<PathBuf>>, bool)> {
        let is_cancelled = self.opening.as_ref().is_some_and(Running::is_cancelling);
        Some((next_event(&mut self.opening)?, is_cancelled))
    }
}

/// A project file that is opened like a set (from a file manager, dropped on the window) is the project: it knows its
/// stamps. Where a project was named besides, that one counts, and the file is reported as what it is.
pub fn project_among(
    paths: Vec<PathBuf>,
    project: Option<PathBuf>,
) -> (Vec<PathBuf>, Option<PathBuf>) {
    let is_project = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "destello");
    if project.is_some() || paths.iter().filter(|path| is_project(path)).count() != 1 {
        return (paths, project);
    }
    let (mut projects, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(is_project);
    (paths, projects.pop())
}

pub fn take_event(
    shared: &mut Shared,
    event: TaskEvent<OpeningUpdate, Vec<PathBuf>>,
    is_cancelled: bool,
    cx: &Context,
) {
    match event {
        TaskEvent::Update(update) => take_opening(shared, update, cx),
        TaskEvent::Finished(missing) => finish_opening(shared, is_cancelled, &missing, cx),
        TaskEvent::Cancelled => finish_opening(shared, true, &[], cx),
        TaskEvent::Failed(why) => {
            shared.report_fault(why, cx);
            finish_opening(shared, false, &[], cx);
        }
    }
}

/// Takes in one thing that was found.
pub fn take_opening(shared: &mut Shared, update: OpeningUpdate, cx: &Context) {
    match update {
        OpeningUpdate::Project(opened) => take_project(shared, *opened, cx),
        OpeningUpdate::Refused(why) => {
            shared.project.fault = Some(why);
            shared.warn(shared.why_no_labels(), cx.now);
        }
        OpeningUpdate::Found(batch) => take_batch(shared, batch, cx),
        OpeningUpdate::Indexed(reuse) => shared.project.reuse = reuse,
    }
}

fn take_project(shared: &mut Shared, opened: OpenedProject, cx: &Context) {
    let project = opened.path.clone();
    shared.project.path = Some(opened.path);
    shared.project.paths = opened.paths;
    shared.project.server = opened.server;
    shared.project.fault = None;
    shared.steps = Some(opened.steps);
    shared.take_book(LabelBook::of(opened.events.into_iter().map(Arc::new)));
    if let Some(session) = opened.session {
        shared.ask(Request::Restore(session));
    }
    if let Some(joins) = opened.joins {
        shared.ask(Request::JoinAgain(joins));
    }
    shared.versions.read(project, &cx.tasks);
}

/// A set that has a candidate is worth coming back to.
fn remember_set(shared: &mut Shared, cx: &Context) {
    let Some(project) = shared.project.path.clone() else {
        return;
    };
    shared.settings.remember_project(&project);
    shared.save_settings(cx);
}

/// Everything was looked at and no candidate found. An existing project stays open, for its
/// labels; else nothing is open.
fn found_nothing(shared: &mut Shared, missing: &[PathBuf], cx: &Context) {
    let name = |path: &PathBuf| short(&path.to_string_lossy(), SHOWN);
    let names = |paths: &[PathBuf]| {
        let shown: Vec<_> = paths.iter().take(3).map(name).collect();
        let more = match paths.len().saturating_sub(3) {
            0 => String::new(),
            more => text!(" and {more} more", more),
        };
        format!("{}{more}", shown.join(", "))
    };
    let paths = &shared.project.paths;
    let text = match (&shared.project.path, &shared.project.fault) {
        (Some(project), _) => {
            let project = short(&project.to_string_lossy(), SHOWN);
            let labels = shared.book.events().len();
            let why = if !missing.is_empty() {
                text!("its stamps are not there ({names})", names = names(missing))
            } else if paths.is_empty() {
                text!("it knows no stamps").into()
            } else {
                not_found(&names(paths))
            };
            text!(
                "{project} is open with {labels} label events, but {why}",
                project,
                labels,
                why
            )
        }
        (None, Some(fault)) => fault.clone(),
        (None, None) if !missing.is_empty() => {
            text!(
                "there is no such file or folder: {names}",
                names = names(missing)
            )
        }
        (None, None) => not_found(&names(paths)),
    };
    if shared.project.path.is_none() {
        // Nothing is open: what failed leaves no trace but its reason.
        shared.project.paths.clear();
        if shared.screen != Screen::Train {
            shared.screen = Screen::Inspect;
        }
    }
    shared.warn(text.clone(), cx.now);
    shared.project.nothing_found = Some(text);
}

fn not_found(names: &str) -> String {
    text!(
        "no candidate was found in {names}; {looked_for}",
        names,
        looked_for = translated_static(LOOKED_FOR)
    )
}

fn take_batch(shared: &mut Shared, batch: Batch, cx: &Context) {
    let shown = first_stamp(shared);
    let is_first = shared.catalogue.is_empty() && !batch.candidates.is_empty();
    for candidate in batch.candidates {
        Arc::make_mut(&mut shared.catalogue).absorb(candidate);
    }
    find_epoch_again(shared, shown);
    shared.problems.extend(batch.problems);
    shared.recognised.extend(batch.recognised);
    shared.extend_queue();
    if shared.queue.is_behind(&shared.catalogue) && shared.may_sort_again(cx) {
        shared.refresh_queue();
    }
    settle(shared, cx);
    if is_first {
        remember_set(shared, cx);
    }
}

/// Everything that there is was found.
pub fn finish_opening(shared: &mut Shared, is_cancelled: bool, missing: &[PathBuf], cx: &Context) {
    shared.project.is_opening = false;
    shared.project.is_partial = is_cancelled;
    shared.queue.look_for_columns(&shared.catalogue);
    shared.refresh_queue();
    shared.recognised.sort();
    if shared.catalogue.is_empty() && !is_cancelled {
        found_nothing(shared, missing, cx);
        return;
    }
    if is_cancelled {
        shared.report(
            text!("indexing stopped: what was found so far is open"),
            cx.now,
        );
    } else if !shared.toast.as_ref().is_some_and(|toast| toast.is_error)
        && let Some((path, rule)) = shared.recognised.first()
    {
        let text = format!("{}: {rule}", short(&path.to_string_lossy(), NAME));
        shared.report(text, cx.now);
    }
    settle(shared, cx);
    shared.save_session();
    shared.ask(Request::Score);
}

/// The stamp by which the epoch on screen is known, whatever its number becomes.
fn first_stamp(shared: &Shared) -> Option<StampId> {
    shared.epoch()?.stamps.first().map(|stamp| stamp.id)
}

/// Epochs come into time order as they are found: the one on screen keeps its place there.
fn find_epoch_again(shared: &mut Shared, shown: Option<StampId>) {
    let at = shown.and_then(|shown| {
        let mut epochs = shared.candidate()?.epochs.iter();
        epochs.position(|epoch| epoch.stamps.first().is_some_and(|stamp| stamp.id == shown))
    });
    if let Some(at) = at {
        shared.place.epoch = at;
    }
}

/// Goes to the place of the last session as far as it is found; until the person moves,
/// to the first candidate. Such a place is provisional: it is not written over the saved one.
fn settle(shared: &mut Shared, cx: &Context) {
    if shared.place.is_chosen && shared.place.candidate.is_some() {
        return;
    }
    let wanted = shared.return_to.clone();
    let found = wanted
        .as_ref()
        .and_then(|place| shared.catalogue.find(&place.candidate));
    if let (Some(place), Some(candidate)) = (wanted, found) {
        shared.place_at(candidate, cx);
        let epochs = shared
            .candidate()
            .map_or(&[][..], |candidate| &candidate.epochs);
        let named = epochs
            .iter()
            .position(|epoch| place.candid.is_some() && epoch.candid == place.candid);
        shared.set_epoch(named.unwrap_or(place.epoch));
    } else if shared.place.candidate.is_none()
        && let Some(first) = shared.queue.order().first().copied()
    {
        shared.place_at(first, cx);
    }
}
