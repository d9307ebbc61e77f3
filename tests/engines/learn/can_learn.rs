//! Networks learn a small set, and what its labels say.

use std::time::{Duration, Instant};

use destello::learn::{
    Architecture, Compute, Example, Examples, NetworkShape, metrics::Ranking, schedule::Schedule,
    trainer::Trainer,
};

use super::examples;
use crate::common::in_turn;

/// A tiny set is learned within this.
const MOST: Duration = Duration::from_mins(1);
const SHAPE: NetworkShape = NetworkShape {
    channels: 4,
    classes: 2,
    members: 1,
};

fn auc_after(architecture: Architecture, steps: u64, training: &Examples, test: &Examples) -> f64 {
    let mut schedule = Schedule::ours(architecture, steps);
    schedule.batch = 32;
    let mut trainer = Trainer::new(architecture, SHAPE, schedule, 7, &Compute::cpu());
    for step in 0..steps as usize {
        let chosen: Vec<usize> = (0..32)
            .map(|at| (step * 32 + at) % training.len())
            .collect();
        trainer.step(training, &chosen).expect("a step");
    }
    let validation = trainer.validate(test).expect("a validation");
    let rows = validation.probabilities.chunks(2);
    let real: Vec<f64> = rows.map(|row| f64::from(row[1])).collect();
    let is_real: Vec<bool> = test.classes().iter().map(|class| *class == 1).collect();
    let area = Ranking::new(&real, &is_real).steps().auc();
    area.expect("real and bogus examples")
}

#[test]
fn every_network_learns_a_small_set_within_a_minute() {
    let _turn = in_turn();
    let (training, test) = (examples::examples(0..256), examples::examples(1_000..1_200));
    for (architecture, steps) in [
        (Architecture::Compact, 60),
        (Architecture::Cap, 20),
        (Architecture::DeepHits, 12),
        (Architecture::DeepHitsRelu, 12),
    ] {
        let started = Instant::now();
        let auc = auc_after(architecture, steps, &training, &test);
        assert!(auc > 0.95, "{}: {auc}", architecture.name());
        let took = started.elapsed();
        assert!(took < MOST, "{} took {took:?}", architecture.name());
    }
}

#[test]
fn what_is_learned_is_what_the_labels_say() {
    let _turn = in_turn();
    let (training, test) = (examples::examples(0..256), examples::examples(1_000..1_200));
    // The same pixels with their classes exchanged.
    let mut turned = Examples::new(training.channels(), training.side());
    for (at, class) in training.classes().iter().enumerate() {
        let input = training.input(at).to_vec();
        let class = 1 - class;
        turned.push(&Example { input, class }).unwrap();
    }
    let auc = auc_after(Architecture::Compact, 60, &turned, &test);
    assert!(auc < 0.05, "{auc}");
}
