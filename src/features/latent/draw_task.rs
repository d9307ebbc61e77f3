//! What somebody looks at: latent vectors decoded, and a stamp drawn again.

use std::sync::Arc;

use super::{
    LatentShelf,
    news::{DecodeOrder, LatentNews, ReconstructOrder, Reconstruction},
};
use crate::{
    app::{event::JobEvent, reporter::Reporter},
    domain::Candidate,
    features::scoring::score::prepare_candidate,
    io::Decoder,
    learn::LearnError,
    tasks::{
        learner::{After, Task, Urgency},
        step_times::Phase,
        thread::Broken,
    },
};

/// Vectors that are decoded in one step, at most.
const AT_ONCE: usize = 256;

/// Decodes some latent vectors.
pub struct DecodeTask {
    order: DecodeOrder,
    shelf: LatentShelf,
    reporter: Reporter,
    /// Vectors that are decoded, and what they look like: the first channel of each.
    done: usize,
    drawn: Vec<f32>,
}

impl DecodeTask {
    /// The task of decoding what an order names by a model of this shelf.
    pub const fn new(order: DecodeOrder, shelf: LatentShelf, reporter: Reporter) -> Self {
        Self {
            order,
            shelf,
            reporter,
            done: 0,
            drawn: Vec::new(),
        }
    }

    fn say(&self, pixels: Result<Arc<[f32]>, String>) {
        let serial = self.order.serial;
        let news = LatentNews::Decoded { serial, pixels };
        self.reporter.send(JobEvent::Latent(news));
    }

    /// Decodes some more; true after the last.
    fn decode(&mut self) -> Result<bool, LearnError> {
        let model = self.shelf.expect(&self.order.model)?;
        let axes = model.space().dimensions.max(1);
        let vectors = &self.order.vectors;
        let from = (self.done * axes).min(vectors.len());
        let until = (from + AT_ONCE * axes).min(vectors.len());
        let pictures = model.decode(&vectors[from..until])?;
        self.drawn.extend(model.first_channel(&pictures));
        self.done += AT_ONCE;
        Ok(until == vectors.len())
    }
}

impl Task for DecodeTask {
    fn urgency(&self) -> Urgency {
        Urgency::Now
    }

    fn phase(&self) -> Phase {
        Phase::new("decoding vectors", "computing")
    }

    fn step(&mut self) -> After {
        match self.decode() {
            Ok(false) => return After::More,
            Ok(true) => {
                let drawn = std::mem::take(&mut self.drawn);
                self.say(Ok(drawn.into()));
            }
            Err(error) => self.say(Err(error.to_string())),
        }
        After::Done
    }

    fn broke_off(&mut self) {
        self.say(Err(Broken::sentence("decoding")));
    }
}

/// Draws one stamp again.
pub struct ReconstructTask {
    /// Which, by which model.
    pub order: ReconstructOrder,
    /// The models at hand.
    pub shelf: LatentShelf,
    /// The decoder of the opened set.
    pub decoder: Arc<Decoder>,
    /// Who hears of it.
    pub reporter: Reporter,
}

impl ReconstructTask {
    fn say(&self, reconstruction: Result<Arc<Reconstruction>, String>) {
        let serial = self.order.serial;
        let news = LatentNews::Reconstructed {
            serial,
            reconstruction,
        };
        self.reporter.send(JobEvent::Latent(news));
    }

    fn reconstruct(&self) -> Result<Arc<Reconstruction>, String> {
        let ReconstructOrder {
            model,
            catalogue,
            candidate,
            epoch,
            ..
        } = &self.order;
        let in_words = |error: LearnError| error.to_string();
        let model = self.shelf.expect(model).map_err(in_words)?;
        let candidate = catalogue.get(*candidate);
        let candidate = candidate.ok_or("the candidate is no longer there")?;
        let plan = model.plan().map_err(in_words)?;
        let no_epoch = || format!("{} has no epoch {}", candidate.id, epoch + 1);
        // Of a candidate with many epochs one is looked at.
        let alone = Candidate {
            epochs: vec![candidate.epochs.get(*epoch).ok_or_else(no_epoch)?.clone()],
            ..Candidate::default()
        };
        let prepared = prepare_candidate(&alone, plan, &self.decoder);
        let input = prepared.into_iter().next().ok_or_else(no_epoch)?;
        let input = input.map_err(|why| format!("{} {why}", candidate.id))?;
        let drawn = model.reconstruct(&input).map_err(in_words)?;
        Ok(Arc::new(Reconstruction {
            side_px: plan.side_px,
            drawn: model.first_channel(&drawn),
            input: model.first_channel(&input),
        }))
    }
}

impl Task for ReconstructTask {
    fn urgency(&self) -> Urgency {
        Urgency::Now
    }

    fn phase(&self) -> Phase {
        Phase::new("reconstructing", "computing")
    }

    fn step(&mut self) -> After {
        self.say(self.reconstruct());
        After::Done
    }

    fn broke_off(&mut self) {
        self.say(Err(Broken::sentence("drawing the stamp")));
    }
}
