//! Training in the background of the window: one piece of work at a time on the learner's thread,
//! so that scores and explanations come in between.

use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use super::{
    event::JobEvent,
    learner::{After, Task, Urgency},
    model_shelf::ModelShelf,
    reporter::{CancelToken, Reporter},
    train::{Preparation, TrainOrder, Training, TrainingNews, checkpoint_path},
};
use crate::{domain::ModelCard, io::Decoder, tasks::thread::Broken};

/// How long a piece of work waits for examples that are being made.
const PATIENCE: Duration = Duration::from_millis(50);
/// Time between two pieces of news.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// A training that is wanted in the window.
#[derive(Clone, Debug)]
pub struct TrainRequest {
    /// What is to be trained.
    pub order: TrainOrder,
    /// True throws away what waits in a checkpoint; false goes on from there.
    pub is_anew: bool,
}

/// News of a training.
#[derive(Clone, Debug)]
pub enum TrainUpdate {
    /// The data are there.
    Started {
        /// The device that computes it.
        device: String,
        /// What was left out of the data, and why.
        notes: Vec<String>,
        /// Where it begins: later than 0 where it goes on from a checkpoint.
        news: TrainingNews,
    },
    /// How far it is.
    Progress(TrainingNews),
    /// It is over.
    Ended(TrainingEnd),
}

/// How a training ended.
#[derive(Clone, Debug)]
pub enum TrainingEnd {
    /// There is a model.
    Finished {
        /// Its file.
        file: PathBuf,
        /// Its card.
        card: Arc<ModelCard>,
    },
    /// The user stopped it; the same order goes on from there.
    Stopped,
    /// Why it broke off: a sentence.
    Failed(String),
}

/// What a task needs beside its request.
#[derive(Clone)]
pub struct TrainTools {
    /// Knows the device.
    pub shelf: ModelShelf,
    /// The decoder of the opened set.
    pub decoder: Arc<Decoder>,
    /// Asks it to stop.
    pub cancel: CancelToken,
    /// Who hears of it.
    pub reporter: Reporter,
}

/// The training of one model.
pub struct TrainTask {
    request: TrainRequest,
    tools: TrainTools,
    stage: Stage,
    told: Instant,
}

enum Stage {
    Ordered,
    Preparing(Box<Preparation>),
    Training(Box<Training>),
}

impl TrainTask {
    /// A task that has not begun.
    pub fn new(request: TrainRequest, tools: TrainTools) -> Self {
        Self {
            request,
            tools,
            stage: Stage::Ordered,
            told: Instant::now(),
        }
    }

    fn go_on(&mut self) -> anyhow::Result<After> {
        match &mut self.stage {
            Stage::Ordered => {
                self.make_way()?;
                let compute = self.tools.shelf.compute()?;
                let (order, decoder) = (self.request.order.clone(), self.tools.decoder.clone());
                let cancel = self.tools.cancel.clone();
                let preparation = Preparation::begin(order, &compute, decoder, cancel)?;
                self.stage = Stage::Preparing(Box::new(preparation));
            }
            Stage::Preparing(preparation) => {
                if preparation.is_done(PATIENCE)
                    && let Stage::Preparing(preparation) =
                        std::mem::replace(&mut self.stage, Stage::Ordered)
                {
                    let training = preparation.finish()?;
                    self.say(TrainUpdate::Started {
                        device: self.tools.shelf.compute()?.name().to_owned(),
                        notes: training.notes().to_vec(),
                        news: training.news(),
                    });
                    self.stage = Stage::Training(Box::new(training));
                }
            }
            Stage::Training(training) => {
                if training.is_ready(PATIENCE)? {
                    training.advance()?;
                }
                let is_finished = training.is_finished();
                if is_finished || self.told.elapsed() > TELL_EVERY {
                    let news = training.news();
                    self.told = Instant::now();
                    self.say(TrainUpdate::Progress(news));
                }
                if is_finished {
                    return self.finish();
                }
            }
        }
        Ok(After::More)
    }

    /// Looks that nothing is written over, and makes the folder.
    fn make_way(&self) -> anyhow::Result<()> {
        let out = &self.request.order.out;
        if out.exists() {
            bail!(
                "{}: there is a model already; choose another name",
                out.display()
            );
        }
        if let Some(folder) = out.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let checkpoint = checkpoint_path(out);
        if self.request.is_anew && checkpoint.exists() {
            fs::remove_file(&checkpoint).with_context(|| checkpoint.display().to_string())?;
        }
        Ok(())
    }

    fn finish(&self) -> anyhow::Result<After> {
        if let Stage::Training(training) = &self.stage {
            let model = training.write()?;
            self.end(TrainingEnd::Finished {
                file: self.request.order.out.clone(),
                card: Arc::new(model.card().clone()),
            });
        }
        Ok(After::Done)
    }

    fn stop(&mut self) -> TrainingEnd {
        let Stage::Training(training) = &mut self.stage else {
            return TrainingEnd::Stopped;
        };
        let saved = training.save();
        let news = training.news();
        self.say(TrainUpdate::Progress(news));
        match saved {
            Ok(()) => TrainingEnd::Stopped,
            Err(error) => TrainingEnd::Failed(format!("{error:#}")),
        }
    }

    fn say(&self, update: TrainUpdate) {
        // Where nobody listens any more, the learner is about to end, which saves.
        self.tools.reporter.send(JobEvent::Training(update));
    }

    fn end(&self, end: TrainingEnd) {
        self.say(TrainUpdate::Ended(end));
    }
}

impl Task for TrainTask {
    fn urgency(&self) -> Urgency {
        Urgency::Background
    }

    fn step(&mut self) -> After {
        if self.tools.cancel.is_cancelled() {
            let end = self.stop();
            self.end(end);
            return After::Done;
        }
        self.go_on().unwrap_or_else(|error| {
            self.end(TrainingEnd::Failed(format!("{error:#}")));
            After::Done
        })
    }

    fn broke_off(&mut self) {
        let why = Broken::sentence("the training");
        self.end(TrainingEnd::Failed(why));
    }

    fn close(&mut self) {
        if let Stage::Training(training) = &mut self.stage
            && let Err(error) = training.save()
        {
            log::error!("{error:#}");
        }
    }
}
