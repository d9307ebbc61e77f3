//! The components of the latent space, a row each: the most real above, artefacts below.

use egui::{FontId, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::decoded;
use crate::{
    domain::words::{counted, thousands},
    features::latent::{
        check::LOOKED_AT, command::Latent, components::ENDS, parts::ComponentRow,
        state::LatentPane, view::memory::LatentMemory,
    },
    text,
    widgets::{
        cells,
        sight::Sight,
        small_stamps::{self, Small},
        spoken,
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{
        command::{Command, Go},
        shared::Shared,
    },
};

/// Height of a row, points.
const ROW: f32 = 92.0;
/// Side of a decoded centroid.
const CENTROID: f32 = 80.0;
/// Side of a member's stamp.
const MEMBER: f32 = 42.0;
/// Where the words begin.
const WORDS: f32 = CENTROID + 20.0;
/// The least that words have, and the most: "1,234 members, 1,100 unlabelled".
const LEAST_WORDS: f32 = 134.0;
const MOST_WORDS: f32 = 190.0;

/// Where the stamps begin: the words have what a row leaves beside them.
fn stamps_at(row: Rect) -> f32 {
    let beside = row.width() - ENDS as f32 * (MEMBER + 2.0) - WORDS;
    WORDS + beside.clamp(LEAST_WORDS, MOST_WORDS)
}

pub fn components_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    own: &mut LatentMemory,
    commands: &mut Vec<impl From<Command> + From<Latent>>,
) {
    let rows = latent.rows().clone();
    if rows.is_empty() {
        ui.label(weak(
            ui,
            text!("Components are listed here once the first map is made."),
        ));
        return;
    }
    sorted_by_ui(ui, &rows);
    if let Some(Err(why)) = latent.centroids() {
        ui.label(RichText::new(why).color(theme::alarm_text(ui)));
    }
    load_centroids(ui, latent, own);
    ScrollArea::vertical()
        .id_salt("component rows")
        .auto_shrink(false)
        .show(ui, |ui| {
            let mut stamps = Vec::new();
            for row in rows.iter() {
                row_ui(ui, latent, shared, own, row, &mut stamps, commands);
            }
            small_stamps::paint(ui, shared, memory, &stamps);
        });
}

fn sorted_by_ui(ui: &mut Ui, rows: &[ComponentRow]) {
    let by = if rows.iter().any(|row| row.real_share.is_some()) {
        text!("the share of members labelled real")
    } else if rows.iter().any(|row| row.learned_share().is_some()) {
        text!("the model's training classes")
    } else if rows.iter().any(|row| row.mean_score.is_some()) {
        text!("their mean score")
    } else {
        text!("how round their centroids are")
    };
    let text = text!("{count} components by {by}", count = rows.len(), by);
    ui.label(weak(ui, text)).on_hover_text(text!(
        "On the left what the model draws at the centroid; on the right the three most typical \
         members above, the three oddest below. Grey: labels of its members contradict each other"
    ));
}

/// Textures of the centroids, in the order of the components.
fn load_centroids(ui: &Ui, latent: &LatentPane, own: &mut LatentMemory) {
    let Some(Ok(pictures)) = latent.centroids() else {
        return;
    };
    let count = latent.space().map_or(0, |space| space.components.len());
    let key = (latent.run(), latent.centroids_revision());
    own.centroids.of(ui, key, pictures.side_px, || {
        let pictures = (0..count).filter_map(|at| pictures.get(at));
        let shaded = pictures.map(|pixels| (pixels, decoded::Shading::of(pixels)));
        shaded.collect()
    });
}

fn row_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    shared: &Shared,
    own: &LatentMemory,
    row: &ComponentRow,
    stamps: &mut Vec<Small>,
    commands: &mut Vec<impl From<Command> + From<Latent>>,
) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let name = text!("component {number}", number = row.component + 1);
    let response = cells::named(response, egui::Role::Button, &name);
    spoken::describe(&response, || lines_of(row).join(", "));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let is_chosen = latent.chosen() == Some(row.component);
    if is_chosen || response.hovered() {
        let fill = if is_chosen {
            theme::AMBER.gamma_multiply(0.2)
        } else {
            ui.visuals().widgets.hovered.weak_bg_fill
        };
        ui.painter().rect_filled(rect, 3.0, fill);
    }
    if response.clicked() {
        let other = (!is_chosen).then_some(row.component);
        commands.push(Latent::Component(other).into());
    }
    let edge = Rect::from_min_size(rect.min + vec2(1.0, 4.0), vec2(5.0, ROW - 8.0));
    let color = theme::component_color(row.component);
    ui.painter().rect_filled(edge, 2.0, color);
    centroid(ui, own, row, rect);
    words_ui(ui, row, rect);
    buttons_ui(ui, row, rect, commands);
    members_ui(ui, shared, row, rect, stamps, commands);
}

fn centroid(ui: &Ui, own: &LatentMemory, row: &ComponentRow, rect: Rect) {
    let square = Rect::from_min_size(
        rect.min + vec2(10.0, (ROW - CENTROID) / 2.0),
        vec2(CENTROID, CENTROID),
    );
    ui.painter().rect_filled(square, 2.0, theme::matte(ui));
    let opacity = if row.is_undecided() { 0.35 } else { 1.0 };
    if let Some(texture) = own.centroids.get(row.component) {
        decoded::paint(ui, texture, square, opacity);
    }
}

fn words_ui(ui: &Ui, row: &ComponentRow, rect: Rect) {
    let weak_color = theme::caption_color(ui);
    let color = if row.is_undecided() {
        weak_color
    } else {
        ui.visuals().text_color()
    };
    let looks = [
        (theme::TEXT, color),
        (theme::CAPTION, weak_color),
        (theme::CAPTION, color),
        (theme::CAPTION, weak_color),
    ];
    let painter = ui.painter().with_clip_rect(
        rect.with_max_x(rect.left() + stamps_at(rect) - 4.0)
            .intersect(ui.clip_rect()),
    );
    let mut top = rect.top() + 3.0;
    for (text, (size, color)) in lines_of(row).into_iter().zip(looks) {
        let at = pos2(rect.left() + WORDS, top);
        let font = FontId::proportional(size);
        let drawn = painter.text(at, egui::Align2::LEFT_TOP, text, font, color);
        top = drawn.bottom() + 1.0;
    }
}

/// Number and weight; members; labels; score and spread.
fn lines_of(row: &ComponentRow) -> [String; 4] {
    let weight = format!("{}    {:.1} %", row.component + 1, 100.0 * row.weight);
    let size = text!(
        "{members}, {unseen} unlabelled",
        members = counted(row.size as u64, "member"),
        unseen = thousands(row.unseen as u64)
    );
    let label = row.majority.as_ref().map_or_else(
        || unlabelled_words(row),
        |most| {
            text!(
                "{count} labelled: {share} % {class}",
                count = most.labelled,
                share = format_args!("{:.0}", 100.0 * most.purity()),
                class = most.class
            )
        },
    );
    // Rounding may leave a zero with a sign.
    let spread = text!(
        "spread {spread}",
        spread = format_args!("{:.2}", row.spread.max(0.0))
    );
    let last = match row.mean_score {
        Some(score) => {
            let score = format_args!("{score:.2}");
            text!("score {score}  {spread}", score, spread)
        }
        None => spread,
    };
    [weight, size, label, last]
}

/// What stands where no member has a label.
fn unlabelled_words(row: &ComponentRow) -> String {
    match &row.learned {
        Some((label, purity)) => text!(
            "trained: {label} {share} %",
            label,
            share = format_args!("{:.0}", 100.0 * purity)
        ),
        None => text!("no label").to_owned(),
    }
}

fn buttons_ui(ui: &mut Ui, row: &ComponentRow, rect: Rect, commands: &mut Vec<impl From<Latent>>) {
    let corner = pos2(rect.left() + WORDS, rect.bottom() - 24.0);
    let place = Rect::from_min_size(corner, vec2(stamps_at(rect) - WORDS - 4.0, 22.0));
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(place));
    inside.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let number = row.component + 1;
        let select = cells::named(
            ui.small_button(text!("select")),
            egui::Role::Button,
            &text!("select component {number}", number),
        );
        if select.on_hover_text(text!("Select its members")).clicked() {
            commands.push(Latent::SelectMembers(row.component).into());
        }
        let count = row.unseen.min(LOOKED_AT);
        let button = ui.add_enabled(row.unseen > 0, egui::Button::new(text!("check…")).small());
        let check = cells::named(
            button,
            egui::Role::Button,
            &text!("check component {number}", number),
        );
        let help = text!(
            "check {count} and label: look at random unlabelled members; if all look alike, label all",
            count
        );
        if check.on_hover_text(help).clicked() {
            commands.push(Latent::Check(row.component).into());
        }
    });
}

/// The most typical members above, the oddest below; a click goes there.
fn members_ui(
    ui: &Ui,
    shared: &Shared,
    row: &ComponentRow,
    rect: Rect,
    stamps: &mut Vec<Small>,
    commands: &mut Vec<impl From<Command>>,
) {
    for (line, members) in [&row.nearest, &row.farthest].into_iter().enumerate() {
        for (at, ix) in members.iter().enumerate().take(ENDS) {
            let corner = rect.min
                + vec2(
                    stamps_at(rect) + at as f32 * (MEMBER + 2.0),
                    3.0 + line as f32 * (MEMBER + 2.0),
                );
            let square = Rect::from_min_size(corner, vec2(MEMBER, MEMBER));
            stamps.extend(Small::of(shared, *ix, square, Sight::Glimpse));
            let id = ui.scope_id().with((row.component, line, at));
            let response = ui.interact(square, id, Sense::click());
            let name = shared
                .catalogue
                .get(*ix)
                .map_or("", |candidate| &candidate.id);
            let spoken = if line == 0 {
                text!("typical {name}", name)
            } else {
                text!("odd {name}", name)
            };
            let response = cells::named(response, egui::Role::Button, &spoken);
            if response.hovered() {
                let line = Stroke::new(1.5, theme::AMBER);
                ui.painter()
                    .rect_stroke(square, 0.0, line, StrokeKind::Outside);
            }
            if response.clicked() {
                commands.push(
                    Command::Go(Go::To {
                        candidate: *ix,
                        open: false,
                    })
                    .into(),
                );
            }
        }
    }
}
