//! The confusion matrix: cells that open the candidates that they count.

use egui::{Button, Grid, RichText, Ui, vec2};

use super::state::shortlist;
use crate::{
    domain::{Evaluation, Judged},
    features::evaluation::command::Evaluate,
    widgets::{
        cells,
        theme::{self, weak},
    },
};

/// Smallest size of a cell, points.
const CELL: [f32; 2] = [92.0, 40.0];

pub(crate) fn matrix_ui(ui: &mut Ui, model: &Evaluation, commands: &mut Vec<impl From<Evaluate>>) {
    Grid::new("confusion")
        .spacing(vec2(2.0, 2.0))
        .show(ui, |ui| {
            ui.label(weak(ui, "true \\ predicted"));
            for class in &model.classes {
                ui.label(class);
            }
            ui.label(weak(ui, "recall"));
            ui.end_row();
            for (truth, figures) in model.per_class.iter().enumerate() {
                ui.label(&figures.class);
                for predicted in 0..model.classes.len() {
                    cell_ui(ui, model, [truth, predicted], commands);
                }
                ui.label(percent(figures.recall));
                ui.end_row();
            }
            ui.label(weak(ui, "precision"));
            for figures in &model.per_class {
                ui.label(percent(figures.precision));
            }
            ui.end_row();
        });
    ui.label(weak(
        ui,
        "A click on a cell opens its candidates in the mosaic",
    ));
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".into(), |share| format!("{:.2} %", 100.0 * share))
}

fn cell_ui(
    ui: &mut Ui,
    model: &Evaluation,
    [truth, predicted]: [usize; 2],
    commands: &mut Vec<impl From<Evaluate>>,
) {
    let count = model.confusion.count(truth, predicted);
    let share = count as f64 / model.confusion.of_class(truth).max(1) as f64;
    let color = theme::model_color(usize::from(truth != predicted));
    let fill = color.gamma_multiply(0.12 + 0.6 * share as f32);
    let text = RichText::new(format!("{count}\n{:.1} %", 100.0 * share));
    let button = Button::new(text).fill(fill).min_size(CELL.into());
    let title = format!(
        "{count} {} predicted as {}",
        model.classes[truth], model.classes[predicted]
    );
    let response = cells::named(
        ui.add_enabled(count > 0, button),
        egui::Role::Button,
        &title,
    );
    if response.clicked() {
        let is_in = |judged: &&Judged| {
            usize::from(judged.truth) == truth && usize::from(judged.predicted) == predicted
        };
        let judged = model.judged.iter().filter(is_in);
        commands.push(Evaluate::Open(shortlist(title, judged)).into());
    }
}
