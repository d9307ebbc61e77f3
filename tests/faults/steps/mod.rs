//! No step of the compute queue is long: every kind of task on a small simulated sky, measured.

mod bench;
mod between;
mod kinds;

use std::{collections::BTreeSet, time::Duration};

use bench::{Bench, Size};

use crate::common::in_turn;

/// Everything comes in more than one step, and nothing takes long.
const SMALL: Size = Size {
    triplets: 160,
    sequences: 28,
    test: 130,
    steps: 4,
};

/// No phase may need longer, whatever happens on a machine that does other work too: of its steps the
/// shortest, and half of them.
const SHORTEST_MS: u64 = 100;
const MEDIAN_MS: u64 = 150;
/// Rounds, at most: a pause of the machine is none of the next round.
const ROUNDS: usize = 3;

#[test]
fn no_kind_of_step_is_long() {
    let _turn = in_turn();
    let mut bench = Bench::new(SMALL);
    for round in 1..=ROUNDS {
        bench.every_kind();
        let long = too_long(&bench);
        if long.is_empty() {
            return;
        }
        assert!(round < ROUNDS, "too long, ms:\n{}", long.join("\n"));
    }
}

fn too_long(bench: &Bench) -> Vec<String> {
    // "cap, fine-tuning": each task has a queue of its own here.
    let model = |subject: &String| subject.split(',').next().map(str::to_owned);
    let models: BTreeSet<_> = bench.times.keys().filter_map(model).collect();
    let all = ["cap", "compact", "context", "forest", "recurrent", "vade"].map(str::to_owned);
    assert_eq!(models, BTreeSet::from(all));
    let mut long = Vec::new();
    for (subject, times) in &bench.times {
        for (phase, found) in times.phases() {
            let is_long = found.shortest > Duration::from_millis(SHORTEST_MS)
                || found.median() > Duration::from_millis(MEDIAN_MS);
            if is_long {
                long.push(format!(
                    "{subject}, {}, {}: {found:?}",
                    phase.task, phase.part
                ));
            }
        }
    }
    long
}

/// Sizes as they occur in use.
#[test]
#[ignore = "measures for minutes"]
fn the_table_of_a_large_set() {
    let _turn = in_turn();
    let mut bench = Bench::new(Size {
        triplets: 600,
        sequences: 105,
        test: 512,
        steps: 8,
    });
    bench.every_kind();
    println!("{}", bench.outcomes.join("\n"));
    for (subject, times) in &bench.times {
        println!("{subject}\n{times}");
    }
}
