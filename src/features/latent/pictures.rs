//! What a latent model draws: centroids, a walk between two of them, and the candidate on screen
//! again. One request of a kind at a time; what changes meanwhile is asked for when it is there.

use std::sync::Arc;

use super::{
    draw_task::{Decode, Reconstruct},
    state::Reconstruction,
};
use crate::{
    domain::{CandidateIx, LatentSpace},
    tasks::{Running, TaskEvent, next_event},
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
    pub(super) fn vectors(&self, space: &LatentSpace) -> Vec<f32> {
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
pub(super) enum What {
    Centroids,
    Walk(LatentWalk),
}

#[derive(Debug, Default)]
pub struct PicturePart {
    pub(super) decoding: Option<Running<Decode>>,
    pub(super) side_px: usize,
    /// What is being decoded.
    pub(super) under_way: Option<What>,
    pub(super) centroids: Option<Drawn>,
    pub(super) revision: u64,
    /// Where the sliders stand.
    pub(crate) walk: Option<LatentWalk>,
    pub(super) walked: Option<(LatentWalk, Drawn)>,
    pub(super) reconstructing: Option<Running<Reconstruct>>,
    /// What is being drawn again.
    pub(super) redrawing: Option<Here>,
    pub(super) redrawn: Option<(Here, Result<Arc<Reconstruction>, String>)>,
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
