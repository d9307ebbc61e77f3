//! Scoring everything that paths hold: one thread reads and prepares while this one computes.
//!
//! Candidates go through in chunks, so that memory does not grow with their number. What a project
//! holds is not computed again, and what is computed is kept in it chunk by chunk.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context, bail};
use crossbeam_channel::{Sender, bounded};

use super::{
    inputs::{Inputs, Wanted, inputs},
    kept::Shelf,
    model_memory::MemoryShelf,
    report::{Counts, ScoreReport},
    score::compute,
    table::ModelScores,
};
use crate::{
    domain::{Candidate, KeptScores, ModelId, ModelInput, NewScores, ScoreRow, Verdict, Verdicts},
    io::Decoder,
    learn::{Compute, Wish},
    tasks::{cancel::CancelToken, progress::Progress, thread::scoped},
    workspace::{any_model::AnyModel, models, open::read_until},
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

/// A model at work.
struct Scorer {
    model: AnyModel,
    verdicts: Vec<Verdicts>,
}

impl Scorer {
    fn scores(&self) -> ModelScores<'_> {
        ModelScores {
            card: self.model.card(),
            verdicts: &self.verdicts,
        }
    }
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
    let opened = read_until(&order.paths, &decoder, cancel);
    if cancel.is_cancelled() {
        return Ok(None);
    }
    let catalogue = &opened.catalogue;
    if catalogue.is_empty() {
        let cause = opened.problems.first();
        let cause = cause.map(|problem| format!(": {problem}"));
        bail!("no candidate was found{}", cause.unwrap_or_default());
    }
    let candidates: Vec<&Candidate> = catalogue.iter().map(|(_, candidate)| candidate).collect();
    let mut shelf = Shelf::open(order.project.as_deref(), told)?;
    let kept = scorers.iter().map(|scorer| shelf.kept(scorer.model.id()));
    let kept: Vec<KeptScores> = kept.collect::<Result<_, _>>()?;
    let work = Work {
        candidates: &candidates,
        kept: &kept,
        project: order.project.as_deref(),
        decoder: &decoder,
        cancel,
    };
    let counts = work.run(&mut scorers, &mut shelf, told)?;
    if cancel.is_cancelled() {
        return Ok(None);
    }
    let scores: Vec<ModelScores<'_>> = scorers.iter().map(Scorer::scores).collect();
    ScoreReport::of(&candidates, &scores, counts, opened.problems).map(Some)
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
            verdicts: Vec::new(),
        });
    }
    Ok(scorers)
}

/// What both threads look at.
#[derive(Clone, Copy)]
struct Work<'a> {
    candidates: &'a [&'a Candidate],
    kept: &'a [KeptScores],
    project: Option<&'a Path>,
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
        told: &mut dyn FnMut(ScoreNews),
    ) -> anyhow::Result<Counts> {
        let mut counts = Counts::default();
        let models: Vec<(ModelId, ModelInput)> = scorers
            .iter()
            .map(|scorer| (scorer.model.id().clone(), scorer.model.card().input.clone()))
            .collect();
        thread::scope(|scope| {
            let (sender, ready) = bounded(CHUNKS_AHEAD);
            let models = &models;
            let prepare = move || {
                let models = models.iter().zip(self.kept);
                let wanted = models.map(|((model, input), kept)| Wanted { model, input, kept });
                self.prepare(&wanted.collect::<Vec<_>>(), &sender);
            };
            scoped(scope, "prepare", prepare).context("the system gives no thread")?;
            for (range, of_models) in ready {
                if self.cancel.is_cancelled() {
                    break;
                }
                let chunk = &self.candidates[range.clone()];
                for ((scorer, kept), inputs) in scorers.iter_mut().zip(self.kept).zip(of_models) {
                    let computed = compute(&scorer.model, inputs)?;
                    let input = &scorer.model.card().input;
                    let new = NewScores {
                        rows: new_rows(chunk, input, &computed.verdicts, kept, &mut counts),
                        memories: computed.memories,
                    };
                    shelf.keep(scorer.model.id(), &new, told);
                    scorer.verdicts.extend(computed.verdicts);
                }
                told(ScoreNews::Progress(Progress {
                    done: range.end,
                    total: self.candidates.len(),
                }));
            }
            Ok(counts)
        })
    }

    fn prepare(self, wanted: &[Wanted<'_>], sender: &Sender<Chunk>) {
        let memories = MemoryShelf::open(self.project);
        for range in chunks(self.candidates) {
            let chunk = &self.candidates[range.clone()];
            let inputs = inputs(chunk, wanted, &memories, self.decoder);
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
    input: &ModelInput,
    verdicts: &[Verdicts],
    kept: &KeptScores,
    counts: &mut Counts,
) -> Vec<ScoreRow> {
    let pairs = candidates.iter().zip(verdicts);
    let all = pairs.flat_map(|(candidate, verdicts)| ScoreRow::of(candidate, input, verdicts));
    let mut new = Vec::new();
    for row in all {
        if kept.holds(&row) {
            counts.kept += 1;
        } else {
            counts.computed += usize::from(matches!(row.verdict, Verdict::Probabilities(_)));
            new.push(row);
        }
    }
    new
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
