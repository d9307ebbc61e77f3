//! Placing the opened set in the latent space: which places are asked for, and how they are taken in.

use std::{path::PathBuf, sync::Arc};

use super::{
    embed_task::{Embed, EmbedUpdate, Wanted},
    state::{LatentPane, LatentStatus},
};
use crate::{
    domain::Embedding,
    features::scoring::state::take_store_fault,
    tasks::{TaskEvent, next_event},
    text,
    workspace::{context::Context, screen::Screen, shared::Shared},
};

impl LatentPane {
    /// Puts the set into the space of the chosen model, once all of it is found.
    pub(crate) fn start_embedding(&mut self, shared: &mut Shared, cx: &Context) {
        if shared.is_indexing() {
            shared.report(
                text!("the set is still being indexed: try again then"),
                cx.now,
            );
            return;
        }
        if shared.catalogue.is_empty() {
            shared.report(
                text!("open stamps first: there is nothing to embed"),
                cx.now,
            );
            return;
        }
        if self.is_under_way() && !self.is_reading_kept {
            return;
        }
        self.begin_again();
        shared.embedding = None;
        shared.scores.forget_latent();
        shared.screen = Screen::Latent;
        self.status = LatentStatus::Reading;
        self.start(shared, Wanted::All, cx);
    }

    /// Shows the places that the project holds, once all of the set is found.
    pub(super) fn want_kept(&mut self, shared: &Shared, cx: &Context) {
        let is_wanted = !self.is_looked_up && !shared.is_indexing() && !shared.catalogue.is_empty();
        if !is_wanted || usable_project(shared).is_none() {
            return;
        }
        self.is_looked_up = true;
        self.is_reading_kept = true;
        self.start(shared, Wanted::Kept, cx);
    }

    fn start(&mut self, shared: &Shared, wanted: Wanted, cx: &Context) {
        self.running = Some(cx.tasks.start(Embed {
            source: self.choice.source.clone(),
            catalogue: shared.catalogue.clone(),
            project: usable_project(shared),
            wanted,
            models: cx.latent_models.clone(),
            decoder: shared.stamps.decoder().clone(),
        }));
    }

    pub(super) fn poll_embedding(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.running) {
            match event {
                TaskEvent::Update(EmbedUpdate::Space { space, card }) => {
                    self.space = Some(space.clone());
                    shared.embedding = Some(Arc::new(Embedding::new(space)));
                    self.card = Some(card);
                    self.status = LatentStatus::Embedding;
                }
                TaskEvent::Update(EmbedUpdate::Placed { new, refused }) => {
                    self.refused = refused;
                    self.put_waiting(shared, new);
                }
                TaskEvent::Update(EmbedUpdate::Fault(fault)) => {
                    take_store_fault(shared, "places in the latent space", &fault);
                }
                TaskEvent::Finished(outcome) => {
                    self.outcome = outcome;
                    let status = if self.space.is_none() {
                        LatentStatus::Idle
                    } else if outcome.unplaced > 0 {
                        LatentStatus::Stopped
                    } else {
                        LatentStatus::Done
                    };
                    self.end_embedding(shared, status, cx);
                }
                TaskEvent::Cancelled => {
                    self.end_embedding(shared, LatentStatus::Stopped, cx);
                    let name = self.name();
                    shared.report(text!("embedding by {name} stopped", name), cx.now);
                }
                // The person has not asked for the places that the project holds.
                TaskEvent::Failed(why) if self.is_reading_kept => {
                    log::warn!("places in the latent space are not taken from the project: {why}");
                    self.end_embedding(shared, LatentStatus::Idle, cx);
                }
                TaskEvent::Failed(why) => {
                    let status = LatentStatus::Failed(why.as_str().into());
                    self.end_embedding(shared, status, cx);
                    let name = self.name();
                    shared.warn(text!("embedding by {name}: {why}", name, why), cx.now);
                }
            }
        }
    }

    fn end_embedding(&mut self, shared: &mut Shared, status: LatentStatus, cx: &Context) {
        self.take_waiting(shared, true, cx);
        self.is_reading_kept = false;
        self.status = status;
        if shared.queue.uses_scores() {
            shared.refresh_queue();
        }
    }

    pub(crate) fn stop_embedding(&self) {
        if let Some(running) = &self.running {
            running.cancel();
        }
    }

    /// Candidates have other epochs: points that are still to come, and those that wait to be taken in, have the numbers of those
    /// before, so that none of them is taken in. Places that were being read from the project are looked up again.
    pub(crate) fn drop_embedding(&mut self, shared: &mut Shared, cx: &Context) {
        self.waiting = None;
        if self.running.take().is_none() {
            return;
        }
        if self.is_reading_kept {
            self.begin_again();
            self.is_looked_up = false;
            shared.embedding = None;
            shared.scores.forget_latent();
            return;
        }
        self.end_embedding(shared, LatentStatus::Stopped, cx);
        let name = self.name();
        let text = text!(
            "embedding by {name} stopped: candidates have new epochs",
            name
        );
        shared.report(text, cx.now);
    }

    /// Points of the space that is shown wait to be taken in.
    fn put_waiting(&mut self, shared: &Shared, new: Box<Embedding>) {
        let embedding = shared.embedding.as_ref();
        if embedding.is_none_or(|all| all.space != new.space) || !is_whole(&new) {
            return;
        }
        match &mut self.waiting {
            Some(waiting) => waiting.extend(*new),
            None => self.waiting = Some(new),
        }
    }

    /// Takes in the points that wait: where a task holds those that there are, only if they must be.
    pub(super) fn take_waiting(&mut self, shared: &mut Shared, must: bool, cx: &Context) {
        let Some(embedding) = shared.embedding.as_mut().filter(|_| self.waiting.is_some()) else {
            return;
        };
        let all = if must {
            Some(Arc::make_mut(embedding))
        } else {
            Arc::get_mut(embedding)
        };
        let Some(all) = all else {
            return;
        };
        if let Some(waiting) = self.waiting.take() {
            all.extend(*waiting);
        }
        shared.scores.take_latent(all);
        if shared.queue.uses_scores() && shared.may_sort_again(cx) {
            shared.refresh_queue();
        }
    }
}

/// The project of the set. What lies at the path of one that cannot be written may be another one.
pub(super) fn usable_project(shared: &Shared) -> Option<PathBuf> {
    let project = &shared.project;
    project.path.clone().filter(|_| project.fault.is_none())
}

/// True where every point has all its numbers.
fn is_whole(new: &Embedding) -> bool {
    let points = new.len();
    new.means.len() == points * new.space.dimensions
        && new.responsibilities.len() == points * new.space.components.len()
        && new.errors.len() == points
}
