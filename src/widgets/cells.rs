//! Small pieces that several views share.

use egui::Response;

use crate::{
    domain::{CandidateIx, Mjd, Timestamp, label_book::LabelState, words::rounded},
    text,
    widgets::view_memory::ViewMemory,
    workspace::{screen::Field, shared::Shared},
};

/// The name of a text field that keys jump to.
pub fn field_id(field: Field) -> egui::Id {
    egui::Id::unique(("destello field", field as u8))
}

/// Gives a text field the keyboard where a key or menu asked for it. Called before the field is
/// shown, so that what was typed behind the key in the same frame goes into it.
pub fn serve_focus(ui: &egui::Ui, shared: &Shared, memory: &mut ViewMemory, field: Field) {
    let is_awaited = memory
        .awaited
        .is_some_and(|awaited| awaited.field == Some(field));
    let is_new =
        |(serial, wanted): &(u64, Field)| *wanted == field && *serial > memory.focus_served;
    let asked = shared.focus.filter(is_new);
    if let Some((serial, _)) = asked {
        memory.focus_served = serial;
    }
    if is_awaited {
        memory.awaited = None;
    }
    if is_awaited || asked.is_some() {
        ui.memory_mut(|memory| memory.request_focus(field_id(field)));
        if field != Field::Note {
            select_text(ui, field_id(field));
        }
    }
}

/// What is typed next replaces the text of a field.
fn select_text(ui: &egui::Ui, field: egui::Id) {
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), field).unwrap_or_default();
    let [start, end] = [0, usize::MAX].map(egui::text::CCursor::new);
    let all = egui::text::CCursorRange::two(start, end);
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), field);
}

/// Gives a widget that shows only a sign a name that can be read out.
pub fn named(response: Response, role: egui::Role, name: &str) -> Response {
    response.widget_info(|| egui::WidgetInfo::labeled(role, true, name));
    response
}

/// As much of the end of a text as fits: identifiers of one field differ at their ends.
pub fn end_of(painter: &egui::Painter, text: &str, font: &egui::FontId, width: f32) -> String {
    let wide = painter.layout_no_wrap(text.to_owned(), font.clone(), egui::Color32::WHITE);
    if wide.size().x <= width {
        return text.to_owned();
    }
    let letters = text.chars().count();
    let share = (width / wide.size().x).max(0.0);
    let mut skipped = letters - (letters as f32 * share) as usize;
    loop {
        let end: String = text.chars().skip(skipped).collect();
        let end = format!("…{end}");
        let size = painter
            .layout_no_wrap(end.clone(), font.clone(), egui::Color32::WHITE)
            .size();
        if size.x <= width || skipped >= letters {
            return end;
        }
        skipped += 1;
    }
}

/// The time of day (UTC) of a moment, with its date.
pub fn clock(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(
        |_| "?".into(),
        |time| time.strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

/// The same of an astronomical time.
pub fn mjd_clock(mjd: Mjd) -> String {
    /// MJD of 1 January 1970.
    const EPOCH: f64 = 40_587.0;
    let micros = (mjd.utc_days() - EPOCH) * 86_400e6;
    clock(Timestamp(micros.round() as i64))
}

/// The colour that stands for a candidate's label: its class, or grey for seen ones.
pub fn label_color(shared: &Shared, labels: &LabelState) -> Option<egui::Color32> {
    let known = labels.classes.first().map(|name| {
        let class = shared
            .vocabularies
            .iter()
            .find_map(|vocabulary| vocabulary.class(name));
        class.map_or(egui::Color32::GRAY, super::theme::class_color)
    });
    known.or_else(|| labels.is_seen().then_some(egui::Color32::GRAY))
}

/// The label of a candidate in a word.
pub fn label_word(labels: &LabelState) -> String {
    if labels.is_labelled() {
        labels.classes.join(", ")
    } else if labels.is_unsure {
        text!("unsure").into()
    } else if labels.is_skipped {
        text!("skipped").into()
    } else {
        String::new()
    }
}

/// The value that the queue is sorted by, short; empty in the order of finding. Of a few that are looked at alone, what their
/// list has to it.
pub fn sorted_value(shared: &Shared, ix: CandidateIx) -> String {
    use crate::workspace::queue::column::{Cell, Column, Row};
    if let Some(note) = shared.queue.note(ix).filter(|_| !shared.is_blind()) {
        return note.to_owned();
    }
    let column = &shared.queue.spec().column;
    if matches!(column, Column::Found | Column::Id | Column::Label) {
        return String::new();
    }
    if shared.hides_column(column) || *column == Column::Score {
        // Hidden, or in the badge already.
        return String::new();
    }
    let Some(candidate) = shared.catalogue.get(ix) else {
        return String::new();
    };
    let cell = column.cell(Row {
        ix,
        candidate,
        book: &shared.book,
        scores: &shared.scores,
        repeat_check: &shared.repeat_check,
    });
    match (column, &cell) {
        // One number of digits in a column of equals.
        (Column::Mag, Cell::Number(mag)) => format!("{mag:.2}"),
        (Column::Component, _) => cell.short(),
        (Column::Anomaly, Cell::Number(error)) => format!("{error:.4}"),
        (column, Cell::Number(score)) if column.is_of_scores() => rounded(*score, 3),
        (Column::First | Column::Last, Cell::Number(mjd)) => format!("{mjd:.3}"),
        _ => cell.short(),
    }
}
