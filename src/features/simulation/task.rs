//! Simulating into a folder, and the demo, as a task: the same for the window and the command line.

use std::path::PathBuf;

use super::{
    demo::make_demo,
    folder::Crew,
    order::SimulationOrder,
    simulate::{Simulated, simulate},
    simulator::Simulators,
};
use crate::{
    domain::Shard,
    tasks::{Task, TaskContext, progress::Progress},
};

/// Simulates candidates into a folder. Where it is stopped, the same order goes on.
pub struct RunSimulation {
    pub wanted: Wanted,
    /// By whom.
    pub simulators: Simulators,
    /// Threads; 0 for one on each core.
    pub threads: usize,
    /// Only this share of the candidates, while others make the rest into the same folder.
    pub shard: Option<Shard>,
}

pub enum Wanted {
    /// What a person ordered.
    Order(Box<SimulationOrder>),
    /// The demo, in that folder.
    Demo(PathBuf),
}

impl Task for RunSimulation {
    const NAME: &'static str = "simulation";
    type Update = Progress;
    type Output = Simulated;

    fn run(self, cx: &TaskContext<Progress>) -> anyhow::Result<Simulated> {
        let report = |progress: Progress| {
            cx.progress(progress.done, progress.total);
            cx.update_now_and_then(|| progress);
        };
        let crew = Crew::new(self.threads, cx.cancel_token(), &report).making(self.shard);
        let simulators = self.simulators.of();
        match &self.wanted {
            Wanted::Order(order) => simulate(order, simulators, &crew),
            Wanted::Demo(folder) => make_demo(folder, simulators, &crew),
        }
    }
}
