//! What a latent model draws: centroids, a walk between two of them, and the candidate on screen
//! again. One request of a kind at a time; what changes meanwhile is asked for when it is there.

use std::sync::Arc;

use super::{
    draw_task::{Decode, Reconstruct},
    state::{LatentPane, Reconstruction},
};
use crate::{
    domain::{CandidateIx, LatentSpace},
    tasks::{Running, TaskEvent, next_event},
    workspace::{context::Context, shared::Shared},
};

/// Pictures of a walk from one centroid to the other, with both ends.
pub const STEPS: usize = 7;
/// How far sliders go along a latent axis, in standard deviations of the component.
pub const FARTHEST: f32 = 3.0;

/// A place in the latent space, walked to from a centroid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LatentWalk {
    /// The component that it begins at.
    pub from: usize,
    /// The component that it leads to.
    pub to: usize,
    /// How much of the way is gone, 0 to 1.
    pub share: f32,
    /// Along each latent axis, in standard deviations of the first component.
    pub offsets: Vec<f32>,
}

impl LatentWalk {
    /// At the centroid of a component; the next one is the other end.
    pub fn at(component: usize, space: &LatentSpace) -> Self {
        Self {
            from: component,
            to: (component + 1) % space.components.len().max(1),
            share: 0.0,
            offsets: vec![0.0; space.dimensions],
        }
    }

    /// The place, with a number for each axis; empty where there is no such component.
    pub fn vector(&self, space: &LatentSpace) -> Vec<f32> {
        let between = self.between(space, self.share);
        let Some(from) = space.components.get(self.from) else {
            return Vec::new();
        };
        let width = |at: usize| {
            from.variance
                .get(at)
                .map_or(0.0, |variance| variance.max(0.0).sqrt())
        };
        let moved = between.into_iter().enumerate().map(|(at, value)| {
            let offset = self.offsets.get(at).copied().unwrap_or(0.0);
            value + offset * width(at)
        });
        moved.collect()
    }

    fn between(&self, space: &LatentSpace, share: f32) -> Vec<f32> {
        let mean = |at: usize| space.components.get(at).map(|component| &component.mean);
        let (Some(from), Some(to)) = (mean(self.from), mean(self.to)) else {
            return Vec::new();
        };
        let both = from.iter().zip(&**to);
        both.map(|(a, b)| a + share * (b - a)).collect()
    }

    /// The place, then the steps from one centroid to the other.
    fn vectors(&self, space: &LatentSpace) -> Vec<f32> {
        let steps = (0..STEPS).flat_map(|step| {
            let share = step as f32 / (STEPS - 1) as f32;
            self.between(space, share)
        });
        self.vector(space).into_iter().chain(steps).collect()
    }
}

/// Decoded squares, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Pictures {
    /// Side of each, pixels.
    pub side_px: usize,
    /// (picture, y, x).
    pub pixels: Arc<[f32]>,
}

impl Pictures {
    /// The picture of that number.
    pub fn get(&self, at: usize) -> Option<&[f32]> {
        let size = self.side_px * self.side_px;
        self.pixels.get(at * size..(at + 1) * size)
    }
}

/// Pictures, or why there are none: a sentence.
pub type Drawn = Result<Pictures, String>;
/// A candidate and its epoch.
pub type Here = (CandidateIx, usize);

#[derive(Clone, Debug, PartialEq)]
enum What {
    Centroids,
    Walk(LatentWalk),
}

/// What is drawn and what is asked for.
#[derive(Debug, Default)]
pub struct PicturePart {
    decoding: Option<Running<Decode>>,
    side_px: usize,
    /// What is being decoded.
    under_way: Option<What>,
    centroids: Option<Drawn>,
    revision: u64,
    /// Where the sliders stand.
    pub(crate) walk: Option<LatentWalk>,
    walked: Option<(LatentWalk, Drawn)>,
    reconstructing: Option<Running<Reconstruct>>,
    /// What is being drawn again.
    redrawing: Option<Here>,
    redrawn: Option<(Here, Result<Arc<Reconstruction>, String>)>,
}

impl PicturePart {
    pub(crate) fn anew(&self) -> Self {
        Self {
            revision: self.revision + 1,
            ..Self::default()
        }
    }

    pub(crate) const fn centroids_revision(&self) -> u64 {
        self.revision
    }

    /// The sliders go back to a centroid.
    pub(crate) fn walk_from(&mut self, component: usize) {
        if let Some(walk) = &mut self.walk {
            walk.from = component;
            walk.share = 0.0;
            walk.offsets.fill(0.0);
        }
    }

    /// Takes in what tasks report.
    pub(crate) fn poll(&mut self) {
        while let Some(event) = next_event(&mut self.decoding) {
            match event {
                TaskEvent::Update(()) => {}
                TaskEvent::Finished(pixels) => self.take(Ok(pixels)),
                TaskEvent::Failed(why) => self.take(Err(why)),
                TaskEvent::Cancelled => self.under_way = None,
            }
        }
        while let Some(event) = next_event(&mut self.reconstructing) {
            let here = self.redrawing;
            let outcome = match event {
                TaskEvent::Update(()) => continue,
                TaskEvent::Finished(redrawn) => Some(Ok(redrawn)),
                TaskEvent::Failed(why) => Some(Err(why)),
                TaskEvent::Cancelled => None,
            };
            self.redrawing = None;
            if let Some(redrawn) = here.zip(outcome) {
                self.redrawn = Some(redrawn);
            }
        }
    }

    fn take(&mut self, pixels: Result<Arc<[f32]>, String>) {
        let side_px = self.side_px;
        let drawn = pixels.map(|pixels| Pictures { side_px, pixels });
        match self.under_way.take() {
            Some(What::Centroids) => {
                self.centroids = Some(drawn);
                self.revision += 1;
            }
            Some(What::Walk(walk)) => self.walked = Some((walk, drawn)),
            None => {}
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{LatentComponent, ModelId};

    fn space() -> LatentSpace {
        let component = |mean: [f32; 2], variance: [f32; 2]| LatentComponent {
            weight: 0.5,
            mean: Arc::new(mean),
            variance: Arc::new(variance),
        };
        LatentSpace {
            model: ModelId::new("vade", 7),
            dimensions: 2,
            side_px: 21,
            components: [
                component([0.0, 2.0], [4.0, 1.0]),
                component([4.0, -2.0], [1.0, 1.0]),
            ]
            .into(),
        }
    }

    #[test]
    fn a_walk_goes_along_axes_and_between_centroids() {
        let space = space();
        let mut walk = LatentWalk::at(0, &space);
        assert_eq!((walk.to, walk.vector(&space)), (1, vec![0.0, 2.0]));
        walk.share = 0.5;
        walk.offsets = vec![1.5, 0.0];
        // Half the way, and 1.5 widths of 2 along the first axis.
        assert_eq!(walk.vector(&space), [5.0, 0.0]);
        let all = walk.vectors(&space);
        assert_eq!(all.len(), 2 * (1 + STEPS));
        assert_eq!(
            (&all[2..4], &all[2 * STEPS..]),
            (&[0.0, 2.0][..], &[4.0, -2.0][..])
        );
        walk.to = 9;
        assert!(walk.vector(&space).is_empty());
    }
}
