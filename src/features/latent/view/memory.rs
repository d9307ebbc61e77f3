//! What the view of the latent space remembers: which part of the plane is seen, what is drawn by
//! hand, textures.

use std::sync::Arc;

use egui::{Pos2, Rect, Vec2};

use super::{cloud::LatentClouds, decoded::Textures};
use crate::{
    features::latent::{
        choice::Projection,
        parts::LatentDot,
        pictures::LatentWalk,
        state::{LatentMap, LatentPane},
    },
    imaging::ScatterView,
};

/// Standard deviations of the outlines of components.
pub const SIGMAS: f32 = 2.0;
/// Corners of an outline.
pub const OUTLINE: usize = 64;

/// What stands beside the plot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LatentTab {
    #[default]
    Components,
    /// Sliders through the space.
    Walk,
}

/// What the view of the latent space remembers.
#[derive(Default)]
pub struct LatentMemory {
    /// What stands beside the plot.
    pub tab: LatentTab,
    /// The point under the pointer, as of the last frame.
    pub hover: Option<LatentDot>,
    /// Points on the GPU.
    pub clouds: LatentClouds,
    /// Decoded centroids.
    pub centroids: Textures<(u64, u64)>,
    pub walked: Textures<(u64, LatentWalk)>,
    /// The candidate on screen as the model sees it.
    pub redrawn: Textures<usize>,
    /// Which part of the plane is seen.
    pub view: ScatterView,
    /// The map that the view was fitted to.
    fitted: Option<(Projection, u64)>,
    shown: Option<(Arc<LatentMap>, Vec2)>,
    /// True once the person has panned or zoomed.
    pub is_moved: bool,
    /// The line that is being drawn, points of the screen.
    pub lasso: Vec<Pos2>,
}

impl LatentMemory {
    /// Zooms about the middle.
    pub fn zoom(&mut self, factor: f32) {
        self.view.zoom_at(factor, [0.0; 2]);
        self.is_moved = true;
    }

    /// Shows all points again.
    pub const fn fit_again(&mut self) {
        self.is_moved = false;
        self.fitted = None;
    }

    /// The view is fitted to another kind of map, and to a map or window that grows until the person
    /// moves it.
    pub fn fit(&mut self, latent: &LatentPane, map: &Arc<LatentMap>, size: Vec2) {
        let kind = (map.projection, latent.run());
        let is_shown = self
            .shown
            .as_ref()
            .is_some_and(|(shown, of)| Arc::ptr_eq(shown, map) && *of == size);
        let is_same_kind = self.fitted == Some(kind);
        if is_same_kind && (self.is_moved || is_shown) {
            return;
        }
        self.is_moved = false;
        self.view = whole_view(latent, map, size);
        self.fitted = Some(kind);
        self.shown = Some((map.clone(), size));
    }
}

/// Which part of the plane holds all points, and the components where they are drawn in.
pub fn whole_view(latent: &LatentPane, map: &LatentMap, size: Vec2) -> ScatterView {
    let plane = map.plane.as_ref();
    let plane = plane.filter(|_| latent.choice.shows_components);
    let space = latent.space().zip(plane);
    let outlines: Vec<_> = space.map_or_else(Vec::new, |(space, plane)| {
        let components = space.components.iter();
        let outlines = components.flat_map(|one| {
            let ellipse = plane.ellipse(&one.mean, &one.variance, SIGMAS);
            ellipse.outline(OUTLINE)
        });
        outlines.collect()
    });
    ScatterView::fit(map.positions.iter().chain(&outlines), [size.x, size.y])
}

/// From the plane to the screen and back.
#[derive(Clone, Copy)]
pub struct OnScreen {
    /// Where the plot is.
    pub rect: Rect,
    /// Which part of the plane it shows.
    pub view: ScatterView,
}

impl OnScreen {
    /// The point of the screen at a place of the plane.
    pub fn screen(&self, place: [f32; 2]) -> Pos2 {
        let [x, y] = self.view.screen(place);
        self.rect.center() + Vec2::new(x, y)
    }

    /// The place of the plane under a point of the screen.
    pub fn plane(&self, at: Pos2) -> [f32; 2] {
        let from_middle = at - self.rect.center();
        self.view.plane([from_middle.x, from_middle.y])
    }
}
