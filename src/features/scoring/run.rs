//! Scoring everything that paths hold, without a window: the set is read, scored by the same task as in the
//! window, and what came of it is put together.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::bail;

use super::{
    class_shares::{Corrected, ShareChoice, corrected, label_counts},
    fusing::{Fused, fuse, fusion_of},
    report::ScoreReport,
    score::Orientations,
    table::ModelScores,
    task::{Focus, ModelChoice, OneView, Pace, ScoreSet, ScoreUpdate, StoreFault},
};
use crate::{
    domain::{Candidate, Catalogue, LabelBook, ModelCard, ModelId, Predictions},
    features::labelling::truths::Truths,
    io::Decoder,
    learn::{Compute, Wish, shares::Decision},
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
#[derive(Clone, Debug)]
pub struct ScoreOrder {
    /// Files, folders, archives.
    pub paths: Vec<PathBuf>,
    /// Names or files of models.
    pub models: Vec<String>,
    /// Where to compute.
    pub device: Wish,
    /// Where scores are kept; none keeps nothing.
    pub project: Option<PathBuf>,
    /// Class shares that predictions are corrected for. What a project keeps is not corrected.
    pub shares: ShareChoice,
    /// What the correction is for.
    pub decision: Decision,
    /// Labels of the set, which shares can be taken from; none for the classes that the data give.
    pub labels: Option<Arc<LabelBook>>,
    /// From how many orientations.
    pub orientations: Orientations,
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
    if order.orientations != Orientations::All && order.shares != ShareChoice::default() {
        bail!(
            "class shares are estimated from scores of all orientations: leave out either --shares or --quick"
        );
    }
    let Wanted { models, columns } = models_of(order, &report)?;
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
    let found = Arc::new(Mutex::new(Found {
        predictions: vec![vec![Predictions::default(); catalogue.len()]; models.len()],
        one_view: vec![OneView::new(); models.len()],
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
        orientations: order.orientations,
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
    let mut shares = Vec::new();
    let mut named: Vec<(ModelCard, Vec<Predictions>, Option<&OneView>)> = Vec::new();
    let is_quick = order.orientations != Orientations::All;
    for column in columns {
        let one_view = is_quick.then(|| column.one_view(&found.one_view)).flatten();
        let (id, card, mut predictions) = column.of(&found.predictions);
        if let Some(corrected) = with_shares(order, &catalogue, (&id, &card), &predictions)? {
            shares.extend(corrected.in_words(&card, order.decision));
            predictions = corrected.predictions;
        }
        named.push((card, predictions, one_view));
    }
    let scores: Vec<ModelScores<'_>> = named
        .iter()
        .map(|(card, predictions, one_view)| ModelScores {
            card,
            predictions,
            one_view: *one_view,
        })
        .collect();
    let mut done = ScoreReport::of(&candidates, &scores, found.counts, opened.problems)?;
    done.shares = shares;
    Ok(Some(done))
}

fn with_shares(
    order: &ScoreOrder,
    catalogue: &Catalogue,
    (id, card): (&ModelId, &ModelCard),
    predictions: &[Predictions],
) -> anyhow::Result<Option<Corrected>> {
    let truths = order.labels.as_deref().map_or(Truths::Data, Truths::Labels);
    let labels = || label_counts(catalogue, truths, &card.classes);
    corrected(
        &order.shares,
        order.decision,
        (id, card),
        predictions,
        labels,
    )
}

/// The models that must score, and what stands in the table.
struct Wanted {
    models: Vec<AnyModel>,
    columns: Vec<ColumnsOf>,
}

/// What some columns of the table are of.
enum ColumnsOf {
    /// A model, by its place.
    Model(ModelId, Box<ModelCard>, usize),
    /// A fusion of the models at two places.
    Fused(Box<Fused>, [usize; 2]),
}

impl ColumnsOf {
    /// Which epochs were scored from one orientation; none of a fusion, whose network has none.
    fn one_view<'a>(&self, all: &'a [OneView]) -> Option<&'a OneView> {
        match self {
            Self::Model(.., at) => all.get(*at),
            Self::Fused(..) => None,
        }
    }

    fn of(&self, predictions: &[Vec<Predictions>]) -> (ModelId, ModelCard, Vec<Predictions>) {
        match self {
            Self::Model(id, card, at) => (id.clone(), (**card).clone(), predictions[*at].clone()),
            Self::Fused(fused, [network, forest]) => {
                let both = predictions[*network].iter().zip(&predictions[*forest]);
                let all = both.map(|(network, forest)| fuse(&fused.fusion, network, forest));
                (fused.id().clone(), fused.card().clone(), all.collect())
            }
        }
    }
}

impl Wanted {
    /// The place of a model, which is taken up where it is new.
    fn place(&mut self, model: AnyModel) -> usize {
        let mut known = self.models.iter();
        known
            .position(|known| known.id() == model.id())
            .unwrap_or_else(|| {
                self.models.push(model);
                self.models.len() - 1
            })
    }
}

fn models_of(order: &ScoreOrder, report: &dyn Fn(ScoreNews)) -> anyhow::Result<Wanted> {
    let compute = Compute::choose(order.device)?;
    let find = |name: &str| -> anyhow::Result<AnyModel> {
        let found = models::find(name, &compute)?;
        if let Some(warning) = found.warning {
            report(ScoreNews::Warning(warning));
        }
        Ok(found.model)
    };
    let mut wanted = Wanted {
        models: Vec::new(),
        columns: Vec::new(),
    };
    for name in &order.models {
        let Some(fusion) = fusion_of(name)? else {
            let model = find(name)?;
            let (id, card) = (model.id().clone(), Box::new(model.card().clone()));
            let at = wanted.place(model);
            wanted.columns.push(ColumnsOf::Model(id, card, at));
            continue;
        };
        let (network, forest) = (find(&fusion.network)?, find(&fusion.forest)?);
        let fused = Fused::of(fusion, network.clone(), forest.clone())?;
        let places = [wanted.place(network), wanted.place(forest)];
        wanted
            .columns
            .push(ColumnsOf::Fused(Box::new(fused), places));
    }
    Ok(wanted)
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
    one_view: Vec<OneView>,
    counts: Counts,
    /// Candidates that the last model is done with.
    done: usize,
}

impl Found {
    fn take(&mut self, update: ScoreUpdate) -> Option<ScoreNews> {
        let (model, scores, counts, one_view) = match update {
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
                one_view,
            } => (model, scores, counts, one_view),
        };
        self.one_view[model].extend(one_view);
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
