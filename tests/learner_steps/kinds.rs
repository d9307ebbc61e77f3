//! Every kind of task.

use std::sync::Arc;

use destello::{
    app::event::JobEvent,
    domain::{CandidateIx, ExplainMethod, ModelId, StampId},
    features::{
        explanation::explain::{Explain, ExplainKey},
        latent::{
            DecodeTask, EmbedTask, Embedder, ReconstructTask,
            adapt_task::AdaptUpdate,
            news::{DecodeOrder, EmbedOrder, LatentNews, ReconstructOrder},
        },
        training::train::Architecture,
    },
    learn::{Compute, model_file},
    tasks::cancel::CancelToken,
};

use super::bench::Bench;

impl Bench {
    /// One task of each kind, each to its end.
    pub fn every_kind(&mut self) {
        let cancel = CancelToken::default();
        for name in ["compact", "cap", "recurrent", "forest"] {
            self.subject = name.into();
            let model = self.load(name);
            self.finish(self.scoring(name));
            self.fine_tune(name, &model);
            if name != "forest" {
                self.curve(name, &model);
            }
            if ["compact", "cap"].contains(&name) {
                self.explain(&model);
            }
        }
        for network in [
            Architecture::Compact,
            Architecture::Cap,
            Architecture::Recurrent,
        ] {
            self.subject = network.name().into();
            let trained = self.finish(self.training(network));
            let model = model_file::read(&trained.file, &Compute::cpu()).unwrap();
            self.came_out("trained", (model.id(), &trained.card.figures));
        }
        self.subject = "vade".into();
        self.look_at_latent();
        let news = self.run(self.adapting(&cancel));
        let end = news.last().unwrap();
        let JobEvent::Adapting(_, AdaptUpdate::Finished { version, .. }) = end else {
            panic!("{end:?}");
        };
        self.came_out(
            "adapted",
            (&version.id, &version.card.figures, &version.card.latent),
        );
    }

    fn came_out(&mut self, what: &str, outcome: impl std::fmt::Debug) {
        let subject = &self.subject;
        self.outcomes
            .push(format!("{subject}, {what}: {outcome:?}"));
    }

    fn fine_tune(&mut self, name: &str, model: &ModelId) {
        let version = self.finish(self.fine_tuning(name, model)).version;
        self.came_out("fine-tuned", (&version.id, &version.card.figures));
    }

    fn curve(&mut self, name: &str, model: &ModelId) {
        let curve = self.finish(self.learning_curve(name, model));
        self.came_out("learning curve", curve);
    }

    fn explain(&mut self, model: &ModelId) {
        let candidate = self.triplets.catalogue.get(CandidateIx(0)).unwrap();
        let epoch = candidate.epochs[0].clone();
        for method in ExplainMethod::ALL {
            for _ in 0..2 {
                let found = self.finish(Explain {
                    key: ExplainKey {
                        candidate: CandidateIx(0),
                        stamps: [StampId(0)].into(),
                        model: model.clone(),
                        method,
                    },
                    epoch: epoch.clone(),
                    models: self.shelf.clone(),
                    decoder: self.decoder.clone(),
                });
                let found = found.expect("an explanation");
                let sum: f64 = found.maps.iter().flatten().map(|v| f64::from(*v)).sum();
                let squares: f64 = found.maps.iter().flatten().map(|v| f64::from(v * v)).sum();
                self.came_out(method.name(), (found.start, found.rest, sum, squares));
            }
        }
    }

    fn look_at_latent(&mut self) {
        let order = EmbedOrder {
            generation: 1,
            run: 1,
            source: "vade".into(),
            catalogue: self.triplets.catalogue.clone(),
        };
        let tools = Embedder {
            shelf: self.latent.clone(),
            decoder: self.decoder.clone(),
            cancel: CancelToken::default(),
            reporter: self.reporter.clone(),
        };
        let news = self.run(EmbedTask::new(order, tools));
        let space = news.iter().find_map(|event| match event {
            JobEvent::Latent(LatentNews::Space { space, .. }) => Some(space.clone()),
            _ => None,
        });
        let space = space.unwrap();
        let centroids = space.components.iter().flat_map(|c| c.mean.iter().copied());
        let model = space.model.clone();
        let vectors: Arc<[f32]> = centroids.collect();
        let order = DecodeOrder {
            serial: 1,
            model: model.clone(),
            vectors,
        };
        let (shelf, reporter) = (self.latent.clone(), self.reporter.clone());
        self.run(DecodeTask::new(order, shelf, reporter));
        for candidate in self.all().into_iter().take(3) {
            self.run(ReconstructTask {
                order: ReconstructOrder {
                    serial: 1,
                    model: model.clone(),
                    catalogue: self.triplets.catalogue.clone(),
                    candidate,
                    epoch: 0,
                },
                shelf: self.latent.clone(),
                decoder: self.decoder.clone(),
                reporter: self.reporter.clone(),
            });
        }
    }
}
