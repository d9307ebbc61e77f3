//! Which pictures of the latent space are asked for: centroids, the walk, the candidate on screen.

use crate::{
    features::latent::{
        draw_task::{Decode, Reconstruct},
        pictures::{Drawn, Here, LatentWalk, What},
        state::LatentPane,
    },
    workspace::{context::Context, latent_registry::Reconstruction, shared::Shared},
};
use std::sync::Arc;

impl LatentPane {
    /// The decoded centroids.
    pub const fn centroids(&self) -> Option<&Drawn> {
        self.pictures.centroids.as_ref()
    }

    /// Grows whenever centroids are decoded.
    pub const fn centroids_revision(&self) -> u64 {
        self.pictures.revision
    }

    /// The decoded centroid of a component, and its side in pixels.
    pub fn centroid(&self, component: usize) -> Option<(&[f32], usize)> {
        let pictures = self.centroids()?.as_ref().ok()?;
        Some((pictures.get(component)?, pictures.side_px))
    }

    /// Where the sliders stand: at a centroid until they are moved.
    pub fn walk(&self) -> Option<LatentWalk> {
        let space = self.space()?;
        let first = self.rows().first().map_or(0, |row| row.component);
        let start = || LatentWalk::at(self.chosen().unwrap_or(first), space);
        Some(self.pictures.walk.clone().unwrap_or_else(start))
    }

    /// What was walked to last, decoded: the place, then the steps between both ends.
    pub const fn walked(&self) -> Option<&(LatentWalk, Drawn)> {
        self.pictures.walked.as_ref()
    }

    /// What the model draws of a candidate, where it was asked.
    pub fn reconstruction(&self, here: Here) -> Option<&Result<Arc<Reconstruction>, String>> {
        let (of, redrawn) = self.pictures.redrawn.as_ref()?;
        (*of == here).then_some(redrawn)
    }

    /// True while a picture is awaited.
    pub const fn is_drawing(&self) -> bool {
        self.pictures.decoding.is_some() || self.pictures.reconstructing.is_some()
    }
}

impl LatentPane {
    /// Asks for the centroids, then for where the sliders stand.
    pub(crate) fn want_pictures(&mut self, cx: &Context) {
        let Some(space) = self.space().cloned() else {
            return;
        };
        let walk = self.walk();
        let Some(walk) = walk.filter(|_| !space.components.is_empty()) else {
            return;
        };
        let part = &mut self.pictures;
        if part.decoding.is_some() {
            return;
        }
        let (what, vectors) = if part.centroids.is_none() {
            let means = space
                .components
                .iter()
                .flat_map(|one| one.mean.iter().copied());
            (What::Centroids, means.collect())
        } else {
            let is_drawn = part.walked.as_ref().is_some_and(|(of, _)| *of == walk);
            if is_drawn {
                return;
            }
            let vectors = walk.vectors(&space);
            (What::Walk(walk), vectors)
        };
        part.side_px = space.side_px;
        part.under_way = Some(what);
        part.decoding = Some(cx.tasks.start(Decode {
            model: space.model.clone(),
            vectors: vectors.into(),
            models: cx.latent_models.clone(),
        }));
    }

    /// Asks how the model draws the epoch on screen.
    pub(crate) fn want_reconstruction(&mut self, shared: &mut Shared, cx: &Context) {
        let (Some(space), Some(candidate)) = (self.space(), shared.place.candidate) else {
            return;
        };
        let model = space.model.clone();
        let here = (candidate, shared.place.epoch);
        let part = &mut self.pictures;
        let is_known = part.redrawn.as_ref().is_some_and(|(of, _)| *of == here);
        let is_busy = part.reconstructing.is_some();
        if is_known || is_busy || shared.catalogue.get(candidate).is_none() {
            return;
        }
        part.redrawing = Some(here);
        part.reconstructing = Some(cx.tasks.start(Reconstruct {
            model,
            catalogue: shared.catalogue.clone(),
            candidate,
            epoch: here.1,
            models: cx.latent_models.clone(),
            decoder: shared.stamps.decoder().clone(),
        }));
    }
}
