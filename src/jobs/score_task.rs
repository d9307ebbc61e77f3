//! Scoring the opened set in the background: step by step, what is looked at first.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use super::{
    any_model::AnyModel,
    event::{JobEvent, ScoringEnd},
    learner::{After, Task, Urgency},
    memory_shelf::MemoryShelf,
    model_shelf::ModelShelf,
    reporter::{CancelToken, Reporter},
    score::complete_scores,
};
use crate::{
    domain::{
        Candidate, CandidateIx, Catalogue, KeptScores, ModelId, NewScores, ScoreRow, Verdicts,
    },
    io::Decoder,
    tasks::thread::Broken,
};

/// How long a step may take: an explanation or a click waits no longer.
const STEP_MS: f64 = 100.0;
/// Epochs of the first step, and the fewest and most of any.
const FIRST_EPOCHS: f64 = 16.0;
const EPOCHS: (f64, f64) = (4.0, 512.0);
/// Candidates that are looked up among the kept scores in one step.
const LOOKED_UP: usize = 2000;
/// Candidates that are scored in one step at most, however few epochs they have.
const MOST_AT_ONCE: usize = 512;

/// Who is looked at: the newest word counts.
#[derive(Clone, Default)]
pub struct Focus(Arc<Mutex<Arc<[CandidateIx]>>>);

impl Focus {
    /// Says who is looked at now, the most urgent first.
    pub fn put(&self, candidates: Arc<[CandidateIx]>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = candidates;
    }

    fn get(&self) -> Arc<[CandidateIx]> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// What is to be scored.
#[derive(Clone, Debug)]
pub struct ScoreOrder {
    /// Number of the opening.
    pub generation: u64,
    /// By which version of which model.
    pub model: ModelId,
    /// Number of this run: its end is nobody's once another has begun.
    pub run: u64,
    /// All candidates.
    pub catalogue: Arc<Catalogue>,
    /// What the project holds already: nothing of it is computed again.
    pub kept: Arc<[ScoreRow]>,
    /// The project, where there is one: it has what the model remembers.
    pub project: Option<PathBuf>,
}

/// What a task needs beside its order.
#[derive(Clone)]
pub struct Scorer {
    /// The models at hand.
    pub shelf: ModelShelf,
    /// The decoder of the opened set.
    pub decoder: Arc<Decoder>,
    /// Who is looked at.
    pub focus: Focus,
    /// Asks it to stop.
    pub cancel: CancelToken,
    /// Who hears of scores.
    pub reporter: Reporter,
}

/// What the project holds, and the model that is scored with.
struct Kept {
    scores: KeptScores,
    memories: MemoryShelf,
    model: AnyModel,
}

/// The scoring of one set by one model.
pub struct ScoreTask {
    order: ScoreOrder,
    scorer: Scorer,
    kept: Option<Kept>,
    /// Up to where candidates were looked up among the kept scores.
    looked_up: usize,
    is_done: Vec<bool>,
    /// Before this one all are done.
    next: usize,
    epochs_a_step: f64,
}

impl ScoreTask {
    /// A task that has not begun.
    pub fn new(order: ScoreOrder, scorer: Scorer) -> Self {
        Self {
            is_done: vec![false; order.catalogue.len()],
            order,
            scorer,
            kept: None,
            looked_up: 0,
            next: 0,
            epochs_a_step: FIRST_EPOCHS,
        }
    }

    fn is_waiting(&self, ix: CandidateIx) -> bool {
        self.is_done.get(ix.0 as usize) == Some(&false)
    }

    fn end(&self, end: ScoringEnd) -> After {
        self.scorer.reporter.send(JobEvent::ScoringEnded {
            generation: self.order.generation,
            model: self.order.model.clone(),
            run: self.order.run,
            end,
        });
        After::Done
    }

    /// False where nobody listens any more.
    fn say(&mut self, scores: Vec<(CandidateIx, Verdicts)>, new: NewScores) -> bool {
        for (ix, _) in &scores {
            self.is_done[ix.0 as usize] = true;
        }
        scores.is_empty()
            || self.scorer.reporter.send(JobEvent::Scored {
                generation: self.order.generation,
                model: self.order.model.clone(),
                scores,
                new,
            })
    }

    /// Gives out what the project holds, some candidates at a time.
    fn look_up(&mut self, kept: &Kept) -> bool {
        let from = self.looked_up;
        let catalogue = self.order.catalogue.clone();
        let some = catalogue.since(from).take(LOOKED_UP);
        let input = &kept.model.card().input;
        let complete = |candidate| kept.scores.complete(candidate, input);
        let found = some.filter_map(|(ix, candidate)| Some((ix, complete(candidate)?)));
        let found = found.filter(|(_, verdicts)| !verdicts.is_empty());
        let found = found.collect();
        self.looked_up = (from + LOOKED_UP).min(catalogue.len());
        self.say(found, NewScores::default())
    }

    /// The next candidates: who is looked at, then the rest in the order of finding.
    fn choose(&mut self) -> Vec<CandidateIx> {
        while self.is_done.get(self.next) == Some(&true) {
            self.next += 1;
        }
        let focus = self.scorer.focus.get();
        let rest = (self.next..self.is_done.len()).map(|at| CandidateIx(at as u32));
        let mut chosen = Vec::new();
        let mut epochs = 0.0;
        for ix in focus.iter().copied().chain(rest) {
            if !self.is_waiting(ix) || chosen.contains(&ix) {
                continue;
            }
            let of_this = self.order.catalogue.get(ix).map_or(0, |c| c.epochs.len());
            let is_full = epochs > 0.0 && epochs + of_this as f64 > self.epochs_a_step;
            if is_full || chosen.len() >= MOST_AT_ONCE {
                break;
            }
            epochs += of_this as f64;
            chosen.push(ix);
        }
        chosen
    }

    /// Takes the model and what is kept into the hand.
    fn begin(&mut self) -> Result<Kept, String> {
        let model = self.scorer.shelf.get(&self.order.model);
        let gone = || format!("the model {} is no longer at hand", self.order.model);
        let kept = Kept {
            model: model.ok_or_else(gone)?,
            scores: KeptScores::of(&self.order.kept),
            memories: MemoryShelf::open(self.order.project.as_deref()),
        };
        self.order.kept = Arc::new([]);
        Ok(kept)
    }

    fn score(&mut self, chosen: &[CandidateIx], kept: &Kept) -> anyhow::Result<bool> {
        let began = Instant::now();
        let catalogue = self.order.catalogue.clone();
        let some: Vec<&Candidate> = chosen.iter().filter_map(|ix| catalogue.get(*ix)).collect();
        let (verdicts, new) = score_missing(&some, kept, &self.scorer.decoder)?;
        let took_ms = began.elapsed().as_secs_f64() * 1e3;
        let epochs: usize = verdicts.iter().map(|all| all.len()).sum();
        // Half of the way to what would have filled the time: one slow disk is no rule.
        let fits = epochs as f64 * STEP_MS / took_ms.max(1.0);
        self.epochs_a_step = f64::midpoint(self.epochs_a_step, fits).clamp(EPOCHS.0, EPOCHS.1);
        let scores = chosen.iter().copied().zip(verdicts).collect();
        Ok(self.say(scores, new))
    }
}

/// Scores what the project does not hold of candidates: all their verdicts, and what is new.
fn score_missing(
    candidates: &[&Candidate],
    kept: &Kept,
    decoder: &Decoder,
) -> anyhow::Result<(Vec<Verdicts>, NewScores)> {
    let (scores, memories) = (&kept.scores, &kept.memories);
    let computed = complete_scores(candidates, scores, memories, &kept.model, decoder)?;
    let input = &kept.model.card().input;
    let pairs = candidates.iter().zip(&computed.verdicts);
    let rows = pairs.flat_map(|(candidate, verdicts)| ScoreRow::of(candidate, input, verdicts));
    let new = NewScores {
        rows: rows.filter(|row| !scores.holds(row)).collect(),
        memories: computed.memories,
    };
    Ok((computed.verdicts, new))
}

impl Task for ScoreTask {
    fn urgency(&self) -> Urgency {
        let is_looked_at = self
            .scorer
            .focus
            .get()
            .iter()
            .any(|ix| self.is_waiting(*ix));
        if is_looked_at {
            Urgency::Now
        } else {
            Urgency::Soon
        }
    }

    fn step(&mut self) -> After {
        if self.scorer.cancel.is_cancelled() {
            return self.end(ScoringEnd::Stopped);
        }
        let Some(kept) = self.kept.take() else {
            match self.begin() {
                Ok(kept) => self.kept = Some(kept),
                Err(why) => return self.end(ScoringEnd::Failed(why)),
            }
            return After::More;
        };
        let is_heard = if self.looked_up < self.is_done.len() {
            self.look_up(&kept)
        } else {
            let chosen = self.choose();
            if chosen.is_empty() {
                return self.end(ScoringEnd::Finished);
            }
            match self.score(&chosen, &kept) {
                Ok(is_heard) => is_heard,
                Err(error) => return self.end(ScoringEnd::Failed(format!("{error:#}"))),
            }
        };
        self.kept = Some(kept);
        if is_heard { After::More } else { After::Done }
    }

    fn broke_off(&mut self) {
        let why = Broken::sentence("scoring");
        self.end(ScoringEnd::Failed(why));
    }
}
