//! Training a network as a task, the same for the window and the command line.

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::{Context, bail};

use super::{
    note::Note,
    train::{TrainOrder, Training, TrainingNews, checkpoint_path},
};
use crate::{
    domain::{ModelCard, ModelId},
    io::Decoder,
    tasks::{
        Task, TaskContext, cancel::Cancelled, compute_queue::Priority, step_times::Phase,
        stepwise::Stepwise,
    },
    workspace::model_registry::ModelRegistry,
};

/// Trains one network. Where it is stopped, the same order goes on from its checkpoint.
#[derive(Clone)]
pub struct Train {
    pub order: TrainOrder,
    /// True throws away what waits in a checkpoint; false goes on from there.
    pub is_anew: bool,
    /// True writes over a model that is there already; false refuses to begin.
    pub may_replace: bool,
    /// Knows the device.
    pub models: ModelRegistry,
    /// Decodes labelled stamps.
    pub decoder: Arc<Decoder>,
}

#[derive(Clone, Debug)]
pub enum TrainUpdate {
    /// The data are there.
    Started {
        /// The device that computes it.
        device: String,
        /// What was left out of the data, and why.
        notes: Vec<Note>,
        /// Where it begins: later than 0 where it goes on from a checkpoint.
        news: TrainingNews,
    },
    Progress(TrainingNews),
}

/// A model that was trained, and is in its file.
#[derive(Clone, Debug)]
pub struct Trained {
    pub file: PathBuf,
    pub id: ModelId,
    pub card: Arc<ModelCard>,
}

impl Task for Train {
    const NAME: &'static str = "training";
    type Update = TrainUpdate;
    type Output = Trained;

    fn run(self, cx: &TaskContext<TrainUpdate>) -> anyhow::Result<Trained> {
        self.make_way()?;
        let compute = self.models.compute()?;
        let (is_gpu, device) = (compute.is_gpu(), compute.name().to_owned());
        let (order, decoder) = (self.order.clone(), self.decoder.clone());
        let cancel = cx.cancel_token().clone();
        let training = Training::prepare(order, &compute, &decoder, &cancel)?;
        let news = training.news();
        let mut points = news.curve.len();
        cx.update(TrainUpdate::Started {
            device,
            notes: training.notes().to_vec(),
            news,
        });
        let mut training = cx.advance(Priority::Background, training, |training| {
            training.write_checkpoint()?;
            let news = training.news();
            cx.progress(news.step as usize, news.steps as usize);
            if news.curve.len() > points || training.is_finished() {
                points = news.curve.len();
                cx.update(TrainUpdate::Progress(news));
            } else {
                cx.update_now_and_then(|| TrainUpdate::Progress(news));
            }
            Ok(())
        })?;
        let is_finished = training.is_finished();
        let (mut training, made) = cx.conclude_on(is_gpu, part("making files"), move || {
            let made = if is_finished {
                training.write().map(Some)
            } else {
                training.make_checkpoint().map(|()| None)
            };
            (training, made)
        })?;
        let Some(model) = made? else {
            training.write_checkpoint()?;
            cx.update(TrainUpdate::Progress(training.news()));
            return Err(Cancelled.into());
        };
        Ok(Trained {
            file: self.order.out,
            id: model.id().clone(),
            card: Arc::new(model.card().clone()),
        })
    }
}

impl Train {
    /// Looks that nothing is written over, and makes the folder.
    fn make_way(&self) -> anyhow::Result<()> {
        let out = &self.order.out;
        if !self.may_replace {
            if out.exists() {
                bail!(
                    "{}: there is a model already; choose another name",
                    out.display()
                );
            }
            if let Some(folder) = out.parent() {
                fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            }
        }
        let checkpoint = checkpoint_path(out);
        if self.is_anew && checkpoint.exists() {
            fs::remove_file(&checkpoint).with_context(|| checkpoint.display().to_string())?;
        }
        Ok(())
    }
}

const fn part(part: &'static str) -> Phase {
    Phase::new(Train::NAME, part)
}
