//! Scoring everything that paths hold, without a window: the set is read, scored by the same task as in the
//! window, and what came of it is put together.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::bail;

use super::{
    report::ScoreReport,
    table::ModelScores,
    task::{Focus, ModelChoice, Pace, ScoreSet, ScoreUpdate, StoreFault},
};
use crate::{
    domain::{Candidate, ModelCard, Predictions},
    io::Decoder,
    learn::{Compute, Wish},
    store::{Project, StoreError},
    tasks::{
        cancel::{CancelToken, Cancelled},
        progress::Progress,
        run_here,
    },
    workspace::{
        any_model::AnyModel, model_registry::ModelRegistry, models, open::read_until,
        scores::tally::Counts,
    },
};

/// What is to be scored by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreOrder {
    /// Files, folders, archives.
    pub paths: Vec<PathBuf>,
    /// Names or files of models.
    pub models: Vec<String>,
    /// Where to compute.
    pub device: Wish,
    /// Where scores are kept; none keeps nothing.
    pub project: Option<PathBuf>,
}

/// What is reported while scoring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoreNews {
    /// Candidates done.
    Progress(Progress),
    /// A sentence that the user must know.
    Warning(String),
}

/// Scores everything; none where it was cancelled (the project keeps what was scored until then).
///
/// # Errors
/// Where a model or the project cannot be used, there is no candidate, the device fails, or no
/// epoch can be scored.
pub fn score(
    order: &ScoreOrder,
    cancel: &CancelToken,
    report: impl Fn(ScoreNews) + Send + Sync + 'static,
) -> anyhow::Result<Option<ScoreReport>> {
    let models = models_of(order, &report)?;
    let decoder = Arc::new(Decoder::default());
    let opened = read_until(&order.paths, &decoder, cancel);
    if cancel.is_cancelled() {
        return Ok(None);
    }
    if opened.catalogue.is_empty() {
        let cause = opened.problems.first();
        let cause = cause.map(|problem| format!(": {problem}"));
        bail!("no candidate was found{}", cause.unwrap_or_default());
    }
    let catalogue = Arc::new(opened.catalogue);
    let cards: Vec<ModelCard> = models.iter().map(|model| model.card().clone()).collect();
    let found = Arc::new(Mutex::new(Found {
        predictions: vec![vec![Predictions::default(); catalogue.len()]; models.len()],
        counts: Counts::default(),
        done: 0,
    }));
    let task = ScoreSet {
        by: models.into_iter().map(ModelChoice::Read).collect(),
        catalogue: catalogue.clone(),
        project: project_of(order, &report)?,
        models: ModelRegistry::default(),
        decoder,
        focus: Focus::default(),
        pace: Pace::Fixed,
    };
    let taking = found.clone();
    let done = run_here(task, cancel.clone(), move |update| {
        if let Some(news) = lock(&taking).take(update) {
            report(news);
        }
    });
    match done {
        Err(error) if error.is::<Cancelled>() => return Ok(None),
        done => done?,
    }
    let found = lock(&found);
    let candidates: Vec<&Candidate> = catalogue.iter().map(|(_, candidate)| candidate).collect();
    let scores: Vec<ModelScores<'_>> = cards
        .iter()
        .zip(&found.predictions)
        .map(|(card, predictions)| ModelScores { card, predictions })
        .collect();
    ScoreReport::of(&candidates, &scores, found.counts, opened.problems).map(Some)
}

fn models_of(order: &ScoreOrder, report: &dyn Fn(ScoreNews)) -> anyhow::Result<Vec<AnyModel>> {
    let compute = Compute::choose(order.device)?;
    let model = |name: &String| {
        let found = models::find(name, &compute)?;
        if let Some(warning) = found.warning {
            report(ScoreNews::Warning(warning));
        }
        Ok(found.model)
    };
    order.models.iter().map(model).collect()
}

/// The project, made where there is none. One that cannot be written is reported and then done without.
fn project_of(
    order: &ScoreOrder,
    report: &dyn Fn(ScoreNews),
) -> Result<Option<PathBuf>, StoreError> {
    let Some(path) = &order.project else {
        return Ok(None);
    };
    match Project::open_or_create(path) {
        Ok(_) => Ok(Some(path.clone())),
        Err(error @ StoreError::NotWritable { .. }) => {
            report(ScoreNews::Warning(format!("{error}; no score is kept")));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What was found so far.
struct Found {
    /// For each model, in the order of the candidates.
    predictions: Vec<Vec<Predictions>>,
    counts: Counts,
    /// Candidates that the last model is done with.
    done: usize,
}

impl Found {
    fn take(&mut self, update: ScoreUpdate) -> Option<ScoreNews> {
        let (model, scores, counts) = match update {
            ScoreUpdate::Loaded(_) => return None,
            ScoreUpdate::Fault(StoreFault::Unread(error)) => {
                let text = format!("{error}; kept scores are computed anew");
                return Some(ScoreNews::Warning(text));
            }
            ScoreUpdate::Fault(StoreFault::Unwritten(error)) => {
                let text = format!("{error}; no more scores are kept");
                return Some(ScoreNews::Warning(text));
            }
            ScoreUpdate::Scored {
                model,
                scores,
                counts,
            } => (model, scores, counts),
        };
        self.counts.kept += counts.kept;
        self.counts.computed += counts.computed;
        let is_last = model + 1 == self.predictions.len();
        self.done += if is_last { scores.len() } else { 0 };
        for (ix, predictions) in scores {
            self.predictions[model][ix.0 as usize] = predictions;
        }
        is_last.then(|| {
            ScoreNews::Progress(Progress {
                done: self.done,
                total: self.predictions[model].len(),
            })
        })
    }
}

fn lock(found: &Mutex<Found>) -> MutexGuard<'_, Found> {
    found.lock().unwrap_or_else(PoisonError::into_inner)
}
