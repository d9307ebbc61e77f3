//! Leaving a set or the program: only when every label is on disk, or the person was told what
//! would be lost and asks again.

use std::path::PathBuf;

use crate::{
    domain::Timestamp,
    features::open::state::OpeningPane,
    language::translated,
    text,
    workspace::{
        action::Action,
        context::Context,
        kept_index::Indexing,
        labelling::journal::Flushed,
        request::{Leave, Request},
        shared::Shared,
    },
};

/// How long a second request loses what the first one was refused for, microseconds.
const AGAIN_WITHIN_US: i64 = 20_000_000;
/// How long a first request must have been answered before a second one counts, microseconds: two that come at once, by a key that is held or
/// pressed twice while a busy machine draws nothing, are one.
const READ_AFTER_US: i64 = 700_000;
/// How long the disk may take to answer, microseconds: longer than a write waits for another
/// window.
const PATIENCE_US: i64 = 12_000_000;

/// Leaving that would have lost something.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What would be lost, why, and what can be done.
    pub why: String,
    /// Where to, for a second request.
    pub then: Leave,
    at: Timestamp,
}

impl Refusal {
    /// True while a second request loses the labels. A clock that was set back makes no second
    /// request of a first one.
    pub fn holds(&self, now: Timestamp) -> bool {
        (0..AGAIN_WITHIN_US).contains(&(now.0 - self.at.0))
    }

    /// True where its sentence has been on the screen for a moment.
    fn can_be_read(&self, now: Timestamp) -> bool {
        now.0 - self.at.0 >= READ_AFTER_US
    }
}

/// What waits until the labels are on disk.
#[derive(Clone, Debug)]
pub struct Leaving {
    then: Leave,
    since: Timestamp,
}

impl OpeningPane {
    /// Closes the window, once everything is on disk and `under_way`, such as an export, is finished.
    pub(crate) fn quit(&mut self, shared: &mut Shared, under_way: Option<&str>, cx: &Context) {
        self.leave(shared, Leave::Quit, under_way, cx);
    }

    /// Leaves the opened set for the start page.
    pub(crate) fn close_set(&mut self, shared: &mut Shared, cx: &Context) {
        if shared.is_blank() && shared.project.path.is_none() {
            shared.report(text!("no set is open"), cx.now);
            return;
        }
        self.leave(shared, Leave::Close, None, cx);
    }

    /// Opens the present set again and reads every file.
    pub(crate) fn read_again(&mut self, shared: &mut Shared, cx: &Context) {
        if shared.is_blank() && shared.project.path.is_none() {
            shared.report(text!("no set is open"), cx.now);
            return;
        }
        self.indexing = Indexing::Anew;
        let (paths, project) = (shared.project.paths.clone(), shared.project.path.clone());
        self.open(shared, paths, project, cx);
    }

    /// Leaves the present set and opens another.
    pub(crate) fn open(
        &mut self,
        shared: &mut Shared,
        paths: Vec<PathBuf>,
        project: Option<PathBuf>,
        cx: &Context,
    ) {
        self.leave(shared, Leave::Open { paths, project }, None, cx);
    }

    /// The person has read why leaving was refused, and stays.
    pub(crate) fn stay(&mut self) {
        self.refusal = None;
    }

    /// Goes where the refused request led, whatever is lost.
    pub(crate) fn leave_anyway(&mut self, shared: &mut Shared) {
        if let Some(refusal) = self.refusal.take() {
            self.depart(shared, refusal.then);
        }
    }

    /// True while the disk is asked before leaving.
    pub const fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    fn leave(&mut self, shared: &mut Shared, then: Leave, under_way: Option<&str>, cx: &Context) {
        let refusal = self.refusal.take();
        if let Some(refusal) = refusal.filter(|refusal| refusal.holds(cx.now)) {
            if refusal.can_be_read(cx.now) {
                self.depart(shared, then);
            } else {
                self.refusal = Some(refusal);
            }
            return;
        }
        if let (Leave::Quit, Some(work)) = (&then, under_way) {
            let why = text!(
                "{work} is not finished: wait until it is, or close again within 20 s to stop it",
                work = translated(work)
            );
            self.refuse(shared, why, then, cx);
            return;
        }
        let is_at_stake = shared.project.unsaved > 0 || shared.project.fault.is_some();
        let must_ask = matches!(then, Leave::Quit) || is_at_stake;
        if shared.project.path.is_none() || !must_ask {
            self.depart(shared, then);
            return;
        }
        let Some(waiting) = &mut self.leaving else {
            self.leaving = Some(Leaving {
                then,
                since: cx.now,
            });
            flush(shared);
            return;
        };
        if (0..PATIENCE_US).contains(&(cx.now.0 - waiting.since.0)) {
            waiting.then = then;
            shared.report(text!("labels are being written: a moment"), cx.now);
            return;
        }
        self.leaving = None;
        let unsaved = shared.project.unsaved;
        self.refuse_to_leave(shared, then, unsaved, text!("the disk does not answer"), cx);
    }

    /// The journal has tried to write everything.
    pub(crate) fn take_flushed(&mut self, shared: &mut Shared, flushed: &Flushed, cx: &Context) {
        let Some(leaving) = self.leaving.take() else {
            return;
        };
        if flushed.unwritten > 0 {
            self.refuse_to_leave(shared, leaving.then, flushed.unwritten, &flushed.why, cx);
            return;
        }
        if shared.project.unsaved > 0 {
            // Given in between: it may not be among what was written.
            self.leaving = Some(leaving);
            flush(shared);
            return;
        }
        self.depart(shared, leaving.then);
    }

    fn refuse_to_leave(
        &mut self,
        shared: &mut Shared,
        then: Leave,
        unwritten: usize,
        why: &str,
        cx: &Context,
    ) {
        let labels = match unwritten {
            0 => text!("labels may not be on disk").to_owned(),
            1 => text!("1 label is not on disk").to_owned(),
            many => text!("{many} labels are not on disk", many),
        };
        let key = shared.settings.keys.hint(Action::ExportLabels);
        let why = match then {
            Leave::Quit => text!(
                "{labels} ({why}): export them ({key}), which needs no project, or close again within \
                 20 s to lose them",
                labels,
                why,
                key
            ),
            Leave::Close => text!(
                "{labels} ({why}): export them ({key}), which needs no project, or close the set again within \
                 20 s to lose them",
                labels,
                why,
                key
            ),
            Leave::Open { .. } => text!(
                "{labels} ({why}): export them ({key}), which needs no project, or open again within \
                 20 s to lose them",
                labels,
                why,
                key
            ),
        };
        self.refuse(shared, why, then, cx);
    }

    fn refuse(&mut self, shared: &mut Shared, why: String, then: Leave, cx: &Context) {
        shared.warn(why.clone(), cx.now);
        let at = cx.now;
        self.refusal = Some(Refusal { why, then, at });
    }

    fn depart(&mut self, shared: &mut Shared, then: Leave) {
        self.leaving = None;
        shared.ask(Request::Depart(then));
    }
}

/// Asks the journal to write everything and report what it could not.
fn flush(shared: &Shared) {
    if let Some(journal) = &shared.journal {
        journal.flush();
    }
}
