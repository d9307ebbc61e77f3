//! Latent models: effects become maps and the learner's tasks.

use super::Runner;
use crate::{
    app::effect::Effect,
    jobs::{
        event::{JobEvent, JobId, ScoringEnd},
        latent_map,
        latent_news::LatentNews,
    },
};

impl Runner {
    pub(super) fn start_latent(&mut self, effect: Effect) -> std::io::Result<()> {
        match effect {
            Effect::Map(order) => {
                // One that is under way is for nobody any more.
                self.stop(JobId::Map);
                let token = self.new_token(JobId::Map);
                latent_map::start(*order, token, self.reporter.clone())?;
            }
            effect => self.answer_for_latent_models(effect),
        }
        Ok(())
    }

    /// Answers where no task exists.
    fn answer_for_latent_models(&self, effect: Effect) {
        let why = || "latent models cannot be read in this version".to_owned();
        let news = match effect {
            Effect::Embed(order) => LatentNews::Ended {
                generation: order.generation,
                run: order.run,
                end: ScoringEnd::Failed(why()),
            },
            Effect::DecodeLatent(order) => LatentNews::Decoded {
                serial: order.serial,
                pixels: Err(why()),
            },
            Effect::Reconstruct(order) => LatentNews::Reconstructed {
                serial: order.serial,
                reconstruction: Err(why()),
            },
            _ => return,
        };
        self.reporter.send(JobEvent::Latent(news));
    }
}
