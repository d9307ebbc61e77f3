//! Fine-tuning the latent model with the stamps of the opened set.

use std::sync::Arc;

use super::adapt_task::{Adapt, AdaptOrder, Adapted};
use crate::{
    domain::ModelVersion,
    features::training::train::{OpenedSet, TrainingData},
    tasks::{TaskEvent, next_event},
    window::state::AppState,
    workspace::{context::Context, versions::Keep},
};

/// By what share the error in the source domain may grow.
const MOST_FORGOTTEN: f64 = 0.1;

impl AppState {
    /// Fine-tunes the chosen latent model with the stamps of this set.
    pub(crate) fn start_adapting(&mut self, cx: &Context) {
        if self.latent.is_adapting() {
            return;
        }
        let project = self
            .project
            .path
            .clone()
            .filter(|_| !self.catalogue.is_empty());
        let Some(project) = project else {
            self.report(
                "open stamps first: their project keeps what is taught",
                cx.now,
            );
            return;
        };
        if self.is_indexing() {
            self.report("the set is still being indexed: try again then", cx.now);
            return;
        }
        let set = TrainingData::Opened(OpenedSet {
            name: self.project_paths().into(),
            catalogue: self.catalogue.clone(),
            book: self.book.clone(),
        });
        let usual = AdaptOrder::usual(self.latent.choice.source.clone(), set);
        self.latent.adapting = Some(cx.tasks.start(Adapt {
            order: AdaptOrder {
                command: format!("taught in the window on {}", project.display()),
                ..usual
            },
            models: cx.latent_models.clone(),
            decoder: self.stamps.decoder().clone(),
            keep: Keep::Project(project),
            now: cx.now,
        }));
    }

    /// What is open, in words.
    pub(crate) fn project_paths(&self) -> String {
        let paths = self.project.paths.iter();
        let paths: Vec<_> = paths.map(|path| path.display().to_string()).collect();
        paths.join(", ")
    }

    pub(crate) fn poll_adapting(&mut self, cx: &Context) {
        while let Some(event) = next_event(&mut self.latent.adapting) {
            match event {
                TaskEvent::Update(_) => {}
                TaskEvent::Finished(adapted) => self.take_adapted(adapted, cx),
                TaskEvent::Cancelled => self.report("stopped; all is as it was", cx.now),
                TaskEvent::Failed(why) => self.warn(format!("latent model: {why}"), cx.now),
            }
        }
    }

    fn take_adapted(&mut self, adapted: Adapted, cx: &Context) {
        let Adapted { version, source } = adapted;
        let id = version.id.clone();
        let (figures, objection) = (in_words(&version), objection(&version));
        self.fine_tuning.take_version(version);
        if let Some(why) = objection {
            self.latent.adapted = Some(format!("{figures}. It is kept but not used: {why}."));
            self.warn(format!("{id} is kept but not used: {why}"), cx.now);
            return;
        }
        let screen = self.screen;
        self.use_latent(source, cx);
        // Somebody who labels elsewhere stays there.
        self.screen = screen;
        self.latent.adapted = Some(format!("{figures}."));
        self.report(format!("{id} is taught, and used now"), cx.now);
    }

    /// Puts the set into the space of another model.
    pub(crate) fn use_latent(&mut self, source: Arc<str>, cx: &Context) {
        self.latent.choice.source = source;
        self.save_session();
        self.start_embedding(cx);
    }

    pub(crate) fn stop_adapting(&self) {
        if let Some(running) = &self.latent.adapting {
            running.cancel();
        }
    }
}

/// Why a fine-tuned model is not used by itself.
fn objection(version: &ModelVersion) -> Option<String> {
    let figure = |name: &str| version.card.figures.get(name).copied();
    let growth = |domain: &str| {
        let before = figure(&format!("{domain}_error_before"))?;
        let after = figure(&format!("{domain}_error_after"))?;
        Some(after / before - 1.0)
    };
    if let Some(forgotten) = growth("old_sky").filter(|growth| *growth > MOST_FORGOTTEN) {
        let percent = 100.0 * forgotten;
        return Some(format!("the old sky is drawn {percent:.0} % worse"));
    }
    match growth("new_sky") {
        None => Some("too few stamps to hold any out".into()),
        Some(growth) if growth >= 0.0 => Some("this set is not drawn better".into()),
        Some(_) => None,
    }
}

/// "vade@1f0c44d2 draws 31 held-out stamps again with an error of 0.021, before 0.034; …"
fn in_words(version: &ModelVersion) -> String {
    let figure = |name: &str| version.card.figures.get(name).copied();
    let of = |domain: &str, name: &str| {
        let before = figure(&format!("{domain}_error_before"))?;
        let after = figure(&format!("{domain}_error_after"))?;
        Some(format!("{name} {after:.4} (before {before:.4})"))
    };
    let domains = [
        of("new_sky", "held-out stamps of this set"),
        of("old_sky", "the old sky"),
    ];
    let domains: Vec<String> = domains.into_iter().flatten().collect();
    format!(
        "{} is taught; reconstruction error of {}",
        version.id,
        domains.join(", of ")
    )
}
