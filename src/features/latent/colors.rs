//! Which colours and points of the latent space are wanted. Tasks make them; until they are made, those before them stand, but
//! for what must not be seen any more: that goes at once.

use std::sync::Arc;

use egui::Color32;

use super::{
    choice::ColorBy,
    clouds::{Clouds, MakeClouds},
    parts::{CloudKey, ShadeKey},
    shade::{Legend, MakeShades, SHADES, Shades},
    state::LatentPane,
};
use crate::{
    domain::Embedding,
    tasks::{TaskEvent, next_event},
    text,
    widgets::theme,
    workspace::{
        context::Context, queue::column::Column, scores::shown::Scores, settings::Theme,
        shared::Shared,
    },
};

impl LatentPane {
    /// The colours of the points.
    pub const fn shades(&self) -> Option<&Arc<Shades>> {
        self.shade.shades.as_ref()
    }

    /// The points as they are drawn.
    pub const fn clouds(&self) -> Option<&Arc<Clouds>> {
        self.cloud.made.as_ref()
    }

    /// Points that are seen.
    pub fn seen(&self) -> usize {
        self.clouds().map_or(0, |clouds| clouds.all.positions.len())
    }

    /// True while colours or points are being made.
    pub const fn is_coloring(&self) -> bool {
        self.shade.running.is_some() || self.cloud.running.is_some()
    }
}

impl LatentPane {
    /// Has colours and points made anew where anything has changed that they depend on.
    pub(crate) fn want_colors(&mut self, shared: &Shared, cx: &Context) {
        self.want_shades(shared, cx);
        self.want_clouds(shared, cx);
    }

    fn want_shades(&mut self, shared: &Shared, cx: &Context) {
        let Some(embedding) = &shared.embedding else {
            return;
        };
        let key = self.shade_key(shared, embedding);
        let part = &mut self.shade;
        if part.key.as_ref() == Some(&key) {
            return;
        }
        if part.key.as_ref().is_some_and(|known| key.hides_more(known)) {
            (part.shades, part.running) = (None, None);
            self.cloud.forget_points();
        }
        // Points wait to be taken in while a task holds those that there are.
        let is_other = part.color_by.as_ref() != Some(&key.color_by);
        if (part.running.is_some() && !is_other) || self.waiting.is_some() {
            return;
        }
        let needs_scores = matches!(&key.color_by, ColorBy::Column(column)
            if column.is_of_scores() || *column == Column::Significance);
        let scores = if needs_scores && !key.is_hidden {
            shared.scores.clone()
        } else {
            Scores::default()
        };
        let needs_labels = key.labels.is_some() && !key.is_hidden;
        let book = needs_labels.then(|| shared.book.clone());
        part.running = Some(cx.tasks.start(MakeShades {
            embedding: embedding.clone(),
            color_by: key.color_by.clone(),
            is_hidden: key.is_hidden,
            catalogue: shared.catalogue.clone(),
            book: book.unwrap_or_default(),
            scores: Box::new(scores),
            repeat_check: shared.repeat_check.clone(),
        }));
        part.color_by = Some(key.color_by.clone());
        part.key = Some(key);
    }

    fn shade_key(&self, shared: &Shared, embedding: &Embedding) -> ShadeKey {
        let color_by = self.choice.color_by.clone();
        let (is_of_labels, is_of_scores) = match &color_by {
            ColorBy::Column(column) => (column.is_of_labels(), column.is_of_scores()),
            _ => (false, false),
        };
        ShadeKey {
            points: embedding.len(),
            run: self.run(),
            candidates: shared.catalogue.len(),
            renumbered: shared.renumbered,
            labels: is_of_labels.then(|| shared.book.revision()),
            scores: is_of_scores.then(|| shared.scores.revision()),
            is_hidden: hides_color(shared, &color_by),
            unrepeated: shared.repeat_check.hidden(),
            assigned: shared.assigned_view.changes(),
            color_by,
        }
    }

    fn want_clouds(&mut self, shared: &Shared, cx: &Context) {
        let (Some(embedding), Some((map, members))) = (&shared.embedding, &self.map.made) else {
            return;
        };
        let key = CloudKey {
            map: map.clone(),
            shades: self.shade.revision,
            queue: shared.queue.revision(),
            selection: shared.selection.revision(),
            shows_every_epoch: self.choice.shows_every_epoch,
            theme: shared.settings.theme,
        };
        let part = &self.cloud;
        let is_known = part.key.as_ref().is_some_and(|known| known.is_same(&key));
        // The first points come with their colours.
        let is_early = self.shades().is_none() && self.shade.running.is_some();
        if is_known || is_early || part.running.is_some() || self.waiting.is_some() {
            return;
        }
        let palette = palette(self.shades().map(|shades| &**shades), shared);
        let task = MakeClouds {
            map: map.clone(),
            members: members.clone(),
            embedding: embedding.clone(),
            shades: self.shades().cloned(),
            palette: palette.iter().map(Color32::to_array).collect(),
            ring: theme::AMBER.to_array(),
            is_listed: shared.queue.listed(),
            selected: shared.selection.iter().collect(),
            shows_every_epoch: self.choice.shows_every_epoch,
            revision: part.revision + 1,
        };
        let part = &mut self.cloud;
        part.revision += 1;
        part.running = Some(cx.tasks.start(task));
        part.key = Some(key);
    }

    /// Takes in what tasks have made.
    pub(crate) fn poll_colors(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.shade.running) {
            match event {
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
                TaskEvent::Finished(made) => {
                    self.shade.shades = Some(made);
                    self.shade.revision += 1;
                }
                TaskEvent::Failed(why) => {
                    shared.warn(text!("colours of the latent space: {why}", why), cx.now);
                }
            }
        }
        while let Some(event) = next_event(&mut self.cloud.running) {
            match event {
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
                TaskEvent::Finished(made) => self.cloud.made = Some(made),
                TaskEvent::Failed(why) => {
                    shared.warn(text!("points of the latent space: {why}", why), cx.now);
                }
            }
        }
    }
}

/// True where colours would give away what labels should be blind to.
fn hides_color(shared: &Shared, color_by: &ColorBy) -> bool {
    match color_by {
        ColorBy::Column(column) => shared.hides_column(column),
        ColorBy::Error => shared.is_blind(),
        ColorBy::Component | ColorBy::Epoch => false,
    }
}

/// A colour for every shade.
fn palette(shades: Option<&Shades>, shared: &Shared) -> Vec<Color32> {
    let is_dark = shared.settings.theme == Theme::Dark;
    let mut palette = vec![theme::no_shade(is_dark); SHADES + 1];
    let Some(shades) = shades else {
        return palette;
    };
    match &shades.legend {
        Legend::Classes(classes) => {
            for (at, (name, _)) in classes.iter().enumerate().take(SHADES) {
                palette[at] = shade_color(&shades.color_by, shared, at, name);
            }
        }
        Legend::Range { .. } => {
            for (at, color) in palette.iter_mut().enumerate().take(SHADES) {
                *color = theme::range_color(at as f32 / (SHADES - 1) as f32, is_dark);
            }
        }
        Legend::Nothing(_) => {}
    }
    palette
}

/// The colour of a class of the legend: that of its vocabulary, else by its place.
pub(super) fn shade_color(color_by: &ColorBy, shared: &Shared, at: usize, name: &str) -> Color32 {
    // A component has a number, which is a spelling of some class too.
    let is_component = *color_by == ColorBy::Component;
    let class = shared.class_named(name).filter(|_| !is_component);
    class.map_or_else(|| theme::component_color(at), theme::class_color)
}
