//! The Latent screen: the plot with its bar, the components beside it, what is looked at below.

mod bar;
mod check;
mod cloud;
mod components;
mod decoded;
mod foot;
mod hover;
mod legend;
pub(crate) mod memory;
mod region;
mod scatter;
mod walk;

use egui::{Button, CentralPanel, Panel, RichText, Ui};

use self::{
    bar::bar_ui, check::check_ui, components::components_ui, foot::foot_ui, scatter::scatter_ui,
    walk::walk_ui,
};
use super::state::LatentStatus;
use crate::{
    domain::words::thousands,
    features::{
        evaluation::command::Evaluate,
        latent::{
            command::Latent,
            state::LatentPane,
            view::memory::{LatentMemory, LatentTab},
        },
    },
    text,
    widgets::{
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{action::Action, command::Command, shared::Shared},
};

/// Width of the components, points.
const RIGHT: f32 = 430.0;

pub fn latent_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    own: &mut LatentMemory,
    commands: &mut Vec<impl From<Command> + From<Evaluate> + From<Latent>>,
) {
    bar_ui(ui, latent, shared, commands);
    ui.separator();
    let has_points = shared.embedding.as_ref().is_some_and(|all| !all.is_empty());
    if !has_points {
        empty_ui(ui, latent, shared, commands);
        return;
    }
    Panel::right("components")
        .default_size(RIGHT)
        .size_range(RIGHT..=620.0)
        .show(ui, |ui| {
            beside_ui(ui, latent, shared, memory, own, commands);
        });
    Panel::bottom("looked at").show(ui, |ui| foot_ui(ui, latent, shared, memory, own, commands));
    CentralPanel::no_frame().show(ui, |ui| {
        scatter_ui(ui, latent, shared, memory, own, commands);
    });
}

fn beside_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    shared: &Shared,
    memory: &mut ViewMemory,
    own: &mut LatentMemory,
    commands: &mut Vec<impl From<Command> + From<Latent>>,
) {
    if let Some(check) = latent.check() {
        check_ui(ui, shared, memory, check, commands);
        return;
    }
    ui.horizontal(|ui| {
        let tab = &mut own.tab;
        ui.selectable_value(tab, LatentTab::Components, text!("Components"));
        ui.selectable_value(tab, LatentTab::Walk, text!("Walk"))
            .on_hover_text(text!(
                "Go through the space and see what the model draws there"
            ));
    });
    ui.separator();
    match own.tab {
        LatentTab::Components => components_ui(ui, latent, shared, memory, own, commands),
        LatentTab::Walk => walk_ui(ui, latent, own, commands),
    }
}

/// What belongs here, and what brings it.
fn empty_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Latent>>,
) {
    let status = latent.status();
    let name = latent.name();
    let text = match status {
        LatentStatus::Idle => text!(
            "{name} puts every stamp into its latent space and sorts the set into components.",
            name
        ),
        LatentStatus::Reading => text!("Loading model {name}…", name),
        LatentStatus::Embedding => text!("Embedding the first stamps…").into(),
        LatentStatus::Done | LatentStatus::Stopped => {
            let refused = thousands(latent.refused() as u64);
            text!(
                "{name} needs stamps that this set does not have, or that cannot be read: {refused} \
                 epochs were tried.",
                name,
                refused
            )
        }
        LatentStatus::Failed(why) => why.to_string(),
    };
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.35);
        let text = match status {
            LatentStatus::Failed(_) => RichText::new(text).color(theme::alarm_text(ui)),
            _ => weak(ui, text),
        };
        ui.label(text);
        ui.add_space(theme::GRID);
        if !latent.is_under_way() {
            embed_button(ui, shared, commands);
        }
    });
}

fn embed_button(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Latent>>) {
    let action = Action::Embed;
    let key = shared.settings.keys.hint(action);
    let text = format!("{} ({key})", action.info().title());
    let button = Button::new(RichText::new(text).strong()).min_size(egui::vec2(160.0, 32.0));
    if ui.add(button).on_hover_text(action.info().help()).clicked() {
        commands.push(Latent::Start.into());
    }
}
