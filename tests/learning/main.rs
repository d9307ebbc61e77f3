//! Networks that learn: from nothing to good, stopped and gone on with, and refused where they cannot.

use std::sync::{Mutex, MutexGuard, PoisonError};

mod can_learn;
mod resume;
mod sky;

/// Random numbers of networks are one for the whole program, as one thread owns them there; here
/// tests take turns.
fn in_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
