//! Putting the opened set into a latent space in the background, some stamps at a time.

use std::{sync::Arc, time::Instant};

use super::{
    LatentShelf,
    news::{EmbedOrder, LatentNews},
    registry::ReadLatent,
};
use crate::{
    app::{event::JobEvent, reporter::Reporter},
    domain::{CandidateIx, Embedding, LatentPoint, LatentSpace},
    features::scoring::{score::prepare_all, task::ScoringEnd},
    io::Decoder,
    learn::latent::{Embedded, LatentModel},
    tasks::{
        cancel::CancelToken,
        gathering::{Gathered, Gathering},
        learner::{After, Task, Urgency},
        step_times::Phase,
        thread::Broken,
    },
};

/// How long a step is meant to take: somebody who clicks waits no longer. Half of what it may take, as a
/// disk may be slower than the step before it was.
const STEP_MS: f64 = 50.0;
/// Epochs of the first step, and the fewest and most of any.
const FIRST_EPOCHS: f64 = 32.0;
const EPOCHS: (f64, f64) = (4.0, 2048.0);
/// Candidates of one step at most, however few epochs they have.
const MOST_AT_ONCE: usize = 2048;

/// What a task needs beside its order.
#[derive(Clone)]
pub struct Embedder {
    /// The models at hand.
    pub shelf: LatentShelf,
    /// The decoder of the opened set.
    pub decoder: Arc<Decoder>,
    /// Asks it to stop.
    pub cancel: CancelToken,
    /// Who hears of it.
    pub reporter: Reporter,
}

/// The embedding of one set by one model.
pub struct EmbedTask {
    order: EmbedOrder,
    tools: Embedder,
    reading: Option<Gathering<ReadLatent>>,
    model: Option<(LatentModel, Arc<LatentSpace>)>,
    /// Candidates done.
    done: usize,
    refused: usize,
    epochs_a_step: f64,
}

impl EmbedTask {
    /// A task that has not begun.
    pub const fn new(order: EmbedOrder, tools: Embedder) -> Self {
        Self {
            order,
            tools,
            reading: None,
            model: None,
            done: 0,
            refused: 0,
            epochs_a_step: FIRST_EPOCHS,
        }
    }

    /// False where nobody listens any more.
    fn say(&self, news: LatentNews) -> bool {
        self.tools.reporter.send(JobEvent::Latent(news))
    }

    fn end(&self, end: ScoringEnd) -> After {
        let EmbedOrder {
            generation, run, ..
        } = self.order;
        // The task is over, whether or not somebody hears of it.
        self.say(LatentNews::Ended {
            generation,
            run,
            end,
        });
        After::Done
    }

    /// Reads the model and tells its space.
    fn begin(&mut self) -> anyhow::Result<bool> {
        let (shelf, source) = (&self.tools.shelf, &self.order.source);
        let reading = match self.reading.take() {
            None => shelf.begin_loading(source)?,
            Some(reading) => reading,
        };
        let read = match reading.look()? {
            Gathered::All(read) => read,
            Gathered::Not(reading) => {
                self.reading = Some(reading);
                return Ok(true);
            }
        };
        let model = shelf.keep(source, read)?;
        let space = Arc::new(model.space());
        let is_heard = self.say(LatentNews::Space {
            generation: self.order.generation,
            run: self.order.run,
            space: space.clone(),
            card: Arc::new(model.card().clone()),
        });
        self.model = Some((model, space));
        Ok(is_heard)
    }

    /// Candidates from the first that is not done, with about so many epochs as fill a step.
    fn choose(&self) -> Vec<CandidateIx> {
        let mut chosen = Vec::new();
        let mut epochs = 0.0;
        for (ix, candidate) in self.order.catalogue.since(self.done).take(MOST_AT_ONCE) {
            let of_this = candidate.epochs.len() as f64;
            if !chosen.is_empty() && epochs + of_this > self.epochs_a_step {
                break;
            }
            epochs += of_this;
            chosen.push(ix);
        }
        chosen
    }

    fn embed(
        &mut self,
        model: &LatentModel,
        space: &Arc<LatentSpace>,
        chosen: &[CandidateIx],
    ) -> anyhow::Result<bool> {
        let began = Instant::now();
        let catalogue = self.order.catalogue.clone();
        let candidates: Vec<_> = chosen.iter().filter_map(|ix| catalogue.get(*ix)).collect();
        let prepared = prepare_all(&candidates, model.plan()?, &self.tools.decoder);
        let mut new = Embedding::new(space.clone());
        let (mut inputs, mut epochs) = (Vec::new(), 0);
        for (ix, of_candidate) in chosen.iter().zip(prepared) {
            for (epoch, input) in (0..).zip(of_candidate) {
                epochs += 1;
                if let Ok(input) = input {
                    let candidate = *ix;
                    new.points.push(LatentPoint { candidate, epoch });
                    inputs.extend(input);
                } else {
                    self.refused += 1;
                }
            }
        }
        let Embedded {
            means,
            responsibilities,
            errors,
        } = model.embed(&inputs)?;
        (new.means, new.responsibilities, new.errors) = (means, responsibilities, errors);
        self.done += chosen.len();
        let took_ms = began.elapsed().as_secs_f64() * 1e3;
        // Half of the way to what would have filled the time: one slow disk is no rule.
        let fits = f64::from(epochs) * STEP_MS / took_ms.max(1.0);
        self.epochs_a_step = f64::midpoint(self.epochs_a_step, fits).clamp(EPOCHS.0, EPOCHS.1);
        Ok(self.say(LatentNews::Embedded {
            generation: self.order.generation,
            run: self.order.run,
            new: Box::new(new),
            refused: self.refused,
            done: self.done,
        }))
    }
}

impl Task for EmbedTask {
    fn urgency(&self) -> Urgency {
        match &self.reading {
            _ if self.tools.cancel.is_cancelled() => Urgency::Now,
            Some(reading) => reading.urgency(Urgency::Soon),
            None => Urgency::Soon,
        }
    }

    fn phase(&self) -> Phase {
        let part = if self.model.is_none() {
            "reading the model"
        } else {
            "placing stamps"
        };
        Phase::new("embedding", part)
    }

    fn step(&mut self) -> After {
        if self.tools.cancel.is_cancelled() {
            return self.end(ScoringEnd::Stopped);
        }
        let is_heard = match self.model.take() {
            None => self.begin(),
            Some((model, space)) => {
                let chosen = self.choose();
                if chosen.is_empty() {
                    return self.end(ScoringEnd::Finished);
                }
                let is_heard = self.embed(&model, &space, &chosen);
                self.model = Some((model, space));
                is_heard
            }
        };
        match is_heard {
            Ok(true) => After::More,
            Ok(false) => After::Done,
            Err(error) => self.end(ScoringEnd::Failed(format!("{error:#}"))),
        }
    }

    fn broke_off(&mut self) {
        let why = Broken::sentence("placing the stamps");
        self.end(ScoringEnd::Failed(why));
    }
}
