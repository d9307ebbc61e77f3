//! What the view of the latent space remembers: which part of the plane is seen, what is drawn by
//! hand, textures.

use std::sync::Arc;

use egui::{Pos2, Rect, Vec2};

use super::{decoded::Textures, latent::LatentTab, latent_cloud::LatentClouds};
use crate::{
    app::{
        AppState,
        latent::{LatentMap, Projection},
        latent_map::LatentDot,
        latent_pictures::LatentWalk,
    },
    domain::CandidateIx,
    imaging::ScatterView,
};

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
    /// What was walked to.
    pub walked: Textures<(u64, LatentWalk)>,
    /// The candidate on screen as the model sees it.
    pub redrawn: Textures<usize>,
    /// Candidates of which small stamps are shown, with their epochs.
    pub small: Vec<(CandidateIx, usize)>,
    /// Which part of the plane is seen.
    pub view: ScatterView,
    /// The map that the view was fitted to.
    fitted: Option<(Projection, u64)>,
    shown: Option<Arc<LatentMap>>,
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

    /// The view is fitted to another kind of map, and to a map that grows until the person moves it.
    pub fn fit(&mut self, state: &AppState, map: &Arc<LatentMap>, size: Vec2) {
        let kind = (map.projection, state.latent.run());
        let is_shown = self
            .shown
            .as_ref()
            .is_some_and(|shown| Arc::ptr_eq(shown, map));
        let is_same_kind = self.fitted == Some(kind);
        if is_same_kind && (self.is_moved || is_shown) {
            return;
        }
        self.is_moved &= is_same_kind;
        self.view = ScatterView::fit(&map.positions, [size.x, size.y]);
        self.fitted = Some(kind);
        self.shown = Some(map.clone());
    }
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
