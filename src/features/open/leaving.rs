//! Leaving a set or the program: only when every label is on disk, or the person was told what
//! would be lost and asks again.

use std::path::PathBuf;

use crate::{
    domain::Timestamp,
    window::state::AppState,
    workspace::{action::Action, context::Context},
};

/// How long a second request loses what the first one was refused for, microseconds.
const AGAIN_WITHIN_US: i64 = 20_000_000;
/// How long the disk may take to answer, microseconds: longer than a write waits for another
/// window.
const PATIENCE_US: i64 = 12_000_000;

/// Where to.
#[derive(Clone, Debug)]
pub enum Leave {
    /// Out of the program.
    Quit,
    /// To the start page.
    Close,
    /// To another set.
    Open {
        /// Files, folders, archives.
        paths: Vec<PathBuf>,
        /// Where labels go.
        project: Option<PathBuf>,
    },
}

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
}

/// What waits until the labels are on disk.
#[derive(Clone, Debug)]
pub struct Leaving {
    then: Leave,
    since: Timestamp,
}

impl AppState {
    /// Closes the window, once everything is on disk.
    pub(crate) fn quit(&mut self, cx: &Context) {
        self.leave(Leave::Quit, cx)
    }

    /// Leaves the opened set for the start page.
    pub(crate) fn close_set(&mut self, cx: &Context) {
        if self.is_blank() && self.project.path.is_none() {
            self.report("no set is open", cx.now);
            return;
        }
        self.leave(Leave::Close, cx)
    }

    /// Leaves the present set and opens another.
    pub(crate) fn open(&mut self, paths: Vec<PathBuf>, project: Option<PathBuf>, cx: &Context) {
        self.leave(Leave::Open { paths, project }, cx)
    }

    /// The person has read why leaving was refused, and stays.
    pub(crate) fn stay(&mut self) {
        self.refusal = None;
    }

    /// Goes where the refused request led, whatever is lost.
    pub(crate) fn leave_anyway(&mut self, cx: &Context) {
        match self.refusal.take() {
            Some(refusal) => self.depart(refusal.then, cx),
            None => {}
        }
    }

    /// True while the disk is asked before leaving.
    pub const fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    fn leave(&mut self, then: Leave, cx: &Context) {
        let refusal = self.refusal.take();
        if refusal.is_some_and(|refusal| refusal.holds(cx.now)) {
            self.depart(then, cx);
            return;
        }
        let figures = self.evaluation.is_writing().then_some("exporting");
        let under_way = self.label_files.under_way().or(figures);
        if let (Leave::Quit, Some(work)) = (&then, under_way) {
            let why = format!(
                "{work} is not finished: wait a moment, or close again within 20 s to stop it"
            );
            self.refuse(why, then, cx);
            return;
        }
        let is_at_stake = self.project.unsaved > 0 || self.project.fault.is_some();
        let must_ask = matches!(then, Leave::Quit) || is_at_stake;
        if self.project.path.is_none() || !must_ask {
            self.depart(then, cx);
            return;
        }
        let Some(waiting) = &mut self.leaving else {
            self.leaving = Some(Leaving {
                then,
                since: cx.now,
            });
            self.flush();
            return;
        };
        if (0..PATIENCE_US).contains(&(cx.now.0 - waiting.since.0)) {
            waiting.then = then;
            self.report("labels are being written: a moment", cx.now);
            return;
        }
        self.leaving = None;
        let unsaved = self.project.unsaved;
        self.refuse_to_leave(then, unsaved, "the disk does not answer", cx);
    }

    /// The journal has tried to write everything.
    pub(crate) fn take_flushed(&mut self, unwritten: usize, why: &str, cx: &Context) {
        let Some(leaving) = self.leaving.take() else {
            return;
        };
        if unwritten > 0 {
            self.refuse_to_leave(leaving.then, unwritten, why, cx);
            return;
        }
        if self.project.unsaved > 0 {
            // Given in between: it may not be among what was written.
            self.leaving = Some(leaving);
            self.flush();
            return;
        }
        self.depart(leaving.then, cx)
    }

    /// Asks the journal to write everything and report what it could not.
    fn flush(&self) {
        if let Some(journal) = &self.journal {
            journal.flush();
        }
    }

    fn refuse_to_leave(&mut self, then: Leave, unwritten: usize, why: &str, cx: &Context) {
        let labels = match unwritten {
            0 => "labels may not be on disk".to_owned(),
            1 => "1 label is not on disk".to_owned(),
            many => format!("{many} labels are not on disk"),
        };
        let again = match then {
            Leave::Quit => "close again",
            Leave::Close => "close the set again",
            Leave::Open { .. } => "open again",
        };
        let key = self.settings.keys.hint(Action::ExportLabels);
        let why = format!(
            "{labels} ({why}): export them ({key}), which needs no project, or {again} within \
             20 s to lose them"
        );
        self.refuse(why, then, cx);
    }

    fn refuse(&mut self, why: String, then: Leave, cx: &Context) {
        self.warn(why.clone(), cx.now);
        let at = cx.now;
        self.refusal = Some(Refusal { why, then, at });
    }

    fn depart(&mut self, then: Leave, cx: &Context) {
        self.leaving = None;
        match then {
            Leave::Quit => self.may_quit = true,
            Leave::Close => {
                self.forget_set(cx);
                self.toast = None;
                self.report("the set is closed", cx.now);
            }
            Leave::Open { paths, project } => {
                self.forget_set(cx);
                self.begin_opening(paths, project, cx);
            }
        }
    }
}
