//! The latent space on its plane: which map is wanted, which points are seen, what a lasso holds.

use std::sync::Arc;

use super::{
    choice::Projection,
    placing::usable_project,
    projection::LayMap,
    state::{LatentMap, LatentStatus, Members},
};
use crate::{
    features::latent::{parts::LatentDot, state::LatentPane},
    imaging::Polygon,
    tasks::{TaskEvent, next_event},
    text,
    workspace::{context::Context, shared::Shared},
};

/// While points come in, the map is made anew each time their number has grown by this factor.
const GROWTH: f32 = 1.25;

/// A candidate's points stand together: its others are looked for so far from the one that stands
/// for it.
const NEAR: usize = 512;

impl LatentPane {
    /// The map; none before it is made.
    pub fn map(&self) -> Option<&Arc<LatentMap>> {
        self.map.made.as_ref().map(|(map, _)| map)
    }

    /// The members of the components, as of the map.
    pub fn members(&self) -> Option<&Arc<Members>> {
        self.map.made.as_ref().map(|(_, members)| members)
    }

    /// True while a map is being made.
    pub const fn is_mapping(&self) -> bool {
        self.map.running.is_some()
    }

    /// Why there is no map of the chosen kind.
    pub fn map_fault(&self) -> Option<&str> {
        self.map.fault.as_ref().map(|(_, why)| &**why)
    }
}

impl LatentPane {
    /// Asks for the map where there is none of the chosen kind, or many more points; one at a time,
    /// and another kind at once.
    pub(crate) fn want_map(&mut self, shared: &mut Shared, cx: &Context) {
        let Some(embedding) = &shared.embedding else {
            return;
        };
        let wanted = self.choice.projection;
        let is_growing = *self.status() == LatentStatus::Embedding;
        let known = self.map.made.as_ref().map(|(map, _)| map);
        let is_known = known.is_some_and(|map| {
            let enough = if is_growing {
                map.positions.len() as f32 * GROWTH
            } else {
                map.positions.len() as f32
            };
            map.projection == wanted && embedding.len() as f32 <= enough
        });
        // What takes long is not begun with a part of the points.
        let is_early = is_growing && wanted == Projection::Tsne && known.is_some();
        let part = &mut self.map;
        if part.fault.as_ref().is_some_and(|(of, _)| *of != wanted) {
            part.fault = None;
        }
        let is_under_way = part.running.is_some() && part.awaited == wanted;
        if is_under_way || is_known || is_early || embedding.is_empty() || part.fault.is_some() {
            return;
        }
        // Points wait to be taken in while a task holds those that there are.
        if self.waiting.is_some() {
            return;
        }
        part.awaited = wanted;
        part.running = Some(cx.tasks.start(LayMap {
            embedding: embedding.clone(),
            projection: wanted,
            project: usable_project(shared),
        }));
    }

    pub(crate) fn poll_map(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.map.running) {
            let part = &mut self.map;
            match event {
                TaskEvent::Update(()) => {}
                TaskEvent::Finished(made) => part.made = Some(made),
                TaskEvent::Failed(why) => {
                    part.fault = Some((part.awaited, why.clone()));
                    shared.warn(why, cx.now);
                }
                // The map that is there stays.
                TaskEvent::Cancelled => {
                    let shown = part.made.as_ref().map(|(map, _)| map.projection);
                    self.choice.projection = shown.unwrap_or_default();
                    shared.report(text!("the map was stopped"), cx.now);
                }
            }
        }
    }

    pub(crate) fn stop_map(&self) {
        if let Some(running) = &self.map.running {
            running.cancel();
        }
    }

    /// The points that are seen: those with a place whose candidate is in the queue.
    pub fn latent_dots<'a>(&'a self, shared: &'a Shared) -> impl Iterator<Item = LatentDot> + 'a {
        let count = self.map().map_or(0, |map| map.positions.len());
        (0..count).filter_map(|point| self.latent_dot(shared, point))
    }

    /// The point of that row, where it is seen.
    pub fn latent_dot(&self, shared: &Shared, point: usize) -> Option<LatentDot> {
        let position = *self.map()?.positions.get(point)?;
        let of = shared.embedding.as_ref()?.points.get(point)?;
        let is_placed = position.iter().all(|at| at.is_finite());
        if !is_placed || shared.queue.rank(of.candidate).is_none() {
            return None;
        }
        let stands = self.choice.shows_every_epoch
            || shared.scores.latent.point(of.candidate) == Some(point);
        stands.then_some(LatentDot {
            point,
            candidate: of.candidate,
            epoch: of.epoch as usize,
            position,
        })
    }

    /// The nearest point that is seen, not farther than `radius` from a place of the plane.
    pub fn latent_dot_near(
        &self,
        shared: &Shared,
        [x, y]: [f32; 2],
        radius: f32,
    ) -> Option<LatentDot> {
        let squared = |dot: &LatentDot| {
            let [at_x, at_y] = dot.position;
            (at_x - x).powi(2) + (at_y - y).powi(2)
        };
        let most = radius * radius;
        let positions = &self.map()?.positions;
        // The places alone are looked at first: a million of them in a frame.
        let near = positions
            .iter()
            .enumerate()
            .filter(|(_, [at_x, at_y])| (at_x - x).abs() <= radius && (at_y - y).abs() <= radius);
        let seen = near.filter_map(|(point, _)| self.latent_dot(shared, point));
        seen.filter(|dot| squared(dot) <= most)
            .min_by(|a, b| squared(a).total_cmp(&squared(b)))
    }

    /// The point of the candidate and epoch on screen, where it is seen.
    pub fn latent_dot_here(&self, shared: &Shared) -> Option<LatentDot> {
        let candidate = shared.place.candidate?;
        let points = &shared.embedding.as_ref()?.points;
        let stands = shared.scores.latent.point(candidate)?;
        if !self.choice.shows_every_epoch {
            return self.latent_dot(shared, stands);
        }
        let is_here = |at: &usize| {
            let point = &points[*at];
            point.candidate == candidate && point.epoch as usize == shared.place.epoch
        };
        let around = stands.saturating_sub(NEAR)..(stands + NEAR).min(points.len());
        self.latent_dot(shared, around.into_iter().find(is_here)?)
    }

    /// Selects what a closed line holds.
    pub(crate) fn enclose(&mut self, shared: &mut Shared, region: &Polygon, adds: bool) {
        let inside = self.latent_dots(shared);
        let inside = inside.filter(|dot| region.contains(dot.position));
        let inside: Vec<_> = inside.map(|dot| dot.candidate).collect();
        if adds {
            let before: Vec<_> = shared.selection.iter().collect();
            shared.selection.set(before.into_iter().chain(inside));
        } else {
            shared.selection.set(inside);
        }
    }
}
