//! The confusion matrix: cells that open the candidates that they count.

use egui::{
    Align, Align2, FontId, Grid, Label, Layout, RichText, Role, Sense, Stroke, StrokeKind, Ui,
    Vec2, WidgetInfo, vec2,
};

use super::state::shortlist;
use crate::{
    domain::{Evaluation, Judged},
    features::evaluation::command::Evaluate,
    text,
    widgets::theme::{self, weak},
    workspace::shared::Shared,
};

/// Width of a cell: least and greatest, points.
const CELL: [f32; 2] = [56.0, 92.0];
const CELL_HEIGHT: f32 = 40.0;
/// Height of the names of classes above the matrix: two lines, points.
const HEAD: f32 = 30.0;
/// Between cells, points.
const GAP: f32 = 2.0;
/// What stands beside the cells: names of classes, and their recalls; points.
const NAMES: f32 = 112.0;
const RECALLS: f32 = 64.0;

/// The width at which no cell is cut off, points.
pub(super) fn needed_width(classes: usize) -> f32 {
    /// "Non-variable" in small letters.
    const NAMED_CELL: f32 = 72.0;
    NAMES + RECALLS + classes as f32 * (NAMED_CELL + GAP)
}

/// The matrix in the width that there is, points; wider where that is too little for its classes.
pub(crate) fn matrix_ui(
    ui: &mut Ui,
    shared: &Shared,
    model: &Evaluation,
    width: f32,
    commands: &mut Vec<impl From<Evaluate>>,
) {
    let classes = model.classes.len().max(1) as f32;
    let [least, most] = CELL;
    let side = ((width - NAMES - RECALLS) / classes - GAP).clamp(least, most);
    let cell = vec2(side, CELL_HEIGHT);
    Grid::new("confusion")
        .spacing(vec2(GAP, GAP))
        .show(ui, |ui| {
            ui.label(weak(ui, text!("true \\ predicted")));
            for class in &model.classes {
                let name = RichText::new(shared.class_title(class)).size(theme::CAPTION);
                // Added in that size it would be set to the width, letters apart.
                let layout = Layout::top_down(Align::Center);
                ui.allocate_ui_with_layout(vec2(side, HEAD), layout, |ui| {
                    ui.set_min_size(vec2(side, HEAD));
                    ui.add(Label::new(name).wrap());
                });
            }
            ui.label(weak(ui, text!("recall")));
            ui.end_row();
            for (truth, figures) in model.per_class.iter().enumerate() {
                ui.label(shared.class_title(&figures.class));
                for predicted in 0..model.classes.len() {
                    cell_ui(ui, shared, model, [truth, predicted], cell, commands);
                }
                ui.label(percent(figures.recall));
                ui.end_row();
            }
            ui.label(weak(ui, text!("precision")));
            for figures in &model.per_class {
                let precision = RichText::new(percent(figures.precision)).size(theme::CAPTION);
                ui.add_sized([side, 18.0], Label::new(precision));
            }
            ui.end_row();
        });
    ui.label(weak(
        ui,
        text!("A click on a cell opens its candidates in the mosaic"),
    ));
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".into(), |share| format!("{:.2} %", 100.0 * share))
}

/// Number and share, one above the other in the middle.
fn cell_ui(
    ui: &mut Ui,
    shared: &Shared,
    model: &Evaluation,
    [truth, predicted]: [usize; 2],
    size: Vec2,
    commands: &mut Vec<impl From<Evaluate>>,
) {
    let count = model.confusion.count(truth, predicted);
    let share = count as f64 / model.confusion.of_class(truth).max(1) as f64;
    let color = theme::model_color(usize::from(truth != predicted));
    let sense = if count > 0 {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let [of, called] = [truth, predicted].map(|class| shared.class_title(&model.classes[class]));
    let title = text!(
        "{count} {class} predicted as {called}",
        count,
        class = of,
        called
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Button, count > 0, &title));
    let painter = ui.painter();
    painter.rect_filled(rect, 2.0, color.gamma_multiply(0.12 + 0.6 * share as f32));
    if count > 0 && response.hovered() {
        let stroke = Stroke::new(1.0, ui.visuals().strong_text_color());
        painter.rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
    }
    let text = if count > 0 {
        ui.visuals().text_color()
    } else {
        theme::caption_color(ui)
    };
    let lines = [
        (count.to_string(), theme::TEXT, -8.0),
        (format!("{:.1} %", 100.0 * share), theme::CAPTION, 8.0),
    ];
    for (words, size, below) in lines {
        let at = rect.center() + vec2(0.0, below);
        painter.text(
            at,
            Align2::CENTER_CENTER,
            words,
            FontId::proportional(size),
            text,
        );
    }
    if response.clicked() {
        let is_in = |judged: &&Judged| {
            usize::from(judged.truth) == truth && usize::from(judged.predicted) == predicted
        };
        let judged = model.judged.iter().filter(is_in);
        commands.push(Evaluate::Open(shortlist(title, judged)).into());
    }
}
