//! *New simulation…*: an order for simulated candidates, with a preview that follows it.

use std::{collections::BTreeSet, sync::Arc};

use egui::{Button, DragValue, Grid, RichText, TextEdit, Ui, vec2};

use super::{
    preview_view::{preview_ui, swatch_ui},
    state::{Kind, PickFor, SimulationForm},
};
use crate::{
    domain::{Role, Vocabulary},
    features::simulation::{
        command::Simulation, preview_view::PreviewTextures, state::SimulationPane,
    },
    language::translated_static,
    tasks::Running,
    text,
    widgets::{
        form_fields::{FIELD_WIDTH, path_ui, survey_ui},
        pane::frame_ui,
        theme::{self, weak},
    },
    workspace::{action::Action, command::Command},
};

/// Width of the form, points.
const FORM_WIDTH: f32 = 370.0;

/// The window. Widgets edit a copy; where it differs, one command carries it.
pub fn simulation_ui(
    ui: &Ui,
    simulation: &SimulationPane,
    textures: &mut PreviewTextures,
    commands: &mut Vec<impl From<Command> + From<Simulation>>,
) {
    let mut form = simulation.form.clone();
    let window = egui::Window::new(text!("New simulation"))
        .collapsible(false)
        .default_pos(egui::pos2(120.0, 70.0))
        .default_size(vec2(FORM_WIDTH + 665.0, 580.0));
    frame_ui(
        ui,
        window,
        Action::NewSimulation,
        commands,
        |ui, commands| {
            ui.horizontal_top(|ui| {
                ui.vertical(|ui| {
                    ui.set_width(FORM_WIDTH);
                    form_ui(ui, simulation, &mut form, commands);
                    ui.add_space(theme::GRID);
                    start_ui(ui, simulation, commands);
                });
                ui.separator();
                ui.vertical(|ui| preview_ui(ui, simulation, textures));
            });
        },
    );
    if form != simulation.form {
        commands.push(Simulation::Form(Box::new(form)).into());
    }
}

fn form_ui(
    ui: &mut Ui,
    simulation: &SimulationPane,
    form: &mut SimulationForm,
    commands: &mut Vec<impl From<Simulation>>,
) {
    Grid::new("simulation").num_columns(2).show(ui, |ui| {
        ui.label(text!("What"));
        ui.horizontal(|ui| {
            ui.radio_value(&mut form.kind, Kind::Sequences, text!("image sequences"));
            ui.radio_value(&mut form.kind, Kind::Triplets, text!("triplets"));
        });
        ui.end_row();
        ui.label(text!("Survey"));
        let pick = Simulation::Pick(PickFor::Survey);
        survey_ui(ui, &simulation.surveys, &mut form.survey, pick, commands);
        ui.end_row();
        ui.label(text!("Templates"));
        let hint = text!("none: built-in physics");
        let pick = Simulation::Pick(PickFor::Templates);
        path_ui(ui, &mut form.templates, hint, pick, commands);
        ui.end_row();
        ui.label(text!("Classes"));
        match form.kind {
            Kind::Sequences => {
                classes_ui(ui, &Vocabulary::sequence_classes(), &mut form.classes);
            }
            Kind::Triplets => classes_ui(ui, &Vocabulary::real_bogus(), &mut form.real_or_bogus),
        }
        ui.end_row();
        if form.kind == Kind::Triplets {
            let label = ui.label(text!("Only these kinds")).id;
            let field = TextEdit::singleline(&mut form.kinds)
                .hint_text(text!("all; or such as dipole, cosmic_ray"))
                .desired_width(FIELD_WIDTH);
            ui.add(field).labelled_by(label);
            ui.end_row();
        }
        ui.label(text!("Images"));
        roles_ui(ui, &mut form.roles);
        ui.end_row();
        let label = ui.label(text!("Candidates")).id;
        let count = DragValue::new(&mut form.count)
            .range(1..=10_000_000)
            .speed(10.0);
        ui.add(count).labelled_by(label);
        ui.end_row();
        let label = ui.label(text!("Seed")).id;
        ui.add(DragValue::new(&mut form.seed).speed(0.2))
            .labelled_by(label);
        ui.end_row();
        ui.label(text!("Folder"));
        let usual = simulation
            .order()
            .map(|order| order.out.display().to_string());
        let usual = usual.unwrap_or_else(|_| text!("a new folder").into());
        let pick = Simulation::Pick(PickFor::SimulationFolder);
        path_ui(ui, &mut form.out, &usual, pick, commands);
        ui.end_row();
    });
}

fn classes_ui(ui: &mut Ui, vocabulary: &Vocabulary, chosen: &mut BTreeSet<Arc<str>>) {
    ui.vertical(|ui| {
        for class in &vocabulary.classes {
            let mut is_chosen = chosen.contains(&class.name);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                swatch_ui(ui, theme::class_color(class));
                if ui.checkbox(&mut is_chosen, &*class.title).changed() {
                    toggle(chosen, &class.name, is_chosen);
                }
            });
        }
    });
}

fn roles_ui(ui: &mut Ui, chosen: &mut BTreeSet<Role>) {
    Grid::new("roles").num_columns(3).show(ui, |ui| {
        for (at, role) in Role::ALL.iter().enumerate() {
            let mut is_chosen = chosen.contains(role);
            if ui
                .checkbox(&mut is_chosen, translated_static(role.name()))
                .changed()
            {
                toggle(chosen, role, is_chosen);
            }
            if at % 3 == 2 {
                ui.end_row();
            }
        }
    });
}

fn toggle<T: Ord + Clone>(chosen: &mut BTreeSet<T>, one: &T, is_chosen: bool) {
    if is_chosen {
        chosen.insert(one.clone());
    } else {
        chosen.remove(one);
    }
}

/// The button, or the way to stop; below it what went wrong.
fn start_ui(ui: &mut Ui, simulation: &SimulationPane, commands: &mut Vec<impl From<Simulation>>) {
    let running = simulation.running.as_ref().map(Running::progress);
    ui.horizontal(|ui| {
        let text = RichText::new(text!("Simulate")).strong();
        let button = Button::new(text).min_size(vec2(120.0, 32.0));
        if ui.add_enabled(running.is_none(), button).clicked() {
            commands.push(Simulation::Start.into());
        }
        match running {
            Some(progress) => {
                if ui.button(text!("Stop")).clicked() {
                    commands.push(Simulation::Stop.into());
                }
                let words = text!(
                    "{done} of {all}",
                    done = progress.done,
                    all = progress.total
                );
                ui.label(weak(ui, words));
            }
            None => {
                ui.label(weak(ui, text!("and open the new set")));
            }
        }
    });
    if let Some(fault) = &simulation.fault {
        let fault = RichText::new(fault).color(theme::alarm_text(ui));
        ui.add(egui::Label::new(fault).wrap());
    }
}
