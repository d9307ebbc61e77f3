//! Training in the background of the window: one piece of work at a time on the learner's thread,
//! so that scores and explanations come in between.

use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use super::train::{Preparation, TrainOrder, Training, TrainingNews, checkpoint_path};
use crate::{
    app::{event::JobEvent, reporter::Reporter},
    domain::ModelCard,
    io::Decoder,
    learn::Compute,
    tasks::{
        cancel::CancelToken,
        gathering::{Gathered, Gathering},
        learner::{After, Task, Urgency},
        piecewise::Piecewise,
        step_times::Phase,
        thread::Broken,
    },
    workspace::model_registry::ModelShelf,
};

/// How long a piece of work waits for examples that are being made.
const PATIENCE: Duration = Duration::from_millis(20);
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
    /// The device is looked for.
    Looking(Gathering<Compute>),
    Preparing(Box<Preparation>),
    Training(Piecewise<Training>),
    /// Files are written, and this is how it ended then.
    Ending(Gathering<()>, Box<TrainingEnd>),
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
                self.stage = Stage::Looking(self.tools.shelf.look_for_device()?);
            }
            Stage::Looking(looking) => {
                let Some(compute) = looking.take()? else {
                    return Ok(After::More);
                };
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
                    self.stage = Stage::Training(Piecewise::new(training));
                }
            }
            Stage::Training(pieces) => {
                let waits = match pieces.work_mut() {
                    Some(training) => !training.is_ready(PATIENCE)?,
                    None => false,
                };
                if !waits {
                    pieces.step()?;
                }
                let Some(training) = pieces.work() else {
                    return Ok(After::More);
                };
                let is_finished = training.is_finished();
                if is_finished || self.told.elapsed() > TELL_EVERY {
                    let news = training.news();
                    self.told = Instant::now();
                    self.say(TrainUpdate::Progress(news));
                }
                if is_finished {
                    self.finish()?;
                }
            }
            Stage::Ending(..) => return self.look_at_the_end(),
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

    /// The model is written; a disk may take its time.
    fn finish(&mut self) -> anyhow::Result<()> {
        if let Stage::Training(pieces) = &mut self.stage
            && let Some(training) = pieces.work_mut()
        {
            let end = TrainingEnd::Finished {
                file: self.request.order.out.clone(),
                card: Arc::new(training.model()?.card().clone()),
            };
            let writing = Gathering::start("model file", training.writing()?)?;
            self.stage = Stage::Ending(writing, Box::new(end));
        }
        Ok(())
    }

    /// What was learned is saved.
    fn stop(&mut self) -> anyhow::Result<After> {
        let mut saving = None;
        if let Stage::Training(pieces) = &mut self.stage {
            if !pieces.look()? {
                return Ok(After::More);
            }
            if let Some(training) = pieces.work_mut() {
                saving = training.saving()?;
            }
        }
        let Some(saving) = saving else {
            self.end(TrainingEnd::Stopped);
            return Ok(After::Done);
        };
        let end = Box::new(TrainingEnd::Stopped);
        let before = std::mem::replace(&mut self.stage, Stage::Ending(saving, end));
        if let Stage::Training(pieces) = before
            && let Some(training) = pieces.work()
        {
            self.say(TrainUpdate::Progress(training.news()));
        }
        Ok(After::More)
    }

    /// Tells how it ended, once all is written.
    fn look_at_the_end(&mut self) -> anyhow::Result<After> {
        let Stage::Ending(writing, end) = std::mem::replace(&mut self.stage, Stage::Ordered) else {
            return Ok(After::Done);
        };
        Ok(match writing.look()? {
            Gathered::Not(writing) => {
                self.stage = Stage::Ending(writing, end);
                After::More
            }
            Gathered::All(()) => {
                self.end(*end);
                After::Done
            }
        })
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
        match &self.stage {
            Stage::Ending(writing, _) => writing.urgency(Urgency::Background),
            _ if self.tools.cancel.is_cancelled() => Urgency::Now,
            Stage::Looking(looking) => looking.urgency(Urgency::Background),
            Stage::Preparing(preparation) if !preparation.is_ready() => Urgency::Waiting,
            Stage::Training(pieces) => pieces.urgency(Urgency::Background),
            _ => Urgency::Background,
        }
    }

    fn phase(&self) -> Phase {
        let part = match &self.stage {
            Stage::Ordered => "beginning",
            Stage::Looking(looking) if looking.is_ready() => "reading a checkpoint",
            Stage::Looking(_) => "waiting for the device",
            Stage::Preparing(preparation) if preparation.is_ready() => "beginning to learn",
            Stage::Preparing(_) => "waiting for examples",
            Stage::Training(pieces) => pieces.doing(),
            Stage::Ending(..) => "waiting for files",
        };
        Phase::new("training", part)
    }

    fn step(&mut self) -> After {
        let is_ending = matches!(self.stage, Stage::Ending(..));
        let stepped = if self.tools.cancel.is_cancelled() && !is_ending {
            self.stop()
        } else {
            self.go_on()
        };
        stepped.unwrap_or_else(|error| {
            self.end(TrainingEnd::Failed(format!("{error:#}")));
            After::Done
        })
    }

    fn broke_off(&mut self) {
        let why = Broken::sentence("the training");
        let more = self.tools.shelf.recover();
        let why = more.map_or(why.clone(), |more| format!("{why}; {more}"));
        self.end(TrainingEnd::Failed(why));
    }

    fn close(&mut self) {
        let kept = match std::mem::replace(&mut self.stage, Stage::Ordered) {
            Stage::Training(pieces) => pieces.wait().and_then(|training| match training {
                Some(mut training) => training.save(),
                None => Ok(()),
            }),
            Stage::Ending(writing, _) => writing.wait(),
            Stage::Ordered | Stage::Looking(_) | Stage::Preparing(_) => Ok(()),
        };
        if let Err(error) = kept {
            log::error!("{error:#}");
        }
    }
}
