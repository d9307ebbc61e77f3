//! Simulated sets on disk, made in this process by the built-in simulators.

use std::{collections::BTreeMap, fs, path::Path};

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

/// Fills a folder with ZTF triplets of three kinds, two of artefacts and one of real ones: the kind of each identifier.
pub fn three_kinds(count: u64, seed: u64, out: &Path) -> BTreeMap<String, String> {
    let kinds = ["psf_ring", "bad_column", "hostless"];
    simulate(&SimulationOrder {
        classes: kinds.map(Into::into).to_vec(),
        ..order(Kind::Triplets, "ztf", count, seed, out)
    });
    let truth = fs::read_to_string(out.join("truth.csv")).unwrap();
    let rows = truth.lines().skip(1).map(|line| {
        let mut cells = line.split(',');
        let id = cells.next().unwrap().to_owned();
        (id, cells.nth(1).unwrap().to_owned())
    });
    rows.collect()
}
