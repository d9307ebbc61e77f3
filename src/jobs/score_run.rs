//! Scoring everything that paths hold: one thread reads and prepares while this one computes.
//!
//! Candidates go through in chunks, so that memory does not grow with their number. What a project
//! holds is not computed again, and what is computed is kept in it chunk by chunk.

use std::{
    collections::BTreeMap,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, Builder},
};

use anyhow::{Context, bail};
use crossbeam_channel::{Sender, bounded};

use super::{
    event::Progress,
    models,
    open::{Opened, read_until},
    reporter::CancelToken,
    score::compute,
    score_inputs::{Inputs, Wanted, inputs},
    score_table::{ModelScores, columns},
};
use crate::{
    domain::{Candidate, KeptScores, ModelId, Problem, ScoreRow, Verdict, Verdicts},
    io::{Decoder, export::FilledColumn},
    learn::{Compute, Model, Wish},
    store::{Project, StoreError},
};

/// Epochs that are prepared at a time.
const EPOCHS_AT_ONCE: usize = 256;
/// Chunks that may wait for the one that computes.
const CHUNKS_AHEAD: usize = 2;

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

/// What is told while scoring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoreNews {
    /// Candidates done.
    Progress(Progress),
    /// A sentence that the user must know.
    Warning(String),
}

/// Epochs that a model could not score for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals {
    /// The model's name.
    pub model: String,
    /// Why.
    pub why: Arc<str>,
    /// How many.
    pub epochs: usize,
    /// The first candidate with such an epoch.
    pub first: Arc<str>,
}

/// What a run found.
#[derive(Debug, Default)]
pub struct ScoreReport {
    /// The table: a row for each epoch.
    pub columns: Vec<FilledColumn>,
    /// Candidates.
    pub candidates: usize,
    /// Epochs.
    pub epochs: usize,
    /// Scores that were computed now; each epoch counts once for each model.
    pub computed: usize,
    /// Scores that the project held.
    pub kept: usize,
    /// What could not be scored, the most frequent reason first.
    pub refusals: Vec<Refusals>,
    /// What could not be opened.
    pub problems: Vec<Problem>,
}

/// A model at work.
struct Scorer {
    model: Model,
    kept: KeptScores,
    verdicts: Vec<Verdicts>,
}

/// Scores everything; none where it was cancelled (the project keeps what was scored until then).
///
/// # Errors
/// Where a model or the project cannot be used, there is no candidate, the device fails, or no
/// epoch can be scored.
pub fn score(
    order: &ScoreOrder,
    cancel: &CancelToken,
    told: &mut dyn FnMut(ScoreNews),
) -> anyhow::Result<Option<ScoreReport>> {
    let mut scorers = scorers(order, told)?;
    let decoder = Decoder::default();
    let Opened {
        catalogue,
        problems,
        ..
    } = read_until(&order.paths, &decoder, cancel);
    if cancel.is_cancelled() {
        return Ok(None);
    }
    if catalogue.is_empty() {
        let cause = problems.first().map(|problem| format!(": {problem}"));
        bail!("no candidate was found{}", cause.unwrap_or_default());
    }
    let mut shelf = Shelf::open(order.project.as_deref(), &mut scorers, told)?;
    let candidates: Vec<&Candidate> = catalogue.iter().map(|(_, candidate)| candidate).collect();
    let mut report = ScoreReport {
        candidates: candidates.len(),
        epochs: candidates.iter().map(|c| c.epochs.len()).sum(),
        problems,
        ..ScoreReport::default()
    };
    let kept: Vec<KeptScores> = scorers
        .iter_mut()
        .map(|s| std::mem::take(&mut s.kept))
        .collect();
    let work = Work {
        candidates: &candidates,
        kept: &kept,
        decoder: &decoder,
        cancel,
    };
    work.run(&mut scorers, &mut shelf, &mut report, told)?;
    if cancel.is_cancelled() {
        return Ok(None);
    }
    report.refusals = refusals(&candidates, &scorers);
    if report.computed + report.kept == 0 {
        let why = report
            .refusals
            .first()
            .map(|refusals| format!(": {}", refusals.why));
        bail!("no epoch could be scored{}", why.unwrap_or_default());
    }
    let scores: Vec<ModelScores<'_>> = scorers
        .iter()
        .map(|scorer| ModelScores {
            card: scorer.model.card(),
            verdicts: &scorer.verdicts,
        })
        .collect();
    report.columns = columns(&candidates, &scores);
    Ok(Some(report))
}

fn scorers(order: &ScoreOrder, told: &mut dyn FnMut(ScoreNews)) -> anyhow::Result<Vec<Scorer>> {
    let compute = Compute::choose(order.device)?;
    let mut scorers = Vec::with_capacity(order.models.len());
    for name in &order.models {
        let checked = models::find(name, &compute)?;
        if let Some(warning) = checked.warning {
            told(ScoreNews::Warning(warning));
        }
        scorers.push(Scorer {
            model: checked.model,
            kept: KeptScores::default(),
            verdicts: Vec::new(),
        });
    }
    Ok(scorers)
}

/// The project, where there is one that can be written.
struct Shelf(Option<Project>);

impl Shelf {
    /// Opens the project and takes what it holds of every model. One that cannot be written is told
    /// and then done without.
    fn open(
        path: Option<&Path>,
        scorers: &mut [Scorer],
        told: &mut dyn FnMut(ScoreNews),
    ) -> anyhow::Result<Self> {
        let Some(path) = path else {
            return Ok(Self(None));
        };
        let project = match Project::open_or_create(path) {
            Ok(project) => project,
            Err(error @ StoreError::NotWritable { .. }) => {
                told(ScoreNews::Warning(format!("{error}; no score is kept")));
                return Ok(Self(None));
            }
            Err(error) => return Err(error.into()),
        };
        for scorer in scorers {
            scorer.kept = KeptScores::of(&project.scores_of(scorer.model.id())?);
        }
        Ok(Self(Some(project)))
    }

    /// Keeps what is new. A project that refuses is told once and then done without.
    fn keep(&mut self, model: &ModelId, rows: &[ScoreRow], told: &mut dyn FnMut(ScoreNews)) {
        let kept = self
            .0
            .as_mut()
            .map(|project| project.put_scores(model, rows));
        if let Some(Err(error)) = kept {
            told(ScoreNews::Warning(format!(
                "{error}; no more scores are kept"
            )));
            self.0 = None;
        }
    }
}

/// What both threads look at.
#[derive(Clone, Copy)]
struct Work<'a> {
    candidates: &'a [&'a Candidate],
    kept: &'a [KeptScores],
    decoder: &'a Decoder,
    cancel: &'a CancelToken,
}

/// Some candidates, and their inputs for each model.
type Chunk = (Range<usize>, Vec<Inputs>);

impl Work<'_> {
    fn run(
        self,
        scorers: &mut [Scorer],
        shelf: &mut Shelf,
        report: &mut ScoreReport,
        told: &mut dyn FnMut(ScoreNews),
    ) -> anyhow::Result<()> {
        let plans: Vec<_> = scorers
            .iter()
            .map(|s| s.model.card().input.clone())
            .collect();
        thread::scope(|scope| {
            let (sender, ready) = bounded(CHUNKS_AHEAD);
            let plans = &plans;
            Builder::new()
                .name("prepare".into())
                .spawn_scoped(scope, move || {
                    let models = plans.iter().zip(self.kept);
                    let wanted: Vec<_> = models.map(|(plan, kept)| Wanted { plan, kept }).collect();
                    self.prepare(&wanted, &sender);
                })
                .context("the system gives no thread")?;
            for (range, of_models) in ready {
                if self.cancel.is_cancelled() {
                    break;
                }
                let chunk = &self.candidates[range.clone()];
                for ((scorer, kept), inputs) in scorers.iter_mut().zip(self.kept).zip(of_models) {
                    let verdicts = compute(&scorer.model, inputs)?;
                    let new = new_rows(chunk, &verdicts, kept, report);
                    shelf.keep(scorer.model.id(), &new, told);
                    scorer.verdicts.extend(verdicts);
                }
                told(ScoreNews::Progress(Progress {
                    done: range.end,
                    total: self.candidates.len(),
                }));
            }
            Ok(())
        })
    }

    fn prepare(self, wanted: &[Wanted<'_>], sender: &Sender<Chunk>) {
        for range in chunks(self.candidates) {
            let inputs = inputs(&self.candidates[range.clone()], wanted, self.decoder);
            if self.cancel.is_cancelled() || sender.send((range, inputs)).is_err() {
                return;
            }
        }
    }
}

/// Candidates with about [`EPOCHS_AT_ONCE`] epochs together.
fn chunks(candidates: &[&Candidate]) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut epochs) = (0, 0);
    for (at, candidate) in candidates.iter().enumerate() {
        epochs += candidate.epochs.len();
        if epochs >= EPOCHS_AT_ONCE {
            chunks.push(start..at + 1);
            (start, epochs) = (at + 1, 0);
        }
    }
    if start < candidates.len() {
        chunks.push(start..candidates.len());
    }
    chunks
}

/// What the project does not hold yet; counts what it does.
fn new_rows(
    candidates: &[&Candidate],
    verdicts: &[Verdicts],
    kept: &KeptScores,
    report: &mut ScoreReport,
) -> Vec<ScoreRow> {
    let pairs = candidates.iter().zip(verdicts);
    let all = pairs.flat_map(|(candidate, verdicts)| ScoreRow::of(candidate, verdicts));
    let mut new = Vec::new();
    for row in all {
        if kept.holds(&row) {
            report.kept += 1;
        } else {
            report.computed += usize::from(matches!(row.verdict, Verdict::Probabilities(_)));
            new.push(row);
        }
    }
    new
}

fn refusals(candidates: &[&Candidate], scorers: &[Scorer]) -> Vec<Refusals> {
    let mut all = Vec::new();
    for scorer in scorers {
        let mut reasons: BTreeMap<&Arc<str>, (usize, &Arc<str>)> = BTreeMap::new();
        for (candidate, verdicts) in candidates.iter().zip(&scorer.verdicts) {
            for verdict in verdicts.iter() {
                if let Verdict::Refused(why) = verdict {
                    reasons.entry(why).or_insert((0, &candidate.id)).0 += 1;
                }
            }
        }
        all.extend(reasons.into_iter().map(|(why, (epochs, first))| Refusals {
            model: scorer.model.card().name.clone(),
            why: why.clone(),
            epochs,
            first: first.clone(),
        }));
    }
    all.sort_by_key(|refusals| std::cmp::Reverse(refusals.epochs));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Epoch;

    #[test]
    fn chunks_hold_all_candidates_once_and_are_not_too_large() {
        let candidate = |epochs: usize| Candidate {
            epochs: vec![Epoch::default(); epochs],
            ..Candidate::default()
        };
        let all = [300, 100, 100, 100, 1, 0].map(candidate);
        let all: Vec<&Candidate> = all.iter().collect();
        assert_eq!(chunks(&all), [0..1, 1..4, 4..6]);
        assert!(chunks(&[]).is_empty());
    }
}
