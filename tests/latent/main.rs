//! Latent spaces: trained, stopped and gone on with, put to use, and refused where they cannot be.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

#[path = "../common/mod.rs"]
mod common;

mod can_cluster;
mod command_line;
mod real_data;
mod resume;
mod robust;
mod tasks;

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

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

/// Random numbers of networks are one for the whole program, as one thread owns them there; here
/// tests take turns.
fn in_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

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
