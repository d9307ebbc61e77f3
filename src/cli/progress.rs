//! One line of progress on a terminal, and Ctrl-C as a request to stop.

use std::{
    io::{IsTerminal, Write},
    sync::Mutex,
};

use anyhow::Context;

use crate::tasks::{
    cancel::{CancelToken, Cancelled},
    progress::Progress,
};

/// Signs of a full bar.
const BAR: usize = 30;

/// The exit status of a program that Ctrl-C ended: 128 and the number of SIGINT.
pub(super) const INTERRUPTED: u8 = 130;

/// A line on standard error, where that is a terminal.
pub(super) struct ProgressLine {
    is_shown: bool,
    /// Width of the line that stands there.
    width: Mutex<usize>,
}

impl ProgressLine {
    /// Nothing stands there yet.
    pub fn new() -> Self {
        Self {
            is_shown: std::io::stderr().is_terminal(),
            width: Mutex::new(0),
        }
    }

    /// Shows how far the work is.
    pub fn tell(&self, Progress { done, total }: Progress) {
        self.tell_with(done as u64, total as u64, "");
    }

    /// The same with words after it.
    pub fn tell_with(&self, done: u64, total: u64, rest: &str) {
        if let Some(full) = (BAR as u64 * done.min(total)).checked_div(total) {
            let full = full as usize;
            let bar = "█".repeat(full) + &"·".repeat(BAR - full);
            self.write(&format!("{bar} {done} of {total}{rest}"));
        }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        self.write("");
    }

    fn write(&self, text: &str) {
        let Ok(mut width) = self.width.lock() else {
            return;
        };
        if !self.is_shown {
            return;
        }
        let blanks = " ".repeat(width.saturating_sub(text.chars().count()));
        *width = text.chars().count();
        let end = if text.is_empty() { "\r" } else { "" };
        let mut err = std::io::stderr().lock();
        // A terminal that went away is no reason to stop the work.
        write!(err, "\r{text}{blanks}{end}")
            .and_then(|()| err.flush())
            .unwrap_or_default();
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
