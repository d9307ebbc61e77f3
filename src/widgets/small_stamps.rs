//! Small stamps of many candidates, drawn in one batch.

use egui::{Rect, Ui};

use super::{sight::Sight, stamp_paint::StampBatch, stamp_view::Place};
use crate::{
    domain::{CandidateIx, Role},
    widgets::view_memory::{Camera, ViewMemory},
    workspace::{display::Scope, shared::Shared},
};

/// A stamp and where it is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Small {
    pub candidate: CandidateIx,
    /// Which of its epochs, from 0.
    pub epoch: usize,
    pub role: Role,
    /// Where, points.
    pub rect: Rect,
    pub sight: Sight,
}

impl Small {
    /// Of the epoch that stands for a candidate in lists, what a latent model looks at most: its
    /// difference, else what it has.
    pub fn of(shared: &Shared, candidate: CandidateIx, rect: Rect, sight: Sight) -> Option<Self> {
        let roles = shared.catalogue.get(candidate)?.roles();
        let role = [Role::Difference, Role::Snr].into_iter();
        let mut role = role.filter(|role| roles.contains(role));
        Some(Self {
            candidate,
            epoch: shared.epoch_to_show(candidate),
            role: role.next().or(roles.first().copied())?,
            rect,
            sight,
        })
    }
}

/// Side of what a thumbnail shows of a wide cutout, pixels of the stamp: the middle, where the candidate is.
const MIDDLE_PX: f64 = 27.0;
/// Larger images are not read any finer for a thumbnail.
const MOST_ZOOM: f64 = 2.5;

/// A thumbnail: of a wide cutout the middle, at the limits of its own epoch.
pub fn lay_middle(
    ui: &Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    batch: &mut StampBatch,
    (candidate, epoch, role): (CandidateIx, usize, Role),
    rect: Rect,
) {
    let width = shared
        .pixels_of(candidate, epoch, role)
        .map_or(MIDDLE_PX, |stamp| stamp.width as f64);
    let camera = Camera {
        zoom: (width / MIDDLE_PX).clamp(1.0, MOST_ZOOM),
        ..Camera::default()
    };
    let place = Place {
        candidate,
        epoch,
        role,
        rect,
        scope: Scope::Epoch,
        sight: Sight::Glimpse,
    };
    place.lay(ui, shared, memory, batch, camera);
}

/// Draws them, and has those decoded that are not there yet.
pub fn paint(ui: &Ui, shared: &Shared, memory: &mut ViewMemory, stamps: &[Small]) {
    let mut batch = StampBatch::default();
    for small in stamps {
        memory.small.push((small.candidate, small.epoch));
        let is_whole = ui.clip_rect().expand(1.0).contains_rect(small.rect);
        let sight = if is_whole || small.sight == Sight::Large {
            small.sight
        } else {
            Sight::Glimpse
        };
        let place = Place {
            candidate: small.candidate,
            epoch: small.epoch,
            role: small.role,
            rect: small.rect,
            scope: Scope::Epoch,
            sight,
        };
        memory.sight.show(sight, small.candidate, small.epoch);
        place.lay(ui, shared, memory, &mut batch, Camera::default());
    }
    let number = memory.batches;
    memory.batches += 1;
    batch.paint(ui, ui.clip_rect(), number, &memory.lost);
}
