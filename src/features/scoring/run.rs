//! Scoring everything that paths hold, without a window: the set is read, scored by the same task as in the
//! window, and what came of it is put together.

use std::{
    num::NonZero,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use anyhow::bail;

use super::{
    class_shares::{Corrected, ShareChoice, corrected, label_counts},
    detections::detections,
    fusing::{Fused, fuse, fusion_of},
    report::ScoreReport,
    score::Orientations,
    table::{ModelScores, SetsOfEpochs},
    task::{Focus, ModelChoice, OneView, Pace, ScoreSet, ScoreUpdate},
};
use crate::{
    domain::{
        Candidate, CandidateIx, Catalogue, LabelBook, ModelCard, ModelId, Predictions, Problem,
        ScoreBook, SetCalibration,
    },
    features::labelling::{
        label_sets::{labelled, with_labels},
        truths::Truths,
    },
    io::Decoder,
    learn::{Compute, Wish, shares::Decision},
    store::{Project, StoreError},
    tasks::{
        cancel::{CancelToken, Cancelled},
        progress::Progress,
        run_here,
    },
    workspace::{
        any_model::AnyModel, kept_index::Indexing, model_registry::ModelRegistry, models,
        open::read_kept, scores::tally::Counts,
    },
};

#[derive(Clone, Debug)]
pub struct ScoreOrder {
    /// Files, folders, archives.
    pub paths: Vec<PathBuf>,
    /// Whether files are taken from the index that was kept.
    pub indexing: Indexing,
    /// Names or files of models.
    pub models: Vec<String>,
    pub device: Wish,
    /// Where scores are kept; none keeps nothing.
    pub project: Option<PathBuf>,
    /// Class shares that predictions are corrected for. What a project keeps is not corrected.
    pub shares: ShareChoice,
    /// What the correction is for.
    pub decision: Decision,
    /// Labels of the set, which shares can be taken from, and sets of classes are calibrated with; none for the
    /// classes that the data give, which are for shares only.
    pub labels: Option<Arc<LabelBook>>,
    /// From how many orientations.
    pub orientations: Orientations,
    /// The share of objects of each class whose set of classes is to hold it, 0 to 1.
    pub level: f64,
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
    let Some(ready) = Ready::open(order, cancel, &report)? else {
        return Ok(None);
    };
    let scored = ready.score(order, cancel, report)?;
    if let Some(scored) = &scored
        && scored.counts == Counts::default()
    {
        let why = scored.refusals.first();
        let why = why.map(|refusals| format!(": {}", refusals.why));
        bail!("no epoch could be scored{}", why.unwrap_or_default());
    }
    Ok(scored)
}

/// Models and candidates, read.
pub(super) struct Ready {
    models: Vec<AnyModel>,
    columns: Vec<ColumnsOf>,
    decoder: Arc<Decoder>,
    /// Who is scored.
    pub catalogue: Catalogue,
    problems: Vec<Problem>,
}

impl Ready {
    /// Reads what is ordered; none where it was cancelled.
    ///
    /// # Errors
    /// Where a model cannot be used, or there is no candidate.
    pub fn open(
        order: &ScoreOrder,
        cancel: &CancelToken,
        report: &dyn Fn(ScoreNews),
    ) -> anyhow::Result<Option<Self>> {
        if order.orientations != Orientations::All && order.shares != ShareChoice::default() {
            bail!(
                "class shares are estimated from scores of all orientations: leave out either --shares or --quick"
            );
        }
        let Wanted { models, columns } = models_of(order, report)?;
        let decoder = Arc::new(Decoder::default());
        let project = order.project.as_deref();
        let opened = read_kept(&order.paths, project, order.indexing, &decoder, cancel);
        if cancel.is_cancelled() {
            return Ok(None);
        }
        if opened.catalogue.is_empty() {
            let cause = opened.problems.first();
            let cause = cause.map(|problem| format!(": {problem}"));
            bail!("no candidate was found{}", cause.unwrap_or_default());
        }
        Ok(Some(Self {
            models,
            columns,
            decoder,
            catalogue: opened.catalogue,
            problems: opened.problems,
        }))
    }

    /// The identifiers of the models, in the order of the table.
    pub fn model_ids(&self) -> Vec<Arc<str>> {
        let id = |column: &ColumnsOf| match column {
            ColumnsOf::Model(id, ..) => id.text().clone(),
            ColumnsOf::Fused(fused, _) => fused.id().text().clone(),
        };
        self.columns.iter().map(id).collect()
    }

    /// Scores the candidates; none where it was cancelled.
    ///
    /// # Errors
    /// Where the project cannot be used, or the device fails.
    pub fn score(
        self,
        order: &ScoreOrder,
        cancel: &CancelToken,
        report: impl Fn(ScoreNews) + Send + Sync + 'static,
    ) -> anyhow::Result<Option<ScoreReport>> {
        let catalogue = Arc::new(self.catalogue);
        let (models, decoder) = (self.models, self.decoder);
        let found = Arc::new(Mutex::new(Found {
            predictions: vec![vec![Predictions::default(); catalogue.len()]; models.len()],
            one_view: vec![OneView::new(); models.len()],
            counts: Counts::default(),
            done: 0,
        }));
        let task = ScoreSet {
            by: models.into_iter().map(ModelChoice::Read).collect(),
            catalogue: catalogue.clone(),
            known: ScoreBook::default(),
            project: project_of(order.project.as_deref(), "score", |text| {
                report(ScoreNews::Warning(text));
            })?,
            models: ModelRegistry::default(),
            decoder: decoder.clone(),
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
        reported(
            order,
            self.columns,
            (&catalogue, &decoder),
            &found,
            self.problems,
            cancel,
        )
    }
}

/// What was found, as a table and sentences; none where it was cancelled.
fn reported(
    order: &ScoreOrder,
    columns: Vec<ColumnsOf>,
    (catalogue, decoder): (&Catalogue, &Decoder),
    found: &Found,
    problems: Vec<Problem>,
    cancel: &CancelToken,
) -> anyhow::Result<Option<ScoreReport>> {
    let has_classes = columns
        .iter()
        .any(|column| column.card().positive_class().is_none());
    let mut seen = None;
    if has_classes {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        seen = detections(catalogue, decoder, threads, cancel)?;
        if seen.is_none() {
            return Ok(None);
        }
    }
    let mut shares = Vec::new();
    let mut named: Vec<Named<'_>> = Vec::new();
    let is_quick = order.orientations != Orientations::All;
    for column in columns {
        let one_view = is_quick.then(|| column.one_view(&found.one_view)).flatten();
        let (id, card, own) = column.of(&found.predictions);
        let mut predictions = own.clone();
        if let Some(corrected) = with_shares(order, catalogue, (&id, &card), &predictions)? {
            shares.extend(corrected.in_words(&card, order.decision));
            predictions = corrected.predictions;
        }
        let sets = sets_for(order, catalogue, (&id, &card), &own);
        let sets = sets.map(|sets| sets_of(&sets, [&own, &predictions], order.level));
        named.push(Named {
            card,
            predictions,
            one_view,
            sets,
        });
    }
    let scores: Vec<ModelScores<'_>> = named
        .iter()
        .map(|named| ModelScores {
            card: &named.card,
            predictions: &named.predictions,
            one_view: named.one_view,
            sets: named.sets.as_deref(),
        })
        .collect();
    let candidates: Vec<&Candidate> = catalogue.iter().map(|(_, candidate)| candidate).collect();
    let sets = (seen.as_ref(), order.level);
    let mut done = ScoreReport::of(&candidates, &scores, sets, found.counts, problems);
    done.shares = shares;
    Ok(Some(done))
}

/// What the table shows of a model.
struct Named<'a> {
    card: ModelCard,
    predictions: Vec<Predictions>,
    one_view: Option<&'a OneView>,
    sets: Option<Vec<SetsOfEpochs>>,
}

/// What sets of a model's classes follow from: its card, and the labels of the project.
fn sets_for(
    order: &ScoreOrder,
    catalogue: &Catalogue,
    (id, card): (&ModelId, &ModelCard),
    own: &[Predictions],
) -> Option<SetCalibration> {
    let sets = card
        .sets_of(id)
        .filter(|_| card.positive_class().is_none())?;
    let book = order.labels.as_deref();
    let by_labels = book.and_then(|book| {
        let of = |ix: CandidateIx| own.get(ix.0 as usize);
        let learned = card.training.learned.iter().cloned().collect();
        let model = (&card.classes[..], &learned);
        let known = labelled(model, catalogue, Truths::Labels(book), of);
        with_labels(sets, (id, &card.classes), known.iter().map(|(_, one)| one))
    });
    Some(by_labels.unwrap_or_else(|| sets.clone()))
}

/// The set of classes of each epoch of each candidate: of what a model itself predicts, and of what is shown.
pub(crate) fn sets_of(
    sets: &SetCalibration,
    [own, shown]: [&[Predictions]; 2],
    level: f64,
) -> Vec<SetsOfEpochs> {
    let both = own.iter().zip(shown);
    let of_candidate = |(own, shown): (&Predictions, &Predictions)| {
        let epochs = 0..own.len();
        epochs
            .map(|epoch| sets.set([own, shown], epoch, level))
            .collect()
    };
    both.map(of_candidate).collect()
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
    fn card(&self) -> &ModelCard {
        match self {
            Self::Model(_, card, _) => card,
            Self::Fused(fused, _) => fused.card(),
        }
    }

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

/// The project, made where there is none. One that cannot be written is warned of and then done without; `kept` is what it
/// was to keep: "score".
///
/// # Errors
/// Where it is no project, or one of a newer program.
pub(crate) fn project_of(
    path: Option<&Path>,
    kept: &str,
    note: impl FnOnce(String),
) -> Result<Option<PathBuf>, StoreError> {
    let Some(path) = path else {
        return Ok(None);
    };
    match Project::open_or_create(path) {
        Ok(_) => Ok(Some(path.to_owned())),
        Err(error @ StoreError::NotWritable { .. }) => {
            note(format!("{error}; no {kept} is kept"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

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
            ScoreUpdate::Fault(fault) => {
                return Some(ScoreNews::Warning(fault.in_words("scores")));
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
