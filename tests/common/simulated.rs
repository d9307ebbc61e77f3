//! Simulated sets on disk, made in this process by the built-in simulators.

use std::path::Path;

use destello::{
    features::simulation::{
        folder::Crew,
        order::{Kind, SimulationOrder},
        simulate,
        simulator::simulator_of,
    },
    tasks::cancel::CancelToken,
};

/// An order of so many candidates of any class, with the images that are usual.
pub fn order(kind: Kind, survey: &str, count: u64, seed: u64, out: &Path) -> SimulationOrder {
    SimulationOrder {
        kind,
        survey: survey.into(),
        templates: None,
        classes: Vec::new(),
        roles: kind.usual_roles().to_vec(),
        count,
        seed,
        out: out.to_owned(),
    }
}

/// Has an order carried out on one thread.
///
/// # Panics
/// Where that fails.
pub fn simulate(order: &SimulationOrder) {
    let cancel = CancelToken::default();
    let crew = Crew::new(1, &cancel, &|_| ());
    simulate::simulate(order, &simulator_of, &crew).unwrap();
}
