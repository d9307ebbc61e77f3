//! Scoring candidates as a task, the same for the window and the command line: it reads the models, takes
//! what the project holds, computes the rest while the next candidates are read, keeps it in the project,
//! and reports scores as they come.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};
use crossbeam_channel::{Receiver, Sender, bounded};

use super::{
    inputs::{Inputs, Wanted, inputs},
    model_memory::ModelMemories,
    origin::{check_files, files_of},
    schedule::{Batch, Schedule, StepSize},
    score::{Computed, Orientations, compute},
    score_store::ScoreStore,
};
use crate::{
    domain::{
        Candidate, CandidateIx, Catalogue, KeptScores, ModelId, ModelInput, NewScores, Prediction,
        Predictions, ScoreBook, ScoreRow, ScoredFrom,
    },
    io::Decoder,
    tasks::{
        Task, TaskContext,
        cancel::CancelToken,
        compute_queue::Priority,
        step_times::Phase,
        thread::{Broken, scoped},
    },
    workspace::{
        any_model::AnyModel,
        model_registry::{LoadedModel, ModelRegistry},
        scores::tally::Counts,
    },
};

pub use super::{
    schedule::{Focus, Pace},
    score_store::StoreFault,
};

/// Candidates whose kept scores are reported at a time, and how many epochs they have at most.
const LOOKED_UP: usize = 2000;
const EPOCHS_LOOKED_UP: usize = 20_000;
/// Steps of fixed size that may be read ahead; of those that are fitted, the one that is being read: who is
/// looked at in between waits for no more.
const READ_AHEAD: usize = 2;

/// A model that scores.
#[derive(Clone)]
pub enum ModelChoice {
    /// Read anew by its name or file, and kept in the registry.
    Source(Arc<str>),
    Read(AnyModel),
}

/// Scores candidates by models.
#[derive(Clone)]
pub struct ScoreSet {
    /// By these: stamps are read once for all of them.
    pub by: Vec<ModelChoice>,
    pub catalogue: Arc<Catalogue>,
    /// Candidates of which all models have predicted something already are passed over.
    pub known: ScoreBook,
    /// What it holds is not computed again, and what is new is kept in it.
    pub project: Option<PathBuf>,
    pub models: ModelRegistry,
    pub decoder: Arc<Decoder>,
    pub focus: Focus,
    /// How many epochs at a time.
    pub pace: Pace,
    /// From how many orientations.
    pub orientations: Orientations,
}

/// Epochs that were scored from one orientation only, by their candidate and place. No project keeps such scores.
pub type OneView = HashSet<(CandidateIx, usize)>;

/// What is reported while it scores.
#[derive(Debug)]
pub enum ScoreUpdate {
    Loaded(LoadedModel),
    /// What a model predicts for some candidates.
    Scored {
        /// Its place among the models.
        model: usize,
        /// Candidates, with a verdict for each epoch.
        scores: Vec<(CandidateIx, Predictions)>,
        /// Where they came from.
        counts: Counts,
        /// Those of them that were scored from one orientation only.
        one_view: OneView,
    },
    /// The project cannot be used as it should.
    Fault(StoreFault),
}

impl Task for ScoreSet {
    const NAME: &'static str = "scoring";
    type Update = ScoreUpdate;
    type Output = ();

    fn run(self, cx: &TaskContext<ScoreUpdate>) -> anyhow::Result<()> {
        let models = self.by.iter().map(|choice| self.model(choice, cx));
        let models: Vec<AnyModel> = models.collect::<anyhow::Result<_>>()?;
        cx.check()?;
        let mut store = ScoreStore::open(self.project.as_deref());
        let mut kept: Vec<KeptScores> = models.iter().map(|model| store.kept(model.id())).collect();
        for (model, kept) in models.iter().zip(&mut kept) {
            let (input, cancel) = (&model.card().input, cx.cancel_token());
            check_files(kept, input, &self.catalogue, &self.decoder, cancel)?;
        }
        let run = Run {
            set: &self,
            models: &models,
            kept: &kept,
            cx,
        };
        let scored = run.score(&mut store);
        // Also of what was stopped or failed.
        store.write();
        run.report_fault(&mut store);
        scored
    }
}

const fn part(part: &'static str) -> Phase {
    Phase::new(ScoreSet::NAME, part)
}

impl ScoreSet {
    fn model(
        &self,
        choice: &ModelChoice,
        cx: &TaskContext<ScoreUpdate>,
    ) -> anyhow::Result<AnyModel> {
        let source = match choice {
            ModelChoice::Read(model) => return Ok(model.clone()),
            ModelChoice::Source(source) => source,
        };
        let loaded = self.models.load_in_turn(source, cx)?;
        if loaded.card.classes.is_empty() {
            bail!("predicts no class");
        }
        let id = loaded.id.clone();
        cx.update(ScoreUpdate::Loaded(loaded));
        let model = self.models.get(&id);
        model.ok_or_else(|| anyhow!("the model {id} is no longer at hand"))
    }
}

/// What is known of an epoch of a candidate that is scored in parts, with the hash of its pixels where it was
/// computed now.
type Known = Option<(Prediction, Option<u64>)>;

/// A step whose stamps are read.
struct Prepared {
    batch: Batch,
    /// For each model.
    inputs: Vec<Inputs>,
    took: Duration,
}

/// What reads stamps while the step before is computed.
struct Reading<'a> {
    catalogue: &'a Catalogue,
    models: &'a [(ModelId, ModelInput)],
    kept: &'a [KeptScores],
    project: Option<&'a Path>,
    decoder: &'a Decoder,
    cancel: &'a CancelToken,
}

impl Reading<'_> {
    fn run(self, mut schedule: Schedule<'_>, sender: &Sender<Prepared>) {
        let (memories, no_memories) = (ModelMemories::open(self.project), ModelMemories::default());
        let nothing = vec![KeptScores::default(); self.models.len()];
        while !self.cancel.is_cancelled()
            && let Some(batch) = schedule.next_batch()
        {
            let began = Instant::now();
            let inputs = match &batch {
                Batch::Whole(chosen) => {
                    let all = chosen.iter().filter_map(|ix| self.catalogue.get(*ix));
                    let all: Vec<&Candidate> = all.collect();
                    inputs(&all, &self.wanted(self.kept), &memories, self.decoder)
                }
                Batch::Part { ix, places, .. } => {
                    let some = self.some_epochs(*ix, places);
                    inputs(&[&some], &self.wanted(&nothing), &no_memories, self.decoder)
                }
            };
            let prepared = Prepared {
                batch,
                inputs,
                took: began.elapsed(),
            };
            if sender.send(prepared).is_err() {
                return;
            }
        }
    }

    fn wanted<'b>(&'b self, kept: &'b [KeptScores]) -> Vec<Wanted<'b>> {
        let models = self.models.iter().zip(kept);
        models
            .map(|((model, input), kept)| Wanted { model, input, kept })
            .collect()
    }

    fn some_epochs(&self, ix: CandidateIx, places: &[usize]) -> Candidate {
        let Some(candidate) = self.catalogue.get(ix) else {
            return Candidate::default();
        };
        Candidate {
            id: candidate.id.clone(),
            epochs: places
                .iter()
                .map(|at| candidate.epochs[*at].clone())
                .collect(),
            ..Candidate::default()
        }
    }
}

/// One run of the task, once models and kept scores are there.
struct Run<'a> {
    set: &'a ScoreSet,
    models: &'a [AnyModel],
    kept: &'a [KeptScores],
    cx: &'a TaskContext<ScoreUpdate>,
}

impl Run<'_> {
    fn score(&self, store: &mut ScoreStore) -> anyhow::Result<()> {
        self.report_fault(store);
        let mut is_done = self.look_up(store)?;
        let size = StepSize::new(self.set.pace);
        let models = self.models.iter();
        let models: Vec<(ModelId, ModelInput)> = models
            .map(|model| (model.id().clone(), model.card().input.clone()))
            .collect();
        let to_cut = match (&*models, self.kept) {
            ([(_, input)], [kept]) if !input.looks_back() => Some((kept, input)),
            _ => None,
        };
        let catalogue = &*self.set.catalogue;
        let focus = self.set.focus.clone();
        let schedule = Schedule::new(catalogue, is_done.clone(), focus, &size, to_cut);
        let reading = Reading {
            catalogue,
            models: &models,
            kept: self.kept,
            project: self.set.project.as_deref(),
            decoder: &self.set.decoder,
            cancel: self.cx.cancel_token(),
        };
        thread::scope(|scope| {
            let ahead = match self.set.pace {
                Pace::Fitted => 0,
                Pace::Fixed => READ_AHEAD,
            };
            let (sender, ready) = bounded(ahead);
            let read = move || reading.run(schedule, &sender);
            let reader = scoped(scope, "prepare", read).context("the system gives no thread")?;
            self.compute_all(ready, &size, &mut is_done, store)?;
            if reader.join().is_err() {
                bail!(Broken::sentence("reading stamps"));
            }
            Ok(self.cx.check()?)
        })
    }

    /// Reports what the project holds, some candidates at a time; who is done then.
    fn look_up(&self, store: &mut ScoreStore) -> anyhow::Result<Vec<bool>> {
        let catalogue = &self.set.catalogue;
        let is_known = |(ix, _): (CandidateIx, &Candidate)| {
            let mut models = self.models.iter();
            models.all(|model| self.set.known.get(model.id(), ix).is_some())
        };
        let mut is_done: Vec<bool> = catalogue.iter().map(is_known).collect();
        if self.kept.iter().any(KeptScores::is_empty) {
            return Ok(is_done);
        }
        let mut from = 0;
        while from < is_done.len() {
            self.cx.check()?;
            let mut found = vec![Vec::new(); self.models.len()];
            let mut epochs = 0;
            let some = catalogue.since(from).take_while(|(_, candidate)| {
                let has_capacity = epochs < EPOCHS_LOOKED_UP;
                epochs += candidate.epochs.len();
                has_capacity
            });
            for (ix, candidate) in some.take(LOOKED_UP) {
                from += 1;
                if is_done[ix.0 as usize] {
                    continue;
                }
                let models = self.models.iter().zip(self.kept);
                let complete =
                    models.map(|(model, kept)| kept.complete(candidate, &model.card().input));
                let complete: Option<Vec<Predictions>> = complete.collect();
                let Some(complete) = complete.filter(|_| !candidate.epochs.is_empty()) else {
                    continue;
                };
                is_done[ix.0 as usize] = true;
                for (found, predictions) in found.iter_mut().zip(complete) {
                    found.push((ix, predictions));
                }
            }
            for (model, scores) in found.into_iter().enumerate() {
                let kept = scores
                    .iter()
                    .map(|(_, predictions)| predictions.len())
                    .sum();
                if self.kept[model].lacks_sources() {
                    let all = scores.iter();
                    let rows = all.flat_map(|(ix, predictions)| self.rows(model, *ix, predictions));
                    let rows: Vec<ScoreRow> =
                        rows.filter_map(|row| self.to_keep(model, row)).collect();
                    store.keep(self.models[model].id(), rows.into());
                }
                let counts = Counts { kept, computed: 0 };
                self.report(model, scores, counts, OneView::new());
            }
        }
        Ok(is_done)
    }

    fn compute_all(
        &self,
        ready: Receiver<Prepared>,
        size: &StepSize,
        is_done: &mut [bool],
        store: &mut ScoreStore,
    ) -> anyhow::Result<()> {
        // Of the candidates that are scored in parts.
        let mut begun: BTreeMap<CandidateIx, Vec<Known>> = BTreeMap::new();
        let mut begun_one_view = OneView::new();
        for Prepared {
            batch,
            inputs,
            took,
        } in ready
        {
            self.cx.check()?;
            let mut computing = Duration::ZERO;
            let mut epochs = 0;
            for (model, inputs) in inputs.into_iter().enumerate() {
                let (computed, took) = self.compute(model, inputs, is_done)?;
                computing += took;
                epochs = computed.predictions.iter().map(|all| all.len()).sum();
                match &batch {
                    Batch::Whole(chosen) => self.take(model, chosen, computed, store),
                    Batch::Part {
                        ix,
                        places,
                        is_last,
                    } => {
                        let known = begun.entry(*ix).or_insert_with(|| self.known(model, *ix));
                        let new = computed.predictions.iter().flat_map(|all| all.iter());
                        for ((number, at), prediction) in places.iter().enumerate().zip(new) {
                            known[*at] = Some((prediction.clone(), computed.pixels(0, number)));
                        }
                        let one_view = computed.one_view.iter();
                        begun_one_view.extend(one_view.map(|(_, at)| (*ix, places[*at])));
                        if *is_last && let Some(known) = begun.remove(ix) {
                            let (all, pixels): (Vec<_>, Vec<_>) =
                                known.into_iter().flatten().unzip();
                            let of_this = begun_one_view.extract_if(|(of, _)| of == ix);
                            let whole = Computed {
                                predictions: vec![all.into()],
                                pixels: vec![pixels],
                                one_view: of_this.map(|(_, at)| (0, at)).collect(),
                                memories: Vec::new(),
                            };
                            self.take(model, &[*ix], whole, store);
                        }
                    }
                }
            }
            // One stage waits for the other: the longer one counts.
            size.adjust(epochs, took.max(computing));
            match batch {
                Batch::Whole(chosen) => {
                    for ix in chosen {
                        is_done[ix.0 as usize] = true;
                    }
                }
                Batch::Part { ix, is_last, .. } => is_done[ix.0 as usize] = is_last,
            }
        }
        Ok(())
    }

    /// What is kept of a candidate, epoch by epoch.
    fn known(&self, model: usize, ix: CandidateIx) -> Vec<Known> {
        let Some(candidate) = self.set.catalogue.get(ix) else {
            return Vec::new();
        };
        let input = &self.models[model].card().input;
        let known = self.kept[model].known(candidate, input).into_iter();
        known
            .map(|known| known.map(|prediction| (prediction, None)))
            .collect()
    }

    /// Predictions for a candidate as the project keeps them.
    fn rows(&self, model: usize, ix: CandidateIx, predictions: &[Prediction]) -> Vec<ScoreRow> {
        let Some(candidate) = self.set.catalogue.get(ix) else {
            return Vec::new();
        };
        let input = &self.models[model].card().input;
        ScoreRow::of(candidate, input, predictions, |_, epoch| ScoredFrom {
            files: files_of(epoch, &self.set.decoder),
            pixels: None,
        })
    }

    /// The row where the project does not have it as it is.
    fn to_keep(&self, model: usize, mut row: ScoreRow) -> Option<ScoreRow> {
        (!self.kept[model].is_up_to_date(&mut row)).then_some(row)
    }

    /// One step of a network in its turn; a forest needs no turn. How long it took, without the waiting.
    fn compute(
        &self,
        model: usize,
        inputs: Inputs,
        is_done: &[bool],
    ) -> anyhow::Result<(Computed, Duration)> {
        let model = self.models[model].clone();
        let is_forest = matches!(model, AnyModel::Forest(_));
        let orientations = self.set.orientations;
        let step = move || {
            let began = Instant::now();
            compute(&model, inputs, orientations).map(|computed| (computed, began.elapsed()))
        };
        if is_forest {
            return step();
        }
        let looked_at = self.set.focus.get();
        let is_looked_at = looked_at
            .iter()
            .any(|ix| is_done.get(ix.0 as usize) == Some(&false));
        let priority = if is_looked_at {
            Priority::Now
        } else {
            Priority::Soon
        };
        self.cx.compute(priority, part("computing"), step)?
    }

    /// Reports what was computed, and keeps what the project does not hold.
    fn take(
        &self,
        model: usize,
        chosen: &[CandidateIx],
        computed: Computed,
        store: &mut ScoreStore,
    ) {
        let mut counts = Counts::default();
        let mut rows = Vec::new();
        let one_view = computed.one_view.iter();
        let one_view: OneView = one_view.map(|(at, epoch)| (chosen[*at], *epoch)).collect();
        for (at, (ix, predictions)) in chosen.iter().zip(&computed.predictions).enumerate() {
            let all = self.rows(model, *ix, predictions).into_iter().enumerate();
            for (epoch, mut row) in all {
                row.scored_from.pixels = computed.pixels(at, epoch);
                if one_view.contains(&(*ix, epoch)) {
                    // Not what the model scores in full: it is not kept.
                    counts.computed += 1;
                    continue;
                }
                if self.kept[model].holds(&row) {
                    counts.kept += 1;
                } else {
                    counts.computed +=
                        usize::from(matches!(row.prediction, Prediction::Probabilities(_)));
                }
                rows.extend(self.to_keep(model, row));
            }
        }
        let memories = computed.memories;
        let scores = chosen.iter().copied().zip(computed.predictions).collect();
        self.report(model, scores, counts, one_view);
        store.keep(self.models[model].id(), NewScores { rows, memories });
        self.report_fault(store);
    }

    fn report(
        &self,
        model: usize,
        scores: Vec<(CandidateIx, Predictions)>,
        counts: Counts,
        one_view: OneView,
    ) {
        if !scores.is_empty() {
            self.cx.update(ScoreUpdate::Scored {
                model,
                scores,
                counts,
                one_view,
            });
        }
    }

    fn report_fault(&self, store: &mut ScoreStore) {
        if let Some(fault) = store.take_fault() {
            self.cx.update(ScoreUpdate::Fault(fault));
        }
    }
}
