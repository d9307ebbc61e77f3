//! Tests of one process that take turns.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// While this is held no other test of the process that asks for it runs. Who trains networks asks:
/// their random numbers are one for the whole process, and their thread pool too.
pub fn in_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
