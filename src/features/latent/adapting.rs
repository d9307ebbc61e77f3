//! Fine-tuning the latent model with the stamps of the opened set.

use std::sync::Arc;

use super::adapt_task::{Adapt, AdaptOrder, Adapted};
use crate::{
    domain::{ModelVersion, Objection},
    features::{
        latent::state::LatentPane,
        training::{labelled_set::OpenedSet, train::TrainingData},
    },
    tasks::{TaskEvent, next_event},
    text,
    workspace::{context::Context, shared::Shared, versions::Keep},
};

/// By what share the error in the source domain may grow.
const MOST_FORGOTTEN: f64 = 0.1;

impl LatentPane {
    /// Fine-tunes the chosen latent model with the stamps of this set.
    pub(crate) fn start_adapting(&mut self, shared: &mut Shared, cx: &Context) {
        if self.is_adapting() {
            return;
        }
        let project = shared
            .project
            .path
            .clone()
            .filter(|_| !shared.catalogue.is_empty());
        let Some(project) = project else {
            shared.report(
                text!("open stamps first: their project keeps the trained version"),
                cx.now,
            );
            return;
        };
        if shared.is_indexing() {
            shared.report(
                text!("the set is still being indexed: try again then"),
                cx.now,
            );
            return;
        }
        let set = TrainingData::Opened(OpenedSet {
            name: shared.project.paths_in_words().into(),
            catalogue: shared.catalogue.clone(),
            book: shared.book.clone(),
        });
        let usual = AdaptOrder::usual(self.choice.source.clone(), set);
        self.adapting = Some(cx.tasks.start(Adapt {
            order: AdaptOrder {
                command: format!("fine-tuned in the window on {}", project.display()),
                ..usual
            },
            models: cx.latent_models.clone(),
            decoder: shared.stamps.decoder().clone(),
            keep: Keep::Project(project),
            now: cx.now,
        }));
    }

    pub(crate) fn poll_adapting(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.adapting) {
            match event {
                TaskEvent::Update(_) => {}
                TaskEvent::Finished(adapted) => self.take_adapted(shared, adapted, cx),
                TaskEvent::Cancelled => shared.report(text!("stopped; all is as it was"), cx.now),
                TaskEvent::Failed(why) => shared.warn(text!("latent model: {why}", why), cx.now),
            }
        }
    }

    fn take_adapted(&mut self, shared: &mut Shared, adapted: Adapted, cx: &Context) {
        let Adapted { version, source } = adapted;
        let id = version.id.clone();
        let (figures, objection) = (in_words(&version), objection(&version));
        shared.versions.add(version);
        if let Some(Objection { why, is_loss }) = objection {
            self.adapted = Some(text!(
                "{figures}. It is kept but not used: {why}.",
                figures,
                why
            ));
            let words = text!("{id} is kept but not used: {why}", id, why);
            if is_loss {
                shared.warn(words, cx.now);
            } else {
                shared.report(words, cx.now);
            }
            return;
        }
        let screen = shared.screen;
        self.use_latent(shared, source, cx);
        // Somebody who labels elsewhere stays there.
        shared.screen = screen;
        self.adapted = Some(format!("{figures}."));
        shared.report(text!("{id} is trained, and in use now", id), cx.now);
    }

    /// Puts the set into the space of another model.
    pub(crate) fn use_latent(&mut self, shared: &mut Shared, source: Arc<str>, cx: &Context) {
        self.choice.source = source;
        shared.save_session();
        self.start_embedding(shared, cx);
    }

    pub(crate) fn stop_adapting(&self) {
        if let Some(running) = &self.adapting {
            running.cancel();
        }
    }
}

/// Why a fine-tuned model is not used by itself.
fn objection(version: &ModelVersion) -> Option<Objection> {
    let figure = |name: &str| version.card.figures.get(name).copied();
    let growth = |domain: &str| {
        let before = figure(&format!("{domain}_error_before"))?;
        let after = figure(&format!("{domain}_error_after"))?;
        Some(after / before - 1.0)
    };
    if let Some(forgotten) = growth("old_sky").filter(|growth| *growth > MOST_FORGOTTEN) {
        return Some(Objection::loss(text!(
            "simulated stamps are reconstructed {share} % worse",
            share = format_args!("{:.0}", 100.0 * forgotten)
        )));
    }
    let why = match growth("new_sky") {
        None => text!("too few stamps to hold any out"),
        Some(growth) if growth >= 0.0 => text!("this set is not reconstructed better"),
        Some(_) => return None,
    };
    Some(Objection::neutral(why.into()))
}

/// "vade@1f0c44d2 draws 31 held-out stamps again with an error of 0.021, before 0.034; …"
fn in_words(version: &ModelVersion) -> String {
    let figure = |name: &str| version.card.figures.get(name).copied();
    let of = |domain: &str, name: &str| {
        let before = figure(&format!("{domain}_error_before"))?;
        let after = figure(&format!("{domain}_error_after"))?;
        Some(text!(
            "{stamps} {after} (before {before})",
            stamps = name,
            after = format_args!("{after:.4}"),
            before = format_args!("{before:.4}")
        ))
    };
    let id = &version.id;
    let new = of("new_sky", text!("held-out stamps of this set"));
    let old = of("old_sky", text!("simulated stamps"));
    match (new, old) {
        (Some(new), Some(old)) => text!(
            "{id} is trained; reconstruction error of {new}, of {old}",
            id,
            new,
            old
        ),
        (Some(stamps), None) | (None, Some(stamps)) => text!(
            "{id} is trained; reconstruction error of {stamps}",
            id,
            stamps
        ),
        (None, None) => text!("{id} is trained", id),
    }
}
