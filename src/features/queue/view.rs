//! The left-hand panel: the queue with sort and filter, one row a candidate.

use egui::{
    Align, Align2, FontId, Layout, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, pos2, vec2,
};

use super::views::views_ui;
use crate::{
    domain::{CandidateIx, words::counted},
    features::scoring,
    language::in_english,
    text,
    widgets::{
        cells,
        small_stamps::lay_middle,
        spoken,
        stamp_paint::StampBatch,
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{
        action::Action,
        command::{Command, Go, QueueCommand},
        queue::column::Column,
        screen::Field,
        shared::Shared,
    },
};

const ROW: f32 = 38.0;

pub fn queue_panel_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    sort_ui(ui, shared, commands);
    filter_ui(ui, shared, memory, commands);
    let (shown, all) = (shared.queue.order().len(), shared.catalogue.len());
    let count = if shown == all {
        counted(all as u64, "candidate")
    } else {
        text!(
            "{shown} of {all}",
            shown,
            all = counted(all as u64, "candidate")
        )
    };
    ui.horizontal(|ui| {
        ui.label(weak(ui, count));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            views_ui(ui, shared, memory, commands);
        });
    });
    shortlist_ui(ui, shared, commands);
    let mut area = ScrollArea::vertical().id_salt("queue").auto_shrink(false);
    // Keep the candidate on screen in view when it or its rank changes, and only then:
    // candidates that are still being found go to the end.
    let rank = shared.place.candidate.and_then(|ix| shared.queue.rank(ix));
    let key = (shared.place.candidate, rank);
    if memory.scrolled_to != key {
        memory.scrolled_to = key;
        if let Some(rank) = rank {
            let middle = rank as f32 * ROW - ui.available_height() / 2.0 + ROW;
            area = area.vertical_scroll_offset(middle.max(0.0));
        }
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    area.show_rows(ui, ROW, shown, |ui, rows| {
        let mut batch = StampBatch::default();
        let clip = ui.clip_rect();
        let mut words = Vec::new();
        for rank in rows {
            let ix = shared.queue.order()[rank];
            let size = vec2(ui.available_width(), ROW);
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            row_background(ui, rect, shared, ix, response.hovered());
            thumbnail(ui, rect, shared, memory, ix, &mut batch);
            if response.clicked() {
                commands.push(
                    Command::Go(Go::To {
                        candidate: ix,
                        open: false,
                    })
                    .into(),
                );
            }
            let is_here = shared.place.candidate == Some(ix);
            response.widget_info(|| {
                let id = shared
                    .catalogue
                    .get(ix)
                    .map_or("", |candidate| &*candidate.id);
                egui::WidgetInfo::selected(egui::Role::Button, true, is_here, id)
            });
            spoken::describe(&response, || scoring::badge::candidate_words(shared, ix));
            words.push((rect, ix));
        }
        let number = memory.batches;
        memory.batches += 1;
        batch.paint(ui, clip, number, &memory.lost);
        for (rect, ix) in words {
            row_words(ui, rect, shared, ix);
        }
    });
}

/// What the queue is narrowed to, with the way back.
fn shortlist_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let Some(shortlist) = shared.queue.shortlist() else {
        return;
    };
    ui.horizontal(|ui| {
        let back = Action::WholeQueue;
        let title = back.info().title();
        let button = cells::named(ui.small_button("✖"), egui::Role::Button, title);
        let help = format!("{title} ({})", shared.settings.keys.hint(back));
        if button.on_hover_text(help).clicked() {
            commands.push(Command::Do(back).into());
        }
        // What a model said of them is a trace of its scores.
        let title: &str = if shared.is_blind() {
            text!("some of them")
        } else {
            &shortlist.title
        };
        ui.label(RichText::new(title).color(theme::accent_text(ui)));
    });
}

fn row_background(ui: &Ui, rect: Rect, shared: &Shared, ix: CandidateIx, is_hovered: bool) {
    let fill = if shared.place.candidate == Some(ix) {
        theme::AMBER.gamma_multiply(0.30)
    } else if shared.selection.contains(ix) {
        theme::AMBER.gamma_multiply(0.14)
    } else if is_hovered {
        ui.visuals().widgets.hovered.weak_bg_fill
    } else {
        return;
    };
    ui.painter().rect_filled(rect, 3.0, fill);
}

fn thumbnail(
    ui: &Ui,
    rect: Rect,
    shared: &Shared,
    memory: &mut ViewMemory,
    ix: CandidateIx,
    batch: &mut StampBatch,
) {
    let Some((epoch, role)) = shared.thumbnail(ix) else {
        return;
    };
    let square = Rect::from_min_size(rect.min + vec2(4.0, 3.0), vec2(ROW - 6.0, ROW - 6.0));
    lay_middle(ui, shared, memory, batch, (ix, epoch, role), square);
}

fn row_words(ui: &Ui, rect: Rect, shared: &Shared, ix: CandidateIx) {
    let Some(candidate) = shared.catalogue.get(ix) else {
        return;
    };
    let labels = shared.label_on_screen(candidate);
    let left = rect.left() + ROW + 4.0;
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let font = FontId::proportional(theme::TEXT);
    let small = FontId::proportional(theme::CAPTION);
    let value = cells::sorted_value(shared, ix);
    let galley = painter.layout_no_wrap(
        value,
        FontId::monospace(theme::CAPTION),
        theme::caption_color(ui),
    );
    let value_left = rect.right() - galley.size().x - 6.0;
    painter.galley(
        pos2(value_left, rect.top() + 4.0),
        galley,
        theme::caption_color(ui),
    );
    let names = painter.with_clip_rect(
        Rect::from_min_max(
            pos2(left, rect.top()),
            pos2(value_left - 4.0, rect.bottom()),
        )
        .intersect(painter.clip_rect()),
    );
    let color = ui.visuals().text_color();
    let name = cells::end_of(&names, &candidate.id, &font, value_left - 4.0 - left);
    names.text(
        pos2(left, rect.top() + 3.0),
        Align2::LEFT_TOP,
        name,
        font,
        color,
    );
    if let Some(reading) = scoring::badge::of_candidate(shared, ix) {
        let corner = rect.right_bottom() - scoring::badge::BADGE - vec2(5.0, 4.0);
        let badge = Rect::from_min_size(corner, scoring::badge::BADGE);
        scoring::badge::paint(ui, &painter, badge, shared, reading);
    }
    let mut x = left;
    if let Some(color) = cells::label_color(shared, labels) {
        theme::dot(ui, &painter, pos2(x + 4.0, rect.bottom() - 10.0), color);
        x += 12.0;
    }
    let mut word = cells::label_word(labels);
    if word.is_empty() {
        word = match candidate.epochs.len() {
            1 => text!("1 epoch").into(),
            many => text!("{many} epochs", many),
        };
    }
    if labels.is_flagged {
        word = format!("⚑ {word}");
    }
    if labels.note.is_some() {
        word.push_str(" ✏");
    }
    painter.text(
        pos2(x, rect.bottom() - 4.0),
        Align2::LEFT_BOTTOM,
        word,
        small,
        theme::caption_color(ui),
    );
}

fn sort_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let spec = shared.queue.spec();
    let mut column = spec.column.clone();
    let mut is_descending = spec.is_descending;
    ui.horizontal(|ui| {
        // The button first, from the right: the box takes what is left and never widens the panel.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (arrow, order) = if is_descending {
                ("⬇", text!("Largest first"))
            } else {
                ("⬆", text!("Smallest first"))
            };
            let turn = cells::named(ui.button(arrow), egui::Role::Button, order);
            if turn.on_hover_text(order).clicked() {
                is_descending = !is_descending;
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                column_box(ui, shared, &mut column);
            });
        });
    });
    if column != spec.column || is_descending != spec.is_descending {
        commands.push(
            Command::Queue(QueueCommand::Sort {
                column,
                is_descending,
            })
            .into(),
        );
    }
}

/// A column's title; one of the file's that is called like one of ours is marked.
fn shown_title(column: &Column) -> String {
    let is_twin = |own: &Column| in_english(|| own.title() == column.title());
    if matches!(column, Column::Field(_)) && Column::OWN.iter().any(is_twin) {
        return text!("{column} (in file)", column = column.title());
    }
    column.title().to_owned()
}

/// What of the box is no text: paddings, the triangle and the space before it, points.
const BOX: f32 = 44.0;
/// What the list of columns leaves free below it, and its least height, points.
const BELOW: f32 = 48.0;
const LEAST_LIST: f32 = 160.0;

/// The columns to sort by. The name of the one in use is seen as a whole: first without the word before the box, then in
/// smaller letters.
fn column_box(ui: &mut Ui, shared: &Shared, column: &mut Column) {
    let title = shown_title(column);
    let width = |ui: &Ui, text: &str, size: f32| {
        let color = ui.visuals().text_color();
        let font = FontId::proportional(size);
        let painter = ui.painter();
        painter
            .layout_no_wrap(text.to_owned(), font, color)
            .size()
            .x
    };
    let room = ui.available_width() - BOX;
    let needed = width(ui, &title, theme::TEXT);
    let word = text!("sort");
    if needed + width(ui, word, theme::CAPTION) + theme::GRID <= room {
        ui.label(weak(ui, word));
    }
    let size = if needed <= room {
        theme::TEXT
    } else {
        theme::CAPTION
    };
    let below = ui.ctx().content_rect().bottom() - ui.max_rect().bottom() - BELOW;
    egui::ComboBox::from_id_salt("sort by")
        .width(ui.available_width() - 2.0 * theme::GRID)
        .truncate()
        .selected_text(RichText::new(title).size(size))
        .height(below.max(LEAST_LIST))
        .show_ui(ui, |ui| {
            for known in Column::OWN {
                let title = known.title().to_owned();
                ui.selectable_value(column, known, title);
            }
            ui.separator();
            for known in shared.score_columns() {
                let title = known.title().to_owned();
                ui.selectable_value(column, known, title);
            }
            ui.separator();
            for name in shared.field_names() {
                let field = Column::Field(name);
                let text = shown_title(&field);
                ui.selectable_value(column, field, text);
            }
        })
        .response
        .on_hover_text(text!("Sort the queue by this column"));
}

/// Filters and sorts again.
fn refresh_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let refresh = Action::RefreshQueue.info();
    let key = shared.settings.keys.hint(Action::RefreshQueue);
    let again = cells::named(ui.button("⟳"), egui::Role::Button, refresh.title());
    let help = format!("{} ({key})", refresh.help());
    if again.on_hover_text(help).clicked() {
        commands.push(Command::Do(Action::RefreshQueue).into());
    }
}

fn filter_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    cells::serve_focus(ui, shared, memory, Field::Filter);
    let in_force = &shared.queue.spec().filter;
    let text = memory.filter.get_or_insert_with(|| in_force.clone());
    let hint = text!(
        "filter: mag<20 ({key})",
        key = shared.settings.keys.hint(Action::Filter)
    );
    let row = ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            refresh_ui(ui, shared, commands);
            ui.add(
                TextEdit::singleline(text)
                    .id(cells::field_id(Field::Filter))
                    .hint_text(hint)
                    .desired_width(f32::INFINITY),
            )
        })
    });
    let response = row.inner.inner;
    let response = response.on_hover_text(text!(
        "Filter: column, comparison, value; all terms together\nmag<20  epochs>=5  label:none  label:real  state:unsure  rb>0.6\nhow~artefact: a part of a text\nscore>0.9  score:cap<0.1  disagree\nassigned: what you are to judge\na bare word is a part of the id"
    ));
    if response.changed() && text != in_force {
        commands.push(Command::Queue(QueueCommand::Filter(text.clone())).into());
    } else if !response.has_focus() {
        memory.filter = None;
    }
    if let Some(why) = shared.filter_fault().or_else(|| shared.filter_hint()) {
        let text = RichText::new(why)
            .size(theme::CAPTION)
            .color(theme::alarm_text(ui));
        ui.label(text);
    }
}
