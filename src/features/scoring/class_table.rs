//! What several models predict for the classes of one object, side by side.

use egui::{Align2, FontId, Rect, Sense, Ui, pos2, vec2};

use super::badge::{class_color, score_words};
use crate::{
    domain::{CandidateIx, likeliest},
    text,
    widgets::{spoken, theme},
    workspace::{scores::shown::ShownModel, shared::Shared},
};

/// Width of the names of classes, and of a model's column, points.
const WIDTHS: [f32; 2] = [118.0, 74.0];
/// Height of a row, points.
const ROW: f32 = 17.0;

/// The shown models that predict classes.
fn models(shared: &Shared) -> impl Iterator<Item = &ShownModel> {
    let all = shared.scores.shown().iter();
    all.filter(|model| model.predicts_classes())
}

/// How wide the table is; none where fewer than two models predict classes.
pub fn class_table_width(shared: &Shared) -> Option<f32> {
    let columns = models(shared).count();
    (columns > 1).then_some(WIDTHS[0] + WIDTHS[1] * columns as f32)
}

/// A model's column as it is read aloud, the likeliest class first.
fn column_words(shared: &Shared, model: &ShownModel, candidate: CandidateIx) -> String {
    let name = shared.scores.name_of(model);
    let predicted = shared.scores.classes_of(model, candidate);
    let row =
        predicted.and_then(|predicted| Some((predicted, predicted.until(shared.place.epoch)?)));
    let Some((predicted, row)) = row else {
        return text!("{name}: nothing yet", name);
    };
    let ranked = predicted.ranked(row);
    let words = ranked.iter().map(|likely| {
        let title = shared.class_title(likely.class);
        format!("{title} {}", score_words(likely.probability))
    });
    format!("{name}: {}", words.collect::<Vec<_>>().join(", "))
}

/// A row for each class, a column for each model: its probability at the epoch on screen, or at the
/// last one before it that the model could take.
pub fn class_table_ui(ui: &mut Ui, shared: &Shared, candidate: CandidateIx) {
    let mut classes: Vec<&str> = Vec::new();
    for model in models(shared) {
        let known = model.ready.iter().flat_map(|ready| &ready.card.classes);
        for class in known {
            if !classes.contains(&class.as_str()) {
                classes.push(class);
            }
        }
    }
    let width = class_table_width(shared).unwrap_or_default();
    let size = vec2(width, ROW * (classes.len() + 1) as f32);
    let (area, response) = ui.allocate_exact_size(size, Sense::hover());
    spoken::picture(&response, text!("class probabilities by model"), || {
        let columns = models(shared).map(|model| column_words(shared, model, candidate));
        columns.collect::<Vec<_>>().join("; ")
    });
    let cell = |row: usize, column: usize| {
        let left = match column {
            0 => area.left(),
            at => area.left() + WIDTHS[0] + WIDTHS[1] * (at - 1) as f32,
        };
        let width = WIDTHS[column.min(1)];
        let top = area.top() + ROW * row as f32;
        Rect::from_min_size(pos2(left, top), vec2(width, ROW))
    };
    let font = FontId::proportional(theme::CAPTION);
    let strong = ui.visuals().strong_text_color();
    let weak = ui.visuals().weak_text_color();
    let painter = ui.painter_at(area);
    for (row, class) in classes.iter().enumerate() {
        let place = cell(row + 1, 0);
        let chip =
            Rect::from_center_size(pos2(place.left() + 5.0, place.center().y), vec2(9.0, 9.0));
        theme::swatch(ui, &painter, chip, class_color(shared, class));
        let at = pos2(place.left() + 14.0, place.center().y);
        let title = shared.class_title(class);
        painter.text(
            at,
            Align2::LEFT_CENTER,
            title,
            font.clone(),
            ui.visuals().text_color(),
        );
    }
    for (column, model) in models(shared).enumerate() {
        let head = cell(0, column + 1);
        let at = pos2(head.right() - 6.0, head.center().y);
        let is_active = shared.scores.is_active(&model.source);
        let color = if is_active { strong } else { weak };
        let name = shared.scores.name_of(model);
        painter.text(at, Align2::RIGHT_CENTER, name, font.clone(), color);
        let predicted = shared.scores.classes_of(model, candidate);
        let row = predicted.and_then(|predicted| predicted.until(shared.place.epoch));
        let most = row.and_then(likeliest);
        for (at, class) in classes.iter().enumerate() {
            let place = cell(at + 1, column + 1);
            let names = model.ready.iter().flat_map(|ready| &ready.card.classes);
            let own = names.into_iter().position(|name| name == class);
            let value = own.and_then(|own| row?.get(own).copied());
            if let Some(value) = value {
                let bar = place.shrink2(vec2(3.0, 3.0));
                let bar = bar.with_max_x(bar.left() + bar.width() * value.clamp(0.0, 1.0));
                painter.rect_filled(bar, 1.0, class_color(shared, class).gamma_multiply(0.35));
            }
            let is_most = most.is_some() && most == own;
            let words = value.map_or_else(|| "–".into(), score_words);
            let at = pos2(place.right() - 6.0, place.center().y);
            let color = if is_most { strong } else { weak };
            painter.text(at, Align2::RIGHT_CENTER, words, font.clone(), color);
        }
    }
}
