//! The very triplet of the point under the pointer, beside it.

use egui::{Area, Frame, Id, Order, Pos2, Rect, Ui, Vec2, vec2};

use crate::{
    domain::{Candidate, Role},
    features::latent::{parts::LatentDot, state::LatentPane},
    text,
    widgets::{
        cells,
        sight::Sight,
        small_stamps::{self, Small},
        theme::weak,
        view_memory::ViewMemory,
    },
    workspace::shared::Shared,
};

/// Side of a stamp, points.
const SIDE: f32 = 76.0;
/// Size of the whole, points.
const SIZE: Vec2 = vec2(3.0 * SIDE + 24.0, SIDE + 56.0);

/// Stamps and words of the point.
pub fn hover_ui(
    ui: &Ui,
    plot: Rect,
    at: Pos2,
    latent: &LatentPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    dot: LatentDot,
) {
    let Some(candidate) = shared.catalogue.get(dot.candidate) else {
        return;
    };
    Area::new(Id::unique("latent hover"))
        .order(Order::Tooltip)
        .interactable(false)
        .fixed_pos(corner(plot, at))
        .show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_width(3.0 * SIDE + 4.0);
                triplet(ui, shared, memory, dot);
                ui.label(&*candidate.id);
                ui.label(weak(ui, about(latent, shared, candidate, dot)));
            });
        });
}

/// Beside the point, inside the plot.
fn corner(plot: Rect, at: Pos2) -> Pos2 {
    let gap = 14.0;
    let x = if at.x + gap + SIZE.x < plot.right() {
        at.x + gap
    } else {
        at.x - gap - SIZE.x
    };
    let y = (at.y - SIZE.y / 2.0).clamp(plot.top(), (plot.bottom() - SIZE.y).max(plot.top()));
    Pos2::new(x.max(plot.left()), y)
}

fn triplet(ui: &mut Ui, shared: &Shared, memory: &mut ViewMemory, dot: LatentDot) {
    let (rect, _) = ui.allocate_exact_size(vec2(3.0 * SIDE + 4.0, SIDE), egui::Sense::hover());
    let roles = [Role::Science, Role::Reference, Role::Difference];
    let places = roles.into_iter().enumerate().map(|(at, role)| Small {
        candidate: dot.candidate,
        epoch: dot.epoch,
        role,
        rect: Rect::from_min_size(
            rect.min + vec2(at as f32 * (SIDE + 2.0), 0.0),
            vec2(SIDE, SIDE),
        ),
        sight: Sight::Glimpse,
    });
    small_stamps::paint(ui, shared, memory, &places.collect::<Vec<_>>());
}

fn about(_latent: &LatentPane, shared: &Shared, candidate: &Candidate, dot: LatentDot) -> String {
    let mut words = vec![text!(
        "epoch {epoch} of {epochs}",
        epoch = dot.epoch + 1,
        epochs = candidate.epochs.len()
    )];
    if let Some(embedding) = shared.embedding.as_ref() {
        if let Some(component) = embedding.component(dot.point) {
            let sure = 100.0 * embedding.responsibility(dot.point)[component];
            words.push(text!(
                "component {number} ({share} %)",
                number = component + 1,
                share = format_args!("{sure:.0}")
            ));
        }
        let error = embedding.errors.get(dot.point);
        if let Some(error) = error.filter(|_| !shared.is_blind()) {
            words.push(text!("error {error}", error = format_args!("{error:.4}")));
        }
    }
    let label = cells::label_word(shared.label_on_screen(candidate));
    if !label.is_empty() {
        words.push(label);
    }
    if !shared.is_blind()
        && let Some(score) = shared.scores.score(dot.candidate)
    {
        words.push(text!("score {score}", score = format_args!("{score:.2}")));
    }
    words.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_beside_the_point_and_inside_the_plot() {
        let plot = Rect::from_min_size(Pos2::new(100.0, 50.0), vec2(700.0, 500.0));
        for at in [[110.0, 60.0], [790.0, 540.0], [450.0, 300.0], [790.0, 55.0]] {
            let at = Pos2::new(at[0], at[1]);
            let shown = Rect::from_min_size(corner(plot, at), SIZE);
            assert!(plot.contains_rect(shown) && !shown.contains(at), "{at}");
        }
    }
}
