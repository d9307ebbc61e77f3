//! *Looks like*, beside the candidate on the screen: small stamps of the nearest labelled ones.

use egui::{Align2, FontId, Rect, Sense, Ui, pos2, vec2};

use super::{
    looks_like::LooksLikeNow,
    neighbours::Sought,
    state::{SimilarCommand, SimilarSearch},
};
use crate::{
    domain::{Candidate, Role, words::counted},
    widgets::{
        cells,
        small_stamps::lay_middle,
        stamp_paint::StampBatch,
        theme::{self, GRID, weak},
        view_memory::ViewMemory,
    },
    workspace::{action::Action, alike::Neighbour, command::Command, shared::Shared},
};

/// Side of a stamp, points.
const SIDE: f32 = 58.0;
/// Space between stamps, points.
const GAP: f32 = 3.0;
/// Height of a line of words, points.
const LINE: f32 = 14.5;

/// The nearest labelled ones, or why there are none; nothing where the person does not want them.
pub fn looks_like_ui(
    ui: &mut Ui,
    search: &SimilarSearch,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command> + From<SimilarCommand>>,
) {
    let is_wanted = shared.settings.shows_looks_like && !shared.repeat_check.is_practice();
    if !is_wanted || shared.place.candidate.is_none() {
        return;
    }
    ui.horizontal(|ui| {
        let keys = &shared.settings.keys;
        let help = format!(
            "{} ({}); the likeness is that of More like this, -1 to 1. A click shows them side by side ({}).",
            Action::LooksLike.info().help(),
            keys.hint(Action::LooksLike),
            keys.hint(Action::BesideAlike),
        );
        ui.strong(Action::LooksLike.info().title()).on_hover_text(help);
        ui.label(weak(ui, format!("({})", keys.hint(Action::BesideAlike))));
    });
    match search.looks_like(shared) {
        LooksLikeNow::NoLabel => note(ui, &no_label(shared)),
        LooksLikeNow::Looking => {
            // Of a set that is being scored the scores come first.
            let word = if shared.scores.is_busy() {
                "after the scores…"
            } else {
                "looking…"
            };
            let comparing = search
                .comparing
                .as_ref()
                .map(crate::tasks::Running::progress);
            let text = comparing.map_or_else(
                || word.into(),
                |progress| format!("comparing stamps: {} of {}", progress.done, progress.total),
            );
            note(ui, &text);
        }
        LooksLikeNow::NoStamp => {
            note(
                ui,
                "This one has no stamps that the network compact can compare.",
            );
        }
        LooksLikeNow::Unasked => compare_ui(ui, shared, commands),
        LooksLikeNow::Fault(why) => {
            note(ui, &why);
            compare_ui(ui, shared, commands);
        }
        LooksLikeNow::Found(shown) if shown.is_empty() => note(ui, &no_label(shared)),
        LooksLikeNow::Found(shown) => {
            for sought in &shown {
                match sought {
                    Sought::Found(neighbour) => {
                        row_ui(ui, shared, memory, neighbour, commands);
                    }
                    Sought::Missing(kind) => {
                        note(ui, &format!("No other one is labelled {kind} yet."));
                    }
                }
            }
        }
    }
    ui.add_space(GRID);
}

fn note(ui: &mut Ui, text: &str) {
    let text = weak(ui, text);
    ui.add(egui::Label::new(text).wrap());
}

/// What brings the first ones: the keys of the first two classes.
fn no_label(shared: &Shared) -> String {
    let classes = shared.vocabulary().classes.iter().take(2);
    let keys: Vec<_> = classes
        .map(|class| format!("{} ({})", class.title, class.key))
        .collect();
    format!(
        "No labels yet: give some, {}, and the most similar one of each class is shown here.",
        keys.join(", ")
    )
}

fn compare_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<SimilarCommand>>) {
    let text = format!(
        "Compare {}",
        counted(shared.catalogue.len() as u64, "candidate")
    );
    let help = "Looks at all stamps of the set once, in the background";
    if ui.button(text).on_hover_text(help).clicked() {
        commands.push(SimilarCommand::Compare.into());
    }
}

/// One of them: difference and science, label, likeness, who gave the label. A click shows all side by side.
fn row_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    neighbour: &Neighbour,
    commands: &mut Vec<impl From<SimilarCommand>>,
) {
    let Some(candidate) = shared.catalogue.get(neighbour.candidate) else {
        return;
    };
    let size = vec2(ui.available_width(), SIDE + 2.0 * GAP);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let name = format!(
        "looks like {}, {}",
        candidate.id,
        label_of(shared, neighbour)
    );
    let response = cells::named(response, egui::Role::Button, &name);
    if !ui.is_rect_visible(rect) {
        return;
    }
    if response.hovered() {
        let fill = ui.visuals().widgets.hovered.weak_bg_fill;
        ui.painter().rect_filled(rect, 3.0, fill);
    }
    let right = stamps_ui(ui, rect, shared, memory, neighbour, candidate);
    words_ui(ui, rect.with_min_x(right), shared, neighbour, candidate);
    let help = format!("{}: a click shows it beside this one", candidate.id);
    if response.on_hover_text(help).clicked() {
        commands.push(SimilarCommand::SideBySide.into());
    }
}

/// The small stamps; returns where they end.
fn stamps_ui(
    ui: &Ui,
    rect: Rect,
    shared: &Shared,
    memory: &mut ViewMemory,
    neighbour: &Neighbour,
    candidate: &Candidate,
) -> f32 {
    let ix = neighbour.candidate;
    let epoch = shared.epoch_to_show(ix);
    memory.small.push((ix, epoch));
    let roles = candidate.roles();
    let mut wanted: Vec<Role> = [Role::Difference, Role::Science].into();
    wanted.retain(|role| roles.contains(role));
    if wanted.is_empty() {
        wanted.extend(roles.first());
    }
    let mut batch = StampBatch::default();
    let mut left = rect.left() + GAP;
    for role in wanted {
        let square = Rect::from_min_size(pos2(left, rect.top() + GAP), vec2(SIDE, SIDE));
        lay_middle(ui, shared, memory, &mut batch, (ix, epoch, role), square);
        left += SIDE + GAP;
    }
    let number = memory.batches;
    memory.batches += 1;
    batch.paint(ui, ui.clip_rect(), number, &memory.lost);
    left + GAP
}

fn words_ui(ui: &Ui, rect: Rect, shared: &Shared, neighbour: &Neighbour, candidate: &Candidate) {
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let small = FontId::proportional(theme::CAPTION);
    let mut at = rect.left_top() + vec2(0.0, GAP);
    let class = shared.class_named(&neighbour.class);
    let title = class.map_or(&*neighbour.class, |class| &*class.title);
    let color = class.map_or(egui::Color32::GRAY, theme::class_color);
    theme::dot(ui, &painter, at + vec2(4.0, 7.0), color);
    painter.text(
        at + vec2(12.0, 0.0),
        Align2::LEFT_TOP,
        title,
        FontId::proportional(theme::TEXT),
        ui.visuals().text_color(),
    );
    let annotator = shared.book.decision(&candidate.id);
    let annotator = annotator.map_or_else(String::new, |event| format!("by {}", event.annotator));
    let id = cells::end_of(&painter, &candidate.id, &small, rect.width());
    let likeness = neighbour.in_figures();
    at.y += 2.0;
    for line in [likeness, annotator, id] {
        at.y += LINE;
        painter.text(
            at,
            Align2::LEFT_TOP,
            line,
            small.clone(),
            theme::caption_color(ui),
        );
    }
}

fn label_of(shared: &Shared, neighbour: &Neighbour) -> String {
    let class = shared.class_named(&neighbour.class);
    let title = class.map_or(&*neighbour.class, |class| &*class.title);
    format!("{title}, {}", neighbour.in_figures())
}
