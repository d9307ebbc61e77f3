//! Fine-tuning in the background of the window: one step at a time on the learner's thread, so that
//! scores and explanations come in between; the new version goes into the project whole or not at all.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow};

use super::{
    fine_tuning::{FineTuneNews, FineTuneOrder, FineTuning, Material},
    forest::{GrownForest, retrain},
};
use crate::{
    app::{event::JobEvent, reporter::Reporter},
    domain::{FineTuneFigures, ModelCard, ModelId, ModelVersion, Timestamp},
    features::training::forest::train::ForestStage,
    io::Decoder,
    learn::{Model, model_file},
    lightcurve::forest_file,
    tasks::{
        cancel::CancelToken,
        gathering::{Gathered, Gathering},
        learner::{After, Task, Urgency},
        piecewise::Piecewise,
        step_times::Phase,
        thread::Broken,
    },
    workspace::{
        any_model::AnyModel,
        model_registry::{ModelShelf, ReadModel},
        versions,
    },
};

/// Time between two pieces of news.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// A fine-tuning that is wanted in the window.
#[derive(Clone, Debug)]
pub struct FineTuneRequest {
    /// Number of the opening that asks.
    pub generation: u64,
    /// What is to be taught.
    pub order: FineTuneOrder,
    /// Which version of which model; it was read.
    pub parent: ModelId,
    /// Name or file of that.
    pub parent_source: Arc<str>,
    /// The project that keeps the new version.
    pub project: PathBuf,
    /// The moment.
    pub now: Timestamp,
}

/// News of a fine-tuning.
#[derive(Clone, Debug)]
pub enum FineTuneUpdate {
    /// The labels are there.
    Started {
        /// Labels of each class.
        labels: Vec<(String, usize)>,
        /// How many of them are held out, to measure with.
        held_out: usize,
        /// What was left out, and why.
        notes: Vec<String>,
    },
    /// How far it is.
    Progress(FineTuneNews),
    /// How far a forest is.
    Growing {
        /// What is done: "trees grown".
        doing: Arc<str>,
        /// How many of it are done.
        done: usize,
        /// Of how many.
        all: usize,
    },
    /// It is over.
    Ended(FineTuneEnd),
}

/// How a fine-tuning ended.
#[derive(Clone, Debug)]
pub enum FineTuneEnd {
    /// The project has a new version.
    Finished {
        /// It.
        version: Box<ModelVersion>,
        /// Where it can be read.
        source: Arc<str>,
        /// What was measured.
        figures: FineTuneFigures,
    },
    /// The user stopped it: all is as it was.
    Stopped,
    /// Why it broke off: a sentence.
    Failed(String),
}

enum Stage {
    Ordered,
    /// The model is not at hand.
    Reading(Gathering<ReadModel>),
    Gathering(Gathering<Material>),
    /// A forest grows on threads of its own.
    Growing(Gathering<Option<GrownForest>>),
    Teaching(Piecewise<FineTuning>),
    /// The project gets the new version.
    Keeping(Gathering<FineTuneEnd>),
}

/// The fine-tuning of one model.
pub struct FineTuneTask {
    request: FineTuneRequest,
    tools: FineTuneTools,
    stage: Stage,
    told: Instant,
}

/// What a task needs beside its request.
#[derive(Clone)]
pub struct FineTuneTools {
    /// Has the model.
    pub shelf: ModelShelf,
    /// The decoder of the opened set.
    pub decoder: Arc<Decoder>,
    /// Asks it to stop.
    pub cancel: CancelToken,
    /// Who hears of it.
    pub reporter: Reporter,
}

impl FineTuneTask {
    /// A task that has not begun.
    pub fn new(request: FineTuneRequest, tools: FineTuneTools) -> Self {
        Self {
            request,
            tools,
            stage: Stage::Ordered,
            told: Instant::now(),
        }
    }

    fn parent(&self) -> anyhow::Result<Model> {
        let request = &self.request;
        network_of(&self.tools.shelf, &request.parent, &request.parent_source)
    }

    /// Begins where the model is at hand, or has it read first.
    fn begin(&self) -> anyhow::Result<Stage> {
        let FineTuneRequest {
            parent,
            parent_source,
            ..
        } = &self.request;
        match self.tools.shelf.get(parent) {
            Some(_) => self.start(),
            None => Ok(Stage::Reading(
                self.tools.shelf.begin_loading(parent_source)?,
            )),
        }
    }

    /// Threads that prepare what is learned from, or grow a forest.
    fn start(&self) -> anyhow::Result<Stage> {
        let order = self.request.order.clone();
        let (decoder, cancel) = (self.tools.decoder.clone(), self.tools.cancel.clone());
        let request = &self.request;
        let found = at_hand(&self.tools.shelf, &request.parent, &request.parent_source)?;
        if let AnyModel::Forest(forest) = found {
            let reporter = self.tools.reporter.clone();
            let generation = self.request.generation;
            let told = Mutex::new(Instant::now());
            let grow = move || {
                let heard = |stage, done, all| {
                    tell_growth(&reporter, generation, &told, (stage, done, all));
                };
                retrain(&order, &forest, &cancel, &heard)
            };
            return Ok(Stage::Growing(Gathering::start("forest", grow)?));
        }
        let card = self.parent()?.card().clone();
        let gather = move || Material::gather(&order, &card, &decoder, &cancel);
        Ok(Stage::Gathering(Gathering::start("labels", gather)?))
    }

    fn go_on(&mut self) -> anyhow::Result<After> {
        match std::mem::replace(&mut self.stage, Stage::Ordered) {
            Stage::Ordered => self.stage = self.begin()?,
            Stage::Reading(reading) => match reading.look()? {
                Gathered::Not(reading) => self.stage = Stage::Reading(reading),
                Gathered::All(read) => {
                    self.tools.shelf.keep(&self.request.parent_source, read)?;
                    self.stage = self.start()?;
                }
            },
            Stage::Growing(growing) => match growing.look()? {
                Gathered::Not(growing) => self.stage = Stage::Growing(growing),
                Gathered::All(None) => {
                    self.say(FineTuneUpdate::Ended(FineTuneEnd::Stopped));
                    return Ok(After::Done);
                }
                Gathered::All(Some(grown)) => self.stage = self.keep_forest(grown)?,
            },
            Stage::Gathering(gathering) => {
                self.stage = match gathering.look()? {
                    Gathered::Not(gathering) => Stage::Gathering(gathering),
                    Gathered::All(material) => self.teach(material)?,
                };
            }
            Stage::Teaching(mut pieces) => {
                if let Some(tuning) = pieces.work().filter(|tuning| tuning.is_finished()) {
                    self.stage = self.keep_network(tuning)?;
                    return Ok(After::More);
                }
                pieces.step()?;
                if let Some(tuning) = pieces.work()
                    && (tuning.is_finished() || self.told.elapsed() > TELL_EVERY)
                {
                    self.told = Instant::now();
                    self.say(FineTuneUpdate::Progress(tuning.news()));
                }
                self.stage = Stage::Teaching(pieces);
            }
            Stage::Keeping(keeping) => match keeping.look()? {
                Gathered::Not(keeping) => self.stage = Stage::Keeping(keeping),
                Gathered::All(end) => {
                    self.say(FineTuneUpdate::Ended(end));
                    return Ok(After::Done);
                }
            },
        }
        Ok(After::More)
    }

    fn teach(&self, material: Material) -> anyhow::Result<Stage> {
        let tuning = FineTuning::new(self.request.order.clone(), &self.parent()?, material)?;
        self.say(FineTuneUpdate::Started {
            labels: tuning.labels_by_class(),
            held_out: tuning.held_out(),
            notes: tuning.notes().to_vec(),
        });
        Ok(Stage::Teaching(Piecewise::new(tuning)))
    }

    fn keep_network(&self, tuning: &FineTuning) -> anyhow::Result<Stage> {
        let model = tuning.model()?;
        let version = self.version(model.id(), model.card());
        let file = model_file::to_bytes(&model)?;
        self.keep(version, || Ok(file), tuning.figures())
    }

    fn keep_forest(&self, grown: GrownForest) -> anyhow::Result<Stage> {
        let held_out = grown.figures.new_sky.map_or(0, |sky| sky.examples as usize);
        self.say(FineTuneUpdate::Started {
            labels: grown.labels,
            held_out,
            notes: grown.notes,
        });
        let forest = grown.forest;
        let version = self.version(forest.id(), forest.card());
        let figures = grown.figures;
        self.keep(
            version,
            move || Ok(forest_file::to_bytes(&forest)?),
            figures,
        )
    }

    fn version(&self, id: &ModelId, card: &ModelCard) -> ModelVersion {
        ModelVersion {
            id: id.clone(),
            parent: self.request.parent.clone(),
            parent_source: self.request.parent_source.to_string(),
            made_at: self.request.now,
            card: card.clone(),
        }
    }

    /// Puts the new version into the project, in one transaction; a disk may take its time.
    fn keep(
        &self,
        version: ModelVersion,
        file: impl FnOnce() -> anyhow::Result<Vec<u8>> + Send + 'static,
        figures: FineTuneFigures,
    ) -> anyhow::Result<Stage> {
        let project = self.request.project.clone();
        let keep = move || {
            versions::keep(&project, &version, &file()?)
                .context("the taught model could not be kept; all is as it was")?;
            Ok(FineTuneEnd::Finished {
                source: versions::source(&project, &version.id),
                version: Box::new(version),
                figures,
            })
        };
        Ok(Stage::Keeping(Gathering::start("version", keep)?))
    }

    /// True where the user stopped it, and it is not so far that the project has the version.
    fn is_cancelled(&self) -> bool {
        self.tools.cancel.is_cancelled() && !matches!(self.stage, Stage::Keeping(_))
    }

    fn say(&self, update: FineTuneUpdate) {
        self.tools
            .reporter
            .send(JobEvent::FineTuning(self.request.generation, update));
    }
}

/// How far a forest is, now and then.
fn tell_growth(
    reporter: &Reporter,
    generation: u64,
    told: &Mutex<Instant>,
    (stage, done, all): (ForestStage, usize, usize),
) {
    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
    if told.elapsed() > TELL_EVERY {
        *told = Instant::now();
        let doing = stage.in_words().into();
        let update = FineTuneUpdate::Growing { doing, done, all };
        reporter.send(JobEvent::FineTuning(generation, update));
    }
}

/// A model of that version, which was read.
fn at_hand(shelf: &ModelShelf, id: &ModelId, source: &str) -> anyhow::Result<AnyModel> {
    let model = shelf.get(id);
    model.ok_or_else(|| anyhow!("{source} is another model by now, not {id}"))
}

/// The network of that version.
///
/// # Errors
/// Where it was not read, or is a forest.
pub(crate) fn network_of(shelf: &ModelShelf, id: &ModelId, source: &str) -> anyhow::Result<Model> {
    at_hand(shelf, id, source)?.network("measured by steps")
}

impl Task for FineTuneTask {
    fn urgency(&self) -> Urgency {
        if self.is_cancelled() {
            return Urgency::Now;
        }
        let ready = Urgency::Background;
        match &self.stage {
            Stage::Reading(reading) => reading.urgency(ready),
            Stage::Gathering(gathering) => gathering.urgency(ready),
            Stage::Growing(growing) => growing.urgency(ready),
            Stage::Keeping(keeping) => keeping.urgency(ready),
            Stage::Teaching(pieces) => pieces.urgency(ready),
            Stage::Ordered => ready,
        }
    }

    fn phase(&self) -> Phase {
        let part = match &self.stage {
            Stage::Ordered => "beginning",
            Stage::Reading(reading) if reading.is_ready() => "taking the model up",
            Stage::Reading(_) => "waiting for the model",
            Stage::Gathering(gathering) if gathering.is_ready() => "beginning to learn",
            Stage::Gathering(_) => "waiting for labels",
            Stage::Growing(_) => "waiting for the forest",
            Stage::Teaching(pieces) => pieces.doing(),
            Stage::Keeping(_) => "waiting for the project",
        };
        Phase::new("fine-tuning", part)
    }

    fn step(&mut self) -> After {
        if self.is_cancelled() {
            self.say(FineTuneUpdate::Ended(FineTuneEnd::Stopped));
            return After::Done;
        }
        self.go_on().unwrap_or_else(|error| {
            // What waits for another thread ends with an error where it is stopped.
            let end = if self.is_cancelled() {
                FineTuneEnd::Stopped
            } else {
                FineTuneEnd::Failed(format!("{error:#}"))
            };
            self.say(FineTuneUpdate::Ended(end));
            After::Done
        })
    }

    fn broke_off(&mut self) {
        let why = Broken::sentence("the fine-tuning");
        self.say(FineTuneUpdate::Ended(FineTuneEnd::Failed(why)));
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
