//! Teaching the latent model the stamps of the opened set.

use std::sync::Arc;

use super::adapt_task::{AdaptRequest, AdaptUpdate};
use crate::{
    app::{effect::Effect, event::JobId, state::AppState},
    domain::ModelVersion,
    features::training::train::OpenedSet,
    tasks::progress::Progress,
    workspace::context::Context,
};

/// By what share the error on the old sky may grow.
const MOST_FORGOTTEN: f64 = 0.1;

impl AppState {
    /// Teaches the chosen latent model the stamps of this set.
    pub(crate) fn start_adapting(&mut self, cx: &Context) -> Vec<Effect> {
        if self.jobs.contains_key(&JobId::Adapt) {
            return Vec::new();
        }
        let project = self
            .project
            .path
            .clone()
            .filter(|_| !self.catalogue.is_empty());
        let Some(project) = project else {
            self.tell(
                "open stamps first: their project keeps what is taught",
                cx.now,
            );
            return Vec::new();
        };
        if self.jobs.contains_key(&JobId::Index) {
            self.tell("the set is still being indexed: try again then", cx.now);
            return Vec::new();
        }
        self.jobs.insert(JobId::Adapt, Progress::default());
        vec![Effect::Adapt(Box::new(AdaptRequest {
            generation: self.generation,
            source: self.latent.choice.source.clone(),
            set: OpenedSet {
                name: self.project_paths().into(),
                catalogue: self.catalogue.clone(),
                book: self.book.clone(),
            },
            project,
            now: cx.now,
        }))]
    }

    /// What is open, in words.
    pub(crate) fn project_paths(&self) -> String {
        let paths = self.project.paths.iter();
        let paths: Vec<_> = paths.map(|path| path.display().to_string()).collect();
        paths.join(", ")
    }

    pub(crate) fn take_adapting(&mut self, update: AdaptUpdate, cx: &Context) -> Vec<Effect> {
        match update {
            AdaptUpdate::Progress([done, total]) => {
                let [done, total] = [done, total].map(|steps| steps as usize);
                self.jobs.insert(JobId::Adapt, Progress { done, total });
                return Vec::new();
            }
            AdaptUpdate::Finished { version, source } => {
                self.jobs.remove(&JobId::Adapt);
                self.fine_tuning.take_version((*version).clone());
                let said = in_words(&version);
                if let Some(why) = objection(&version) {
                    self.latent.taught = Some(format!("{said}. It is kept but not used: {why}."));
                    self.warn(
                        format!("{} is kept but not used: {why}", version.id),
                        cx.now,
                    );
                    return Vec::new();
                }
                let screen = self.screen;
                let effects = self.use_latent(source, cx);
                // Somebody who labels elsewhere stays there.
                self.screen = screen;
                self.latent.taught = Some(format!("{said}."));
                self.tell(format!("{} is taught, and used now", version.id), cx.now);
                return effects;
            }
            AdaptUpdate::Stopped => self.tell("stopped; all is as it was", cx.now),
            AdaptUpdate::Failed(why) => self.warn(format!("latent model: {why}"), cx.now),
        }
        self.jobs.remove(&JobId::Adapt);
        Vec::new()
    }

    /// Puts the set into the space of another model.
    pub(crate) fn use_latent(&mut self, source: Arc<str>, cx: &Context) -> Vec<Effect> {
        self.latent.choice.source = source;
        let mut effects = vec![self.save_session()];
        effects.extend(self.start_embedding(cx));
        effects
    }
}

/// Why a taught model is not used by itself.
fn objection(version: &ModelVersion) -> Option<String> {
    let figure = |name: &str| version.card.figures.get(name).copied();
    let growth = |sky: &str| {
        let before = figure(&format!("{sky}_error_before"))?;
        let after = figure(&format!("{sky}_error_after"))?;
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
    let of = |sky: &str, name: &str| {
        let before = figure(&format!("{sky}_error_before"))?;
        let after = figure(&format!("{sky}_error_after"))?;
        Some(format!("{name} {after:.4} (before {before:.4})"))
    };
    let skies = [
        of("new_sky", "held-out stamps of this set"),
        of("old_sky", "the old sky"),
    ];
    let skies: Vec<String> = skies.into_iter().flatten().collect();
    format!(
        "{} is taught; reconstruction error of {}",
        version.id,
        skies.join(", of ")
    )
}
