//! Every kind of task.

use destello::{
    domain::{CandidateIx, ExplainMethod, ModelId, StampId},
    features::{
        explanation::explain::{Explain, ExplainKey},
        latent::{
            draw_task::{Decode, Reconstruct},
            embed_task::{Embed, EmbedUpdate, Wanted},
        },
        training::train::Architecture,
    },
    learn::{Compute, model_file},
};

use super::bench::Bench;

impl Bench {
    /// One task of each kind, each to its end.
    pub fn every_kind(&mut self) {
        for name in ["compact", "context", "cap", "recurrent", "forest"] {
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
        let version = self.finish(self.adapting()).version;
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
                    models: self.models.clone(),
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
        let embed = Embed {
            source: "vade".into(),
            catalogue: self.triplets.catalogue.clone(),
            project: None,
            wanted: Wanted::All,
            models: self.latent.clone(),
            decoder: self.decoder.clone(),
        };
        let mut found = None;
        self.finish_with(embed, |update| {
            if let EmbedUpdate::Space { space, .. } = update {
                found = Some(space);
            }
        });
        let space = found.unwrap();
        let centroids = space.components.iter().flat_map(|c| c.mean.iter().copied());
        let model = space.model.clone();
        self.finish(Decode {
            model: model.clone(),
            vectors: centroids.collect(),
            models: self.latent.clone(),
        });
        for candidate in self.all().into_iter().take(3) {
            self.finish(Reconstruct {
                model: model.clone(),
                catalogue: self.triplets.catalogue.clone(),
                candidate,
                epoch: 0,
                models: self.latent.clone(),
                decoder: self.decoder.clone(),
            });
        }
    }
}
