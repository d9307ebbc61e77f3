//! A learning curve in the background of the window, one step at a time on the learner's thread.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    FineTuneOrder,
    learning_curve::{CurveMaterial, CurveMeasuring},
    task::{FineTuneTools, network_of},
};
use crate::{
    domain::{LearningCurve, ModelId},
    jobs::{
        event::JobEvent,
        gathering::{Gathered, Gathering},
        learner::{After, Task, Urgency},
    },
    tasks::thread::Broken,
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
    Gathering(Gathering<CurveMaterial>),
    Measuring(Box<CurveMeasuring>),
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
        let parent = || {
            let CurveRequest {
                parent,
                parent_source,
                ..
            } = &self.request;
            network_of(&self.tools.shelf, parent, parent_source)
        };
        match std::mem::replace(&mut self.stage, Stage::Ordered) {
            Stage::Ordered => {
                let (order, card) = (self.request.order.clone(), parent()?.card().clone());
                let (decoder, cancel) = (self.tools.decoder.clone(), self.tools.cancel.clone());
                let gather = move || CurveMaterial::gather(&order, &card, &decoder, &cancel);
                self.stage = Stage::Gathering(Gathering::start("labels", gather)?);
            }
            Stage::Gathering(gathering) => {
                self.stage = match gathering.look()? {
                    Gathered::Not(gathering) => Stage::Gathering(gathering),
                    Gathered::All(material) => {
                        let order = self.request.order.clone();
                        let measuring = CurveMeasuring::new(order, parent()?, material);
                        Stage::Measuring(Box::new(measuring))
                    }
                };
            }
            Stage::Measuring(mut measuring) => {
                measuring.advance()?;
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
                self.stage = Stage::Measuring(measuring);
            }
        }
        Ok(After::More)
    }

    fn say(&self, update: CurveUpdate) {
        self.tools
            .reporter
            .send(JobEvent::LearningCurve(self.request.generation, update));
    }
}

impl Task for CurveTask {
    fn urgency(&self) -> Urgency {
        Urgency::Background
    }

    fn step(&mut self) -> After {
        if self.tools.cancel.is_cancelled() {
            self.say(CurveUpdate::Stopped);
            return After::Done;
        }
        self.go_on().unwrap_or_else(|error| {
            self.say(CurveUpdate::Failed(format!("{error:#}")));
            After::Done
        })
    }

    fn broke_off(&mut self) {
        let why = Broken::sentence("the learning curve");
        self.say(CurveUpdate::Failed(why));
    }
}
