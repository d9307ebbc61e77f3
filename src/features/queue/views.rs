//! The menu of saved views: show one, save what is on the screen, forget one.

use egui::{
    Align, Button, Layout, PopupCloseBehavior, RichText, TextEdit, Ui,
    containers::menu::{MenuButton, MenuConfig},
};

use crate::{
    text,
    widgets::{
        cells,
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{
        command::{Command, QueueCommand, Session},
        saved_views::KEYS,
        settings::Settings,
        shared::Shared,
    },
};

/// Width of the menu, points.
const WIDTH: f32 = 260.0;

/// The button, with the name of the view that is on the screen.
pub(super) fn views_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    let in_force = shared.view_in_force();
    let name = in_force.and_then(|at| shared.settings.views.get(at));
    let title = name.map_or(text!("Views"), |view| &view.name);
    let text = RichText::new(format!("{title} ⏷")).size(theme::CAPTION);
    // A click into the field for a name is no choice that ends the menu.
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (button, menu) = MenuButton::new(text).config(stays).ui(ui, |ui| {
        ui.set_width(WIDTH);
        for at in 0..shared.settings.views.len() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                view_ui(ui, shared, at, commands);
            });
        }
        if shared.settings.views.is_empty() {
            ui.label(weak(
                ui,
                text!("Filter, order and screen, kept under a name for every set"),
            ));
        }
        ui.separator();
        save_ui(ui, shared, memory, commands);
    });
    memory.has_views_menu = menu.is_some();
    button.on_hover_text(text!(
        "Saved views: filter, order and screen under a name, one key away"
    ));
}

/// One line, from the right: forget it, its key, its name.
fn view_ui(ui: &mut Ui, shared: &Shared, at: usize, commands: &mut Vec<impl From<Command>>) {
    let view = &shared.settings.views[at];
    let forget = text!("Forget {view}", view = view.name);
    let button = cells::named(ui.small_button("✖"), egui::Role::Button, &forget);
    if button.on_hover_text(text!("Forget this view")).clicked() {
        commands.push(changed(shared, |settings| drop(settings.views.remove(at))));
    }
    if let Some(action) = KEYS.get(at) {
        ui.label(weak(ui, shared.settings.keys.hint(*action)));
    }
    let is_shown = shared.view_in_force() == Some(at);
    let button = Button::selectable(is_shown, &view.name)
        .truncate()
        .min_size(egui::vec2(ui.available_width(), 0.0));
    let filter = match &*view.queue.filter {
        "" => text!("no filter"),
        filter => filter,
    };
    let about = text!(
        "{filter}, sorted by {column}",
        filter,
        column = view.queue.column.title()
    );
    if ui.add(button).on_hover_text(about).clicked() {
        commands.push(Command::Queue(QueueCommand::View(at)).into());
        ui.close();
    }
}

fn save_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(&mut memory.view_name)
            .hint_text(text!("name of what is shown now"))
            .desired_width(WIDTH - 70.0);
        let field = ui.add(field);
        // What is typed into an open menu is a name, and no command.
        if !memory.has_views_menu {
            field.request_focus();
        }
        let is_entered =
            field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let name = memory.view_name.trim();
        let button = ui.add_enabled(!name.is_empty(), Button::new(text!("Save")));
        if !name.is_empty() && (button.clicked() || is_entered) {
            let view = shared.as_view(name);
            commands.push(changed(shared, |settings| settings.save_view(view)));
            memory.view_name.clear();
            ui.close();
        }
    });
}

fn changed<C: From<Command>>(shared: &Shared, change: impl FnOnce(&mut Settings)) -> C {
    let mut settings = shared.settings.clone();
    change(&mut settings);
    Command::Session(Session::Settings(Box::new(settings))).into()
}
