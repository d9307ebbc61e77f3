//! Latent models: effects become maps and the learner's tasks.

use super::Runner;
use crate::{
    app::{effect::Effect, event::JobId},
    features::latent::{
        self, DecodeTask, EmbedTask, Embedder, ReconstructTask,
        adapt_task::{AdaptTask, AdaptTools},
    },
    tasks::learner::Task,
};

impl Runner {
    pub(crate) fn start_latent(&mut self, effect: Effect) -> std::io::Result<()> {
        let (shelf, reporter) = (self.latent_shelf.clone(), self.of_set.clone());
        let decoder = self.reading.decoder.clone();
        let task: Box<dyn Task> = match effect {
            Effect::Map(order) => {
                // One that is under way is for nobody any more.
                self.stop(JobId::Map);
                let token = self.new_token(JobId::Map);
                return latent::projection::start(*order, token, reporter);
            }
            Effect::Embed(order) => {
                self.stop(JobId::Embed);
                let tools = Embedder {
                    shelf,
                    decoder,
                    cancel: self.new_token(JobId::Embed),
                    reporter,
                };
                Box::new(EmbedTask::new(*order, tools))
            }
            Effect::Adapt(request) => {
                let tools = AdaptTools {
                    shelf,
                    decoder,
                    cancel: self.new_token(JobId::Adapt),
                    reporter,
                };
                Box::new(AdaptTask::new(*request, tools))
            }
            Effect::DecodeLatent(order) => Box::new(DecodeTask::new(order, shelf, reporter)),
            Effect::Reconstruct(order) => Box::new(ReconstructTask {
                order: *order,
                shelf,
                decoder,
                reporter,
            }),
            _ => return Ok(()),
        };
        self.learner.add(task);
        Ok(())
    }
}
