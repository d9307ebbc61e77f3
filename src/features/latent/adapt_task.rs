//! Teaching a latent model the stamps of the opened set in the background of the window: no label is
//! needed. The new version goes into the project whole or not at all.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow};

use super::{
    LatentOrder, LatentShelf, LatentTraining,
    models::card_of,
    training_set::{LatentSet, prepare},
};
use crate::{
    app::{event::JobEvent, reporter::Reporter},
    domain::{ModelVersion, Timestamp},
    features::training::{
        train::{OpenedSet, TrainingData},
        training_set::Sources,
    },
    io::Decoder,
    learn::latent::file,
    tasks::{
        cancel::CancelToken,
        gathering::{Gathered, Gathering},
        learner::{After, Task, Urgency},
        piecewise::Piecewise,
        step_times::Phase,
        thread::Broken,
    },
    workspace::versions,
};

/// Time between two pieces of news.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// A model that is to be taught the opened set.
#[derive(Clone, Debug)]
pub struct AdaptRequest {
    /// Number of the opening that asks.
    pub generation: u64,
    /// Name, file or version of the model.
    pub source: Arc<str>,
    /// The set.
    pub set: OpenedSet,
    /// The project that keeps the new version.
    pub project: PathBuf,
    /// The moment.
    pub now: Timestamp,
}

/// News of it.
#[derive(Clone, Debug)]
pub enum AdaptUpdate {
    /// Steps done, and in all.
    Progress([u64; 2]),
    /// The project has a new version.
    Finished {
        /// It.
        version: Box<ModelVersion>,
        /// Where it can be read.
        source: Arc<str>,
    },
    /// The user stopped it: all is as it was.
    Stopped,
    /// Why it broke off: a sentence.
    Failed(String),
}

enum Stage {
    Ordered,
    Gathering(Box<LatentOrder>, Gathering<LatentSet>),
    Teaching(Piecewise<LatentTraining>),
    /// The project gets the new version.
    Keeping(Gathering<Box<ModelVersion>>),
}

/// What a task needs beside its request.
#[derive(Clone)]
pub struct AdaptTools {
    /// The models at hand.
    pub shelf: LatentShelf,
    /// The decoder of the opened set.
    pub decoder: Arc<Decoder>,
    /// Asks it to stop.
    pub cancel: CancelToken,
    /// Who hears of it.
    pub reporter: Reporter,
}

/// The teaching of one model.
pub struct AdaptTask {
    request: AdaptRequest,
    tools: AdaptTools,
    stage: Stage,
    told: Instant,
}

impl AdaptTask {
    /// A task that has not begun.
    pub fn new(request: AdaptRequest, tools: AdaptTools) -> Self {
        Self {
            request,
            tools,
            stage: Stage::Ordered,
            told: Instant::now(),
        }
    }

    fn go_on(&mut self) -> anyhow::Result<After> {
        match std::mem::replace(&mut self.stage, Stage::Ordered) {
            Stage::Ordered => {
                let order = self.order()?;
                let (decoder, cancel) = (self.tools.decoder.clone(), self.tools.cancel.clone());
                let (wanted, shelf) = (order.clone(), self.tools.shelf.clone());
                let gather = move || {
                    // Looking for the device takes a while too.
                    shelf.compute()?;
                    let (decoder, cancel) = (&*decoder, &cancel);
                    let card = wanted.card(&wanted.course);
                    prepare(&wanted, &card, Sources { decoder, cancel })
                };
                let gathering = Gathering::start("stamps", gather)?;
                self.stage = Stage::Gathering(Box::new(order), gathering);
            }
            Stage::Gathering(order, gathering) => {
                self.stage = match gathering.look()? {
                    Gathered::Not(gathering) => Stage::Gathering(order, gathering),
                    Gathered::All(set) => {
                        let compute = self.tools.shelf.compute()?;
                        let training = LatentTraining::of_set(*order, set, &compute)?;
                        Stage::Teaching(Piecewise::new(training))
                    }
                };
            }
            Stage::Teaching(mut pieces) => {
                pieces.step()?;
                if let Some(training) = pieces.work() {
                    if training.is_finished() {
                        self.stage = self.keep(training)?;
                        return Ok(After::More);
                    }
                    if self.told.elapsed() > TELL_EVERY {
                        self.told = Instant::now();
                        self.say(AdaptUpdate::Progress(training.steps()));
                    }
                }
                self.stage = Stage::Teaching(pieces);
            }
            Stage::Keeping(keeping) => match keeping.look()? {
                Gathered::Not(keeping) => self.stage = Stage::Keeping(keeping),
                Gathered::All(version) => {
                    self.say(AdaptUpdate::Finished {
                        source: versions::source(&self.request.project, &version.id),
                        version,
                    });
                    return Ok(After::Done);
                }
            },
        }
        Ok(After::More)
    }

    fn order(&self) -> anyhow::Result<LatentOrder> {
        let source = &*self.request.source;
        let card = card_of(source).with_context(|| format!("{source} is no latent model"))?;
        let data = TrainingData::Opened(self.request.set.clone());
        let mut order = LatentOrder::further(source, &card, data, PathBuf::new())?;
        let project = self.request.project.display();
        order.command = format!("taught in the window on {project}");
        Ok(order)
    }

    /// Puts the new version into the project, in one transaction; a disk may take its time.
    fn keep(&self, training: &LatentTraining) -> anyhow::Result<Stage> {
        let both = training.model().zip(training.parent());
        let (model, parent) = both.ok_or_else(|| anyhow!("the training is not finished"))?;
        let version = ModelVersion {
            id: model.id().clone(),
            parent: parent.clone(),
            parent_source: self.request.source.to_string(),
            made_at: self.request.now,
            card: model.card().clone(),
        };
        let (project, file) = (self.request.project.clone(), file::to_bytes(model)?);
        let keep = move || {
            versions::keep(&project, &version, &file)
                .context("the taught model could not be kept; all is as it was")?;
            Ok(Box::new(version))
        };
        Ok(Stage::Keeping(Gathering::start("version", keep)?))
    }

    /// True where the user stopped it, and it is not so far that the project has the version.
    fn is_cancelled(&self) -> bool {
        self.tools.cancel.is_cancelled() && !matches!(self.stage, Stage::Keeping(_))
    }

    fn say(&self, update: AdaptUpdate) {
        self.tools
            .reporter
            .send(JobEvent::Adapting(self.request.generation, update));
    }
}

impl Task for AdaptTask {
    fn urgency(&self) -> Urgency {
        match &self.stage {
            _ if self.is_cancelled() => Urgency::Now,
            Stage::Gathering(_, gathering) => gathering.urgency(Urgency::Background),
            Stage::Keeping(keeping) => keeping.urgency(Urgency::Background),
            Stage::Teaching(pieces) => pieces.urgency(Urgency::Background),
            Stage::Ordered => Urgency::Background,
        }
    }

    fn phase(&self) -> Phase {
        let part = match &self.stage {
            Stage::Ordered => "beginning",
            Stage::Gathering(_, gathering) if gathering.is_ready() => "beginning to learn",
            Stage::Gathering(..) => "waiting for stamps",
            Stage::Teaching(pieces) => pieces.doing(),
            Stage::Keeping(_) => "waiting for the project",
        };
        Phase::new("adapting", part)
    }

    fn step(&mut self) -> After {
        if self.is_cancelled() {
            self.say(AdaptUpdate::Stopped);
            return After::Done;
        }
        self.go_on().unwrap_or_else(|error| {
            self.say(if self.is_cancelled() {
                AdaptUpdate::Stopped
            } else {
                AdaptUpdate::Failed(format!("{error:#}"))
            });
            After::Done
        })
    }

    fn broke_off(&mut self) {
        let why = Broken::sentence("teaching the latent model");
        self.say(AdaptUpdate::Failed(why));
    }

    fn close(&mut self) {
        // A version that is being written is not lost.
        if let Stage::Keeping(keeping) = std::mem::replace(&mut self.stage, Stage::Ordered)
            && let Err(error) = keeping.wait()
        {
            log::error!("{error:#}");
        }
    }
}
