//! Below the plot: the candidate on screen as the model sees it, and the selection.

use std::sync::Arc;

use egui::{FontId, Rect, RichText, Sense, Ui, vec2};

use super::decoded;
use crate::{
    domain::{CandidateIx, Role, words::thousands},
    features::{
        evaluation::command::Evaluate,
        latent::{
            state::{LatentPane, Reconstruction},
            view::memory::LatentMemory,
        },
        mosaic::view::selection_ui,
    },
    language::translated_static,
    text,
    widgets::{
        cells,
        sight::Sight,
        small_stamps::{self, Small},
        spoken,
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{command::Command, queue::order::Shortlist, shared::Shared},
};

/// Side of a stamp, points.
const SIDE: f32 = 76.0;
/// Space for a caption.
const CAPTION: f32 = 15.0;
/// Side of the stamp of a selected candidate.
const SELECTED: f32 = 48.0;
/// Height of the line above them.
const SELECTION_BAR: f32 = 24.0;
const GAP: f32 = 3.0;

/// Both.
pub fn foot_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    own: &mut LatentMemory,
    commands: &mut Vec<impl From<Command> + From<Evaluate>>,
) {
    here_ui(ui, latent, shared, memory, own);
    // Always of one height: the plot above must not jump when something is selected.
    if shared.selection.is_empty() {
        ui.horizontal(|ui| {
            ui.set_min_height(SELECTION_BAR);
            ui.label(weak(
                ui,
                text!("Nothing is selected: drag round points, or click one"),
            ));
        });
    } else {
        ui.horizontal(|ui| {
            ui.set_min_height(SELECTION_BAR);
            selection_ui(ui, shared, commands);
            look_ui(ui, shared, commands);
        });
    }
    selected_ui(ui, shared, memory);
}

/// The way to the stamps of all that are selected: labels go only to those that were on the screen.
fn look_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Evaluate>>) {
    let button = ui.button(text!("Show in mosaic"));
    let help = text!(
        "Only the selected candidates, page by page: a label goes to those that were on the screen"
    );
    if button.on_hover_text(help).clicked() {
        let count = thousands(shared.selection.len() as u64);
        let all = shared.selection.iter();
        let shortlist = Shortlist {
            title: text!("{count} selected in the latent space", count),
            candidates: all.map(|ix| (ix, shared.epoch_to_show(ix))).collect(),
            ..Shortlist::default()
        };
        commands.push(Evaluate::Open(shortlist).into());
    }
}

/// The candidate on screen: its triplet, what goes into the model, what it draws, and what is left.
fn here_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    own: &mut LatentMemory,
) {
    let Some((candidate, ix)) = shared.candidate().zip(shared.place.candidate) else {
        let size = vec2(ui.available_width(), SIDE + CAPTION + SELECTION_BAR);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        note(
            ui,
            rect,
            text!("Click a point: its stamps and what the model draws stand here"),
        );
        return;
    };
    ui.horizontal(|ui| {
        let label = cells::label_word(shared.label_on_screen(candidate));
        ui.label(RichText::new(&*candidate.id).strong());
        let mut about = text!(
            "epoch {epoch} of {epochs}",
            epoch = shared.place.epoch + 1,
            epochs = candidate.epochs.len()
        );
        if !label.is_empty() {
            about = format!("{about} · {label}");
        }
        if let Some(error) = shared
            .scores
            .latent
            .error(ix)
            .filter(|_| !shared.is_blind())
        {
            let error = text!("anomaly {error}", error = format_args!("{error:.4}"));
            about = format!("{about} · {error}");
        }
        ui.label(weak(ui, about));
    });
    let size = vec2(ui.available_width(), SIDE + CAPTION);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let name = text!("triplet of {id}", id = candidate.id);
    spoken::picture(&response, &name, || {
        match latent.reconstruction((ix, shared.place.epoch)) {
            Some(Ok(_)) => {
                text!("beside it the model's input, its reconstruction and the residual").into()
            }
            Some(Err(why)) => why.clone(),
            None => text!("the model is drawing").into(),
        }
    });
    triplet(ui, shared, memory, ix, rect);
    let rest = rect.with_min_x(rect.left() + 3.0 * (SIDE + GAP) + 2.0 * theme::GRID);
    match latent.reconstruction((ix, shared.place.epoch)) {
        Some(Ok(redrawn)) => redrawn_ui(ui, own, redrawn, rest),
        Some(Err(why)) => note(ui, rest, why),
        None => note(ui, rest, text!("the model is drawing…")),
    }
}

fn square_at(rect: Rect, at: usize) -> Rect {
    let corner = rect.min + vec2(at as f32 * (SIDE + GAP), CAPTION);
    Rect::from_min_size(corner, vec2(SIDE, SIDE))
}

fn caption(ui: &Ui, square: Rect, text: &str) {
    let font = FontId::proportional(theme::CAPTION);
    let color = theme::caption_color(ui);
    let at = square.left_top();
    ui.painter()
        .text(at, egui::Align2::LEFT_BOTTOM, text, font, color);
}

fn note(ui: &Ui, rect: Rect, text: &str) {
    let font = FontId::proportional(theme::CAPTION);
    let color = theme::caption_color(ui);
    let galley = ui
        .painter()
        .layout(text.to_owned(), font, color, rect.width().max(40.0));
    let at = rect.left_center() - vec2(0.0, galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
}

fn triplet(ui: &Ui, shared: &Shared, memory: &mut ViewMemory, ix: CandidateIx, rect: Rect) {
    let roles = [Role::Science, Role::Reference, Role::Difference];
    let mut stamps = Vec::new();
    for (at, role) in roles.into_iter().enumerate() {
        let square = square_at(rect, at);
        caption(ui, square, translated_static(role.name()));
        stamps.push(Small {
            candidate: ix,
            epoch: shared.place.epoch,
            role,
            rect: square,
            sight: Sight::Large,
        });
    }
    small_stamps::paint(ui, shared, memory, &stamps);
}

fn redrawn_ui(ui: &Ui, own: &mut LatentMemory, redrawn: &Arc<Reconstruction>, rect: Rect) {
    let residual: Vec<f32> = redrawn
        .input
        .iter()
        .zip(&redrawn.drawn)
        .map(|(input, drawn)| input - drawn)
        .collect();
    let most = residual.iter().filter(|value| value.is_finite());
    let most = most.fold(0.0_f32, |most, value| most.max(value.abs()));
    let both = decoded::Shading::of(redrawn.input.iter().chain(&redrawn.drawn));
    let key = Arc::as_ptr(redrawn) as usize;
    let textures = own.redrawn.of(ui, key, redrawn.side_px, || {
        vec![
            (&redrawn.input[..], both),
            (&redrawn.drawn[..], both),
            (&residual[..], decoded::Shading::Signed(most)),
        ]
    });
    let names = [
        text!("model's input"),
        text!("reconstruction"),
        text!("residual"),
    ];
    for (at, (texture, name)) in textures.iter().zip(names).enumerate() {
        let square = square_at(rect, at);
        caption(ui, square, name);
        decoded::paint(ui, texture, square, 1.0);
    }
}

/// As many of the selected candidates as fit.
fn selected_ui(ui: &mut Ui, shared: &Shared, memory: &mut ViewMemory) {
    let width = ui.available_width();
    let fitting = ((width - 90.0) / (SELECTED + GAP)).max(1.0) as usize;
    let (rect, response) = ui.allocate_exact_size(vec2(width, SELECTED), Sense::hover());
    if !shared.selection.is_empty() {
        spoken::picture(&response, text!("selected candidates"), || {
            text!(
                "{count} selected",
                count = thousands(shared.selection.len() as u64)
            )
        });
    }
    let places = shared.selection.iter().take(fitting).enumerate();
    let stamps = places.filter_map(|(at, ix)| {
        let corner = rect.min + vec2(at as f32 * (SELECTED + GAP), 0.0);
        Small::of(
            shared,
            ix,
            Rect::from_min_size(corner, vec2(SELECTED, SELECTED)),
            Sight::Cell,
        )
    });
    let stamps: Vec<_> = stamps.collect();
    let left = shared.selection.len() - stamps.len().min(shared.selection.len());
    small_stamps::paint(ui, shared, memory, &stamps);
    if left > 0 {
        let begin = rect.left() + stamps.len() as f32 * (SELECTED + GAP) + GAP;
        let text = text!("and {count} more", count = thousands(left as u64));
        note(ui, rect.with_min_x(begin), &text);
    }
}
