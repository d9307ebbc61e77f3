//! What a training puts into files: checkpoints on the way, and the model.

use std::time::Instant;

use super::{SAVE_EVERY_S, Training, checkpoint_path};
use crate::{
    features::training::checkpoint::{Checkpoint, Header, write_checkpoint},
    learn::{Model, model_file},
    workspace::models::write_with_card,
};

impl Training {
    pub(super) fn save_where_it_is_time(&mut self) -> anyhow::Result<()> {
        if self.saved.elapsed().as_secs_f64() > SAVE_EVERY_S {
            self.make_checkpoint()?;
        }
        Ok(())
    }

    /// Puts the state into memory, for [`Self::write_checkpoint`].
    ///
    /// # Errors
    /// Where it cannot be put down.
    pub(crate) fn make_checkpoint(&mut self) -> anyhow::Result<()> {
        let checkpoint = self.checkpoint()?;
        self.unwritten = Some(checkpoint.to_bytes(&self.order, &self.card, &self.compute)?);
        self.saved = Instant::now();
        Ok(())
    }

    /// Writes the newest checkpoint where it is not in its file yet; a disk may take its time.
    ///
    /// # Errors
    /// Where it cannot be written; the one before stays.
    pub fn write_checkpoint(&mut self) -> anyhow::Result<()> {
        match self.unwritten.take() {
            Some(bytes) => write_checkpoint(&self.order.out, &bytes),
            None => Ok(()),
        }
    }

    /// Makes a checkpoint and writes it.
    ///
    /// # Errors
    /// Where it cannot be written; the one before stays.
    pub fn save(&mut self) -> anyhow::Result<()> {
        self.make_checkpoint()?;
        self.write_checkpoint()
    }

    fn checkpoint(&self) -> anyhow::Result<Checkpoint> {
        let status = self.trainer.status();
        let best = status.best.is_some().then(|| self.trainer.best());
        Ok(Checkpoint {
            header: Header {
                order: self.order.fingerprint(),
                status,
                has_best: best.is_some(),
                curve: self.curve.clone(),
                losses: self.losses.clone(),
            },
            state: self.trainer.state()?,
            best: best.transpose()?.cloned(),
            finished: self.finished.clone(),
        })
    }

    /// Writes the model and its card beside it, and takes the checkpoint away.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(&mut self) -> anyhow::Result<Model> {
        let model = self.model()?;
        write_with_card(&self.order.out, &model_file::to_bytes(model)?, model.card())?;
        // What it was for is done; a file that stays does no harm.
        std::fs::remove_file(checkpoint_path(&self.order.out)).unwrap_or_default();
        Ok(model.clone())
    }
}
