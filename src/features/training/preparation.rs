//! From an order to a training. Data are read or simulated on a thread of their own, so that the
//! thread that owns networks can do other work meanwhile.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, anyhow};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::{
    checkpoint::Checkpoint,
    order::TrainOrder,
    train::Training,
    training_set::{Amount, Prepared, Sources, prepare_set},
};
use crate::{
    domain::ModelCard,
    io::Decoder,
    learn::Compute,
    tasks::{
        cancel::CancelToken,
        thread::{self, Broken},
    },
};

/// A training whose data are being prepared.
pub struct Preparation {
    order: TrainOrder,
    card: ModelCard,
    compute: Compute,
    checkpoint: Option<Checkpoint>,
    prepared: Option<anyhow::Result<Prepared>>,
    ready: Receiver<anyhow::Result<Prepared>>,
}

impl Preparation {
    /// Checks the order and begins. `decoder` reads the stamps of labelled sets; `cancel` stops
    /// the reading.
    ///
    /// # Errors
    /// Where the order is impossible, or the checkpoint is another order's.
    pub fn begin(
        order: TrainOrder,
        compute: &Compute,
        decoder: Arc<Decoder>,
        cancel: CancelToken,
    ) -> anyhow::Result<Self> {
        order.check()?;
        let card = order.card();
        let checkpoint = Checkpoint::read(&order, &card, compute)?;
        let (finished, standing) = checkpoint.as_ref().map_or((0, 0), |checkpoint| {
            (
                checkpoint.finished.len() as u64,
                checkpoint.header.standing.step,
            )
        });
        // Members of an ensemble see different examples.
        let chunks_a_member = order.schedule.steps.div_ceil(order.steps_a_chunk());
        let amount = Amount {
            chunk: order.chunk,
            first_chunk: finished * chunks_a_member + standing / order.steps_a_chunk(),
            validation: order.validation,
            threads: order.threads,
            seed: order.seed,
        };
        let (sender, ready) = bounded(1);
        let (data, model) = (order.data.clone(), card.clone());
        let work = move || {
            let sources = Sources {
                decoder: &decoder,
                cancel: &cancel,
            };
            prepare_set(&data, &model, amount, sources)
        };
        thread::start("examples", work, move |prepared| {
            let broken = |_| Err(anyhow!(Broken::sentence("preparing the examples")));
            // Nobody listens where the training was given up.
            sender
                .send(prepared.unwrap_or_else(broken))
                .unwrap_or_default();
        })?;
        Ok(Self {
            order,
            card,
            compute: compute.clone(),
            checkpoint,
            prepared: None,
            ready,
        })
    }

    /// True where [`Self::is_done`] need not wait.
    pub fn is_ready(&self) -> bool {
        self.prepared.is_some() || !self.ready.is_empty()
    }

    /// True where the data are there, or will never be; they are waited for so long at most.
    pub fn is_done(&mut self, patience: Duration) -> bool {
        if self.prepared.is_none() {
            match self.ready.recv_timeout(patience) {
                Ok(prepared) => self.prepared = Some(prepared),
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => {}
            }
        }
        true
    }

    /// The training, once the data are there.
    ///
    /// # Errors
    /// Where the data cannot be used, or a checkpoint is of other weights.
    pub fn finish(self) -> anyhow::Result<Training> {
        let late = || {
            let received = self.ready.recv();
            received.context("preparing the examples broke off")?
        };
        let prepared = self.prepared.unwrap_or_else(late)?;
        Training::of(
            self.order,
            self.card,
            self.compute,
            self.checkpoint,
            prepared,
        )
    }
}
