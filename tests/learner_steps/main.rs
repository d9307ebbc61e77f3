//! No step of the learner's thread is long: every kind of task on a small simulated sky, measured.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod bench;
#[path = "../common/sky.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod common;
mod kinds;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bench::{Bench, Size};

/// Random numbers of networks are one for the whole program: tests take turns, as tasks do there.
fn in_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sizes as they occur in use.
#[test]
#[ignore = "measures for minutes"]
fn the_table_of_a_large_set() {
    let _turn = in_turn();
    let mut bench = Bench::new(Size {
        triplets: 2_000,
        sequences: 210,
        test: 700,
        steps: 12,
    });
    bench.every_kind();
    for (subject, times) in &bench.times {
        println!("{subject}\n{times}");
    }
}
