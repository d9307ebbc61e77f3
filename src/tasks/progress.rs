//! How far long work is.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Progress {
    pub done: usize,
    /// Of how many, as far as known.
    pub total: usize,
}

/// The same, written by one thread and read by another.
#[derive(Debug, Default)]
pub(super) struct SharedProgress {
    done: AtomicUsize,
    total: AtomicUsize,
}

impl SharedProgress {
    pub fn set(&self, progress: Progress) {
        self.total.store(progress.total, Ordering::Relaxed);
        self.done.store(progress.done, Ordering::Relaxed);
    }

    pub fn get(&self) -> Progress {
        Progress {
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
        }
    }
}
