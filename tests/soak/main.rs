//! Soak and properties: thousands of random actions at real views, the real state machine and the real
//! project file; after each of them nothing that was promised is broken.
//!
//! `DESTELLO_SOAK` sets the number of actions (2,000 unless set; `make soak` takes 200,000),
//! `DESTELLO_SOAK_SEED` the seed. A failing seed is printed with the action at which it failed; the
//! same seed gives the same actions again (threads keep their own time).
//!
//! Only what is drawn by lot stands here. It is a program of its own because a run may take hours.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod checks;
#[path = "../common/mod.rs"]
mod common;
mod person;
mod properties;
mod seat;
mod sets;

use checks::Witness;
use person::Person;
use seat::Seat;
use sets::Sets;

/// Actions of a run in the test suite.
const USUAL_ACTIONS: u64 = 2_000;
/// Actions between two complete checks.
const CHECK_EVERY: u64 = 50;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Says where a run was when it failed.
struct Place {
    seed: u64,
    action: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { seed, action } = self;
            eprintln!(
                "the soak failed at action {action} of seed {seed}: DESTELLO_SOAK_SEED={seed} \
                 DESTELLO_SOAK={} replays it",
                *action + 1
            );
        }
    }
}

#[test]
fn random_actions_break_no_promise() {
    let actions = from_environment("DESTELLO_SOAK").unwrap_or(USUAL_ACTIONS);
    let seed = from_environment("DESTELLO_SOAK_SEED").unwrap_or(20_261_129);
    let mut place = Place { seed, action: 0 };
    let sets = Sets::new();
    let mut person = Person::of(seed);
    let mut seats = vec![Seat::new("ana", &sets), Seat::new("ben", &sets)];
    let mut witness = Witness::new();
    let began = std::time::Instant::now();
    for action in 0..actions {
        place.action = action;
        let at = person.whose_turn();
        person.act(&mut seats[at], &sets);
        for (number, seat) in seats.iter_mut().enumerate() {
            seat.hear(&mut person);
            witness.after_action(number, seat);
        }
        if (action + 1).is_multiple_of(CHECK_EVERY) {
            for seat in &mut seats {
                seat.settle();
            }
            witness.after_settling(&mut seats);
            witness.undo_and_redo(&mut seats[at]);
        }
        if (action + 1).is_multiple_of(10_000) {
            let memory = checks::resident_mib();
            let seconds = began.elapsed().as_secs();
            println!(
                "{} actions, {seconds} s, {memory} MiB, {witness}",
                action + 1
            );
        }
    }
    for seat in &mut seats {
        seat.settle();
    }
    witness.after_settling(&mut seats);
    println!("{actions} actions of seed {seed}: {witness}");
    assert!(
        witness.decisions() > actions / 100,
        "hardly anything was labelled: {witness}"
    );
    for seat in seats {
        seat.close();
    }
}
