//! Latent spaces: trained, stopped and gone on with, put to use, and refused where they cannot be.

mod kept;
mod new_epochs;
mod resume;
mod robust;
mod tasks;
mod window;

use std::path::Path;

use destello::{
    features::{
        latent::{LatentOrder, LatentTraining},
        training::train::TrainingData,
    },
    learn::{
        Compute,
        latent::{LatentKind, LatentModel},
    },
    tasks::cancel::CancelToken,
};

/// A small network on few simulated stamps.
fn small_order(kind: LatentKind, out: &Path) -> LatentOrder {
    let data = TrainingData::Simulation {
        survey: "mixed".into(),
        templates: None,
    };
    let mut order = LatentOrder::usual(kind, data, out.to_owned());
    order.components = if kind.has_mixture() { 4 } else { 1 };
    order.widths = vec![24];
    order.dimensions = 3;
    order.passes = [2, 3];
    order.course.batch = 16;
    (order.examples, order.validation, order.threads) = (96, 32, 2);
    order
}

fn start(order: &LatentOrder) -> anyhow::Result<LatentTraining> {
    LatentTraining::start(order.clone(), &Compute::cpu(), &CancelToken::default())
}

/// Trains to the end.
fn trained(order: &LatentOrder) -> anyhow::Result<LatentModel> {
    let mut training = start(order)?;
    while !training.is_finished() {
        training.advance()?;
    }
    Ok((*training.write()?).clone())
}
