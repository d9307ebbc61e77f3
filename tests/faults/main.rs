//! What a whole process shares: armed faults (`destello::tasks::fault`), the hook for panics and the log
//! of the program, and the time that a step of a task takes. Every test here takes its turn, so that it
//! has the process to itself; no test that arms a fault may stand in another program.
//!
//! Every kind of thread and task panics: it ends once, nothing is left pending, and the next request of
//! its kind is served. News of a set that was left do not arrive.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod alone;
#[path = "../common/mod.rs"]
mod common;
mod journal;
mod learning;
mod left_set;
mod opened_set;
mod program_log;
mod steps;

use common::{InlineWindow, in_turn};
use destello::tasks::fault;

/// Lets the next pass of that name panic while `act` is followed to its end; nothing is left pending.
fn task_breaks(window: &mut InlineWindow, name: &str, act: impl FnOnce(&mut InlineWindow)) {
    fault::arm(name, 1);
    task_ends(window, act);
    assert_eq!(fault::left(name), 0, "nothing passed {name}");
}

/// Follows `act` to its end; nothing is left pending.
fn task_ends(window: &mut InlineWindow, act: impl FnOnce(&mut InlineWindow)) {
    act(window);
    window.settle();
    window.assert_idle();
}

/// True where the user is sent to the log.
fn names_the_log(text: &str) -> bool {
    text.contains("broke off: see Log in the Help menu")
}
