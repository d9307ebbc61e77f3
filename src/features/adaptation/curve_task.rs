//! Measuring a learning curve as a task, the same for the window and the command line.

use std::sync::Arc;

use super::{
    fine_tuning::FineTuneOrder,
    learning_curve::{CurveMaterial, CurveMeasuring},
};
use crate::{
    domain::LearningCurve,
    features::training::note::Note,
    io::Decoder,
    tasks::{Task, TaskContext, compute_queue::Priority},
    workspace::model_registry::{ModelRegistry, ModelSource},
};

/// Measures what each label brings.
#[derive(Clone)]
pub struct MeasureCurve {
    /// What is learned from, and how.
    pub order: FineTuneOrder,
    /// Which version of which model, and where it is read.
    pub parent: ModelSource,
    pub models: ModelRegistry,
    /// Decodes the labelled stamps.
    pub decoder: Arc<Decoder>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum CurveUpdate {
    /// What was left out of the labels, and why.
    Notes(Vec<Note>),
    Measured {
        curve: Arc<LearningCurve>,
        /// Steps done, and in all.
        steps: [u64; 2],
    },
}

impl Task for MeasureCurve {
    const NAME: &'static str = "learning curve";
    type Update = CurveUpdate;
    type Output = Arc<LearningCurve>;

    fn run(self, cx: &TaskContext<CurveUpdate>) -> anyhow::Result<Arc<LearningCurve>> {
        let parent = self
            .models
            .model(&self.parent, cx)?
            .network("measured by steps")?;
        let cancel = cx.cancel_token();
        let material = CurveMaterial::gather(&self.order, parent.card(), &self.decoder, cancel)?;
        cx.check()?;
        let measuring = CurveMeasuring::new(self.order, parent, material);
        cx.update(CurveUpdate::Notes(measuring.notes().to_vec()));
        let curve = |measuring: &CurveMeasuring| Arc::new(measuring.curve().clone());
        let measured = cx.advance(Priority::Background, measuring, |measuring| {
            let steps = measuring.progress();
            cx.progress(steps[0] as usize, steps[1] as usize);
            cx.update_now_and_then(|| CurveUpdate::Measured {
                curve: curve(measuring),
                steps,
            });
            Ok(())
        })?;
        cx.check()?;
        Ok(curve(&measured))
    }
}
