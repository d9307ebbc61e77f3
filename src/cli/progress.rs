//! One line of progress on a terminal, and Ctrl-C as a request to stop.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};

use crate::tasks::{
    Task,
    cancel::{CancelToken, Cancelled},
    progress::Progress,
    run_here,
};

/// What stands in the line: thirty signs of a bar, the numbers, and words.
const LINE: &str = "{bar:30} {pos} of {len}{msg}";

/// The exit status of a program that Ctrl-C ended: 128 and the number of SIGINT.
pub(super) const INTERRUPTED: u8 = 130;

/// A line on standard error, where that is a terminal.
pub(super) struct ProgressLine {
    /// None where nothing stands there.
    bar: Mutex<Option<ProgressBar>>,
}

impl ProgressLine {
    /// Nothing stands there yet.
    pub const fn new() -> Self {
        Self {
            bar: Mutex::new(None),
        }
    }

    /// Shows how far the work is.
    pub fn report(&self, Progress { done, total }: Progress) {
        self.report_with(done as u64, total as u64, "");
    }

    /// The same with words after it.
    pub fn report_with(&self, done: u64, total: u64, rest: &str) {
        if total == 0 {
            return;
        }
        let mut shown = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = shown.get_or_insert_with(|| {
            let usual = ProgressStyle::default_bar();
            let style = ProgressStyle::with_template(LINE).unwrap_or(usual);
            ProgressBar::new(total).with_style(style.progress_chars("█·"))
        });
        bar.set_message(rest.to_owned());
        bar.update(|state| {
            state.set_len(total);
            state.set_pos(done);
        });
    }

    /// Takes the line away.
    pub fn clear(&self) {
        let shown = self
            .bar
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(bar) = shown {
            bar.finish_and_clear();
        }
    }
}

/// A token that Ctrl-C and a polite kill trip; one that is tripped already ends the program.
pub(super) fn cancel_by_signal() -> anyhow::Result<CancelToken> {
    let cancel = CancelToken::default();
    let tripped = cancel.clone();
    let handler = move || {
        if tripped.is_cancelled() {
            std::process::exit(i32::from(INTERRUPTED));
        }
        tripped.cancel();
    };
    ctrlc::set_handler(handler).context("Ctrl-C cannot be listened for")?;
    Ok(cancel)
}

/// What came of a task; none where it was interrupted.
///
/// # Errors
/// As the task failed.
pub(super) fn unless_cancelled<T>(done: anyhow::Result<T>) -> anyhow::Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.is::<Cancelled>() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Runs a task that reports how far it is and nothing else, with a line of progress.
///
/// # Errors
/// As the task fails.
pub(super) fn with_progress<T: Task<Update = Progress>>(
    task: T,
    cancel: CancelToken,
) -> anyhow::Result<T::Output> {
    let line = Arc::new(ProgressLine::new());
    let shown = line.clone();
    let done = run_here(task, cancel, move |progress| shown.report(progress));
    line.clear();
    done
}
