//! What a task sends to its owner: in order, and not more than the owner has read.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::cancel::CancelToken;

/// Letters that may wait to be read; then the sender waits.
const CAPACITY: usize = 256;
/// How often a sender that waits looks whether it was cancelled.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A queue with one reader that never waits, and writers that wait while it is full.
pub(super) struct Mailbox<T> {
    letters: Mutex<VecDeque<T>>,
    read: Condvar,
    /// No limit where nobody could read meanwhile: sender and reader are one thread.
    has_limit: bool,
}

impl<T> Mailbox<T> {
    /// An empty one.
    pub fn new(has_limit: bool) -> Self {
        Self {
            letters: Mutex::default(),
            read: Condvar::new(),
            has_limit,
        }
    }

    fn letters(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a letter; waits for room as long as the work is wanted.
    pub fn send(&self, letter: T, cancel: &CancelToken) {
        let mut letters = self.letters();
        while self.has_limit && letters.len() >= CAPACITY && !cancel.is_cancelled() {
            let waited = self.read.wait_timeout(letters, LOOK_EVERY);
            letters = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        letters.push_back(letter);
    }

    /// True where nothing waits to be read.
    pub fn is_empty(&self) -> bool {
        self.letters().is_empty()
    }

    /// The oldest letter.
    pub fn next(&self) -> Option<T> {
        let letter = self.letters().pop_front();
        self.read.notify_one();
        letter
    }
}
