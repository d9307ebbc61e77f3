//! Fine-tuning as a task: the same for the window, which keeps the new version in its project, and for the
//! command line, which writes a file. The version is kept whole or not at all.

use std::sync::Arc;

use super::{
    fine_tuning::{FineTuneNews, FineTuneOrder, FineTuning, Material},
    forest::retrain,
};
use crate::{
    domain::{FineTuneFigures, ModelCard, ModelId, ModelVersion, Timestamp},
    features::training::{forest::train::ForestStage, note::Note},
    io::Decoder,
    learn::{Model, model_file},
    lightcurve::{Forest, forest_file},
    tasks::{
        Task, TaskContext, cancel::Cancelled, compute_queue::Priority, step_times::Phase,
        stepwise::Stepwise,
    },
    workspace::{
        any_model::AnyModel,
        model_registry::{ModelRegistry, ModelSource},
        versions::Keep,
    },
};

/// Fine-tunes one model.
#[derive(Clone)]
pub struct FineTune {
    /// What it learns from, and how.
    pub order: FineTuneOrder,
    /// Which version of which model, and where it is read.
    pub parent: ModelSource,
    pub models: ModelRegistry,
    /// Decodes the labelled stamps.
    pub decoder: Arc<Decoder>,
    /// Who keeps the new version.
    pub keep: Keep,
    pub now: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FineTuneUpdate {
    /// The labels are there.
    Started(Started),
    Progress(FineTuneNews),
    /// How far a forest is.
    Growing {
        /// What is done: "trees grown".
        stage: &'static str,
        done: usize,
        all: usize,
    },
}

/// What a fine-tuning learns from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// Where networks are computed; none for a forest.
    pub device: Option<String>,
    /// Labels of each class.
    pub labels: Vec<(String, usize)>,
    /// How many of them are held out, to measure with.
    pub held_out: usize,
    /// What was left out, and why.
    pub notes: Vec<Note>,
}

/// A new version that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct FineTuned {
    pub version: ModelVersion,
    /// Where it can be read.
    pub source: Arc<str>,
    pub figures: FineTuneFigures,
}

impl Task for FineTune {
    const NAME: &'static str = "fine-tuning";
    type Update = FineTuneUpdate;
    type Output = FineTuned;

    fn run(self, cx: &TaskContext<FineTuneUpdate>) -> anyhow::Result<FineTuned> {
        match self.models.model(&self.parent, cx)? {
            AnyModel::Network(parent) => self.tune(*parent, cx),
            AnyModel::Forest(parent) => self.grow(&parent, cx),
            model @ AnyModel::Foreign(_) => self.tune(model.network("fine-tuned")?, cx),
        }
    }
}

impl FineTune {
    fn tune(self, parent: Model, cx: &TaskContext<FineTuneUpdate>) -> anyhow::Result<FineTuned> {
        let order = self.order.clone();
        let material = Material::gather(&order, parent.card(), &self.decoder, cx.cancel_token())?;
        cx.check()?;
        let device = parent.compute().name().to_owned();
        let is_gpu = parent.compute().is_gpu();
        let tuning = cx.compute_on(is_gpu, part("beginning to learn"), move || {
            FineTuning::new(order, &parent, material)
        })??;
        cx.update(FineTuneUpdate::Started(Started {
            device: Some(device),
            labels: tuning.labels_by_class(),
            held_out: tuning.held_out(),
            notes: tuning.notes().to_vec(),
        }));
        let tuning = cx.advance(Priority::Background, tuning, |tuning| {
            let news = tuning.news();
            cx.progress(news.step as usize, news.steps as usize);
            if tuning.is_finished() {
                cx.update(FineTuneUpdate::Progress(news));
            } else {
                cx.update_now_and_then(|| FineTuneUpdate::Progress(news));
            }
            Ok(())
        })?;
        cx.check()?;
        let figures = tuning.figures();
        let (id, card, file) = cx.compute_on(is_gpu, part("ending"), move || {
            let model = tuning.model()?;
            let file = model_file::to_bytes(&model)?;
            anyhow::Ok((model.id().clone(), model.card().clone(), file))
        })??;
        self.keep(id, card, &file, figures)
    }

    fn grow(self, parent: &Forest, cx: &TaskContext<FineTuneUpdate>) -> anyhow::Result<FineTuned> {
        let report = |stage: ForestStage, done: usize, all: usize| {
            cx.progress(done, all);
            let stage = stage.in_words();
            cx.update_now_and_then(|| FineTuneUpdate::Growing { stage, done, all });
        };
        let grown = retrain(&self.order, parent, cx.cancel_token(), &report)?.ok_or(Cancelled)?;
        cx.update(FineTuneUpdate::Started(Started {
            device: None,
            labels: grown.labels,
            held_out: grown
                .figures
                .target_domain
                .map_or(0, |sky| sky.examples as usize),
            notes: grown.notes,
        }));
        cx.check()?;
        let forest = grown.forest;
        let file = forest_file::to_bytes(&forest)?;
        self.keep(
            forest.id().clone(),
            forest.card().clone(),
            &file,
            grown.figures,
        )
    }

    /// From here on the wish to stop comes too late.
    fn keep(
        self,
        id: ModelId,
        card: ModelCard,
        file: &[u8],
        figures: FineTuneFigures,
    ) -> anyhow::Result<FineTuned> {
        let version = ModelVersion {
            id,
            parent: self.parent.id,
            parent_source: self.parent.source.to_string(),
            made_at: self.now,
            card,
        };
        Ok(FineTuned {
            source: self.keep.keep(&version, file)?,
            version,
            figures,
        })
    }
}

const fn part(part: &'static str) -> Phase {
    Phase::new(FineTune::NAME, part)
}
