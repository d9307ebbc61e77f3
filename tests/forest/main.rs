//! The light-curve forest: trained on a small simulated sky, written, read, and asked.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod command;
mod real_data;
mod scored;
mod taught;
mod trained;

use std::path::PathBuf;

use destello::{
    features::training::forest::train::{
        ForestOrder, SimulatedObjects, TrainedForest, train, usual_growth,
    },
    tasks::cancel::CancelToken,
};

/// A small forest of the built-in survey, without templates.
fn order(objects: u64, out: PathBuf) -> ForestOrder {
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

fn trained(order: &ForestOrder) -> TrainedForest {
    let trained = train(order, &CancelToken::default(), &|_, _, _| ());
    trained.unwrap().unwrap()
}
