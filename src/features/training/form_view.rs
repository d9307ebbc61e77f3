//! The order for a network, as a form.

use egui::{ComboBox, DragValue, Grid, TextEdit, Ui};

use super::state::{Architecture, LearnFrom, PickFor, Recipe, TrainingForm};
use crate::{
    features::{
        simulation::state::SimulationPane,
        training::{command::Train, state::TrainingPane},
    },
    language::translated_static,
    text,
    widgets::form_fields::{FIELD_WIDTH, path_ui, survey_ui},
    workspace::shared::Shared,
};

/// The form. `form` is a copy.
pub(crate) fn form_ui(
    ui: &mut Ui,
    training: &TrainingPane,
    simulation: &SimulationPane,
    shared: &Shared,
    form: &mut TrainingForm,
    commands: &mut Vec<impl From<Train>>,
) {
    Grid::new("training").num_columns(2).show(ui, |ui| {
        ui.label(text!("Network"));
        network_ui(ui, &mut form.network);
        ui.end_row();
        ui.label(text!("Learns from"));
        ui.vertical(|ui| {
            ui.radio_value(
                &mut form.from,
                LearnFrom::Simulation,
                text!("simulated triplets of a survey"),
            );
            ui.radio_value(
                &mut form.from,
                LearnFrom::Labels,
                text!("the labels of the opened set"),
            );
        });
        ui.end_row();
        if form.from == LearnFrom::Simulation {
            ui.label(text!("Survey"));
            let pick = Train::Pick(PickFor::TrainingSurvey);
            survey_ui(ui, &simulation.surveys, &mut form.survey, pick, commands);
            ui.end_row();
        }
        ui.label(text!("Recipe"));
        recipe_ui(ui, &mut form.recipe);
        ui.end_row();
        let label = ui.label(text!("Steps")).id;
        let steps = DragValue::new(&mut form.steps)
            .range(1..=10_000_000)
            .speed(100.0);
        ui.add(steps)
            .labelled_by(label)
            .on_hover_text(text!("Batches learned from"));
        ui.end_row();
        let label = ui.label(text!("Seed")).id;
        ui.add(DragValue::new(&mut form.seed).speed(0.2))
            .labelled_by(label)
            .on_hover_text(text!(
                "The same order with the same seed gives the same model"
            ));
        ui.end_row();
        let label = ui.label(text!("Name")).id;
        let usual = form.usual_name();
        let name = TextEdit::singleline(&mut form.name)
            .hint_text(usual)
            .desired_width(FIELD_WIDTH);
        ui.add(name).labelled_by(label);
        ui.end_row();
        ui.label(text!("File"));
        let usual = training.training_order(shared).map_or_else(
            |_| text!("a file ending in .safetensors").into(),
            |order| order.out.display().to_string(),
        );
        let pick = Train::Pick(PickFor::NewModel);
        path_ui(ui, &mut form.out, &usual, pick, commands);
        ui.end_row();
    });
}

fn network_ui(ui: &mut Ui, network: &mut Architecture) {
    let choice = ComboBox::from_id_salt("network")
        .selected_text(network.name())
        .width(FIELD_WIDTH)
        .show_ui(ui, |ui| {
            for known in TrainingForm::networks() {
                ui.selectable_value(network, known, known.name())
                    .on_hover_text(known.about());
            }
        });
    choice.response.on_hover_text(network.about());
}

fn recipe_ui(ui: &mut Ui, recipe: &mut Recipe) {
    ui.horizontal(|ui| {
        for known in Recipe::ALL {
            let help = match known {
                Recipe::Ours => {
                    text!("AdamW over a cosine, one random orientation of each example")
                }
                Recipe::Published => {
                    text!("Optimiser and schedule of the publication: far more steps are needed")
                }
            };
            ui.radio_value(recipe, known, translated_static(known.name()))
                .on_hover_text(help);
        }
    });
}
