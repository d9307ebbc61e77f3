//! What somebody looks at: latent vectors decoded, and a stamp drawn again.

use std::sync::Arc;

use super::LatentShelf;
use crate::{
    io::Decoder,
    jobs::{
        event::JobEvent,
        latent_news::{DecodeOrder, LatentNews, ReconstructOrder, Reconstruction},
        learner::{After, Task, Urgency},
        reporter::Reporter,
        score::prepare_candidate,
    },
    tasks::thread::Broken,
};

/// Decodes some latent vectors.
pub struct DecodeTask {
    /// Which, by which model.
    pub order: DecodeOrder,
    /// The models at hand.
    pub shelf: LatentShelf,
    /// Who hears of it.
    pub reporter: Reporter,
}

impl DecodeTask {
    fn say(&self, pixels: Result<Arc<[f32]>, String>) {
        let serial = self.order.serial;
        let news = LatentNews::Decoded { serial, pixels };
        self.reporter.send(JobEvent::Latent(news));
    }

    fn decode(&self) -> Result<Arc<[f32]>, String> {
        let model = self.shelf.expect(&self.order.model);
        let model = model.map_err(|error| error.to_string())?;
        let pictures = model.decode(&self.order.vectors);
        let pictures = pictures.map_err(|error| error.to_string())?;
        Ok(model.first_channel(&pictures).into())
    }
}

impl Task for DecodeTask {
    fn urgency(&self) -> Urgency {
        Urgency::Now
    }

    fn step(&mut self) -> After {
        self.say(self.decode());
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
        let in_words = |error: crate::learn::LearnError| error.to_string();
        let model = self.shelf.expect(model).map_err(in_words)?;
        let candidate = catalogue.get(*candidate);
        let candidate = candidate.ok_or("the candidate is no longer there")?;
        let plan = model.plan().map_err(in_words)?;
        let mut inputs = prepare_candidate(candidate, plan, &self.decoder);
        if *epoch >= inputs.len() {
            return Err(format!("{} has no epoch {}", candidate.id, epoch + 1));
        }
        let input = inputs.swap_remove(*epoch);
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

    fn step(&mut self) -> After {
        self.say(self.reconstruct());
        After::Done
    }

    fn broke_off(&mut self) {
        self.say(Err(Broken::sentence("drawing the stamp")));
    }
}
