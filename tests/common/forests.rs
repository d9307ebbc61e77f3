//! Small light-curve forests.

use std::path::{Path, PathBuf};

use destello::{
    domain::Candidate,
    features::training::forest::train::{
        ForestOrder, SimulatedObjects, TrainedForest, train, usual_growth,
    },
    tasks::cancel::CancelToken,
    workspace::open::read_all,
};

use super::sky;

/// A small forest of the built-in survey, without templates.
pub fn order(objects: u64, out: PathBuf) -> ForestOrder {
    let mut growth = usual_growth(1);
    growth.objects_a_class = 40;
    ForestOrder {
        simulated: Some(SimulatedObjects {
            survey: "hits2015".into(),
            templates: None,
            count: objects,
        }),
        labelled: None,
        validation: 70,
        beginnings: 2,
        trees: 30,
        growth,
        threads: 2,
        seed: 5,
        name: "small".into(),
        command: "destello train forest".into(),
        commit: String::new(),
        out,
    }
}

/// Trained as ordered.
pub fn trained(order: &ForestOrder) -> TrainedForest {
    let trained = train(order, &CancelToken::default(), &|_, _, _| ());
    trained.unwrap().unwrap()
}

/// Simulated sequences, their stamps in a folder.
pub fn simulate(count: usize, seed: u64, out: &Path) -> Vec<Candidate> {
    sky::simulate("sequences", "hits2015", seed, count, out);
    let opened = read_all(&[out.to_owned()]);
    opened
        .catalogue
        .iter()
        .map(|(_, found)| found.clone())
        .collect()
}
