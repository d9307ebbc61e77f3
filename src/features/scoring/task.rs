//! Scoring the opened set in the background: step by step, what is looked at first.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::anyhow;

use super::{model_memory::MemoryShelf, part::Part, score::complete_scores};
use crate::{
    app::{event::JobEvent, reporter::Reporter},
    domain::{
        Candidate, CandidateIx, Catalogue, KeptScores, ModelId, NewScores, ScoreRow, Verdict,
        Verdicts,
    },
    io::Decoder,
    tasks::{
        cancel::CancelToken,
        gathering::{Gathered, Gathering},
        learner::{After, Task, Urgency},
        step_times::Phase,
        thread::Broken,
    },
    workspace::{any_model::AnyModel, model_registry::ModelShelf},
};

/// How the scoring of a set by one model ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoringEnd {
    /// Every candidate was scored or refused.
    Finished,
    /// The user stopped it.
    Stopped,
    /// Why it broke off: a sentence.
    Failed(String),
}

/// How long a step is meant to take: an explanation or a click waits no longer. Half of what it may take, as
/// a disk may be slower than the step before it was.
const STEP_MS: f64 = 50.0;
/// Epochs of the first step, and the fewest and most of any.
const FIRST_EPOCHS: f64 = 16.0;
const EPOCHS: (f64, f64) = (4.0, 512.0);
/// Candidates that are looked up among the kept scores in one step, and how many epochs they have at most.
const LOOKED_UP: usize = 2000;
const EPOCHS_LOOKED_UP: usize = 20_000;
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
    /// None before the first step.
    taking_up: Option<Gathering<(KeptScores, MemoryShelf)>>,
    kept: Option<Kept>,
    /// The last candidate that was begun and is too long for one step.
    part: Option<Part>,
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
            taking_up: None,
            kept: None,
            part: None,
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
        let mut epochs = 0;
        let some = catalogue.since(from).take_while(|(_, candidate)| {
            let is_room = epochs < EPOCHS_LOOKED_UP;
            epochs += candidate.epochs.len();
            is_room
        });
        let some: Vec<_> = some.take(LOOKED_UP).collect();
        let until = from + some.len();
        let input = &kept.model.card().input;
        let complete = |candidate| kept.scores.complete(candidate, input);
        let found = some.into_iter();
        let found = found.filter_map(|(ix, candidate)| Some((ix, complete(candidate)?)));
        let found = found.filter(|(_, verdicts)| !verdicts.is_empty());
        let found = found.collect();
        self.looked_up = until;
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

    /// Takes the model and what is kept into the hand; the kept scores of a large set are put in order on
    /// another thread.
    fn begin(&mut self) -> anyhow::Result<()> {
        let taking_up = if let Some(taking_up) = self.taking_up.take() {
            taking_up
        } else {
            let kept = std::mem::replace(&mut self.order.kept, Arc::new([]));
            let project = self.order.project.clone();
            Gathering::start("kept scores", move || {
                let memories = MemoryShelf::open(project.as_deref());
                Ok((KeptScores::of(&kept), memories))
            })?
        };
        match taking_up.look()? {
            Gathered::Not(taking_up) => self.taking_up = Some(taking_up),
            Gathered::All((scores, memories)) => {
                let id = &self.order.model;
                let model = self.scorer.shelf.get(id);
                let model = model.ok_or_else(|| anyhow!("the model {id} is no longer at hand"))?;
                self.kept = Some(Kept {
                    scores,
                    memories,
                    model,
                });
            }
        }
        Ok(())
    }

    /// The candidate, where it is the only one and has more epochs than a step scores of a model that looks
    /// at every epoch by itself.
    fn long_one(&self, chosen: &[CandidateIx], kept: &Kept) -> Option<CandidateIx> {
        let [ix] = chosen else { return None };
        let epochs = self.order.catalogue.get(*ix)?.epochs.len() as f64;
        let is_long =
            epochs > self.epochs_a_step.max(FIRST_EPOCHS) && !kept.model.card().input.looks_back();
        is_long.then_some(*ix)
    }

    /// Scores some epochs of a long candidate.
    fn score_part(&mut self, ix: CandidateIx, kept: &Kept) -> anyhow::Result<bool> {
        let began = Instant::now();
        let catalogue = self.order.catalogue.clone();
        let Some(candidate) = catalogue.get(ix) else {
            return Ok(true);
        };
        let part = self.part.take().filter(|part| part.ix == ix);
        let new = || Part::new(ix, candidate, &kept.scores, &kept.model);
        let mut part = part.unwrap_or_else(new);
        let most = self.epochs_a_step as usize;
        let epochs = part.go_on(candidate, most, &kept.model, &self.scorer.decoder)?;
        self.adjust(epochs, began);
        let Some(verdicts) = part.verdicts() else {
            self.part = Some(part);
            return Ok(true);
        };
        let new = NewScores {
            rows: new_rows(candidate, kept, &verdicts).collect(),
            memories: Vec::new(),
        };
        Ok(self.say(vec![(ix, verdicts)], new))
    }

    /// How many epochs the next step has, half of the way to what would have filled this one: one slow disk
    /// is no rule.
    fn adjust(&mut self, epochs: usize, began: Instant) {
        let took_ms = began.elapsed().as_secs_f64() * 1e3;
        let fits = epochs as f64 * STEP_MS / took_ms.max(1.0);
        self.epochs_a_step = f64::midpoint(self.epochs_a_step, fits).clamp(EPOCHS.0, EPOCHS.1);
    }

    /// Ends it, with what the GPU has to do with it.
    fn fail(&mut self, why: &str) -> After {
        let more = self.scorer.shelf.recover();
        let why = more.map_or_else(
            || why.to_owned(),
            |more| format!("{why}: {more}; score again"),
        );
        self.end(ScoringEnd::Failed(why))
    }

    fn score(&mut self, chosen: &[CandidateIx], kept: &Kept) -> anyhow::Result<bool> {
        let began = Instant::now();
        let catalogue = self.order.catalogue.clone();
        let some: Vec<&Candidate> = chosen.iter().filter_map(|ix| catalogue.get(*ix)).collect();
        let (verdicts, new) = score_missing(&some, kept, &self.scorer.decoder)?;
        self.adjust(verdicts.iter().map(|all| all.len()).sum(), began);
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
    let pairs = candidates.iter().zip(&computed.verdicts);
    let rows = pairs.flat_map(|(candidate, verdicts)| new_rows(candidate, kept, verdicts));
    let new = NewScores {
        rows: rows.collect(),
        memories: computed.memories,
    };
    Ok((computed.verdicts, new))
}

/// Verdicts of a candidate that the project does not hold.
fn new_rows<'a>(
    candidate: &Candidate,
    kept: &'a Kept,
    verdicts: &[Verdict],
) -> impl Iterator<Item = ScoreRow> + use<'a> {
    let rows = ScoreRow::of(candidate, &kept.model.card().input, verdicts);
    rows.into_iter().filter(|row| !kept.scores.holds(row))
}

impl Task for ScoreTask {
    fn urgency(&self) -> Urgency {
        if self.scorer.cancel.is_cancelled() {
            return Urgency::Now;
        }
        if let Some(taking_up) = &self.taking_up
            && !taking_up.is_ready()
        {
            return Urgency::Waiting;
        }
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

    fn phase(&self) -> Phase {
        let part = match &self.kept {
            None => "taking up kept scores",
            Some(_) if self.looked_up < self.is_done.len() => "looking up kept scores",
            Some(_) => "computing",
        };
        Phase::new("scoring", part)
    }

    fn step(&mut self) -> After {
        if self.scorer.cancel.is_cancelled() {
            return self.end(ScoringEnd::Stopped);
        }
        let Some(kept) = self.kept.take() else {
            return match self.begin() {
                Ok(()) => After::More,
                Err(error) => self.end(ScoringEnd::Failed(format!("{error:#}"))),
            };
        };
        let is_heard = if self.looked_up < self.is_done.len() {
            self.look_up(&kept)
        } else {
            let chosen = self.choose();
            if chosen.is_empty() {
                return self.end(ScoringEnd::Finished);
            }
            let scored = match self.long_one(&chosen, &kept) {
                Some(ix) => self.score_part(ix, &kept),
                None => self.score(&chosen, &kept),
            };
            match scored {
                Ok(is_heard) => is_heard,
                Err(error) => return self.fail(&format!("{error:#}")),
            }
        };
        self.kept = Some(kept);
        if is_heard { After::More } else { After::Done }
    }

    fn broke_off(&mut self) {
        self.fail(&Broken::sentence("scoring"));
    }
}
