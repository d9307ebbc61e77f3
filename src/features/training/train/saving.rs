//! What a training puts into files: checkpoints on the way, and the model. Files are written on threads of
//! their own, because a disk may take its time.

use std::time::Instant;

use super::{SAVE_EVERY_S, Training, checkpoint_path};
use crate::{
    features::training::checkpoint::{Checkpoint, Header, write_checkpoint},
    learn::{Model, model_file},
    tasks::gathering::Gathering,
    workspace::models::write_with_card,
};

impl Training {
    pub(crate) fn save_where_it_is_time(&mut self) -> anyhow::Result<()> {
        if let Some(saving) = self.saving.take_if(|saving| saving.is_ready()) {
            saving.wait()?;
        }
        if self.saved.elapsed().as_secs_f64() > SAVE_EVERY_S {
            self.begin_saving()?;
        }
        Ok(())
    }

    /// Writes the checkpoint.
    ///
    /// # Errors
    /// Where it cannot be written; the one before stays.
    pub fn save(&mut self) -> anyhow::Result<()> {
        self.begin_saving()?;
        self.saving.take().map_or(Ok(()), Gathering::wait)
    }

    /// The same on a thread of its own, because a disk may take its time.
    pub(crate) fn begin_saving(&mut self) -> anyhow::Result<()> {
        let before = self.saving.take();
        let bytes = self
            .checkpoint()?
            .to_bytes(&self.order, &self.card, &self.compute)?;
        let out = self.order.out.clone();
        let write = move || {
            before.map_or(Ok(()), Gathering::wait)?;
            write_checkpoint(&out, &bytes)
        };
        self.saving = Some(Gathering::start("checkpoint", write)?);
        self.saved = Instant::now();
        Ok(())
    }

    fn checkpoint(&self) -> anyhow::Result<Checkpoint> {
        let standing = self.trainer.standing();
        let best = standing.best.is_some().then(|| self.trainer.best());
        Ok(Checkpoint {
            header: Header {
                order: self.order.fingerprint(),
                standing,
                has_best: best.is_some(),
                curve: self.curve.clone(),
                losses: self.losses.clone(),
            },
            state: self.trainer.state()?,
            best: best.transpose()?.cloned(),
            finished: self.finished.clone(),
        })
    }

    /// The same as [`Self::save`], to be waited for.
    ///
    /// # Errors
    /// Where the state cannot be put down.
    pub(crate) fn saving(&mut self) -> anyhow::Result<Option<Gathering<()>>> {
        self.begin_saving()?;
        Ok(self.saving.take())
    }

    /// Writes the model and its card beside it, and takes the checkpoint away.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(&mut self) -> anyhow::Result<Model> {
        self.writing()?()?;
        Ok(self.model()?.clone())
    }

    /// What [`Self::write`] does with files, for another thread.
    ///
    /// # Errors
    /// Where there is no model.
    pub(crate) fn writing(
        &mut self,
    ) -> anyhow::Result<impl FnOnce() -> anyhow::Result<()> + Send + use<>> {
        let saving = self.saving.take();
        let model = self.model()?;
        let (bytes, card) = (model_file::to_bytes(model)?, model.card().clone());
        let out = self.order.out.clone();
        Ok(move || {
            if let Some(Err(error)) = saving.map(Gathering::wait) {
                log::warn!("{error:#}");
            }
            write_with_card(&out, &bytes, &card)?;
            // What it was for is done; a file that stays does no harm.
            std::fs::remove_file(checkpoint_path(&out)).unwrap_or_default();
            Ok(())
        })
    }
}
