//! Faults on demand, so that a test can let any thread or task panic.
//!
//! Every thread and every piece of work that [`super::thread`] runs passes a point of its own name.
//! Nothing is armed outside tests; then a point costs one look at a number.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// How many names are armed.
static ARMED: AtomicUsize = AtomicUsize::new(0);
/// How many passes of each name panic.
static FAULTS: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// The next `times` passes of points of this name panic, in whatever thread of this process.
#[doc(hidden)]
pub fn arm(name: &str, times: usize) {
    let mut faults = faults();
    faults.insert(name.to_owned(), times);
    faults.retain(|_, times| *times > 0);
    ARMED.store(faults.len(), Ordering::SeqCst);
}

/// How many faults of this name have not come yet.
#[doc(hidden)]
pub fn left(name: &str) -> usize {
    faults().get(name).copied().unwrap_or_default()
}

/// Panics where a test wants it.
pub(crate) fn point(name: &str) {
    if ARMED.load(Ordering::Relaxed) == 0 {
        return;
    }
    let is_due = {
        let mut faults = faults();
        let is_due = faults.get_mut(name).is_some_and(|times| {
            *times -= 1;
            true
        });
        faults.retain(|_, times| *times > 0);
        ARMED.store(faults.len(), Ordering::SeqCst);
        is_due
    };
    assert!(!is_due, "a fault was wanted in {name}");
}

fn faults() -> MutexGuard<'static, BTreeMap<String, usize>> {
    FAULTS.lock().unwrap_or_else(PoisonError::into_inner)
}
