//! Scores in the window: they come by themselves, a threshold counts and sorts, models stand side
//! by side, labels remember what was shown, and nothing is computed twice.

mod interrupted;
mod labels;
mod models_side_by_side;
mod refusals;
mod speed;
mod thresholds;

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::common::{InlineWindow, simulated};
use destello::{
    domain::Role,
    features::{
        simulation::order::{Kind, SimulationOrder},
        training::train::{TrainOrder, Training, TrainingData},
    },
    learn::{Architecture, Compute, schedule::Schedule},
    tasks::stepwise::Stepwise,
    window::command::{Command, QueueCommand, Scoring},
    workspace::queue::column::Column,
};
use tempfile::TempDir;

/// Forty simulated triplets, made once.
fn triplets() -> PathBuf {
    static SET: OnceLock<TempDir> = OnceLock::new();
    let set = SET.get_or_init(|| {
        let set = tempfile::tempdir().unwrap();
        let roles = [Role::Science, Role::Reference, Role::Difference];
        simulate_triplets(&set.path().join("triplets"), &roles, 40);
        set
    });
    set.path().join("triplets")
}

/// Triplets with these images.
fn simulate_triplets(out: &Path, roles: &[Role], count: u64) {
    simulated::simulate(&SimulationOrder {
        roles: roles.to_vec(),
        ..simulated::order(Kind::Triplets, "ztf", count, 5, out)
    });
}

fn scoring(window: &mut InlineWindow, scoring: Scoring) {
    window.apply(Command::Scoring(scoring));
}

fn counts(window: &InlineWindow) -> [usize; 3] {
    let model = window.state.shared.scores.active();
    let real = model.tally.real(model.threshold());
    let scored = model.tally.scored();
    [
        real,
        scored - real,
        window.state.shared.catalogue.len() - scored,
    ]
}

fn order_scores(window: &InlineWindow) -> Vec<f32> {
    let order = window.state.shared.queue.order().iter();
    let scores = &window.state.shared.scores;
    order.filter_map(|ix| scores.score(*ix)).collect()
}

fn sort(window: &mut InlineWindow, column: Column, is_descending: bool) {
    window.apply(Command::Queue(QueueCommand::Sort {
        column,
        is_descending,
    }));
}

/// A model that has learned nothing to speak of.
fn tiny_model(out: PathBuf, seed: u64) -> PathBuf {
    let schedule = Schedule {
        steps: 2,
        batch: 8,
        validate_every: 2,
        ..Schedule::published(2)
    };
    let order = TrainOrder {
        architecture: Architecture::Compact,
        data: TrainingData::Simulation {
            survey: "ztf".into(),
            templates: None,
        },
        schedule,
        seed,
        members: 1,
        chunk: 16,
        passes: 1,
        validation: 8,
        threads: 1,
        name: Some("tiny".into()),
        command: "a test".into(),
        commit: String::new(),
        out: out.clone(),
    };
    let mut training = Training::start(order, &Compute::cpu()).unwrap();
    while !training.is_finished() {
        training.advance().unwrap();
    }
    training.write().unwrap();
    out
}
