//! A learning curve in the background of the window, one step at a time on the learner's thread.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    fine_tuning::FineTuneOrder,
    learning_curve::{CurveMaterial, CurveMeasuring},
    task::{FineTuneTools, network_of},
};
use crate::{
    app::event::JobEvent,
    domain::{LearningCurve, ModelCard, ModelId},
    tasks::{
        gathering::{Gathered, Gathering},
        learner::{After, Task, Urgency},
        piecewise::Piecewise,
        step_times::Phase,
        thread::Broken,
    },
    workspace::model_registry::ReadModel,
};

/// Time between two pieces of news.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// A learning curve that is wanted in the window.
#[derive(Clone, Debug)]
pub struct CurveRequest {
    /// Number of the opening that asks.
    pub generation: u64,
    /// What is to be taught.
    pub order: FineTuneOrder,
    /// Which version of which model.
    pub parent: ModelId,
    /// Name or file of that.
    pub parent_source: Arc<str>,
}

/// News of a learning curve.
#[derive(Clone, Debug)]
pub enum CurveUpdate {
    /// How far it is.
    Progress {
        /// Steps done, and in all.
        steps: [u64; 2],
        /// What is known of it.
        curve: Arc<LearningCurve>,
    },
    /// All of it.
    Finished(Arc<LearningCurve>),
    /// The user stopped it: what was measured stays.
    Stopped,
    /// Why it broke off: a sentence.
    Failed(String),
}

enum Stage {
    Ordered,
    /// The model is not at hand.
    Reading(Gathering<ReadModel>),
    Gathering(Gathering<CurveMaterial>),
    Measuring(Piecewise<CurveMeasuring>),
}

/// The learning curve of one model.
pub struct CurveTask {
    request: CurveRequest,
    tools: FineTuneTools,
    stage: Stage,
    told: Instant,
}

impl CurveTask {
    /// A task that has not begun.
    pub fn new(request: CurveRequest, tools: FineTuneTools) -> Self {
        Self {
            request,
            tools,
            stage: Stage::Ordered,
            told: Instant::now(),
        }
    }

    fn go_on(&mut self) -> anyhow::Result<After> {
        let (shelf, source) = (&self.tools.shelf, &self.request.parent_source);
        let parent = || network_of(shelf, &self.request.parent, source);
        match std::mem::replace(&mut self.stage, Stage::Ordered) {
            Stage::Ordered if shelf.get(&self.request.parent).is_none() => {
                self.stage = Stage::Reading(shelf.begin_loading(source)?);
            }
            Stage::Ordered => self.stage = self.gather(parent()?.card().clone())?,
            Stage::Reading(reading) => {
                self.stage = match reading.look()? {
                    Gathered::Not(reading) => Stage::Reading(reading),
                    Gathered::All(read) => {
                        shelf.keep(source, read)?;
                        self.gather(parent()?.card().clone())?
                    }
                };
            }
            Stage::Gathering(gathering) => {
                self.stage = match gathering.look()? {
                    Gathered::Not(gathering) => Stage::Gathering(gathering),
                    Gathered::All(material) => {
                        let order = self.request.order.clone();
                        let measuring = CurveMeasuring::new(order, parent()?, material);
                        Stage::Measuring(Piecewise::new(measuring))
                    }
                };
            }
            Stage::Measuring(mut pieces) => {
                pieces.step()?;
                if let Some(measuring) = pieces.work() {
                    let curve = || Arc::new(measuring.curve().clone());
                    if measuring.is_finished() {
                        self.say(CurveUpdate::Finished(curve()));
                        return Ok(After::Done);
                    }
                    if self.told.elapsed() > TELL_EVERY {
                        self.told = Instant::now();
                        self.say(CurveUpdate::Progress {
                            steps: measuring.progress(),
                            curve: curve(),
                        });
                    }
                }
                self.stage = Stage::Measuring(pieces);
            }
        }
        Ok(After::More)
    }

    fn gather(&self, card: ModelCard) -> anyhow::Result<Stage> {
        let order = self.request.order.clone();
        let (decoder, cancel) = (self.tools.decoder.clone(), self.tools.cancel.clone());
        let gather = move || CurveMaterial::gather(&order, &card, &decoder, &cancel);
        Ok(Stage::Gathering(Gathering::start("labels", gather)?))
    }

    fn say(&self, update: CurveUpdate) {
        self.tools
            .reporter
            .send(JobEvent::LearningCurve(self.request.generation, update));
    }
}

impl Task for CurveTask {
    fn urgency(&self) -> Urgency {
        match &self.stage {
            _ if self.tools.cancel.is_cancelled() => Urgency::Now,
            Stage::Reading(reading) => reading.urgency(Urgency::Background),
            Stage::Gathering(gathering) => gathering.urgency(Urgency::Background),
            Stage::Measuring(pieces) => pieces.urgency(Urgency::Background),
            Stage::Ordered => Urgency::Background,
        }
    }

    fn phase(&self) -> Phase {
        let part = match &self.stage {
            Stage::Ordered => "beginning",
            Stage::Reading(reading) if reading.is_ready() => "taking the model up",
            Stage::Reading(_) => "waiting for the model",
            Stage::Gathering(gathering) if gathering.is_ready() => "beginning to learn",
            Stage::Gathering(_) => "waiting for labels",
            Stage::Measuring(pieces) => pieces.doing(),
        };
        Phase::new("learning curve", part)
    }

    fn step(&mut self) -> After {
        if self.tools.cancel.is_cancelled() {
            self.say(CurveUpdate::Stopped);
            return After::Done;
        }
        self.go_on().unwrap_or_else(|error| {
            // What waits for another thread ends with an error where it is stopped.
            self.say(if self.tools.cancel.is_cancelled() {
                CurveUpdate::Stopped
            } else {
                CurveUpdate::Failed(format!("{error:#}"))
            });
            After::Done
        })
    }

    fn broke_off(&mut self) {
        let why = Broken::sentence("the learning curve");
        self.say(CurveUpdate::Failed(why));
    }
}
